// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Options that `replay` and `check` share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app.h"
#include "replay.h"

namespace syngate::sim {

class Progress;

/// The options as text, before they are checked.
struct ReplayFlags {
  ReplayOptions replay;
  std::string truncated = "skip";
  double pps = 0, mbps = 0;
  std::string line_rate;
  bool topspeed = false;
  double multiplier = 0, duration = 0;
  std::string attack, client_mix;
  std::vector<std::string> protect, policies;
  std::string key_file;
  std::string fault_pattern;  // hex
  std::uint16_t mss = 0;
  std::string out;
  bool save = false;
  std::string on, waves_window;
  std::uint64_t pre = 200, post = 100;  // clocks
  bool json = false, quiet = false, no_check = false, redact_keys = false;
};

/// NAME=on and NAME=off become the register POLICY. Throws UsageError.
std::uint32_t parse_policies(const std::vector<std::string>& texts);
/// Adds operands, input, pace, pipeline and run options.
void add_replay_options(CLI::App* command, const std::shared_ptr<ReplayFlags>& flags);
/// Adds what reacts and what is generated: --follow, --clients, --attack and their like; CAPTURE is no longer required.
void add_traffic_options(CLI::App* command, const std::shared_ptr<ReplayFlags>& flags);
/// Checks them and fills flags.replay. Throws UsageError and InputError.
void resolve_replay(ReplayFlags& flags, const AppContext& context);
/// Lets warnings, errors and progress go to stderr, as the flags and the colour mode want it.
void report_to_stderr(ReplayFlags& flags, const AppContext& context, Progress& progress);

}  // namespace syngate::sim
