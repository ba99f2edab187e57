// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// faults --list | --case NAME [--first S] [--seeds N] [--demonstrate]: one case of fault injection, over some seeds. Prints one line of
// JSON with what was counted; exit 1 when an expectation did not hold.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench.h"

int main(int argc, char** argv) {
  using namespace syngate::sim;
  CLI::App app{"fault injection, case by case"};
  bool list = false, demonstrate = false;
  std::string name;
  std::uint64_t first = 1, seeds = 10;
  app.add_flag("--list", list, "the cases, one JSON object a line");
  app.add_option("--case", name, "case to run");
  app.add_option("--first", first, "first seed");
  app.add_option("--seeds", seeds, "how many");
  app.add_flag("--demonstrate", demonstrate, "do something else than the case says: it must fail");
  CLI11_PARSE(app, argc, argv);

  std::vector<Case> cases;
  for (const auto* some : {&kMemoryCases, &kStallCases, &kTableCases, &kTimeCases, &kFrameCases, &kHandshakeCases}) {
    cases.insert(cases.end(), some->begin(), some->end());
  }
  if (list) {
    for (const Case& c : cases) {
      fmt::print("{}\n", nlohmann::json{{"case", c.name}, {"injected", c.injected}, {"expected", c.expected},
                                        {"observed", c.observed}, {"demonstration", c.demonstration}}.dump());
    }
    return 0;
  }
  const Case* chosen = nullptr;
  for (const Case& c : cases) {
    if (name == c.name) chosen = &c;
  }
  if (chosen == nullptr) {
    fmt::print(stderr, "faults: no case '{}'; --list prints them\n", name);
    return 2;
  }
  std::unique_ptr<Simulator> box;
  Tally tally;
  std::vector<std::string> failures;
  std::uint64_t checks = 0, failed = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    if (!box) {
      syngate::model::Config small;
      small.table_mask = 0;  // wiped by every start
      box = std::make_unique<Simulator>(SimulatorOptions{}, small, syngate::model::Time{});
    }
    std::vector<std::string> wrong;
    {
      Bench bench(*box, seed, demonstrate);
      try {
        chosen->run(bench);
      } catch (const std::exception& e) {
        bench.failures.emplace_back(e.what());
      }
      checks += bench.checks;
      for (const auto& [key, value] : bench.tally) tally[key] += value;
      wrong = bench.failures;
    }
    if (wrong.empty()) continue;
    ++failed;
    if (failures.size() < 5) failures.push_back(fmt::format("seed {}: {}", seed, wrong.front()));
    box.reset();  // a box that went wrong may be anything
  }
  if (chosen->judge != nullptr) {
    const std::string verdict = failed == seeds ? "nothing to judge" : chosen->judge(tally, seeds);
    ++checks;
    if (!verdict.empty()) {
      ++failed;
      failures.push_back(verdict);
    }
  }
  fmt::print("{}\n", nlohmann::json{{"case", name}, {"first", first}, {"seeds", seeds}, {"failed", failed}, {"checks", checks},
                                    {"tally", tally}, {"failures", failures}}.dump());
  return failed == 0 ? 0 : 1;
}
