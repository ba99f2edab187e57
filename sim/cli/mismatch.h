// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// Where a frame came from, to be told with a mismatch.
struct FrameOrigin {
  std::string capture;       ///< empty: unknown
  std::uint64_t number = 0;  ///< frame number in the capture, from 1
  std::string description;   ///< as describe_packet() says
};

/// The text of a mismatch, several lines with a final newline: packet, capture frame and cycle;
/// stage, field and both values; where bytes differ, the row of 16 bytes with the first difference
/// from both sides, the differing field in brackets and named; the commands `waves` and `rerun` as the
/// last lines unless they are empty.
std::string mismatch_text(const Mismatch& mismatch, const FrameOrigin& origin,
                          const std::string& waves, const std::string& rerun);

}  // namespace syngate::sim
