// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate config`: what can be set, as a file.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app.h"
#include "exit_code.h"
#include "settings.h"
#include "version.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  std::vector<std::string> path;
  bool print_default = false, json = false;
};

Json defaults_json(const CommandEntry& command) {
  Json object = Json::object();
  for (const OptionEntry& option : command.options) {
    const std::string key = option.key();
    if (key.empty() || key == "help" || key == "version" || key == "config" || key == "dry-run")
      continue;
    object[key] = {{"default", option.is_flag()         ? Json(false)
                               : option.fallback.empty() ? Json(nullptr)
                                                         : Json(option.fallback)},
                   {"repeatable", option.repeatable},
                   {"choices", option.choices},
                   {"variable", variable_of(command, option)},
                   {"description", option.description}};
  }
  return object;
}

void add_json(const CommandEntry& command, Json* commands) {
  if (command.commands.empty() || command.path.empty())
    (*commands)[command.name()] = defaults_json(command);
  for (const CommandEntry& next : command.commands) add_json(next, commands);
}

int run(const Flags& flags, const CLI::App& app) {
  const CommandEntry root = option_tables(app);
  const CommandEntry* chosen = find_command(root, flags.path);
  if (chosen == nullptr) {
    std::string name;
    for (const std::string& word : flags.path) name += " " + word;
    throw UsageError(fmt::format("syngate{}: no such command; see syngate --help", name));
  }
  if (!flags.print_default)
    throw UsageError("say what to do: --print-default");
  if (flags.json) {
    Json object = {{"schema", "syngate.config/1"}, {"version", kVersion}};
    Json& commands = object["commands"] = Json::object();
    add_json(*chosen, &commands);
    fmt::print("{}\n", object.dump(2));
  } else {
    fmt::print("{}", default_settings(root, flags.path));
  }
  return kExitOk;
}

constexpr const char* kFooter =
    "\nAn option comes from the command line, else from the variable "
    "SYNGATE_<COMMAND>_<OPTION>\n"
    "(SYNGATE_REPLAY_LINE_RATE=40G; several values are separated by blanks), else from the file of "
    "--config\n"
    "or SYNGATE_CONFIG (section [replay], line-rate = \"40G\"), else it has its default.\n\n"
    "Examples:\n"
    "  syngate config --print-default\n"
    "  syngate config replay --print-default --json\n\n";

}  // namespace

void add_config_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("config", "what can be set in a file, with its defaults");
  command->add_option("COMMAND", flags->path, "only of this command, as in: cookie make");
  command->add_flag("--print-default", flags->print_default,
                    "all defaults as TOML, for --config FILE");
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.config/1)");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback(
      [flags, &app, &context] { context.selected = [flags, &app] { return run(*flags, app); }; });
}

}  // namespace syngate::sim
