// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace syngate::sim {

/// What the frames of a line of a plan are, and so what must become of them.
enum class LineKind : std::uint8_t {
  kFlow,     ///< segments of flows in the table: pass
  kSyn,      ///< SYNs, longer ones with data: reply
  kAck,      ///< bare ACKs with a valid cookie, padded: hand-off
  kAckData,  ///< the same with data: hand-off and original
  kDrop,     ///< wrong cookie, RST or no ACK, none of a flow: drop, each by its own reason
  kAny,      ///< flow, syn, drop in turn
};

/// One line of a plan: frames whose lengths go round `lengths`, back to back on a wire.
struct LinePlan {
  LineKind kind = LineKind::kFlow;
  std::vector<std::size_t> lengths;  ///< bytes without FCS, 60 to 9216
  std::uint64_t megabits = 0;        ///< of the wire, per second
  std::uint64_t kilohertz = 0;       ///< clock of the pipeline
  std::uint64_t frames = 0;
};

/// What the simulation did with it.
struct LineResult {
  std::uint64_t lost = 0;  ///< frames that did not get the verdict that their kind deserves, or none at all
  std::map<std::string, std::uint64_t> reasons;  ///< of those
  std::uint64_t mismatches = 0;
  // Clocks. A frame is due when the wire has carried all before it; it waits until its first beat is taken.
  std::uint64_t wait_max = 0, wait_last = 0;
  // From the last beat taken to the entry into the pipeline: the first frame, and how much longer the slowest took.
  std::uint64_t entry = 0, entry_more = 0;
  std::uint64_t span = 0;  ///< from the first beat of the first frame to the last frame's entry
};

/// Parses lines `KIND LENGTHS GBPS MHZ FRAMES`: flow, syn, ack, ack_data, drop or any; lengths joined by '+'; both rates with up to
/// three decimals; '#' starts a comment. `name` is used in messages. Throws InputError naming the line.
std::vector<LinePlan> parse_line_plan(const std::string& text, const std::string& name);

struct LineOptions {
  std::uint64_t seed = 1;
  const std::atomic<bool>* stop = nullptr;  ///< when it is set, the rest is left out
  std::function<void(const LinePlan& plan, const LineResult& result)> on_result;
};

/// Runs each line through one simulated pipeline, which is empty in between. Returns the mismatches of all, counters included.
std::uint64_t run_line_plan(const std::vector<LinePlan>& plans, const LineOptions& options);

/// One JSON object on one line, schema "syngate.line/1".
std::string line_json(const LinePlan& plan, const LineResult& result);

}  // namespace syngate::sim
