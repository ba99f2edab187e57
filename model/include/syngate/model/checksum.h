// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace syngate::model {

/// One's complement sum (RFC 1071) of big-endian 16-bit words, an odd last byte padded with zero, folded to 16 bits.
std::uint16_t ones_sum(const std::uint8_t* data, std::size_t length, std::uint32_t start = 0);

/// Folded sum of a TCP segment with its pseudo header (RFC 9293, RFC 8200): 0xffff when its checksum is right.
/// addresses: source and destination as they lie in the header, 8 or 32 bytes.
std::uint16_t tcp_sum(const std::uint8_t* addresses, std::size_t address_bytes, const std::uint8_t* segment,
                      std::size_t length);

}  // namespace syngate::model
