// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "app.h"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "exit_code.h"
#include "settings.h"
#include "syngate/sim/capture.h"
#include "syngate/sim/simulator.h"
#include "version.h"

namespace syngate::sim {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  syngate replay flood.pcap\n"
    "  syngate replay flood.pcap --line-rate 100G --json\n"
    "  syngate cookie make --help\n\n";

int fail(int code, const char* text) {
  fmt::print(stderr, "error: {}\n", text);
  return code;
}

int run_selected(const AppContext& context) {
  try {
    return context.selected();
  } catch (const UsageError& error) {
    return fail(kExitUsage, error.what());
  } catch (const FilterError& error) {
    return fail(kExitUsage, error.what());
  } catch (const InputError& error) {
    return fail(kExitBadInput, error.what());
  } catch (const CaptureError& error) {
    return fail(kExitBadInput, error.what());
  } catch (const OutputError& error) {
    return fail(kExitBadInput, error.what());
  } catch (const AssertionError& error) {
    return fail(kExitAssertion, error.what());
  } catch (const HangError& error) {
    return fail(kExitHang, error.what());
  } catch (const std::exception& error) {
    return fail(kExitInternal, error.what());
  }
}

constexpr const char* kCommonOptions =
    "Options of every command: --color, --config, --dry-run, -v; see syngate --help\n\n";

void add_common_options_note(CLI::App* app) {
  for (CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    std::string footer = command->get_footer();
    const auto codes = footer.find(kExitCodeHelp);
    footer.insert(codes == std::string::npos ? footer.size() : codes, kCommonOptions);
    command->footer(footer);
    add_common_options_note(command);
  }
}

// What CLI11 says begins with the option; where its value came from is what the user needs.
int fail_to_parse(const CLI::ParseError& error, const CommandLine& line) {
  const std::string what = error.what();
  for (const Setting& setting : line.settings) {
    if (what.rfind(setting.option, 0) != 0) continue;
    fmt::print(stderr, "error: {}: {}\nSee syngate config --print-default\n", setting.source,
               setting.secret ? setting.option + " is not usable" : what);
    return setting.from_file ? kExitBadInput : kExitUsage;
  }
  fmt::print(stderr, "error: {}\nSee {} --help\n", what, line.path.empty() ? "syngate" : [&line] {
    std::string name = "syngate";
    for (const std::string& word : line.path) name += " " + word;
    return name;
  }());
  return kExitUsage;
}

void show_settings(const CommandLine& line) {
  for (const Setting& setting : line.settings) {
    fmt::print(stderr, "config: {}{}{} (from {})\n", setting.option,
               setting.value.empty() ? "" : " ", setting.secret ? "..." : setting.value,
               setting.source);
  }
}

}  // namespace

void make_app(CLI::App& app, AppContext& context) {
  app.name("syngate");
  app.description(
      "syngate: replay captures through the cycle-accurate SYN-cookie pipeline, every byte checked "
      "against\n"
      "the golden model");
  app.set_version_flag("--version", std::string("syngate ") + kVersion);
  app.add_option("--color", context.color,
                 "colours: auto (on a terminal, unless NO_COLOR is set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_option("--config", context.config,
                 "TOML file of options; see syngate config --print-default")
      ->type_name("FILE");
  app.add_flag("--dry-run", context.dry_run,
               "print the options as they would be used, as TOML for --config; run nothing");
  app.add_flag("-v,--verbose", context.verbose, "more on stderr: where options come from");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(std::string("\n") + kExamples + kExitCodeHelp);
  add_replay_command(app, context);
  add_live_command(app, context);
  add_check_command(app, context);
  add_trace_command(app, context);
  add_cookie_command(app, context);
  add_waves_command(app, context);
  add_report_command(app, context);
  add_diff_command(app, context);
  add_bench_command(app, context);
  add_completion_command(app, context);
  add_config_command(app, context);
  add_doctor_command(app, context);
  add_common_options_note(&app);
}

int run_app(int argc, char** argv, bool traced) {
  AppContext context;
  context.traced = traced;
  CLI::App app;
  make_app(app, context);
  const CommandEntry tables = option_tables(app);
  CommandLine line;
  try {
    line = complete_command_line(tables, {argv + 1, argv + argc},
                                 [](const std::string& name) { return std::getenv(name.c_str()); });
  } catch (const UsageError& error) {
    return fail(kExitUsage, error.what());
  } catch (const InputError& error) {
    return fail(kExitBadInput, error.what());
  }
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  const std::vector<std::string> unknown = unknown_variables(tables, line.path, variables);
  if (!unknown.empty()) {
    return fail(kExitUsage, fmt::format("{}: the environment sets it, but there is no such option; "
                                        "see syngate config --print-default",
                                        unknown[0])
                                .c_str());
  }
  context.arguments = line.arguments;
  try {
    // CLI11 takes them from the back.
    std::vector<std::string> reversed(line.arguments.rbegin(), line.arguments.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail_to_parse(error, line);
  }
  if (context.verbose) show_settings(line);
  int code = kExitOk;
  if (context.dry_run) {
    fmt::print("{}", resolved_settings(tables, line.path));
  } else {
    code = run_selected(context);
  }
  if (std::fflush(stdout) != 0 && code == kExitOk) {
    code = fail(kExitBadInput, fmt::format("standard output: {}", std::strerror(errno)).c_str());
  }
  return code;
}

}  // namespace syngate::sim
