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
  std::vector<std::string> arguments;  ///< as given, without the program's name
  bool traced = false;                 ///< this program can write waves
  std::string color = "auto";
  std::function<int()> selected;  ///< set by the subcommand that was chosen; returns the exit code
};

/// Each adds its subcommand with options, help and examples.
void add_replay_command(CLI::App& app, AppContext& context);
void add_cookie_command(CLI::App& app, AppContext& context);
void add_bench_command(CLI::App& app, AppContext& context);

/// The program. `traced`: linked with the engine that writes waves. Returns the exit code; never
/// throws.
int run_app(int argc, char** argv, bool traced);

}  // namespace syngate::sim
