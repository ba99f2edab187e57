// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "functional.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>

#include "points.h"

namespace syngate::sim {

// All points; a point's place in hits_ is its place in these lists, one after the other.
struct FunctionalCoverage::Lists {
  Points<FrameView> frames;
  Points<AcceptedView> accepted;
  Points<DoneView> done;
  Points<ClockView> clock;
  Points<RegisterView> registers;
  Points<CommitView> commits;
  Points<SweepView> sweeps;
  std::vector<std::string> names;
  std::size_t accepted_at, done_at, clock_at, registers_at, commits_at, sweeps_at;

  Lists() {
    add_frame_points(frames);
    add_flow_points(frames);
    add_bus_points(accepted, done, clock);
    add_register_points(registers, commits, sweeps);
    const auto put = [this](const auto& points) {
      const std::size_t at = names.size();
      for (const auto& point : points.list) names.push_back(point.name);
      return at;
    };
    put(frames);
    accepted_at = put(accepted);
    done_at = put(done);
    clock_at = put(clock);
    registers_at = put(registers);
    commits_at = put(commits);
    sweeps_at = put(sweeps);
  }
};

namespace {

template <typename View>
void count(const Points<View>& points, const View& view, std::uint64_t* hits) {
  for (const Point<View>& point : points.list) {
    *hits += point.hit(view) ? 1u : 0u;
    ++hits;
  }
}

bool same(const model::SipKey& a, const model::SipKey& b) { return a.k0 == b.k0 && a.k1 == b.k1; }

// A write reaches the memory before the lookup so many clocks behind it.
constexpr std::uint64_t kReach = 24;

std::uint64_t slot_key(const FrameView& v, int slot) {
  const unsigned channel = static_cast<unsigned>(slot) / 3;
  return std::uint64_t{v.place.row[channel]} << 8 | static_cast<unsigned>(slot);
}

}  // namespace

const FunctionalCoverage::Lists& FunctionalCoverage::lists() {
  static const Lists all;
  return all;
}

std::unique_ptr<FunctionalCoverage> FunctionalCoverage::from_environment() {
  const char* folder = std::getenv("SYNGATE_FUNCTIONAL_DATA");
  return folder == nullptr ? nullptr : std::make_unique<FunctionalCoverage>(folder);
}

FunctionalCoverage::FunctionalCoverage(std::string folder) : folder_(std::move(folder)), hits_(lists().names.size()) {}

FunctionalCoverage::~FunctionalCoverage() {
  static std::atomic<unsigned> number{0};
  std::ofstream out(folder_ + "/" + std::to_string(::getpid()) + "-" + std::to_string(number++) + ".points");
  for (std::size_t i = 0; i < hits_.size(); ++i) out << lists().names[i] << ' ' << hits_[i] << '\n';
}

void FunctionalCoverage::accepted(std::uint64_t first, std::uint64_t cycle, std::size_t length, bool bad_fcs, bool empty_last) {
  AcceptedView view{};
  view.length = length;
  view.bad_fcs = bad_fcs;
  view.empty_last = empty_last;
  view.beats = (length + defs::kBusBytes - 1) / defs::kBusBytes + (empty_last ? 1 : 0);
  view.gap = cycle - first + 1 > view.beats;
  view.since_last = seen_frame_ ? cycle - last_cycle_ : 0;
  view.after_jumbo = last_jumbo_;
  single_run_ = view.beats == 1 && view.since_last == 1 ? single_run_ + 1 : 0;
  view.single_run = single_run_;
  count(lists().accepted, view, &hits_[lists().accepted_at]);
  last_jumbo_ = view.beats == defs::kFrameBeatsMax;
  last_cycle_ = cycle;
  seen_frame_ = true;
}

void FunctionalCoverage::committed(const model::Config& config, const model::Time& time, bool busy) {
  if (config_) {
    count(lists().commits, CommitView{&*config_, &config, time_, time, busy}, &hits_[lists().commits_at]);
    for (unsigned bank = 0; bank < defs::kSecret1Banks; ++bank) {
      if (!same(config_->keys.secret1_v4[bank], config.keys.secret1_v4[bank])) renewed_[0][bank] = true;
      if (!same(config_->keys.secret1_v6[bank], config.keys.secret1_v6[bank])) renewed_[1][bank] = true;
    }
  }
  if (time.count != time_.count) renewed_ = {};
  config_ = config;
  time_ = time;
}

void FunctionalCoverage::deciding(const model::Pipeline& pipeline, const model::Frame& frame, const model::Time& time) {
  view_.emplace(pipeline, frame, time);
}

void FunctionalCoverage::decided(const model::Pipeline& pipeline, const model::Outcome& outcome, std::uint64_t cycle,
                                 bool old_generation) {
  FrameView& view = *view_;
  view.decide(pipeline, outcome, cycle, old_generation);
  if (view.looked_up) {
    std::uint64_t nearest = 0;
    for (unsigned channel = 0; channel < 2; ++channel) {
      auto& writes = writes_[channel];
      while (!writes.empty() && cycle - writes.front().cycle > kReach) writes.pop_front();
      for (const Write& w : writes) {
        if (w.row == view.place.row[channel] && (nearest == 0 || cycle - w.cycle < nearest)) nearest = cycle - w.cycle;
      }
    }
    view.rows_apart = static_cast<unsigned>(nearest);
    view.reopened = view.hit >= 0 && reopened_.count(slot_key(view, view.hit)) != 0;
    view.secret1_renewed = renewed_[view.is6() ? 1 : 0][(view.time.count + 1) & 3];
  }
  count(lists().frames, view, hits_.data());
  remember(view);
  view_.reset();
}

void FunctionalCoverage::remember(const FrameView& view) {
  if (view.written < 0) return;
  const auto channel = static_cast<std::size_t>(view.written / 3);
  writes_[channel].push_back({view.cycle, view.place.row[channel]});
  if (view.op(defs::TableOp::kReopen)) {
    reopened_.insert(slot_key(view, view.written));
  } else if (!view.op(defs::TableOp::kRepeat)) {
    reopened_.erase(slot_key(view, view.written));
  }
}

void FunctionalCoverage::done(const model::Outcome& outcome, defs::Verdict verdict, defs::Reason reason, std::size_t length,
                              bool queued_reply, bool queued_forward) {
  using defs::Reason;
  using defs::Verdict;
  DoneView view{};
  view.rules = outcome.verdict;
  view.rules_reason = outcome.reason;
  view.verdict = verdict;
  view.reason = reason;
  view.length = length;
  view.reply_length = outcome.reply.size();
  view.handoff_length = outcome.handoff.size();
  view.after_reply_full = reply_full_;
  view.after_reply_cap = reply_cap_;
  view.after_handoff_full = handoff_full_;
  view.after_forward_full = forward_full_;
  view.queued_reply = queued_reply;
  view.queued_forward = queued_forward;
  count(lists().done, view, &hits_[lists().done_at]);
  if (view.rules == Verdict::kReply) {
    reply_full_ = reason == Reason::kReplyFull;
    reply_cap_ = reason == Reason::kReplyCap;
  } else if (view.rules == Verdict::kPass) {
    forward_full_ = reason == Reason::kForwardFull;
  } else if (view.rules != Verdict::kDrop) {
    handoff_full_ = reason == Reason::kHandoffFull;
  }
}

void FunctionalCoverage::swept(const model::Sweep& sweep, bool busy) {
  count(lists().sweeps, SweepView{sweep, busy}, &hits_[lists().sweeps_at]);
}

void FunctionalCoverage::clock(ClockView view) {
  const auto stalled = [](bool valid, bool ready, std::uint64_t& run) { run = valid && !ready ? run + 1 : 0; };
  view.reply_stalled_before = reply_stalled_;
  view.forward_stalled_before = forward_stalled_;
  stalled(view.reply_valid, view.reply_ready, reply_stalled_);
  stalled(view.forward_valid, view.forward_ready, forward_stalled_);
  reply_run_ = view.reply_valid && view.reply_ready ? reply_run_ + 1 : 0;
  forward_run_ = view.forward_valid && view.forward_ready ? forward_run_ + 1 : 0;
  view.reply_stalled = reply_stalled_;
  view.forward_stalled = forward_stalled_;
  view.reply_run = reply_run_;
  view.forward_run = forward_run_;
  view.forward_mid_frame = mid_frame_;
  count(lists().clock, view, &hits_[lists().clock_at]);
  if (view.forward_valid && view.forward_ready) mid_frame_ = !view.forward_last;
}

void FunctionalCoverage::accessed(bool write, std::uint32_t address, std::uint32_t value, unsigned strobes, bool busy) {
  count(lists().registers,
        RegisterView{write, address, value, strobes, busy, staged_match_, status_, time_staged_}, &hits_[lists().registers_at]);
  if (write && address == defs::reg::kDestMatch) {
    std::uint32_t bytes = 0;
    for (unsigned b = 0; b < 4; ++b) bytes |= (strobes >> b & 1) != 0 ? 0xffu << 8 * b : 0;
    staged_match_ = (staged_match_ & ~bytes) | (value & bytes);
  }
  if (!write && address == defs::reg::kStatus) status_ = value;
  if (write && (address == defs::reg::kTimeCount || address == defs::reg::kTimeMs)) time_staged_ = true;
  if (write && address == defs::reg::kTimeCommit) time_staged_ = false;
}

}  // namespace syngate::sim
