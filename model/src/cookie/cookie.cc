// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/cookie.h"

#include <array>
#include <cstring>

namespace syngate::model {
namespace {

constexpr unsigned kCookieBits = 24;
constexpr std::uint32_t kCookieMask = (1u << kCookieBits) - 1;
constexpr std::uint32_t kMaxAge = 2;

void put16(std::uint8_t* p, std::uint16_t port) {
  p[0] = static_cast<std::uint8_t>(port >> 8);
  p[1] = static_cast<std::uint8_t>(port);
}

void put32le(std::uint8_t* p, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) p[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t low32(const SipState& state) { return static_cast<std::uint32_t>(state.hash()); }

// Both forms differ only in where secret1 comes from.
template <typename SecretOf>
std::uint32_t make(const Flow& flow, std::uint32_t h0, std::uint32_t seq, std::uint32_t count, unsigned mss_index,
                   const SecretOf& secret_of) {
  const std::uint32_t h1 = low32(cookie_hash(flow, count, secret_of(count)));
  return h0 + seq + (count << kCookieBits) + ((h1 + mss_index) & kCookieMask);
}

template <typename SecretOf>
std::optional<CookieData> check(const Flow& flow, std::uint32_t h0, std::uint32_t seq, std::uint32_t ack,
                                std::uint32_t count, const SecretOf& secret_of) {
  const std::uint32_t x = (ack - 1) - (seq - 1) - h0;
  const std::uint32_t age = (count - (x >> kCookieBits)) & 0xff;
  if (age >= kMaxAge) return std::nullopt;
  const std::uint32_t minute = count - age;
  const std::uint32_t data = (x - low32(cookie_hash(flow, minute, secret_of(minute)))) & kCookieMask;
  if (data >= 4) return std::nullopt;
  return CookieData{static_cast<std::uint8_t>(data), static_cast<std::uint8_t>(age)};
}

}  // namespace

std::uint16_t mss_of_index(bool is6, unsigned index) {
  static constexpr std::array<std::uint16_t, 4> kV4{536, 1300, 1440, 1460};
  static constexpr std::array<std::uint16_t, 4> kV6{1220, 1420, 1440, 8940};
  return is6 ? kV6.at(index) : kV4.at(index);
}

unsigned index_of_mss(bool is6, std::uint16_t mss) {
  for (unsigned index = 3; index > 0; --index) {
    if (mss >= mss_of_index(is6, index)) return index;
  }
  return 0;
}

std::uint16_t default_mss(bool is6) { return is6 ? 1220 : 536; }

SipState cookie_hash(const Flow& flow, std::uint32_t count, const SipKey& key) {
  std::array<std::uint8_t, 40> message;
  if (flow.source.is6) {
    std::memcpy(message.data(), flow.source.bytes.data(), 16);
    std::memcpy(message.data() + 16, flow.destination.bytes.data(), 16);
    put32le(message.data() + 32, count);
    put16(message.data() + 36, flow.source_port);
    put16(message.data() + 38, flow.destination_port);
    return siphash24_state(key, message.data(), 40);
  }
  std::memcpy(message.data(), flow.source.bytes.data(), 4);
  std::memcpy(message.data() + 4, flow.destination.bytes.data(), 4);
  put16(message.data() + 8, flow.destination_port);
  put16(message.data() + 10, flow.source_port);
  put32le(message.data() + 12, count);
  return siphash24_state(key, message.data(), 16);
}

std::uint32_t make_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t count, unsigned mss_index,
                          const CookieKeys& keys) {
  return make(flow, low32(cookie_hash(flow, 0, keys.secret0)), seq, count, mss_index,
              [&](std::uint32_t) -> const SipKey& { return keys.secret1; });
}

std::optional<CookieData> check_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t ack, std::uint32_t count,
                                       const CookieKeys& keys) {
  return check(flow, low32(cookie_hash(flow, 0, keys.secret0)), seq, ack, count,
               [&](std::uint32_t) -> const SipKey& { return keys.secret1; });
}

std::uint32_t make_cookie(const Flow& flow, std::uint32_t h0, std::uint32_t seq, std::uint32_t count,
                          unsigned mss_index, const Keys& keys) {
  const auto& banks = flow.source.is6 ? keys.secret1_v6 : keys.secret1_v4;
  return make(flow, h0, seq, count, mss_index, [&](std::uint32_t c) -> const SipKey& { return banks[c & 3]; });
}

std::optional<CookieData> check_cookie(const Flow& flow, std::uint32_t h0, std::uint32_t seq, std::uint32_t ack,
                                       std::uint32_t count, const Keys& keys) {
  const auto& banks = flow.source.is6 ? keys.secret1_v6 : keys.secret1_v4;
  return check(flow, h0, seq, ack, count, [&](std::uint32_t c) -> const SipKey& { return banks[c & 3]; });
}

}  // namespace syngate::model
