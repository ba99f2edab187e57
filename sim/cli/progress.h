// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "style.h"

namespace syngate::sim {

/// How far a long work is.
struct ProgressState {
  std::string what;         ///< the step, empty: frames are simulated
  std::uint64_t done = 0;   ///< frames or steps
  std::uint64_t total = 0;  ///< 0: not known
  double seconds = 0;       ///< since the start, by the wall
  double mpps = 0;          ///< frames per simulated microsecond, 0: nothing to say
};

/// The state in at most `columns` cells, without control characters. What does not fit is left out,
/// the least important first: bar, Mpps, count of frames, speed, time left, percent.
std::string progress_line(const ProgressState& state, std::size_t columns, const Style& style);

/// Shows progress on a stream: on a terminal one line, rewritten at most 10 times a second; in a
/// file or pipe (and on TERM=dumb) a line every 10 seconds. Nothing when it is not wanted.
class Progress {
 public:
  Progress(bool wanted, std::FILE* stream, const Style& style);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether now is the time for another line: spares the caller the work of describing the state.
  bool due() const;
  /// Shows the state (`seconds` is filled in) if one is due.
  void show(ProgressState state);
  /// Shows a line of its own wording, cut to the terminal's width, if one is due.
  void show_line(const std::string& line);
  /// Removes the line from the terminal, so that other text can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool wanted_, terminal_;
  std::FILE* stream_;
  Style style_;
  bool shown_ = false;
  Clock::time_point start_, last_;
};

}  // namespace syngate::sim
