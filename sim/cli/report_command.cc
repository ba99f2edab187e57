// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "app.h"
#include "exit_code.h"
#include "html.h"
#include "run_directory.h"
#include "syngate/sim/capture.h"
#include "temporary_run.h"
#include "version.h"

namespace syngate::sim {
namespace {

struct ReportFlags {
  std::string run, out;
  bool json = false;
};

// Beside nothing else: a capture has no directory of its own.
std::string report_of_capture(const std::string& capture) {
  const std::string file = capture == "-" ? "stdin" : capture.substr(capture.rfind('/') + 1);
  std::string path = file.substr(0, file.find('.', 1)) + ".html";
  std::error_code error;
  if (std::filesystem::exists(path, error)) throw OutputError(fmt::format("{}: exists already; name another with --out", path));
  return path;
}

void write_report(const ReportFlags& flags, const RunDirectory& run, const std::string& path) {
  EventReader reader(run.file("events.jsonl"));
  RunSummary summary;
  Event event;
  while (reader.next(&event)) summary.add(event);
  if (!summary.started)
    throw InputError(fmt::format("{}: no start line; nothing to report", run.file("events.jsonl")));
  std::ofstream out(path);
  out << report_html(summary, run.run(), reader.cut());
  out.close();
  if (!out) throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  if (flags.json) {
    nlohmann::ordered_json json = {{"schema", "syngate.report/1"},
                                   {"version", kVersion},
                                   {"file", path},
                                   {"frames", summary.frames},
                                   {"mismatches", summary.mismatches},
                                   {"lost", summary.lost},
                                   {"ended", summary.ended && !reader.cut()}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}: {} frames, {} mismatches\n", path, summary.frames, summary.mismatches);
  }
}

int run_report(const ReportFlags& flags) {
  std::error_code error;
  if (std::filesystem::is_directory(flags.run, error) || (flags.run != "-" && !std::filesystem::exists(flags.run, error))) {
    RunDirectory run = RunDirectory::open(flags.run);
    write_report(flags, run, flags.out.empty() ? run.file("report.html") : flags.out);
    if (flags.out.empty()) run.update_files();
    return kExitOk;
  }
  const std::string path = flags.out.empty() ? report_of_capture(flags.run) : flags.out;
  const TemporaryRun made(flags.run);
  if (made.usable()) write_report(flags, RunDirectory::open(made.path()), path);
  return made.exit_code();
}

constexpr const char* kFooter =
    "\nThe report is one HTML file that loads nothing: what went in, what was decided, plots over "
    "simulated time, latency, top\n"
    "sources, SYN shapes, and how to repeat the run. A capture is replayed with the defaults first; its run is not kept.\n\n"
    "Examples:\n"
    "  syngate report run\n"
    "  syngate report flood.pcap --out flood.html --json\n\n";

}  // namespace

void add_report_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* command = app.add_subcommand("report", "a run as one HTML file");
  command->add_option("RUN", flags->run, "a run directory (replay --out DIR, --save), or a capture, which is replayed first")->required();
  command->add_option("--out", flags->out, "where to write it (default: report.html in the run; NAME.html of a capture NAME.pcap, here)")
      ->type_name("FILE");
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.report/1)");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback(
      [flags, &context] { context.selected = [flags] { return run_report(*flags); }; });
}

}  // namespace syngate::sim
