// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "frame_builder.h"

namespace syngate::sim {

/// What becomes of the timestamps option of a followed client's segments.
enum class Timestamps : std::uint8_t {
  kShift,   ///< TSecr moves from the recorded server's clock to the box's
  kInsert,  ///< the recorded server had none, the box has: the client would send them
  kRemove,  ///< the recorded server had them, the box has none: the client would not send them
};

/// From a connection with the recorded server to the same with the box. All sums are modulo 2^32.
struct Translation {
  std::uint32_t ack = 0;      ///< added to the ACK number and to SACK edges
  Timestamps timestamps = Timestamps::kShift;
  std::uint32_t tsecr = 0;    ///< kShift: added to TSecr; kInsert: TSecr itself
  std::uint32_t tsval = 0;    ///< kInsert: TSval
};

/// Rewrites a segment that the client sent after its SYN, and makes the checksums right. Numbers of a segment without ACK
/// mean nothing and stay. False, with the frame untouched, when it is no TCP segment that can be seen or when 12 bytes of
/// options do not fit.
bool rewrite_segment(Bytes* frame, const Translation& translation);

/// Adds `step` to the last 32 bits of an IP address of a frame that is not fragmented behind its first fragment and updates the
/// checksums that cover it (IPv4, TCP, UDP, ICMPv6) incrementally: a wrong one stays wrong (RFC 1624).
void add_to_address(Bytes* frame, bool source, std::uint32_t step);

}  // namespace syngate::sim
