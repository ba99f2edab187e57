// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "random.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// Keys drawn from a generator, all of them.
model::Keys random_keys(Random& random);

/// The two servers that the traffic generators aim at, protected on port 443 with Linux's defaults.
model::Config default_config(std::uint64_t seed);

/// Totals of differential episodes.
struct EpisodeTotals {
  std::uint64_t frames = 0, mismatches = 0, lost = 0, cycles = 0, handshakes = 0;
  std::uint64_t verdicts[5] = {};
  std::uint64_t reasons[32] = {};
  std::uint64_t ops[8] = {};
  std::uint64_t hash = 0;  ///< of every verdict and every output byte, in order
};

/// When an episode is given up with HangError; 0: as the simulator would.
struct EpisodeLimits {
  std::uint64_t quiet_clocks = 0;  ///< work outstanding and nothing moves
  std::uint64_t max_clocks = 0;    ///< in all
};

/// One randomised run of the RTL against the model: configuration, time, rotation, traffic, idle and back-pressure all come from the seed.
/// `report` is called for every mismatch.
void run_episode(std::uint64_t seed, std::uint64_t frames, EpisodeTotals& totals, std::uint64_t x_seed,
                 const std::function<void(const Mismatch&)>& report, const EpisodeLimits& limits = {});

}  // namespace syngate::sim
