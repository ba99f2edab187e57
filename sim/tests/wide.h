// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Bit fields of wide Verilated ports (arrays of 32-bit words), for tests that drive packed structs.
#pragma once
#include <cstdint>

namespace syngate::sim {

template <typename Wide>
void set_bits(Wide& wide, unsigned low, unsigned bits, std::uint64_t value) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned at = low + i;
    const std::uint32_t mask = 1u << (at % 32);
    if ((value >> i) & 1) {
      wide[at / 32] |= mask;
    } else {
      wide[at / 32] &= ~mask;
    }
  }
}

template <typename Wide>
std::uint64_t get_bits(const Wide& wide, unsigned low, unsigned bits) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bits; ++i) {
    value |= static_cast<std::uint64_t>((wide[(low + i) / 32] >> ((low + i) % 32)) & 1) << i;
  }
  return value;
}

}  // namespace syngate::sim
