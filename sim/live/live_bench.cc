// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "live_bench.h"

#include <algorithm>
#include <stdexcept>

#include "targets.h"

namespace syngate::sim {
namespace {

// A flood that was late by more than this does not catch up: the line would be faster than it is.
constexpr std::uint64_t kCatchUpClocks = 4096;

}  // namespace

LiveBench::LiveBench(const LiveStart& start, const std::optional<KeyFile>& key_file,
                     SimulatorOptions simulator)
    : start_(start),
      schedule_(key_file ? KeySchedule(start.seed, *key_file) : KeySchedule(start.seed)),
      time_(start.time) {
  for (std::size_t i = 0; i < start.destinations.size(); ++i)
    config_.destinations[i] = start.destinations[i];
  config_.policy = start.policy;
  config_.keys = schedule_.initial(start.time.count);
  if (start.flood) {
    Flood::Options options;
    options.seed = start.seed;
    options.targets = Targets(start.destinations);
    options.shares = true;
    if (!start.flood->kind.empty()) {
      if (!Flood::choose(start.flood->kind, &options))
        throw std::invalid_argument("flood of kind " + start.flood->kind);
      flood_.emplace(options);
    }
    pacer_.emplace(start.flood->line ? Pace::kLine : Pace::kFrames, start.flood->rate,
                   start.clock_mhz);
  }
  simulator.seed = start.seed;
  simulator.clock_mhz = start.clock_mhz;
  simulator_ = std::make_unique<Simulator>(simulator, config_, time_);
  start_cycle_ = simulator_->cycle();
  simulator_->on_output = [this](const Output& output) {
    digest_.add(output);
    if (on_output) on_output(output, (output.tag & 1) != 0);
  };
  simulator_->on_result = [this](const FrameResult& result) {
    if (on_result) on_result(result, (result.tag & 1) != 0);
  };
  simulator_->on_mismatch = [this](const Mismatch& mismatch) {
    if (on_mismatch) on_mismatch(mismatch);
  };
}

void LiveBench::set_time(const model::Time& time) {
  if (time.count != time_.count) {
    // The new key goes to a bank that neither this minute nor the last uses, so no handshake
    // notices.
    schedule_.advance(time_.count, time.count, &config_.keys);
    simulator_->set_config(config_);
  }
  time_ = time;
  simulator_->set_time(time);
}

std::uint64_t LiveBench::offer(std::uint64_t cycle, const Bytes& bytes, bool flood) {
  const std::uint64_t id = offered_++;
  simulator_->offer(cycle, bytes.data(), bytes.size(), id << 1 | (flood ? 1u : 0u));
  return id;
}

std::uint64_t LiveBench::flood_due() const {
  return pacer_ ? start_cycle_ + pacer_->next_slot() : 0;
}

void LiveBench::flood(std::uint64_t count) {
  if (!flood_) throw std::logic_error("no flood was configured");
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes bytes = flood_->next();
    offer(take_flood_slot(bytes.size()), bytes, true);
  }
}

std::uint64_t LiveBench::take_flood_slot(std::size_t length) {
  const std::uint64_t now = simulator_->cycle() - start_cycle_;
  if (now > kCatchUpClocks) pacer_->skip_to(now - kCatchUpClocks);
  ++flooded_;
  return start_cycle_ + pacer_->due(0, length);
}

}  // namespace syngate::sim
