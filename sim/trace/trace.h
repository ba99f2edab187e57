// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <ostream>
#include <queue>
#include <string>
#include <vector>

#include "events.h"

namespace syngate::sim {

/// Which packets of a run are shown; what is not set allows all.
struct TraceFilter {
  std::uint64_t first = 0, last = UINT64_MAX;  ///< ids
  std::string flow;                            ///< text in the event's `flow`
  std::optional<defs::Verdict> verdict;
  std::optional<defs::Reason> reason;

  bool matches(const FrameEvent& frame) const;
};

/// What the decision rests on, in words: "valid cookie of age 1, MSS 1440, new entry".
std::string why(const FrameEvent& frame);
/// One line without its newline, as docs/reference/trace.md says.
std::string trace_line(const FrameEvent& frame);
/// Likewise, one JSON object of schema syngate.trace/1.
std::string trace_json(const FrameEvent& frame);

/// Writes a Kanata 0004 log (the format of the viewer Konata): a row per packet, lane 0 its stages, lane 1 what queues added.
/// Memory holds the packets that overlap in time.
class KonataWriter {
 public:
  explicit KonataWriter(std::ostream* out) : out_(out) {}
  /// In the order of ids.
  void add(const FrameEvent& frame);
  void finish();

 private:
  struct Command {
    std::uint64_t cycle;
    std::uint64_t order;
    std::string text;  // without newline; empty: retirement
    std::uint64_t row;
    bool dropped;
    bool operator>(const Command& other) const { return cycle != other.cycle ? cycle > other.cycle : order > other.order; }
  };
  void put(std::uint64_t cycle, std::string text, std::uint64_t row = 0, bool dropped = false);
  void flush(std::uint64_t before);

  std::ostream* out_;
  bool started_ = false;
  std::uint64_t now_ = 0, order_ = 0, rows_ = 0, retired_ = 0;
  std::priority_queue<Command, std::vector<Command>, std::greater<>> commands_;
};

/// WaveJSON of a few packets (WaveDrom): a lane per packet with its stages as boxes, one character per clock.
std::string wavedrom(const std::vector<FrameEvent>& frames);

}  // namespace syngate::sim
