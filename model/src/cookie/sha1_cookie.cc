// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/sha1_cookie.h"

#include <cstring>

namespace syngate::model {
namespace {

std::uint32_t rotl(std::uint32_t x, unsigned n) { return x << n | x >> (32 - n); }

std::uint32_t swap(std::uint32_t x) {
  return x << 24 | (x & 0xff00) << 8 | ((x >> 8) & 0xff00) | x >> 24;
}

std::uint32_t be32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1] << 16 | p[2] << 8 | p[3]);
}

// RFC 3174, section 6.1, on words already in big-endian reading.
void compress(std::array<std::uint32_t, 5>& state, const std::array<std::uint32_t, 16>& block) {
  std::array<std::uint32_t, 80> w{};
  for (unsigned t = 0; t < 80; ++t) {
    w[t] = t < 16 ? block[t] : rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (unsigned t = 0; t < 80; ++t) {
    std::uint32_t f = 0;
    std::uint32_t k = 0;
    if (t < 20) {
      f = (b & c) | (~b & d);
      k = 0x5a827999;
    } else if (t < 40) {
      f = b ^ c ^ d;
      k = 0x6ed9eba1;
    } else if (t < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8f1bbcdc;
    } else {
      f = b ^ c ^ d;
      k = 0xca62c1d6;
    }
    const std::uint32_t next = rotl(a, 5) + f + e + w[t] + k;
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

constexpr std::uint32_t kMask = 0xffffff;

}  // namespace

std::uint32_t sha1_cookie_hash(const Flow& flow, std::uint32_t count, unsigned which, const Sha1Secrets& secrets) {
  const std::array<std::uint32_t, 17>& secret = secrets.secret.at(which);
  // tmp[0..20] in native words; the first 16 are read back big endian, which swaps what was native.
  const std::uint32_t ports = static_cast<std::uint32_t>(flow.destination_port) << 16 | flow.source_port;
  std::array<std::uint32_t, 16> block{};
  std::array<std::uint32_t, 5> state{};
  if (flow.source.is6) {
    for (unsigned i = 0; i < 4; ++i) {
      block[i] = be32(flow.source.bytes.data() + 4 * i);
      block[4 + i] = be32(flow.destination.bytes.data() + 4 * i);
    }
    block[8] = ports;
    block[9] = swap(count);
    for (unsigned i = 0; i < 6; ++i) block[10 + i] = swap(secret[i]);
    for (unsigned i = 0; i < 5; ++i) state[i] = secret[6 + i];
  } else {
    block[0] = be32(flow.source.bytes.data());
    block[1] = be32(flow.destination.bytes.data());
    block[2] = ports;
    block[3] = swap(count);
    for (unsigned i = 0; i < 12; ++i) block[4 + i] = swap(secret[i]);
    for (unsigned i = 0; i < 5; ++i) state[i] = secret[12 + i];
  }
  compress(state, block);
  return state[1];
}

std::uint32_t make_sha1_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t count, unsigned mss_index,
                               const Sha1Secrets& secrets) {
  return sha1_cookie_hash(flow, 0, 0, secrets) + seq + (count << 24) +
         ((sha1_cookie_hash(flow, count, 1, secrets) + mss_index) & kMask);
}

std::optional<CookieData> check_sha1_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t ack,
                                            std::uint32_t count, const Sha1Secrets& secrets) {
  const std::uint32_t x = (ack - 1) - (seq - 1) - sha1_cookie_hash(flow, 0, 0, secrets);
  const std::uint32_t age = (count - (x >> 24)) & 0xff;
  if (age >= 2) return std::nullopt;
  const std::uint32_t data = (x - sha1_cookie_hash(flow, count - age, 1, secrets)) & kMask;
  if (data >= 4) return std::nullopt;
  return CookieData{static_cast<std::uint8_t>(data), static_cast<std::uint8_t>(age)};
}

}  // namespace syngate::model
