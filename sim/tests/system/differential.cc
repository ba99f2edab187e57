// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// differential --frames N --seed S [--episode N]: RTL against model on random, mutated and honest traffic. Exit 1 on any mismatch or loss.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "episode.h"
#include "syngate/model/defs.h"

int main(int argc, char** argv) {
  using namespace syngate;
  CLI::App app{"RTL against golden model on random traffic"};
  std::uint64_t frames = 100000;
  std::uint64_t seed = 1;
  std::uint64_t episode = 5000;
  app.add_option("--frames", frames, "frames in all");
  app.add_option("--seed", seed, "seed of the first episode");
  app.add_option("--episode", episode, "frames of one episode (one configuration, one reset)");
  std::uint64_t x_seed = 0;
  app.add_option("--x-seed", x_seed, "seed of uninitialised state (builds with random initial values)");
  CLI11_PARSE(app, argc, argv);

  sim::EpisodeTotals totals;
  try {
    for (std::uint64_t s = seed; totals.frames < frames; ++s) {
      const std::uint64_t before = totals.mismatches + totals.lost;
      sim::run_episode(s, std::min(episode, frames - totals.frames), totals, x_seed, [&](const sim::Mismatch& m) {
        fmt::print("MISMATCH seed {} frame {} cycle {}: {} {}: rtl {} model {}\n", s, m.id, m.cycle, m.stage, m.field,
                   m.rtl, m.model);
        for (std::size_t i = 0; i < std::min(m.rtl_bytes.size(), m.model_bytes.size()); ++i) {
          if (m.rtl_bytes[i] == m.model_bytes[i]) continue;
          fmt::print("  first difference at byte {}: rtl {:02x} model {:02x}\n", i, m.rtl_bytes[i], m.model_bytes[i]);
          break;
        }
      });
      if (totals.mismatches + totals.lost != before) {
        fmt::print("episode failed; rerun: differential --seed {} --frames {} --episode {}\n", s, episode, episode);
        if (totals.mismatches > 50) break;
      }
      if ((s - seed + 1) % 100 == 0) {
        fmt::print(stderr, "{} frames, {} mismatches\n", totals.frames, totals.mismatches);
      }
    }
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 5;
  }
  fmt::print("frames {}  clocks {}  handshakes {}  mismatches {}  lost {}  output hash {:016x}\n", totals.frames,
             totals.cycles, totals.handshakes, totals.mismatches, totals.lost, totals.hash);
  for (unsigned v = 0; v < defs::kVerdictCount; ++v) {
    fmt::print("  verdict {:<14} {}\n", to_string(static_cast<defs::Verdict>(v)), totals.verdicts[v]);
  }
  for (unsigned r = 1; r < defs::kReasonCount; ++r) {
    fmt::print("  drop    {:<18} {}\n", to_string(static_cast<defs::Reason>(r)), totals.reasons[r]);
  }
  for (unsigned o = 0; o < defs::kTableOpCount; ++o) {
    fmt::print("  table   {:<10} {}\n", to_string(static_cast<defs::TableOp>(o)), totals.ops[o]);
  }
  return totals.mismatches + totals.lost == 0 ? 0 : 1;
}
