// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "app.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "exit_code.h"
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

}  // namespace

int run_app(int argc, char** argv, bool traced) {
  AppContext context;
  context.arguments.assign(argv + 1, argv + argc);
  context.traced = traced;
  CLI::App app(
      "syngate: replay captures through the cycle-accurate SYN-cookie pipeline, every byte checked "
      "against\n"
      "the golden model",
      "syngate");
  app.set_version_flag("--version", std::string("syngate ") + kVersion);
  app.add_option("--color", context.color,
                 "colours: auto (on a terminal, unless NO_COLOR is set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(std::string("\n") + kExamples + kExitCodeHelp);
  add_replay_command(app, context);
  add_cookie_command(app, context);
  add_bench_command(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    fmt::print(stderr, "error: {}\nSee syngate --help\n", error.what());
    return kExitUsage;
  }
  int code = run_selected(context);
  if (std::fflush(stdout) != 0 && code == kExitOk) {
    code = fail(kExitBadInput, fmt::format("standard output: {}", std::strerror(errno)).c_str());
  }
  return code;
}

}  // namespace syngate::sim
