// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "app.h"
#include "exit_code.h"
#include "html.h"
#include "run_directory.h"
#include "syngate/sim/capture.h"
#include "version.h"

namespace syngate::sim {
namespace {

struct ReportFlags {
  std::string run, out;
  bool json = false;
};

int run_report(const ReportFlags& flags) {
  const RunDirectory run = RunDirectory::open(flags.run);
  EventReader reader(run.file("events.jsonl"));
  RunSummary summary;
  Event event;
  while (reader.next(&event)) summary.add(event);
  if (!summary.started)
    throw InputError(fmt::format("{}: no start line; nothing to report", run.file("events.jsonl")));
  const std::string path = flags.out.empty() ? run.file("report.html") : flags.out;
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
  return kExitOk;
}

constexpr const char* kFooter =
    "\nThe report is one HTML file that loads nothing: what went in, what was decided, plots over "
    "simulated time, latency, top\n"
    "sources, SYN shapes, and how to repeat the run.\n\n"
    "Examples:\n"
    "  syngate report run\n"
    "  syngate report run --out report.html --json\n\n";

}  // namespace

void add_report_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* command = app.add_subcommand("report", "a run as one HTML file");
  command->add_option("RUN", flags->run, "a run directory (replay --out DIR, --save)")->required();
  command->add_option("--out", flags->out, "where to write it (default: report.html in the run)")
      ->type_name("FILE");
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.report/1)");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback(
      [flags, &context] { context.selected = [flags] { return run_report(*flags); }; });
}

}  // namespace syngate::sim
