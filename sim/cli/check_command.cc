// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate check`: does the RTL agree with the model on these frames? And if not, on how few of them?
#include <fmt/core.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app.h"
#include "exit_code.h"
#include "interrupt.h"
#include "minimise.h"
#include "progress.h"
#include "protect.h"
#include "replay_flags.h"
#include "version.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

struct CheckFlags {
  std::shared_ptr<ReplayFlags> replay = std::make_shared<ReplayFlags>();
  bool minimise = false;
  std::string out = "repro.pcap";
};

// The command line that shows what the reproducer shows.
std::string reproducer_command(const CheckFlags& flags, const Reproducer& reproducer) {
  const ReplayFlags& given = *flags.replay;
  const ReplayOptions& options = given.replay;
  std::string text = "syngate check " + shell_quote(flags.out);
  for (const model::Destination& destination : reproducer.destinations)
    text += " --protect " + shell_quote(protect_argument(destination));
  if (options.pace == Pace::kFrames)
    text += fmt::format(" --pps {}", static_cast<double>(options.rate) / 1000.0);
  if (options.pace == Pace::kBits)
    text += fmt::format(" --mbps {}", static_cast<double>(options.rate) / 1e6);
  if (options.pace == Pace::kLine)
    text += options.rate == 40000000000 ? " --line-rate 40G" : " --line-rate 100G";
  if (options.pace == Pace::kTopSpeed) text += " --topspeed";
  if (options.clock_mhz != ReplayOptions().clock_mhz)
    text += fmt::format(" --clock-mhz {}", options.clock_mhz);
  if (options.mss) text += fmt::format(" --mss {}", *options.mss);
  if (options.wscale) text += fmt::format(" --wscale {}", *options.wscale);
  for (const std::string& policy : given.policies) text += " --policy " + shell_quote(policy);
  if (!given.key_file.empty()) text += " --key-file " + shell_quote(given.key_file);
  text += fmt::format(" --count {} --ts-clock {}", reproducer.count, reproducer.ts_clock);
  if (options.idle > 0) text += fmt::format(" --idle {}", options.idle);
  if (options.backpressure > 0) text += fmt::format(" --backpressure {}", options.backpressure);
  if (options.fault_output != 0) text += fmt::format(" --fault-output {}", options.fault_output);
  if (!given.fault_pattern.empty()) text += " --fault-pattern " + given.fault_pattern;
  return text + fmt::format(" --seed {}", options.seed);
}

Json mismatch_json(const ReplayResult& result) {
  if (!result.first_mismatch) return nullptr;
  const Mismatch& mismatch = *result.first_mismatch;
  return {{"packet", mismatch.id},
          {"capture", result.first_origin.capture},
          {"frame", result.first_origin.number},
          {"description", result.first_origin.description},
          {"cycle", mismatch.cycle},
          {"stage", mismatch.stage},
          {"field", mismatch.field},
          {"rtl", mismatch.rtl},
          {"model", mismatch.model},
          {"text", result.mismatch_texts.front()}};
}

Json reproducer_json(const CheckFlags& flags, const Reproducer& reproducer) {
  Json object = {{"path", flags.out},
                 {"reproduced", reproducer.reproduced},
                 {"complete", reproducer.complete},
                 {"frames_before", reproducer.frames_before},
                 {"frames", reproducer.frames},
                 {"bytes", reproducer.bytes},
                 {"payload_cut", reproducer.payload_cut},
                 {"runs", reproducer.runs},
                 {"command", reproducer_command(flags, reproducer)}};
  if (reproducer.reproduced) object["mismatch"] = mismatch_json(reproducer.result);
  return object;
}

std::string dump(const Json& object) {
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void check_out(const CheckFlags& flags) {
  struct stat info {};
  if (flags.minimise && stat(flags.out.c_str(), &info) == 0)
    throw UsageError(fmt::format("{} is there already; name another file with --out", flags.out));
}

void print_reproducer(const CheckFlags& flags, const Reproducer& reproducer, const Style& style) {
  if (!reproducer.reproduced) {
    fmt::print(
        "\nThe {} frames up to the failure do not fail by themselves; they are in {}. What came "
        "after them, or how often\nthe captures were read, matters: try a larger --limit.\n",
        reproducer.frames, flags.out);
    return;
  }
  fmt::print("\n{}\n",
             style.paint(Color::kBold, fmt::format("{} of {} frames are enough, in {}{}",
                                                   reproducer.frames, reproducer.frames_before,
                                                   flags.out,
                                                   reproducer.complete ? "" : " (stopped early)")));
  fmt::print("  {} bytes, {} bytes of payload were not needed, {} runs\n", reproducer.bytes,
             reproducer.payload_cut, reproducer.runs);
  if (!reproducer.result.mismatch_texts.empty())
    fmt::print("{}", reproducer.result.mismatch_texts.front());
  else
    fmt::print("  {}\n", reproducer.result.failure_text);
  fmt::print("  again   {}\n", reproducer_command(flags, reproducer));
}

int run(CheckFlags& flags, const AppContext& context) {
  ReplayFlags& replay_flags = *flags.replay;
  resolve_replay(replay_flags, context);
  ReplayOptions& options = replay_flags.replay;
  check_out(flags);
  if (flags.minimise && std::count(options.captures.begin(), options.captures.end(), "-") != 0)
    throw UsageError("--minimise: standard input cannot be read again; write it to a file first");
  options.stop = &catch_interrupts();
  options.stop_at_mismatch = true;
  const Style style = make_style(context.color, stdout);
  const Style error_style = make_style(context.color, stderr);
  Progress progress(!replay_flags.quiet, stderr, error_style);
  report_to_stderr(replay_flags, context, progress);
  const ReplayResult result = replay(options);
  progress.clear();
  const std::string signature = failure_signature(result);
  if (!replay_flags.json && !result.mismatch_texts.empty())
    fmt::print("{}", style.paint(Color::kMagenta, result.mismatch_texts.front()));
  if (result.failure != Failure::kNone) fmt::print(stderr, "error: {}\n", result.failure_text);

  std::optional<Reproducer> reproducer;
  if (flags.minimise && !signature.empty() && !result.interrupted) {
    std::fflush(stdout);
    reproducer = minimise(options, result, flags.out, [&](std::uint64_t runs, std::size_t frames) {
      if (!progress.due()) return;
      ProgressState state;
      state.what = fmt::format("minimising: run {},", runs + 1);
      state.done = frames;
      progress.show(state);
    });
    progress.clear();
  }

  if (replay_flags.json) {
    Json object = {{"schema", "syngate.check/1"},
                   {"version", kVersion},
                   {"seed", options.seed},
                   {"frames_read", result.counts.frames_read},
                   {"frames_offered", result.frames_offered},
                   {"agreed", signature.empty() && result.failure == Failure::kNone},
                   {"lost", result.statistics.lost},
                   {"mismatch", mismatch_json(result)}};
    object["error"] = result.failure == Failure::kNone ? Json(nullptr) : Json(result.failure_text);
    object["reproducer"] = reproducer ? reproducer_json(flags, *reproducer) : Json(nullptr);
    object["interrupted"] = result.interrupted;
    object["exit_code"] = result.exit_code();
    fmt::print("{}", dump(object));
  } else if (reproducer) {
    print_reproducer(flags, *reproducer, style);
  } else if (!signature.empty()) {
    if (result.mismatch_texts.empty() && result.statistics.lost != 0)
      fmt::print("{} frames were lost\n", result.statistics.lost);
    fmt::print("the smallest capture that shows it: the same command with --minimise\n");
  } else if ((result.any_file_used() || options.captures.empty()) && result.failure == Failure::kNone) {
    fmt::print("{} frames, every byte, verdict and counter as the model says, seed {}\n",
               style.number(result.frames_offered), options.seed);
  }
  if (result.any_file_failed() && result.any_file_used())
    fmt::print(stderr, "error: some captures could not be used; the others were checked\n");
  if (result.interrupted)
    fmt::print(stderr, "interrupted: the result is that of the frames offered so far\n");
  return result.exit_code();
}

constexpr const char* kFooter =
    "\nWith --minimise the run is repeated with fewer and fewer frames (delta debugging), then with "
    "less payload, as long\n"
    "as the first difference is of the same stage and field. No frame of the result can be left out. "
    "Times between frames\n"
    "stay as captured; --count, --ts-clock and --protect keep the rest as it was. What --follow, --clients and --attack sent "
    "becomes\n"
    "frames of the capture.\n\n"
    "Examples:\n"
    "  syngate check flood.pcap\n"
    "  syngate check web.pcap --follow --attack syn --attack-frames 1000\n"
    "  syngate check flood.pcap --line-rate 100G --minimise --out repro.pcap\n\n";

}  // namespace

void add_check_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* command =
      app.add_subcommand("check", "RTL against model up to the first difference; minimise it");
  add_replay_options(command, flags->replay);
  add_traffic_options(command, flags->replay);
  command
      ->add_flag("--minimise", flags->minimise,
                 "find the smallest capture that fails in the same way")
      ->group("Output");
  command->add_option("--out", flags->out, "where --minimise writes it")
      ->type_name("FILE")
      ->capture_default_str()
      ->group("Output");
  command->add_flag("--json", flags->replay->json, "one JSON object (schema syngate.check/1)")
      ->group("Output");
  command->add_flag("-q,--quiet", flags->replay->quiet, "no warnings, no progress")->group("Output");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback([flags, &context] {
    context.selected = [flags, &context] { return run(*flags, context); };
  });
}

}  // namespace syngate::sim
