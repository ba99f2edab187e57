// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate doctor`: what is there, what is missing; and the bundle for a bug report.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "app.h"
#include "bundle.h"
#include "doctor.h"
#include "exit_code.h"
#include "run_directory.h"
#include "style.h"

namespace syngate::sim {
namespace {

constexpr unsigned kEdgeEvents = 50;
constexpr unsigned kAroundEvents = 20;

struct Flags {
  std::string bundle, out = "syngate-bundle.tar.gz";
  bool json = false;
};

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

// Neither keys nor waves, which hold them, nor captures, which hold somebody's traffic.
void bundle(const Flags& flags, const Diagnosis& diagnosis) {
  const RunDirectory run = RunDirectory::open(flags.bundle);
  if (std::ifstream(flags.out))
    throw UsageError(fmt::format("{} is there already; name another file with --out", flags.out));
  std::vector<std::pair<std::string, std::string>> files;
  files.emplace_back("syngate-bundle/run.json", content_of(run.file("run.json")));
  if (run.has("events.jsonl")) {
    files.emplace_back("syngate-bundle/events.jsonl",
                       excerpt_events(run.file("events.jsonl"), kEdgeEvents, kAroundEvents));
  }
  if (run.has("metrics.prom"))
    files.emplace_back("syngate-bundle/metrics.prom", content_of(run.file("metrics.prom")));
  files.emplace_back("syngate-bundle/doctor.json", diagnosis_json(diagnosis).dump(2) + "\n");
  write_bundle(flags.out, files);
}

std::string text_of(const Diagnosis& diagnosis, const Style& style) {
  std::string text =
      style.paint(Color::kBold, fmt::format("syngate {}", diagnosis.program)) +
      fmt::format(", built with gcc {}, fmt {}, CLI11 {}, nlohmann-json {}\n", diagnosis.compiler,
                  diagnosis.fmt, diagnosis.cli11, diagnosis.json);
  text += diagnosis.traced
              ? "syngate-traced is built: --waves works\n\n"
              : "syngate-traced is not built: --waves needs it (scripts/build release "
                "syngate-traced)\n\n";
  for (const Finding& finding : diagnosis.findings) {
    const bool there = !finding.version.empty();
    text += fmt::format("  {} {:<10} {:<22} {}\n",
                        there              ? style.paint(Color::kGreen, "ok     ")
                        : finding.required ? style.paint(Color::kRed, "MISSING")
                                           : "absent ",
                        finding.name, there ? finding.version : "-", finding.purpose);
  }
  std::string required, optional;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.version.empty() && !finding.package.empty())
      (finding.required ? required : optional) += " " + finding.package;
  }
  if (!required.empty()) text += "\nneeded: apt-get install" + required + "\n";
  if (!optional.empty()) text += "\nif wanted: apt-get install" + optional + "\n";
  return text;
}

int run(const Flags& flags, const AppContext& context) {
  const Diagnosis diagnosis = diagnose();
  if (!flags.bundle.empty()) bundle(flags, diagnosis);
  if (flags.json) {
    nlohmann::ordered_json object = diagnosis_json(diagnosis);
    object["bundle"] =
        flags.bundle.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(flags.out);
    fmt::print("{}\n", object.dump(2));
  } else {
    fmt::print("{}", text_of(diagnosis, make_style(context.color, stdout)));
    if (!flags.bundle.empty()) fmt::print("\nfor the report: {}\n", flags.out);
  }
  return diagnosis.good() ? kExitOk : kExitMismatch;
}

constexpr const char* kFooter =
    "\nExit 1 when something is missing that building or running the command needs. --bundle packs "
    "run.json, metrics,\n"
    "the events at both ends and around mismatches, and this diagnosis: no captures, no waves, no "
    "keys.\n\n"
    "Examples:\n"
    "  syngate doctor\n"
    "  syngate doctor --bundle run --out report.tar.gz --json\n\n";

}  // namespace

void add_doctor_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("doctor", "what is installed, what is missing; bug reports");
  command->add_option("--bundle", flags->bundle, "pack this run directory for a bug report")
      ->type_name("RUN");
  command->add_option("--out", flags->out, "where --bundle goes")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.doctor/1)");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback([flags, &context] {
    context.selected = [flags, &context] { return run(*flags, context); };
  });
}

}  // namespace syngate::sim
