// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The Verilated core with the scoreboard beside it: any scenario, with back-pressure, idle input and a cap of replies. A difference
// between RTL and model, a lost frame, a failed assertion of the RTL or a hang is a crash.
#include <array>
#include <cstdio>

#include "counters.h"
#include "input.h"
#include "scenario.h"
#include "syngate/sim/simulator.h"

namespace syngate::fuzz {
namespace {

constexpr std::array<double, 4> kPressure = {0.0, 0.3, 0.75, 0.96};
constexpr std::array<double, 4> kIdle = {0.0, 0.0, 0.3, 0.6};

void run(const std::uint8_t* data, std::size_t size) {
  Scenario scenario(data, size);
  sim::SimulatorOptions options;
  options.seed = scenario.seed;
  options.reply_backpressure = kPressure[scenario.reply_pressure];
  options.forward_backpressure = kPressure[scenario.forward_pressure];
  options.input_idle = kIdle[scenario.input_idle];
  options.reply_cap = scenario.reply_cap;
  sim::Simulator simulator(options, scenario.config, scenario.time);
  simulator.on_mismatch = [](const sim::Mismatch& m) {
    std::fprintf(stderr, "frame %llu cycle %llu %s %s: rtl %s model %s\n", static_cast<unsigned long long>(m.id),
                 static_cast<unsigned long long>(m.cycle), m.stage.c_str(), m.field.c_str(), m.rtl.c_str(), m.model.c_str());
    FUZZ_PROMISE(false, "RTL and model agree");
  };
  simulator.on_output = [&](const sim::Output& output) {
    if (output.port == sim::Port::kReply) scenario.saw_reply(output.data, output.length);
    if (output.handoff) scenario.saw_handoff(output.data, output.length);
  };
  simulator.on_result = [](const sim::FrameResult& result) {
    model::Outcome outcome = *result.outcome;
    // What egress made of it, where there was no room.
    outcome.verdict = result.verdict;
    outcome.reason = result.reason;
    count_outcome(outcome);
    count_event(result.outputs == 0 ? 0 : static_cast<unsigned>(result.outputs));
  };
  Step step;
  std::uint64_t tag = 0;
  while (scenario.next(&step)) {
    switch (step.kind) {
      case Step::Kind::kFrame:
        simulator.offer(simulator.cycle() + step.idle, step.frame.data(), step.frame.size(), tag++, step.bad_fcs);
        break;
      case Step::Kind::kTime: simulator.set_time(step.time); break;
      case Step::Kind::kStageTime: simulator.stage_time(step.time); break;
      case Step::Kind::kConfig: simulator.set_config(scenario.config); break;
      case Step::Kind::kCheckRegisters: simulator.check_registers(step.seed); break;
      case Step::Kind::kDrain: simulator.drain(); break;
    }
  }
  const sim::Statistics& statistics = simulator.finish();
  FUZZ_PROMISE(statistics.offered == tag && statistics.decided == tag && statistics.lost == 0, "no frame is lost");
  FUZZ_PROMISE(statistics.mismatches == 0, "RTL and model agree");
}

}  // namespace
}  // namespace syngate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    syngate::fuzz::run(data, size);
  } catch (const std::runtime_error& error) {
    // AssertionError, HangError
    FUZZ_PROMISE(false, error.what());
  }
  return 0;
}
