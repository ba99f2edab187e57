// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The golden model alone: any scenario must leave it consistent with itself, with the generators' own view of TCP, with the packet
// view of the simulator and with the stamp code of the kernel module.
#include <memory>

#include "counters.h"
#include "input.h"
#include "packet_checks.h"
#include "scenario.h"
#include "syngate/model/cookie.h"
#include "syngate/model/pipeline.h"

namespace syngate::fuzz {
namespace {

using defs::Reason;
using defs::TableOp;
using defs::Verdict;

// A table costs 50 MB of address space: one model is used for all inputs and emptied behind each, which is a check in itself.
model::Pipeline& pipeline() {
  static model::Pipeline one{model::Config{}};
  return one;
}

void empty_table() {
  model::Pipeline& p = pipeline();
  // Nothing lives longer than one epoch from here on, and the clock is far away.
  model::Config config;
  config.life = config.life_closing = 0;
  p.set_config(config);
  for (std::uint32_t row = 0; row < 64 && p.occupied() != 0; ++row) {
    for (unsigned slot = 0; slot < 6; ++slot) {
      const auto mask = static_cast<std::uint8_t>(1u << slot);
      for (unsigned epoch = 0; epoch < 256; epoch += 64) {
        if (p.sweep({row, mask, static_cast<std::uint8_t>(epoch)})) break;
      }
    }
  }
  FUZZ_PROMISE(p.occupied() == 0, "what was put into rows 0 to 63 can be swept from there");
}

void check_outcome(const model::Outcome& o) {
  const bool handoff = o.verdict == Verdict::kHandoff || o.verdict == Verdict::kHandoffPass;
  FUZZ_PROMISE((o.verdict == Verdict::kDrop) == (o.reason != Reason::kNone), "a reason if and only if dropped");
  FUZZ_PROMISE((o.verdict == Verdict::kReply) == !o.reply.empty(), "a SYN-ACK if and only if answered");
  FUZZ_PROMISE(handoff == !o.handoff.empty(), "a hand-off frame if and only if handed off");
  FUZZ_PROMISE(o.forwards_original == (o.verdict == Verdict::kPass || o.verdict == Verdict::kHandoffPass), "the original goes on");
  FUZZ_PROMISE(!handoff || o.cookie_ok, "no hand-off without a valid cookie");
  FUZZ_PROMISE((o.op == TableOp::kInsert || o.op == TableOp::kEvict) == (handoff && !o.hit), "a new flow is handed off");
  FUZZ_PROMISE(o.op != TableOp::kReopen || (o.verdict == Verdict::kReply && o.hit), "SYN of a known flow");
  FUZZ_PROMISE(o.pre == defs::Pre::kTcp || o.pre == defs::Pre::kSyn || o.op == TableOp::kNone, "others leave the table alone");
}

// Counters from the first frame of the process on.
struct Ledger {
  std::uint64_t frames = 0, dropped = 0;
  std::uint64_t living = 0;

  void frame(const model::Outcome& o, std::uint64_t occupied) {
    ++frames;
    dropped += o.verdict == Verdict::kDrop ? 1 : 0;
    FUZZ_PROMISE(occupied - living <= (o.op == TableOp::kInsert ? 1u : 0u), "a frame takes at most one slot, and only an insertion does");
    living = occupied;
  }
  void check(const model::Counters& c) const {
    std::uint64_t verdicts = 0, reasons = 0;
    for (unsigned v = 0; v < defs::kVerdictCount; ++v) verdicts += c[defs::counter::kVerdictBase + v];
    for (unsigned r = 1; r < defs::kReasonCount; ++r) reasons += c[defs::counter::kReasonBase + r];
    FUZZ_PROMISE(verdicts == frames, "each frame is counted under one verdict");
    FUZZ_PROMISE(reasons == dropped && c[defs::counter::kVerdictBase + static_cast<unsigned>(Verdict::kDrop)] == dropped,
                 "each dropped frame is counted under one reason");
  }
};

void run_frame(const Step& step, Scenario& scenario, Ledger& ledger) {
  // Of its own size, so that a sanitizer sees each byte read beyond the end.
  const std::vector<std::uint8_t> bytes(step.frame.begin(), step.frame.end());
  const model::Frame frame{bytes.data(), bytes.size(), step.bad_fcs};
  const model::Outcome& o = pipeline().process(frame, scenario.time);
  check_outcome(o);
  ledger.frame(o, pipeline().occupied());
  count_outcome(o);
  check_views(frame, scenario.config);
  if (!o.reply.empty()) {
    check_synack(bytes, o.reply, o, scenario.config, scenario.time);
    scenario.saw_reply(o.reply.data(), o.reply.size());
  }
  if (!o.handoff.empty()) {
    check_handoff(bytes, o.handoff, scenario.config);
    scenario.saw_handoff(o.handoff.data(), o.handoff.size());
  }
}

}  // namespace
}  // namespace syngate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syngate::fuzz;
  static Ledger ledger;
  Scenario scenario(data, size);
  pipeline().set_config(scenario.config);
  Step step;
  while (scenario.next(&step)) {
    if (step.kind == Step::Kind::kConfig) pipeline().set_config(scenario.config);
    if (step.kind == Step::Kind::kFrame) run_frame(step, scenario, ledger);
  }
  ledger.check(pipeline().counters());
  empty_table();
  ledger.living = 0;
  return 0;
}
