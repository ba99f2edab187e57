// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace syngate::sim {

/// What the subcommands share.
struct AppContext {
  /// As given, without the program's name, completed by environment and configuration file.
  std::vector<std::string> arguments;
  bool traced = false;                 ///< this program can write waves
  std::string color = "auto";
  std::string config;    ///< file of options, empty: none
  bool verbose = false;  ///< more on stderr
  bool dry_run = false;  ///< only show what would be run
  std::function<int()> selected;  ///< set by the subcommand that was chosen; returns the exit code
};

/// Each adds its subcommand with options, help and examples.
void add_replay_command(CLI::App& app, AppContext& context);
void add_check_command(CLI::App& app, AppContext& context);
void add_trace_command(CLI::App& app, AppContext& context);
void add_cookie_command(CLI::App& app, AppContext& context);
void add_report_command(CLI::App& app, AppContext& context);
void add_diff_command(CLI::App& app, AppContext& context);
void add_waves_command(CLI::App& app, AppContext& context);
/// Also adds `trim`, which cuts its recordings.
void add_live_command(CLI::App& app, AppContext& context);
void add_bench_command(CLI::App& app, AppContext& context);
/// Also adds `man`, which is hidden.
void add_completion_command(CLI::App& app, AppContext& context);
void add_doctor_command(CLI::App& app, AppContext& context);
void add_config_command(CLI::App& app, AppContext& context);

/// All commands with all their options, nothing parsed. `app` and `context` must outlive each other's
/// use.
void make_app(CLI::App& app, AppContext& context);

/// The program. `traced`: linked with the engine that writes waves. Returns the exit code; never
/// throws.
int run_app(int argc, char** argv, bool traced);

}  // namespace syngate::sim
