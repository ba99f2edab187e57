// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace syngate::model {

/// A 128-bit SipHash key as two words, each a little-endian load of 8 key bytes.
struct SipKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
  /// From 16 bytes in memory order.
  static SipKey from_bytes(const std::uint8_t* bytes);
};

/// The four state words of SipHash after finalization.
struct SipState {
  std::uint64_t v0, v1, v2, v3;
  std::uint64_t hash() const { return v0 ^ v1 ^ v2 ^ v3; }
};

/// SipHash-2-4 of `length` bytes (any length), full state kept so that it can be squeezed again.
SipState siphash24_state(const SipKey& key, const std::uint8_t* data, std::size_t length);

/// SipHash-2-4, 64-bit result (Aumasson and Bernstein, 2012; Linux lib/siphash.c).
std::uint64_t siphash24(const SipKey& key, const std::uint8_t* data, std::size_t length);

/// 64 more bits from a finalized state: v1 ^= 0xdd, four rounds (the second half of SipHash-128's output step).
std::uint64_t siphash_squeeze(SipState state);

}  // namespace syngate::model
