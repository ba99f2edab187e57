// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate replay` of what `syngate live` recorded.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app.h"
#include "exit_code.h"
#include "interrupt.h"
#include "live_command.h"
#include "replay_flags.h"
#include "replay_recording.h"
#include "style.h"
#include "traced.h"
#include "version.h"

namespace syngate::sim {
namespace {

// A recording says itself what was protected, at which pace and from which seed.
void check_arguments(const AppContext& context) {
  static constexpr const char* kAllowed[] = {
      "--key-file", "--no-check",     "--json",       "-q",       "--quiet",
      "--waves",    "--waves-frames", "--color",      "--config", "-v",
      "--verbose",  "--fault-output", "--redact-keys"};
  for (const std::string& argument : context.arguments) {
    if (argument.rfind('-', 0) != 0 || argument == "-") continue;
    const std::string name = argument.substr(0, argument.find('='));
    bool allowed = false;
    for (const char* known : kAllowed) allowed = allowed || name == known;
    if (!allowed) {
      throw UsageError(
          fmt::format("{}: the capture is a recording of syngate live, which is done again as it "
                      "was; only --key-file, "
                      "--waves, --waves-frames, --no-check, --json and --quiet go with it",
                      name));
    }
  }
}

}  // namespace

int run_recording(ReplayFlags& flags, const AppContext& context) {
  check_arguments(context);
  RecordingReplayOptions options;
  options.path = flags.replay.captures[0];
  if (!flags.key_file.empty()) options.key_file = read_key_file(flags.key_file);
  options.check = !flags.no_check;
  options.waves = flags.replay.waves;
  options.waves_frames = options.waves.empty() ? 0 : flags.replay.waves_frames;
  options.fault_output = flags.replay.fault_output;
  if (!options.waves.empty()) {
    if (flags.redact_keys)
      throw UsageError("--redact-keys: waves hold the keys and cannot be written without them");
    if (!context.traced) become_traced(context.arguments);
  }
  options.stop = &catch_interrupts();
  options.on_mismatch = [](const std::string& text) { fmt::print(stderr, "{}", text); };
  const RecordingReplayResult result = replay_recording(options);
  const bool same = result.difference.empty();
  if (!result.cut.empty() && !flags.quiet) fmt::print(stderr, "warning: {}\n", result.cut);
  if (result.start.version != kVersion && !flags.quiet) {
    fmt::print(stderr, "warning: {} was recorded by syngate {}, this is {}\n", options.path,
               result.start.version, kVersion);
  }
  if (flags.json) {
    const nlohmann::ordered_json json = {{"schema", "syngate.recording-replay/1"},
                                         {"version", kVersion},
                                         {"recording", options.path},
                                         {"same", same},
                                         {"difference", result.difference},
                                         {"complete", result.cut.empty()},
                                         {"inputs", result.inputs},
                                         {"flood", result.flood},
                                         {"outputs", result.outputs},
                                         {"compared", result.compared},
                                         {"end_cycle", result.end_cycle},
                                         {"mismatches", result.statistics.mismatches},
                                         {"lost", result.statistics.lost}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    const Style style = make_style(context.color, stdout);
    fmt::print("{}: {} frames and {} of the flood went in, {} came out\n", options.path,
               style.number(result.inputs), style.number(result.flood),
               style.number(result.outputs));
    if (same && !result.interrupted) {
      fmt::print("{}: every byte and every clock as recorded, up to clock {}\n",
                 style.paint(Color::kGreen, "same"), style.number(result.end_cycle));
    }
    if (!same)
      fmt::print("{}\n  {}\n", style.paint(Color::kMagenta, "different:"), result.difference);
    fmt::print("model: {} mismatches, {} lost\n", result.statistics.mismatches,
               result.statistics.lost);
  }
  if (result.interrupted) fmt::print(stderr, "interrupted: compared so far\n");
  return result.exit_code();
}

}  // namespace syngate::sim
