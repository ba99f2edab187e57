// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "replay.h"

namespace syngate::sim {

/// A capture replayed with the defaults into a run directory that is gone when this is: for commands that take a kept run or a capture.
class TemporaryRun {
 public:
  /// Replays; `limit` frames, 0 for all. Warnings, errors and mismatches go to stderr. Throws what replay() throws.
  explicit TemporaryRun(const std::string& capture, std::uint64_t limit = 0);
  ~TemporaryRun();
  TemporaryRun(const TemporaryRun&) = delete;
  TemporaryRun& operator=(const TemporaryRun&) = delete;

  /// The run directory; there is one only where usable().
  const std::string& path() const { return path_; }
  bool usable() const { return result_.any_file_used(); }
  /// Of the replay.
  int exit_code() const { return result_.exit_code(); }

 private:
  std::string folder_, path_;
  ReplayResult result_;
};

}  // namespace syngate::sim
