// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "app.h"
#include "bench.h"
#include "exit_code.h"
#include "interrupt.h"
#include "line_plan.h"
#include "progress.h"
#include "style.h"

namespace syngate::sim {
namespace {

struct Flags {
  BenchOptions bench;
  bool json = false, quiet = false;
  std::string plan;
};

int run_plan(const Flags& flags) {
  std::string text;
  if (flags.plan == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream in(flags.plan);
    if (!in) throw InputError(fmt::format("{}: cannot read", flags.plan));
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  const std::vector<LinePlan> plans = parse_line_plan(text, flags.plan == "-" ? "standard input" : flags.plan);
  LineOptions options;
  options.seed = flags.bench.seed;
  options.stop = &catch_interrupts();
  options.on_result = [](const LinePlan& plan, const LineResult& result) {
    fmt::print("{}", line_json(plan, result));
    std::fflush(stdout);
  };
  const std::uint64_t mismatches = run_line_plan(plans, options);
  if (mismatches != 0) {
    fmt::print(stderr, "error: RTL and model differ\n");
    return kExitMismatch;
  }
  return options.stop->load() ? kExitInterrupted : kExitOk;
}

int run(Flags& flags, const AppContext& context) {
  if (!flags.plan.empty()) return run_plan(flags);
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
    "A plan has lines KIND LENGTHS GBPS MHZ FRAMES: kind flow, syn, ack, ack_data, drop or any (flow, syn and drop in turn), "
    "lengths in bytes without\n"
    "FCS that go round, joined by '+', then the wire's rate, the clock and how many frames. Each line gives one JSON object: "
    "'lost' frames did not get\n"
    "their kind's verdict, 'wait' is how long they stood on the wire's side, in clocks. Loss is no error: a plan may ask for "
    "more than can be.\n\n"
    "Examples:\n"
    "  syngate bench --frames 500\n"
    "  syngate bench --frames 100 --seed 7 --json\n"
    "  echo 'flow 60+9014 100 163.4 200' | syngate bench --plan -\n\n";

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
  command->add_option("--plan", flags->plan, "run the lines of this file (- is standard input) instead, one JSON object each");
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.bench/1)");
  command->add_flag("-q,--quiet", flags->quiet, "no progress");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback(
      [flags, &context] { context.selected = [flags, &context] { return run(*flags, context); }; });
}

}  // namespace syngate::sim
