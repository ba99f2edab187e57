// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "syngate/sim/simulator.h"

namespace syngate::sim {

struct Style;

struct BenchOptions {
  std::uint64_t frames = 4000;  ///< per row; rows of long frames take fewer, by their beats
  std::uint64_t seed = 1;
  unsigned clock_mhz = 200;
  const std::atomic<bool>* stop = nullptr;  ///< when it is set, the rest is left out
  /// Step `done` of `total` begins.
  std::function<void(const std::string& step, std::uint64_t done, std::uint64_t total)> on_progress;
};

/// Frames of one length and kind, offered back to back at an exact line rate.
struct BenchRow {
  std::string length;  ///< bytes without FCS, or "mix"
  std::string rate;    ///< "40G", "100G"
  /// passed, syn, ack, ack_data; with "_paced" the egress drains at the line rate too.
  std::string kind;
  bool applies = true;
  std::string note;  ///< why the kind does not apply to the length
  bool must_not_lose = false;
  std::uint64_t offered = 0;
  double wire_frames_per_clock = 0;  ///< what the line rate is
  double frames_per_clock = 0;       ///< what went in, measured between first and last frame
  std::uint64_t lost = 0;  ///< frames that did not get the verdict that their kind deserves
  std::map<std::string, std::uint64_t> reasons;  ///< of the lost ones
  std::uint64_t mismatches = 0;
};

struct BenchResult {
  std::vector<BenchRow> line_rate;
  Distribution latency;  ///< of frames that came one by one
  double kframes_per_s_checked = 0, kframes_per_s_unchecked = 0, kcycles_per_s = 0;
  double cookies_per_s = 0;
  bool interrupted = false;  ///< what was not measured is missing or zero

  /// No loss where there must be none, and no mismatch.
  bool good() const;
};

BenchResult run_bench(const BenchOptions& options);
/// One JSON object, schema "syngate.bench/1".
std::string bench_json(const BenchOptions& options, const BenchResult& result);
std::string bench_text(const BenchOptions& options, const BenchResult& result, const Style& style);

}  // namespace syngate::sim
