// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "replay.h"

namespace syngate::sim {

/// Clocks of a window of waves, and the event inside it.
struct WaveClocks {
  std::uint64_t from = 0, to = 0, cycle = 0;
};

/// As the hidden option --waves-window takes it: FROM:TO:CYCLE. Throws UsageError.
WaveClocks parse_wave_clocks(const std::string& text);

/// The second pass: runs the same command line in syngate-traced, with an FST of `pre` clocks before and `post` behind the event that
/// the first pass found; it must meet the event at the same clock. Writes NAME.json and presets for the viewers beside NAME.fst.
/// Says on stderr what went wrong. Returns an exit code.
int write_wave_window(const std::vector<std::string>& arguments, const ReplayOptions& options, const ReplayResult& result,
                      std::uint64_t pre, std::uint64_t post);

/// Files that belong to an FST: "x.fst" has "x.json", "x.QUESTION.gtkw", "x.QUESTION.sucl".
std::string beside_fst(const std::string& fst, const std::string& suffix);

}  // namespace syngate::sim
