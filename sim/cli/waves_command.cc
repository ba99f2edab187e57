// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app.h"
#include "exit_code.h"
#include "json_number.h"
#include "questions.h"
#include "run_directory.h"
#include "style.h"
#include "traced.h"
#include "version.h"
#include "wave_window.h"

namespace syngate::sim {
namespace {

struct WavesFlags {
  std::string run, question = "one_syn", on, viewer = "none", out;
  std::uint64_t pre = 200, post = 100;
  bool json = false, signals = false;
};

// The event that a run is most likely asked about.
std::string default_event(const RunDirectory* run) {
  if (run == nullptr) return "verdict=reply";
  const nlohmann::ordered_json result =
      run->run().value("result", nlohmann::ordered_json::object());
  if (whole_number_or<std::uint64_t>(result, "mismatches", 0) != 0) return "mismatch";
  const nlohmann::ordered_json verdicts =
      result.value("verdicts", nlohmann::ordered_json::object());
  return whole_number_or<std::uint64_t>(verdicts, "reply", 0) != 0 ? "verdict=reply" : "packet=0";
}

// One signal per line, with its width: what the presets name, for checking them against an FST.
int list_signals() {
  for (const Question& question : wave_questions()) {
    for (const WaveGroup& group : question.groups) {
      for (const WaveSignal& signal : group.signals) {
        fmt::print("{} TOP.syngate_tb.{} {}\n", question.name, signal.name, signal.bits);
      }
    }
  }
  return kExitOk;
}

int run_waves(const WavesFlags& flags) {
  if (flags.signals) return list_signals();
  if (flags.run.empty()) throw UsageError("waves: which RUN or CAPTURE?");
  const bool is_run = RunDirectory::is_one(flags.run);
  std::unique_ptr<RunDirectory> run;
  std::vector<std::string> arguments{"replay", flags.run};
  std::string folder = flags.out;
  if (is_run) {
    run = std::make_unique<RunDirectory>(RunDirectory::open(flags.run));
    arguments = run->run().at("argv").get<std::vector<std::string>>();
    if (!arguments.empty()) arguments.erase(arguments.begin());
    if (folder.empty()) folder = flags.run;
  } else {
    if (folder.empty()) {
      const std::string name = flags.run.substr(flags.run.rfind('/') + 1);
      folder = RunDirectory::name_for(name.substr(0, name.find('.')));
    }
    RunDirectory::create(folder);
  }
  const std::string fst = folder + "/wave.fst";
  const std::string on = flags.on.empty() ? default_event(run.get()) : flags.on;
  for (const std::string& more :
       {std::string("--waves"), fst, std::string("--on"), on, fmt::format("--pre={}", flags.pre),
        fmt::format("--post={}", flags.post), std::string("--quiet")}) {
    arguments.push_back(more);
  }
  const int code = run_quietly(sibling_program("syngate"), arguments);
  std::ifstream made(folder + "/wave.json");
  if (!made) {
    // What went wrong was said by the run.
    if (!is_run) rmdir(folder.c_str());
    return code == kExitOk ? kExitInternal : code;
  }
  if (run && folder == flags.run) run->update_files();
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(made);
  const std::string preset = folder + "/wave." + flags.question;
  json["fst"] = fst;
  json["gtkwave"] = preset + ".gtkw";
  json["surfer"] = preset + ".sucl";
  if (flags.json) {
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}: clocks {} to {} around {} (clock {}{})\n", fst,
               json.at("from").get<std::uint64_t>(), json.at("to").get<std::uint64_t>(),
               json.at("trigger").get<std::string>(), json.at("cycle").get<std::uint64_t>(),
               json.at("packet").is_null()
                   ? ""
                   : fmt::format(", packet {}", json.at("packet").get<std::uint64_t>()));
    fmt::print("  gtkwave {} {}\n  surfer -c {} {}\n", shell_quote(fst),
               shell_quote(preset + ".gtkw"), shell_quote(preset + ".sucl"), shell_quote(fst));
  }
  if (flags.viewer == "none") return kExitOk;
  std::fflush(stdout);
  if (flags.viewer == "gtkwave")
    execlp("gtkwave", "gtkwave", fst.c_str(), (preset + ".gtkw").c_str(), nullptr);
  if (flags.viewer == "surfer")
    execlp("surfer", "surfer", "-c", (preset + ".sucl").c_str(), fst.c_str(), nullptr);
  throw UsageError(fmt::format("--viewer {}: not installed", flags.viewer));
}

constexpr const char* kFooter =
    "\nA run directory (replay --out DIR, --save) is replayed with its own command line and seed; "
    "the waves go into it. A capture\n"
    "is replayed with the defaults; the waves go into --out, or runs/<time>-<name>. Presets for "
    "GTKWave (.gtkw) and Surfer (.sucl)\n"
    "are written for every question.\n\n"
    "Examples:\n"
    "  syngate waves flood.pcap --on drop=bad_cookie --question why_dropped\n"
    "  syngate waves run --packet 17 --question one_syn\n\n";

}  // namespace

void add_waves_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<WavesFlags>();
  CLI::App* command = app.add_subcommand(
      "waves", "a window of waves around an event, with presets for the viewers");
  command->add_option("RUN", flags->run, "a run directory or a capture");
  std::vector<std::string> names;
  for (const Question& question : wave_questions()) names.push_back(question.name);
  command->add_option("--question", flags->question, "preset to open")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command
      ->add_option(
          "--on", flags->on,
          "the event, as in replay --on (default: the first mismatch, else the first reply)")
      ->type_name("EVENT");
  command->add_option_function<std::uint64_t>(
      "--packet", [flags](std::uint64_t id) { flags->on = fmt::format("packet={}", id); },
      "the same as --on packet=N");
  command->add_option("--pre", flags->pre, "clocks before the event")->capture_default_str();
  command->add_option("--post", flags->post, "clocks behind the event")->capture_default_str();
  command->add_option("--out", flags->out, "directory for the waves")->type_name("DIR");
  command->add_option("--viewer", flags->viewer, "start it")
      ->check(CLI::IsMember({"gtkwave", "surfer", "none"}))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.waves/1)");
  // For the test that compares the presets with an FST: hidden.
  command->add_flag("--list-signals", flags->signals, "")->group("");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback(
      [flags, &context] { context.selected = [flags] { return run_waves(*flags); }; });
}

}  // namespace syngate::sim
