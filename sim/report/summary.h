// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "events.h"

namespace syngate::sim {

/// What happened in one slice of the run.
struct TimeSlice {
  std::uint64_t offered = 0, answered = 0, validated = 0;
  std::array<std::uint64_t, defs::kReasonCount> dropped{};
  std::uint64_t flows = 0;  ///< occupied slots at the end of the slice
};

/// The largest counts of a stream of names with bounded memory (space-saving, Metwally, Agrawal, El
/// Abbadi 2005): exact while there are at most `capacity` names, else every count is too high by at
/// most error().
class TopNames {
 public:
  explicit TopNames(std::size_t capacity) : capacity_(capacity) {}
  void add(const std::string& name);
  bool exact() const { return evicted_ == 0; }
  std::uint64_t error() const { return evicted_; }
  /// Descending; equal counts by name.
  std::vector<std::pair<std::string, std::uint64_t>> top(std::size_t n) const;
  std::size_t names() const { return counts_.size(); }

 private:
  std::size_t capacity_;
  std::unordered_map<std::string, std::uint64_t> counts_;
  std::map<std::uint64_t, std::vector<std::string>>
      by_count_;               // may hold names whose count has grown since
  std::uint64_t evicted_ = 0;  // largest count that was given up
};

/// Everything that a report tells of the events of a run; memory does not grow with their number.
class RunSummary {
 public:
  static constexpr std::size_t kSlices = 128;     ///< at most; slices get longer as the run does
  static constexpr std::size_t kMismatches = 20;  ///< kept
  static constexpr std::size_t kNames = 4096;     ///< of TopNames

  void add(const Event& event);

  bool started = false, ended = false;
  unsigned clock_mhz = 200;
  bool checked = true;
  std::uint64_t first_cycle = 0, last_cycle = 0;
  std::uint64_t frames = 0, mismatches = 0, lost = 0, rotations = 0;
  std::array<std::uint64_t, kSourceCount> sources{};
  std::array<std::uint64_t, defs::kVerdictCount> verdicts{};
  std::array<std::uint64_t, defs::kReasonCount> reasons{};
  std::uint64_t slice_clocks = 1;
  std::vector<TimeSlice> slices;
  /// Clocks from the last beat in to the first beat out (or to the drop) and how many frames.
  std::map<std::uint64_t, std::uint64_t> latency;
  TopNames talkers{kNames}, shapes{kNames};
  std::vector<Event> first_mismatches;

 private:
  TimeSlice& slice(std::uint64_t cycle);
};

/// Address of the sender, from a flow as describe_packet() writes it; empty when there is none.
std::string flow_source(const std::string& flow);

}  // namespace syngate::sim
