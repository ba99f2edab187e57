// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "flood.h"
#include "keys.h"
#include "pacing.h"
#include "recording.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// The pipeline as `live` runs it. What it does depends on its calls and their order alone, so that
/// a recording of the calls repeats it: clocks included.
class LiveBench {
 public:
  /// `key_file` is needed if and only if `start.own_keys`. `simulator`: checking, waves and faults;
  /// the rest comes from `start`.
  LiveBench(const LiveStart& start, const std::optional<KeyFile>& key_file,
            SimulatorOptions simulator);

  /// Every output; `flood`: it is sent for a frame of the flood.
  std::function<void(const Output&, bool flood)> on_output;
  std::function<void(const FrameResult&, bool flood)> on_result;
  std::function<void(const Mismatch&)> on_mismatch;

  /// Commits time and, in a new minute, the next secret.
  void set_time(const model::Time& time);
  /// Offers a frame no earlier than `cycle`. Returns its id.
  std::uint64_t offer(std::uint64_t cycle, const Bytes& bytes, bool flood);
  /// Offers the next `count` frames of the flood, each when its rate says.
  void flood(std::uint64_t count);
  /// Clock of the flood's next frame, by its rate.
  std::uint64_t flood_due() const;
  /// The same for a frame of `length` bytes that the caller offers himself (a flood from a file),
  /// and moves on.
  std::uint64_t take_flood_slot(std::size_t length);
  void drain() { simulator_->drain(); }
  /// Ends the run.
  const Statistics& finish() { return simulator_->finish(); }

  std::uint64_t cycle() const { return simulator_->cycle(); }
  std::uint64_t start_cycle() const { return start_cycle_; }
  std::uint64_t offered() const { return offered_; }
  std::uint64_t flooded() const { return flooded_; }
  const OutputDigest& digest() const { return digest_; }
  const model::Time& time() const { return time_; }
  const Statistics& statistics() const { return simulator_->statistics(); }

 private:
  LiveStart start_;
  KeySchedule schedule_;
  model::Config config_;
  model::Time time_;
  std::optional<Flood> flood_;
  std::optional<Pacer> pacer_;
  std::unique_ptr<Simulator> simulator_;
  OutputDigest digest_;
  std::uint64_t start_cycle_ = 0, offered_ = 0, flooded_ = 0;
};

}  // namespace syngate::sim
