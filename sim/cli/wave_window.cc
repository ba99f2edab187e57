// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "wave_window.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "exit_code.h"
#include "questions.h"
#include "traced.h"
#include "version.h"

namespace syngate::sim {
namespace {

// What the second pass must not write or print again.
std::vector<std::string> second_pass(const std::vector<std::string>& arguments, const WaveClocks& clocks) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string name = argument.substr(0, argument.find('='));
    if (name == "--save" || name == "--json" || name == "-q" || name == "--quiet" || name == "-v" || name == "--verbose") continue;
    bool with_value = false;
    for (const char* output : {"--out", "--out-reply", "--out-forward", "--out-pcapng", "--metrics", "--pre", "--post"}) {
      with_value = with_value || name == output;
    }
    if (with_value) {
      if (argument == name) ++i;
      continue;
    }
    kept.push_back(argument);
  }
  kept.push_back("--quiet");
  kept.push_back(fmt::format("--waves-window={}:{}:{}", clocks.from, clocks.to, clocks.cycle));
  return kept;
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (!out) throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

}  // namespace

WaveClocks parse_wave_clocks(const std::string& text) {
  unsigned long long from = 0, to = 0, cycle = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%llu:%llu:%llu%n", &from, &to, &cycle, &used) != 3 ||
      static_cast<std::size_t>(used) != text.size()) {
    throw UsageError(fmt::format("--waves-window {}: expected FROM:TO:CYCLE", text));
  }
  return {from, to, cycle};
}

std::string beside_fst(const std::string& fst, const std::string& suffix) {
  const bool named = fst.size() > 4 && fst.compare(fst.size() - 4, 4, ".fst") == 0;
  return (named ? fst.substr(0, fst.size() - 4) : fst) + suffix;
}

int write_wave_window(const std::vector<std::string>& arguments, const ReplayOptions& options, const ReplayResult& result,
                      std::uint64_t pre, std::uint64_t post) {
  const std::string trigger = to_text(*options.trigger);
  if (!result.trigger_cycle) {
    fmt::print(stderr, "error: --on {}: nothing like that in {} frames and {} clocks; no waves were written\n", trigger,
               result.frames_offered, result.statistics.cycles);
    unlink(options.waves.c_str());
    return kExitBadInput;
  }
  const std::uint64_t cycle = *result.trigger_cycle;
  const WaveClocks clocks{cycle > pre ? cycle - pre : 0, cycle + post, cycle};
  const int code = run_quietly(sibling_program("syngate-traced"), second_pass(arguments, clocks));
  struct stat info {};
  if (code != kExitOk || stat(options.waves.c_str(), &info) != 0 || info.st_size == 0) {
    fmt::print(stderr, "error: {}: the second pass, with waves, ended with exit code {}\n", options.waves, code);
    return kExitInternal;
  }
  const std::uint64_t period = 1000000 / options.clock_mhz;  // ps, as in the FST
  nlohmann::ordered_json json = {{"schema", "syngate.waves/1"}, {"version", kVersion}, {"trigger", trigger},
                                 {"cycle", cycle},              {"packet", nullptr},   {"from", clocks.from},
                                 {"to", clocks.to},             {"clock_mhz", options.clock_mhz}};
  if (result.trigger_packet) json["packet"] = *result.trigger_packet;
  nlohmann::ordered_json presets = nlohmann::ordered_json::array();
  const WaveWindow window{clocks.from * period, cycle * period, clocks.to * period};
  for (const Question& question : wave_questions()) {
    write_text(beside_fst(options.waves, "." + question.name + ".gtkw"), gtkwave_preset(question, window));
    write_text(beside_fst(options.waves, "." + question.name + ".sucl"), surfer_preset(question, window));
    presets.push_back({{"name", question.name}, {"question", question.title}});
  }
  json["presets"] = presets;
  write_text(beside_fst(options.waves, ".json"), json.dump(2) + "\n");
  return kExitOk;
}

}  // namespace syngate::sim
