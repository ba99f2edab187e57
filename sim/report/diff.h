// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "summary.h"

namespace syngate::sim {

/// How often one field of the frames differs between two runs, and where first.
struct FieldDiff {
  std::string name;  ///< as in events.jsonl, or "outputs", "latency_clocks"
  std::uint64_t frames = 0;
  std::uint64_t first_id = 0;
  std::string first_flow;  ///< of A
  std::string a, b;        ///< values in that frame
};

/// How the packets of one interface of two out.pcapng differ; the n-th is compared with the n-th.
struct PacketDiff {
  std::string interface;
  std::uint64_t a = 0, b = 0;  ///< packets
  std::uint64_t bytes_a = 0, bytes_b = 0;
  std::uint64_t differing = 0;        ///< of those that both have
  std::uint64_t first_packet = 0;     ///< first that differs, from 0
  std::uint64_t first_offset = 0;     ///< its first byte that differs (or that only one has)
  bool cut_a = false, cut_b = false;  ///< the file ends within a packet
  bool same() const { return a == b && differing == 0 && cut_a == cut_b; }
};

/// Two events.jsonl compared. Clocks since reset are not: pace and gaps move them; latencies are.
struct EventDiff {
  RunSummary a, b;
  bool cut_a = false, cut_b = false;                 ///< the last line is half a line
  std::uint64_t compared = 0;                        ///< frames whose id both have
  std::uint64_t differing = 0;                       ///< of these
  std::uint64_t only_a = 0, only_b = 0;              ///< frames whose id only one has
  std::uint64_t first_only_a = 0, first_only_b = 0;  ///< first of them
  std::vector<FieldDiff> fields;  ///< those that differ, in the order of the frame line
  bool complete_a() const { return a.ended && !cut_a; }
  bool complete_b() const { return b.ended && !cut_b; }
  bool same() const;
};

/// Compares frame by frame, matched by id; memory does not grow with their number. `flows` counts
/// only where both have it. Throws InputError: unreadable, no start line, ids that do not ascend.
EventDiff diff_events(const std::string& path_a, const std::string& path_b);

/// Compares two out.pcapng interface by interface (rx0, reply0, forward0), streaming. Throws
/// CaptureError when one cannot be opened, InputError when one is damaged.
std::vector<PacketDiff> diff_packets(const std::string& path_a, const std::string& path_b);

}  // namespace syngate::sim
