// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pacing.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {

/// One capture of the command line, all its loops together.
struct ReplayFile {
  std::string path;
  std::string format;  ///< for people
  std::string error;   ///< why it could not be used, or empty
  CaptureCounts counts;
  std::uint64_t left_out = 0;  ///< read, but not offered: by --follow, or behind --duration
  std::uint64_t offered() const { return counts.frames_read - counts.skipped_total() - left_out; }
};

/// The captures of a run, one after the other, round after round, as one stream of frames.
class CaptureStream {
 public:
  struct Item {
    CaptureFrame frame;
    std::size_t file = 0;
    std::uint64_t round = 0;
    std::uint64_t elapsed_ns = 0;  ///< running time of the captures, see CaptureClock
  };
  struct Listener {
    std::function<void(const std::string&)> on_warning, on_error;
  };

  /// Appends to `files` one entry per path; counts, formats and errors appear there.
  CaptureStream(std::vector<ReplayFile>* files, const CaptureOptions& options, std::uint64_t rounds, Listener listener);
  /// The next frame; false at the end. Files that cannot be used are reported once and left out.
  bool next(Item* item);
  /// Goes on for another round behind the last, if any frame came out of the one before.
  void add_round() { ++rounds_; }
  bool empty_round() const { return frames_in_round_ == 0; }
  /// Rounds begun.
  std::uint64_t rounds() const { return round_ + 1; }
  /// Counts what was read of a file that is not at its end.
  void close();
  std::uint64_t times_adjusted() const { return clock_.adjusted(); }

 private:
  bool open_next();
  void failed(const std::string& text);

  std::vector<ReplayFile>* files_;
  CaptureOptions options_;
  std::uint64_t rounds_;
  Listener listener_;
  CaptureClock clock_;
  std::optional<CaptureReader> reader_;
  std::size_t file_ = 0;       // the one that is open, or was
  std::size_t next_file_ = 0;  // the one to be opened
  std::uint64_t round_ = 0;
  std::uint64_t frames_in_round_ = 0;
  std::uint64_t adjusted_before_ = 0;
};

}  // namespace syngate::sim
