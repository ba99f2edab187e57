// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "syngate/model/parse.h"

namespace syngate::model {

/// What a SYN-ACK says beyond its SYN.
struct SynAck {
  std::uint32_t cookie = 0;  ///< sequence number
  std::uint32_t tsval = 0;   ///< with timestamps
  bool ecn = false;          ///< ECE
  std::uint16_t mss = 1460, window = 0;  ///< advertised
  std::uint8_t wscale = 0;               ///< advertised, written when the client sent one (and timestamps)
};

/// Linux's SYN-ACK in cookie mode (tcp_make_synack(), 6.1 to 6.18) as a frame that answers the parsed SYN; without FCS, at least 60 bytes.
/// Without timestamps in the SYN only the MSS is offered. `syn` must be a visible TCP segment.
void build_synack(const Frame& syn, const Parsed& parsed, const SynAck& values, std::vector<std::uint8_t>& out);

}  // namespace syngate::model
