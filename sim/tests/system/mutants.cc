// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// mutants --seed S --frames N --episode N: the differential test once for each mutant whose number comes on stdin, in one process.
// The first line on stdout says how many clocks the test takes without a mutant. Then one line a mutant: its number and "passes", or
// its number, "caught", the episode's seed, and how. A mutant is given up when it needs three times the clocks of the clean run or
// moves nothing for a while: clocks, not seconds, so a busy machine judges like an idle one. Exit 1 when the clean run fails.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "episode.h"

namespace {

using namespace syngate;

// With the outputs ready in one clock of 25, the worst that an episode has, a hundred times as much has never been seen.
constexpr std::uint64_t kQuietClocks = 10000;
constexpr std::uint64_t kTimesAsLong = 3;

struct Plan {
  std::uint64_t seed = 1, frames = 1500, episode = 500;
};

struct Caught {
  std::string how;
};

// The first difference ends it: how wrong a mutant is does not matter.
std::string judge(const Plan& plan, std::uint64_t max_clocks, std::uint64_t& clocks) {
  sim::EpisodeTotals totals;
  std::uint64_t seed = plan.seed;
  sim::EpisodeLimits limits;
  try {
    for (; totals.frames < plan.frames; ++seed) {
      limits.quiet_clocks = kQuietClocks;
      limits.max_clocks = max_clocks == 0 ? 0 : max_clocks - std::min(max_clocks - 1, totals.cycles);
      sim::run_episode(
          seed, std::min(plan.episode, plan.frames - totals.frames), totals, 0,
          [](const sim::Mismatch& m) {
            throw Caught{fmt::format("frame {}: {} {}: rtl {} model {}", m.id, m.stage, m.field, m.rtl, m.model)};
          },
          limits);
      if (totals.lost != 0) return fmt::format("{} {} lost", seed, totals.lost);
    }
  } catch (const Caught& caught) {
    return fmt::format("{} {}", seed, caught.how);
  } catch (const std::exception& e) {
    return fmt::format("{} {}", seed, e.what());
  }
  clocks = totals.cycles;
  return {};
}

void select(std::uint64_t mutant) { setenv("SYNGATE_PLUSARGS", fmt::format("+mutant={}", mutant).c_str(), 1); }

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Does the differential test notice these mutants?"};
  Plan plan;
  app.add_option("--seed", plan.seed, "seed of the first episode");
  app.add_option("--frames", plan.frames, "frames in all");
  app.add_option("--episode", plan.episode, "frames of one episode");
  CLI11_PARSE(app, argc, argv);

  select(0);
  std::uint64_t clean = 0;
  const std::string wrong = judge(plan, 0, clean);
  if (!wrong.empty()) {
    fmt::print(stderr, "without a mutant: episode {}\n", wrong);
    return 1;
  }
  fmt::print("{} clocks without a mutant\n", clean);
  std::fflush(stdout);
  std::uint64_t mutant = 0;
  while (std::cin >> mutant) {
    select(mutant);
    std::uint64_t clocks = 0;
    const std::string how = judge(plan, kTimesAsLong * clean, clocks);
    if (how.empty()) {
      fmt::print("{} passes\n", mutant);
    } else {
      fmt::print("{} caught {}\n", mutant, how);
    }
    std::fflush(stdout);
  }
  return 0;
}
