// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "scoreboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace syngate::sim {
namespace {

// Clocks from egress's decision to the first beat at an empty port; constant in the RTL, checked on every unqueued output.
constexpr std::uint64_t kDoneToOffered = 3;

// Of egress: frames its FIFOs hold, beats of the one for originals, and what may be on its way between them and the pins.
constexpr std::uint64_t kReplyFrames = 64, kHandoffFrames = 64, kForwardFrames = 256, kForwardBeats = 256, kUnderWay = 8;
constexpr std::uint64_t kCapWindow = 1024;

std::uint64_t beats_of(std::size_t length) { return (length + defs::kBusBytes - 1) / defs::kBusBytes; }

std::string hex32(std::uint32_t value) { return fmt::format("0x{:08x}", value); }

}  // namespace

Scoreboard::Scoreboard(const SimulatorOptions& options, const model::Config& config, const model::Time& time)
    : options_(options), model_(config), time_(time), ring_(kRing) {}

Scoreboard::Scoreboard(const SimulatorOptions& options, const model::Config& config, const model::Time& time, Scoreboard&& before)
    : options_(options), model_(std::move(before.model_)), time_(time), ring_(std::move(before.ring_)) {
  model_.set_config(config);
  model_.clear_counters();
}

void Scoreboard::read_fault(const std::array<std::uint32_t, 2>& rows, const std::array<model::TableRow, 2>& answer) {
  model_.fault_read(rows, answer);
}

void Scoreboard::report(std::uint64_t id, std::uint64_t cycle, std::string stage, std::string field,
                        std::string rtl, std::string model) {
  ++mismatches_;
  if (mismatches_ > options_.max_mismatches || !on_mismatch) return;
  const bool known = id < accepted_;
  on_mismatch(Mismatch{id, known ? frame(id).tag : 0, cycle, std::move(stage), std::move(field), std::move(rtl),
                       std::move(model), {}, {}});
}

void Scoreboard::protocol_mismatch(std::uint64_t cycle, std::string stage, std::string field, std::string rtl, std::string wanted) {
  report(accepted_, cycle, std::move(stage), std::move(field), std::move(rtl), std::move(wanted));
}

void Scoreboard::register_mismatch(std::uint64_t cycle, std::string field, std::string rtl, std::string wanted) {
  report(accepted_, cycle, "csr", std::move(field), std::move(rtl), std::move(wanted));
}

void Scoreboard::report_bytes(const Expected& expected, std::uint64_t cycle, const std::uint8_t* data,
                              std::size_t length) {
  ++mismatches_;
  if (mismatches_ > options_.max_mismatches || !on_mismatch) return;
  Mismatch m{expected.id, expected.tag, cycle, expected.stage, "bytes", "", "", {data, data + length}, expected.bytes};
  if (length != expected.bytes.size()) {
    m.field = "length";
    m.rtl = fmt::format("{} bytes", length);
    m.model = fmt::format("{} bytes", expected.bytes.size());
  }
  on_mismatch(m);
}

void Scoreboard::accepted(std::uint64_t first, std::uint64_t cycle, std::uint64_t tag, const std::uint8_t* data,
                          std::size_t length, bool bad_fcs, bool empty_last) {
  if (coverage_) coverage_->accepted(first, cycle, length, bad_fcs, empty_last);
  InFlight& f = frame(accepted_);
  f.tag = tag;
  f.cycle_first = first;
  f.cycle_in = cycle;
  f.bad_fcs = bad_fcs;
  f.data.assign(data, data + length);
  // Ingress releases one beat a clock: a frame queues while the beats of the ones before it leave.
  const std::uint64_t beats = std::min<std::uint64_t>((length + 127) / 128, defs::kFrameBeatsMax);
  f.queued = cycle < ingress_free_;
  f.release = std::max(ingress_free_, cycle);
  ingress_free_ = f.release + beats;
  ++accepted_;
}

void Scoreboard::committed(std::uint64_t generation, const model::Config& config, const model::Time& time) {
  if (coverage_) coverage_->committed(config, time, !idle());
  commits_.push_back({generation, config, time});
}

void Scoreboard::apply_commits(std::uint64_t generation) {
  while (!commits_.empty() && commits_.front().generation <= generation) {
    model_.set_config(commits_.front().config);
    time_ = commits_.front().time;
    generation_ = commits_.front().generation;
    commits_.pop_front();
  }
}

void Scoreboard::entered(std::uint64_t cycle, std::uint32_t id, std::uint32_t generation) {
  if (id != static_cast<std::uint32_t>(entered_) || entered_ >= accepted_) {
    report(entered_, cycle, "ingress", "id", fmt::format("{}", id), fmt::format("{}", entered_));
  }
  // The RTL shows 16 bits; commits are far fewer than 2^15 apart, so the nearest number at or above the last is meant.
  std::uint64_t full = (generation_ & ~std::uint64_t{0xffff}) | generation;
  if (full < generation_) full += 0x10000;
  frame(entered_).generation = full;
  frame(entered_).cycle_entered = cycle;
  const std::uint64_t latency = cycle - frame(entered_).release;
  if (entered_ == 0) entry_latency_ = latency;
  if (latency != entry_latency_) {
    report(entered_, cycle, "ingress", "latency", fmt::format("{} clocks", latency), fmt::format("{} clocks", entry_latency_));
  }
  ++entered_;
}

void Scoreboard::decided(std::uint64_t cycle, const DecidedEvent& e) {
  const std::uint64_t id = decided_;
  InFlight& f = frame(id);
  if (e.id != static_cast<std::uint32_t>(id)) {
    report(id, cycle, "verdict", "id", fmt::format("{}", e.id), fmt::format("{}", id));
  }
  ++decided_;
  f.cycle_decided = cycle;
  f.decision = {static_cast<defs::TableOp>(e.op), e.hit, e.cookie_ok, e.age, e.mss_index, e.cookie, e.tsval};
  if (!options_.check) {
    f.outcome.verdict = static_cast<defs::Verdict>(e.verdict);
    f.outcome.reason = static_cast<defs::Reason>(e.reason);
    return;
  }
  apply_commits(f.generation);
  const model::Frame input{f.data.data(), f.data.size(), f.bad_fcs};
  if (coverage_) coverage_->deciding(model_, input, time_);
  const model::Outcome& m = model_.process(input, time_);
  if (coverage_) coverage_->decided(model_, m, cycle, !commits_.empty());
  f.outcome = m;  // vectors keep their capacity, so this copies but does not allocate
  f.flows = model_.occupied();
  const auto verdict = static_cast<defs::Verdict>(e.verdict);
  const auto reason = static_cast<defs::Reason>(e.reason);
  const auto op = static_cast<defs::TableOp>(e.op);
  if (e.cookie != m.cookie) report(id, cycle, "cookie", "cookie", hex32(e.cookie), hex32(m.cookie));
  if (e.cookie_ok != m.cookie_ok) {
    report(id, cycle, "cookie", "cookie_ok", e.cookie_ok ? "valid" : "bad", m.cookie_ok ? "valid" : "bad");
  }
  if (e.age != m.age) report(id, cycle, "cookie", "age", fmt::format("{}", int(e.age)), fmt::format("{}", int(m.age)));
  if (e.mss_index != m.mss_index) {
    report(id, cycle, "cookie", "mss_index", fmt::format("{}", e.mss_index), fmt::format("{}", m.mss_index));
  }
  if (e.tsval != m.tsval) report(id, cycle, "cookie", "tsval", hex32(e.tsval), hex32(m.tsval));
  if (e.hit != m.hit) report(id, cycle, "table", "hit", e.hit ? "hit" : "miss", m.hit ? "hit" : "miss");
  if (op != m.op) {
    report(id, cycle, "table", "op", std::string(to_string(op)), std::string(to_string(m.op)));
  }
  if (verdict != m.verdict || reason != m.reason) {
    const char* stage = m.pre == defs::Pre::kDrop || reason != m.reason ? "parse" : "verdict";
    report(id, cycle, stage, "verdict", fmt::format("{} ({})", to_string(verdict), to_string(reason)),
           fmt::format("{} ({})", to_string(m.verdict), to_string(m.reason)));
  }
}

void Scoreboard::add_latency(std::uint64_t total, bool queued) {
  if (!queued) {
    latency_.add(total);
    if (base_latency_ == 0 || total < base_latency_) base_latency_ = total;
  }
  queueing_.add(base_latency_ != 0 && total > base_latency_ ? total - base_latency_ : 0);
}

void Scoreboard::expect(Port port, const InFlight& f, std::uint64_t id, std::uint64_t cycle,
                        const std::vector<std::uint8_t>& bytes, bool queued, bool follows, const char* stage) {
  Expected expected;
  if (!spare_.empty()) {
    expected.bytes = std::move(spare_.back());
    spare_.pop_back();
  }
  expected.id = id;
  expected.tag = f.tag;
  expected.cycle_in = f.cycle_in;
  expected.cycle_done = cycle;
  expected.queued = queued;
  expected.follows = follows;
  expected.stage = stage;
  expected.bytes.assign(bytes.begin(), bytes.end());
  waiting_[static_cast<std::size_t>(port)].push_back(std::move(expected));
}

void Scoreboard::done(std::uint64_t cycle, std::uint32_t id32, std::uint8_t verdict_bits, std::uint8_t reason_bits) {
  const std::uint64_t id = done_;
  InFlight& f = frame(id);
  const auto verdict = static_cast<defs::Verdict>(verdict_bits);
  const auto reason = static_cast<defs::Reason>(reason_bits);
  if (id32 != static_cast<std::uint32_t>(id)) {
    report(id, cycle, "egress", "id", fmt::format("{}", id32), fmt::format("{}", id));
  }
  const std::uint64_t latency = cycle - f.release;
  if (id == 0) done_latency_ = latency;
  if (latency != done_latency_) {
    report(id, cycle, "egress", "latency", fmt::format("{} clocks", latency), fmt::format("{} clocks", done_latency_));
  }
  const model::Outcome& m = f.outcome;
  bool outputs = verdict == m.verdict && reason == m.reason;
  if (!outputs && options_.check) {
    // The one freedom of the RTL: no room. It must be a legal drop of this verdict.
    if (verdict != defs::Verdict::kDrop || !room_was_short(f, m.verdict, reason) || !model_.egress_drop(m.verdict, reason)) {
      report(id, cycle, "egress", "verdict", fmt::format("{} ({})", to_string(verdict), to_string(reason)),
             fmt::format("{} ({})", to_string(m.verdict), to_string(m.reason)));
    }
  }
  if (options_.check && options_.reply_cap != 0 && m.verdict == defs::Verdict::kReply && window_known_ &&
      !cap_is_kept(cycle, reason == defs::Reason::kReplyCap, outputs)) {
    report(id, cycle, "egress", "reply_cap", std::string(to_string(reason)), fmt::format("{} in a window", options_.reply_cap));
  }
  if (coverage_ && options_.check) {
    coverage_->done(m, verdict, reason, f.data.size(), !waiting_[0].empty(), !waiting_[1].empty());
  }
  const std::size_t before = waiting_[0].size() + waiting_[1].size();
  // What leaves is what the rules decided; without the model, what the RTL says.
  if (outputs || !options_.check) expect_outputs(f, id, cycle, options_.check ? m.verdict : verdict);
  const std::size_t added = waiting_[0].size() + waiting_[1].size() - before;
  if (added == 0) add_latency(cycle - f.cycle_in + kDoneToOffered, f.queued);
  ++done_;
  if (!on_result) return;
  FrameResult result;
  result.id = id;
  result.tag = f.tag;
  result.cycle_first = f.cycle_first;
  result.cycle_in = f.cycle_in;
  result.cycle_entered = f.cycle_entered;
  result.cycle_decided = f.cycle_decided;
  result.cycle_out = cycle;
  result.generation = static_cast<std::uint32_t>(f.generation & 0xffff);
  result.verdict = verdict;
  result.reason = reason;
  result.decision = f.decision;
  result.outputs = added;
  result.flows = f.flows;
  result.outcome = options_.check ? &f.outcome : nullptr;
  on_result(result);
}

bool Scoreboard::room_was_short(const InFlight& f, defs::Verdict verdict, defs::Reason reason) const {
  const bool order = pairs_waiting_ + kUnderWay >= kForwardFrames;
  const bool beats = beats_waiting_[1] - beats_left_[1] + beats_of(f.data.size()) + kUnderWay > kForwardBeats;
  switch (reason) {
    case defs::Reason::kReplyFull: return waiting_[0].size() + kUnderWay >= kReplyFrames;
    case defs::Reason::kReplyCap: return options_.reply_cap != 0;
    case defs::Reason::kForwardFull: return order || beats;
    case defs::Reason::kHandoffFull:
      return handoffs_waiting_ + kUnderWay >= kHandoffFrames || order || (verdict == defs::Verdict::kHandoffPass && beats);
    default: return false;
  }
}

// At most REPLY_CAP replies in each window of 1024 clocks, and none held back before. In the first clock of a window the RTL still looks
// at the window before.
bool Scoreboard::cap_is_kept(std::uint64_t cycle, bool capped, bool admitted) {
  if (windows_.empty()) windows_.resize(kCapWindow);
  bool possible = false;
  for (std::uint64_t start = 0; start < kCapWindow; ++start) {
    Window& w = windows_[start];
    const std::uint64_t number = (cycle + kCapWindow - start) / kCapWindow;
    const bool first = (cycle + kCapWindow - start) % kCapWindow == 0;
    if (w.number != number && !(first && w.number + 1 == number)) w.replies = 0;
    if (capped != (w.replies >= options_.reply_cap)) w.possible = false;
    if (first) w.replies = 0;
    w.number = number;
    if (admitted) ++w.replies;
    possible |= w.possible;
  }
  if (!possible) windows_.clear();  // reported once; from here on any start may be the right one
  return possible;
}

void Scoreboard::expect_outputs(const InFlight& f, std::uint64_t id, std::uint64_t cycle, defs::Verdict verdict) {
  if (verdict == defs::Verdict::kDrop) return;
  const auto port = verdict == defs::Verdict::kReply ? Port::kReply : Port::kForward;
  const std::size_t p = static_cast<std::size_t>(port);
  const bool queued = f.queued || !waiting_[p].empty() || last_left_[p] >= cycle;
  const bool handoff = verdict == defs::Verdict::kHandoff || verdict == defs::Verdict::kHandoffPass;
  if (verdict == defs::Verdict::kReply) expect(port, f, id, cycle, f.outcome.reply, queued, false, "egress");
  if (handoff) expect(port, f, id, cycle, f.outcome.handoff, queued, false, "stamp");
  if (port == Port::kForward) ++pairs_waiting_;
  if (handoff) ++handoffs_waiting_;
  if (verdict == defs::Verdict::kPass || verdict == defs::Verdict::kHandoffPass) {
    expect(port, f, id, cycle, f.data, queued, handoff, "egress");
    waiting_[p].back().original = true;
    beats_waiting_[p] += beats_of(f.data.size());
  }
}

void Scoreboard::swept(std::uint64_t cycle, const model::Sweep& sweep) {
  if (coverage_) coverage_->swept(sweep, !idle());
  if (options_.check && !model_.sweep(sweep)) {
    report(decided_, cycle, "table", "sweep", fmt::format("row {} mask {:06b}", sweep.row, sweep.mask), "alive or empty");
  }
}

Output Scoreboard::left(Port port, std::uint64_t cycle, const std::uint8_t* data, std::size_t length) {
  const std::size_t p = static_cast<std::size_t>(port);
  last_left_[p] = std::max(last_left_[p], cycle);
  if (port == Port::kReply) ++replies_;
  if (waiting_[p].empty()) {
    report(done_, cycle, "egress", "output", fmt::format("{} bytes on the {} port", length,
           port == Port::kReply ? "reply" : "forward"), "nothing");
    return Output{port, done_, 0, false, cycle, data, length};
  }
  Expected& expected = waiting_[p].front();
  const Output output{port, expected.id, expected.tag, std::strcmp(expected.stage, "stamp") == 0, cycle, data, length};
  if (port == Port::kForward) ++(output.handoff ? handoffs_ : forwarded_);
  if (!options_.check) {
    // Nothing to compare with.
  } else if (length != expected.bytes.size() || std::memcmp(data, expected.bytes.data(), length) != 0) {
    report_bytes(expected, cycle, data, length);
  }
  if (!expected.follows) {
    add_latency(cycle - expected.cycle_in, expected.queued);
    if (!expected.queued && cycle != expected.cycle_done + kDoneToOffered) {
      report(expected.id, cycle, "egress", "latency", fmt::format("{} clocks", cycle - expected.cycle_done),
             fmt::format("{} clocks", kDoneToOffered));
    }
  }
  if (expected.original) beats_waiting_[p] -= beats_of(expected.bytes.size());
  if (output.handoff) --handoffs_waiting_;
  // A pair leaves with its original.
  const bool pair_goes_on = output.handoff && waiting_[p].size() > 1 && waiting_[p][1].follows;
  if (port == Port::kForward && !pair_goes_on) --pairs_waiting_;
  beats_left_[p] = 0;
  spare_.push_back(std::move(expected.bytes));
  waiting_[p].pop_front();
  return output;
}

void Scoreboard::finish(std::uint64_t cycle, const model::Counters& before, const model::Counters& rtl) {
  lost_ = accepted_ - done_ + waiting_[0].size() + waiting_[1].size();
  if (!options_.check) return;
  apply_commits(~std::uint64_t{0});
  const model::Counters& expected = model_.counters();
  for (unsigned i = 0; i < defs::counter::kCount; ++i) {
    if (rtl[i] >= before[i] && rtl[i] <= expected[i]) continue;
    report(accepted_, cycle, "csr", fmt::format("counter {}", defs::counter::name(i)), fmt::format("{}", rtl[i]),
           fmt::format("{}", expected[i]));
  }
}

void Scoreboard::fill(Statistics& s) const {
  s.offered = accepted_;
  s.decided = done_;
  s.lost = lost_;
  s.mismatches = mismatches_;
  s.replies = replies_;
  s.handoffs = handoffs_;
  s.forwarded = forwarded_;
  s.latency = latency_.distribution();
  s.queueing = queueing_.distribution();
}

}  // namespace syngate::sim
