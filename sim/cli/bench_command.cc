// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app.h"
#include "bench.h"
#include "exit_code.h"
#include "interrupt.h"
#include "progress.h"
#include "style.h"

namespace syngate::sim {
namespace {

struct Flags {
  BenchOptions bench;
  bool json = false, quiet = false;
};

int run(Flags& flags, const AppContext& context) {
  const Style error_style = make_style(context.color, stderr);
  Progress progress(!flags.quiet, stderr, error_style);
  flags.bench.stop = &catch_interrupts();
  flags.bench.on_progress = [&progress](const std::string& step, std::uint64_t done,
                                        std::uint64_t total) {
    if (!progress.due()) return;
    ProgressState state;
    state.what = step;
    state.done = done;
    state.total = total;
    progress.show(state);
  };
  const BenchResult result = run_bench(flags.bench);
  progress.clear();
  if (flags.json) {
    fmt::print("{}", bench_json(flags.bench, result));
  } else {
    fmt::print("{}", bench_text(flags.bench, result, make_style(context.color, stdout)));
  }
  if (result.interrupted) {
    fmt::print(stderr, "interrupted: what was not measured is missing\n");
    if (result.good()) return kExitInterrupted;
  }
  if (result.good()) return kExitOk;
  fmt::print(stderr, "error: frames were lost where none may be, or RTL and model differ\n");
  return kExitMismatch;
}

constexpr const char* kFooter =
    "\nFrames of every length and kind go in back to back at exact 40 and 100 Gbit/s Ethernet line "
    "rate. 'lost' counts the\n"
    "frames that did not get the verdict that their kind deserves. The speeds are those of this "
    "machine.\n\n"
    "Examples:\n"
    "  syngate bench --frames 500\n"
    "  syngate bench --frames 100 --seed 7 --json\n\n";

}  // namespace

void add_bench_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("bench", "line rate, latency and speed figures");
  command->add_option("--frames", flags->bench.frames, "frames per row")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}))
      ->capture_default_str();
  command->add_option("--seed", flags->bench.seed, "seed of the keys")->capture_default_str();
  command->add_option("--clock-mhz", flags->bench.clock_mhz, "clock of the pipeline")
      ->check(CLI::Range(1u, 10000u))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.bench/1)");
  command->add_flag("-q,--quiet", flags->quiet, "no progress");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback(
      [flags, &context] { context.selected = [flags, &context] { return run(*flags, context); }; });
}

}  // namespace syngate::sim
