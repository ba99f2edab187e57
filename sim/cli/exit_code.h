// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdexcept>

#include "syngate/sim/errors.h"

namespace syngate::sim {

/// What the shell sees; the same table is in --help.
enum ExitCode : int {
  kExitOk = 0,
  kExitMismatch = 1,
  kExitUsage = 2,
  kExitBadInput = 3,
  kExitSkipped = 4,
  kExitAssertion = 5,
  kExitHang = 6,
  kExitInternal = 7,
  kExitInterrupted = 130,
};

inline constexpr const char* kExitCodeHelp =
    "Exit codes:\n"
    "  0  all agreed                          5  an RTL assertion failed\n"
    "  1  mismatch, or a frame was lost       6  the pipeline hung\n"
    "  2  usage                               7  internal error\n"
    "  3  bad input or output file          130  interrupted (the summary is printed)\n"
    "  4  skipped\n";

/// Wrong use of the command line, found after parsing; exit 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace syngate::sim
