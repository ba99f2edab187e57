// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "option_table.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace syngate::sim {
namespace {

constexpr const char* kSecrets[] = {"--secret", "--secret0", "--secret1"};
constexpr const char* kFileValues[] = {"FILE", "DIR", "RUN", "CAPTURE", "PATH"};

// The type name of CLI11 tells a set of values as "TEXT:{skip,pad}".
std::vector<std::string> choices_of(const std::string& type_name) {
  std::vector<std::string> choices;
  const auto open = type_name.find('{');
  const auto close = type_name.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::string rest = type_name.substr(open + 1, close - open - 1);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    choices.push_back(rest.substr(0, comma));
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  return choices;
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  entry.option = &option;
  for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
  if (!option.nonpositional()) entry.operand = option.get_name(true);
  const std::string type_name = option.get_type_name();
  if (option.get_items_expected_max() != 0) {
    const auto end = type_name.find_first_of(": ");
    entry.value = type_name.empty() ? "TEXT" : type_name.substr(0, end);
    entry.choices = choices_of(type_name);
  }
  entry.description = option.get_description();
  entry.fallback = option.get_default_str();
  entry.required = option.get_required();
  entry.repeatable = option.get_items_expected_max() > 1;
  entry.group = option.get_group();
  entry.secret = std::any_of(std::begin(kSecrets), std::end(kSecrets), [&entry](const char* name) {
    return !entry.names.empty() && entry.names[0] == name;
  });
  return entry;
}

CommandEntry command_of(const CLI::App& app, const std::vector<std::string>& path) {
  CommandEntry command;
  command.path = path;
  command.description = app.get_description();
  command.footer = app.get_footer();
  command.app = &app;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    const OptionEntry entry = entry_of(*option);
    (entry.names.empty() ? command.operands : command.options).push_back(entry);
  }
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (below->get_group().empty()) continue;
    std::vector<std::string> below_path = path;
    below_path.push_back(below->get_name());
    command.commands.push_back(command_of(*below, below_path));
  }
  return command;
}

}  // namespace

std::string OptionEntry::key() const {
  return !names.empty() && names[0].rfind("--", 0) == 0 ? names[0].substr(2) : "";
}

bool OptionEntry::is_file() const {
  const std::string& name = operand.empty() ? value : operand;
  return std::any_of(std::begin(kFileValues), std::end(kFileValues),
                     [&name](const char* known) { return name == known; });
}

std::string CommandEntry::name(const std::string& separator) const {
  std::string text = "syngate";
  for (const std::string& word : path) text += separator + word;
  return text;
}

CommandEntry option_tables(const CLI::App& app) { return command_of(app, {}); }

const CommandEntry* find_command(const CommandEntry& root, const std::vector<std::string>& path) {
  const CommandEntry* command = &root;
  for (const std::string& word : path) {
    const auto found =
        std::find_if(command->commands.begin(), command->commands.end(),
                     [&word](const CommandEntry& below) { return below.path.back() == word; });
    if (found == command->commands.end()) return nullptr;
    command = &*found;
  }
  return command;
}

}  // namespace syngate::sim
