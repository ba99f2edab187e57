// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/siphash.h"

namespace syngate::model {
namespace {

// Written out for eight bytes, which compilers turn into one load.
std::uint64_t load64(const std::uint8_t* p) {
  return std::uint64_t{p[0]} | std::uint64_t{p[1]} << 8 | std::uint64_t{p[2]} << 16 | std::uint64_t{p[3]} << 24 |
         std::uint64_t{p[4]} << 32 | std::uint64_t{p[5]} << 40 | std::uint64_t{p[6]} << 48 | std::uint64_t{p[7]} << 56;
}

std::uint64_t load_tail(const std::uint8_t* p, std::size_t n) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < n; ++i) value |= std::uint64_t{p[i]} << (8 * i);
  return value;
}

std::uint64_t rotl(std::uint64_t x, unsigned n) { return x << n | x >> (64 - n); }

void round(SipState& s) {
  s.v0 += s.v1;
  s.v1 = rotl(s.v1, 13) ^ s.v0;
  s.v0 = rotl(s.v0, 32);
  s.v2 += s.v3;
  s.v3 = rotl(s.v3, 16) ^ s.v2;
  s.v0 += s.v3;
  s.v3 = rotl(s.v3, 21) ^ s.v0;
  s.v2 += s.v1;
  s.v1 = rotl(s.v1, 17) ^ s.v2;
  s.v2 = rotl(s.v2, 32);
}

}  // namespace

SipKey SipKey::from_bytes(const std::uint8_t* bytes) { return {load64(bytes), load64(bytes + 8)}; }

SipState siphash24_state(const SipKey& key, const std::uint8_t* data, std::size_t length) {
  SipState s{key.k0 ^ 0x736f6d6570736575u, key.k1 ^ 0x646f72616e646f6du, key.k0 ^ 0x6c7967656e657261u,
             key.k1 ^ 0x7465646279746573u};
  const auto absorb = [&s](std::uint64_t m) {
    s.v3 ^= m;
    round(s);
    round(s);
    s.v0 ^= m;
  };
  std::size_t at = 0;
  for (; at + 8 <= length; at += 8) absorb(load64(data + at));
  absorb(load_tail(data + at, length - at) | static_cast<std::uint64_t>(length & 0xff) << 56);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) round(s);
  return s;
}

std::uint64_t siphash24(const SipKey& key, const std::uint8_t* data, std::size_t length) {
  return siphash24_state(key, data, length).hash();
}

std::uint64_t siphash_squeeze(SipState state) {
  state.v1 ^= 0xdd;
  for (int i = 0; i < 4; ++i) round(state);
  return state.hash();
}

}  // namespace syngate::model
