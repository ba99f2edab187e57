// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "replay.h"

namespace syngate::sim {

/// Delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002):
/// from the indices 0 to count - 1, of which all together fail, to a set of which none can be left
/// out. `fails` is asked about ascending sets; when `stop` says so, the smallest set so far is
/// returned.
std::vector<std::size_t> ddmin(std::size_t count,
                               const std::function<bool(const std::vector<std::size_t>&)>& fails,
                               const std::function<bool()>& stop);

/// What makes two failures the same: stage and field of the first mismatch, or the kind of failure;
/// empty if the run agreed.
std::string failure_signature(const ReplayResult& result);

/// A smallest failing capture.
struct Reproducer {
  bool reproduced = false;  ///< the frames up to the failure alone fail in the same way
  bool complete = true;     ///< false: stopped before no frame could be left out
  std::size_t frames_before = 0, frames = 0;
  std::uint64_t bytes = 0;         ///< of the frames
  std::uint64_t payload_cut = 0;   ///< bytes of TCP payload that were not needed
  std::uint64_t runs = 0;          ///< replays that it took
  std::uint32_t count = 0, ts_clock = 0;  ///< time at its first frame
  std::vector<model::Destination> destinations;
  ReplayResult result;             ///< of the last failing run: what the reproducer shows
};

/// Called before every run with the runs so far and the frames that are left.
using MinimiseProgress = std::function<void(std::uint64_t runs, std::size_t frames)>;

/// Repeats the run that ended as `failed` with fewer and fewer frames, and then with less payload, as
/// long as it fails in the same way; writes the smallest capture that does to `out`. Every trial is a
/// capture file at `out`, replayed with exactly the options that the reproducer needs: times in the
/// capture and the time of its first frame stay. Throws as replay().
Reproducer minimise(const ReplayOptions& options, const ReplayResult& failed,
                    const std::string& out, const MinimiseProgress& progress);

}  // namespace syngate::sim
