// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Options from elsewhere than the command line. Precedence: command line, then environment, then the file of --config, then
// what is built in.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "option_table.h"

namespace syngate::sim {

/// An option that was set by the environment or by the configuration file.
struct Setting {
  std::string option;  ///< "--line-rate"
  std::string value;   ///< empty for a flag
  std::string source;  ///< "SYNGATE_REPLAY_LINE_RATE" or "syngate.toml:3"
  bool from_file = false;
  bool secret = false;
};

struct CommandLine {
  std::vector<std::string> arguments;  ///< as given, completed by the settings
  std::vector<Setting> settings;       ///< those that were used
  std::vector<std::string> path;       ///< the command that is called: {"cookie", "make"}
};

/// Looks a variable of the environment up; nullptr if it is not set.
using Environment = std::function<const char*(const std::string& name)>;

/// Completes a command line (without the program's name). What the command line gives is never
/// touched; of options that exclude each other (the paces) only the strongest source counts. Throws
/// InputError for a configuration file that cannot be read, is no TOML, or has a section or key that
/// is no command or option, naming file and line; UsageError for a variable whose value is no
/// boolean where one is needed.
CommandLine complete_command_line(const CommandEntry& root,
                                  const std::vector<std::string>& arguments,
                                  const Environment& environment);

/// The variables that begin with SYNGATE_ and name this command, but no option of it: spelling
/// mistakes. `variables` as in environ ("NAME=value").
std::vector<std::string> unknown_variables(const CommandEntry& root,
                                           const std::vector<std::string>& path,
                                           const std::vector<std::string>& variables);

/// Variable of an option: SYNGATE_COOKIE_MAKE_KEY_FILE; SYNGATE_COLOR for one of syngate itself.
std::string variable_of(const CommandEntry& command, const OptionEntry& option);

/// All defaults as a commented TOML file that --config accepts; of one command if `path` is not empty.
std::string default_settings(const CommandEntry& root, const std::vector<std::string>& path);
/// What a parsed command line amounts to, as TOML that --config accepts. Keys are left out.
std::string resolved_settings(const CommandEntry& root, const std::vector<std::string>& path);

}  // namespace syngate::sim
