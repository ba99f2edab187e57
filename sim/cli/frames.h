// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "syngate/model/config.h"

namespace syngate::sim {

/// A TCP segment to be made; addresses of one family.
struct PlainSegment {
  model::Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  std::uint8_t ecn = 0;  ///< low two bits of TOS or traffic class
  std::uint16_t window = 65535;
  std::vector<std::uint8_t> options;  ///< a multiple of 4 bytes, at most 40
  std::size_t payload = 0;            ///< bytes of payload, counting up from 0
};

/// The Ethernet frame of a segment, checksums right, padded with zeros to at least `length` bytes
/// and to 60.
std::vector<std::uint8_t> make_frame(const PlainSegment& segment, std::size_t length = 0);

/// Options of a SYN as the systems send them.
std::vector<std::uint8_t> syn_options_mss(std::uint16_t mss);
/// MSS, NOP, WS 8, NOP, NOP, SACK-permitted: 12 bytes.
std::vector<std::uint8_t> syn_options_windows(std::uint16_t mss);
/// MSS, SACK-permitted, timestamps, NOP, WS 7: 20 bytes.
std::vector<std::uint8_t> syn_options_linux(std::uint16_t mss, std::uint32_t tsval);
/// MSS, NOP, WS 6, NOP, NOP, timestamps, SACK-permitted, EOL and padding: 24 bytes.
std::vector<std::uint8_t> syn_options_macos(std::uint16_t mss, std::uint32_t tsval);

}  // namespace syngate::sim
