// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace syngate::sim {

/// One option or operand of a command, as completion, man pages and settings need it.
struct OptionEntry {
  std::vector<std::string> names;  ///< "--quiet", "-q": long ones first; empty for an operand
  std::string operand;             ///< name of an operand: "CAPTURE"
  std::string value;               ///< what stands for its value: "FILE", "UINT"; empty for a flag
  std::vector<std::string> choices;  ///< all values there are, where they can be listed
  std::string description;
  std::string fallback;  ///< value when it is not given, as text; empty: none
  bool required = false;
  bool repeatable = false;
  bool secret = false;  ///< its value is a key and is never shown
  std::string group;    ///< heading in the help
  const CLI::Option* option = nullptr;

  bool is_flag() const { return operand.empty() && value.empty(); }
  /// Long name without dashes, the key in settings; empty if it has none.
  std::string key() const;
  /// The value is the name of a file or directory.
  bool is_file() const;
};

/// A command with what can be given to it. Hidden commands and options are left out.
struct CommandEntry {
  std::vector<std::string> path;  ///< {} for syngate itself, {"cookie", "make"}
  std::string description, footer;
  std::vector<OptionEntry> options, operands;
  std::vector<CommandEntry> commands;
  const CLI::App* app = nullptr;

  /// "syngate cookie make", or with another separator.
  std::string name(const std::string& separator = " ") const;
};

/// The tables of `app` and of all below it.
CommandEntry option_tables(const CLI::App& app);

/// The command of that path below `root`; nullptr if there is none.
const CommandEntry* find_command(const CommandEntry& root, const std::vector<std::string>& path);

}  // namespace syngate::sim
