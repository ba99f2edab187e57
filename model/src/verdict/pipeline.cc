// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/pipeline.h"

#include <algorithm>

#include "syngate/model/cookie.h"
#include "syngate/model/flow_table.h"
#include "syngate/model/parse.h"
#include "syngate/model/stamp.h"
#include "syngate/model/synack.h"
#include "syngate/model/timestamp.h"

namespace syngate::model {

using defs::Reason;
using defs::TableOp;
using defs::Verdict;

struct Pipeline::Impl {
  explicit Impl(const Config& c) : config(c) {}

  TableSettings settings() const { return {config.table_mask, config.life, config.life_closing}; }
  void decide(const Frame& frame, const Time& time);
  void answer(const Frame& frame, const Parsed& p, const Classified& c, const Time& time, const SipState& h0,
              FlowTable::Hit hit);
  void follow(const Frame& frame, const Parsed& p, const Classified& c, const Time& time, const SipState& h0,
              const FlowTable::Place& place, FlowTable::Hit hit);
  void hand_off(const Frame& frame, const Parsed& p, const Classified& c, const Time& time, const SipState& h0);
  void count();

  struct ReadFault {
    std::array<std::uint32_t, 2> rows;
    std::array<TableRow, 2> answer;
  };
  void ask_table(const Frame& frame, const Parsed& p, const Classified& c, const Time& time, const SipState& h0,
                 const FlowTable::Place& place);

  Config config;
  FlowTable table;
  Counters counters{};
  Outcome outcome;
  std::vector<ReadFault> read_faults;
  std::uint64_t* written = nullptr;  // slot that this frame has written
};

namespace {

std::uint8_t epoch_of(const Time& time) { return static_cast<std::uint8_t>(time.ms >> defs::kTableEpochShift); }

unsigned verdict_counter(Verdict verdict) { return defs::counter::kVerdictBase + static_cast<unsigned>(verdict); }
unsigned reason_counter(Reason reason) { return defs::counter::kReasonBase + static_cast<unsigned>(reason); }

}  // namespace

void Pipeline::Impl::decide(const Frame& frame, const Time& time) {
  // parse
  const Parsed p = parse_frame(frame, config.exid);
  const Classified c = classify(frame, p, config);
  outcome.pre = c.pre;
  outcome.reason = c.reason;
  if (c.pre == defs::Pre::kPass) return;
  if (c.pre == defs::Pre::kDrop) {
    outcome.verdict = Verdict::kDrop;
    return;
  }
  // cookie: h0 serves the cookie, the offset and the table
  const bool is6 = c.lookup.source.is6;
  const SipState h0 = cookie_hash(c.lookup, 0, is6 ? config.keys.secret0_v6 : config.keys.secret0_v4);
  // table
  const FlowTable::Place place = FlowTable::place_of(siphash_squeeze(h0), config.table_mask);
  written = nullptr;
  const auto fault = std::find_if(read_faults.begin(), read_faults.end(),
                                  [&place](const ReadFault& f) { return f.rows == place.row; });
  if (fault == read_faults.end()) {
    ask_table(frame, p, c, time, h0, place);
    return;
  }
  // The frame sees the wrong rows. A row that it writes stays as it saw it, the other is in the memory as before.
  const ReadFault f = *fault;
  read_faults.erase(fault);
  std::array<TableRow, 2> stored;
  for (unsigned channel = 0; channel < 2; ++channel) {
    stored[channel] = table.row_data(channel, f.rows[channel]);
    table.set_row_data(channel, f.rows[channel], f.answer[channel]);
  }
  ask_table(frame, p, c, time, h0, place);
  for (unsigned channel = 0; channel < 2; ++channel) {
    if (written != nullptr && table.in_channel(written, channel)) continue;
    table.set_row_data(channel, f.rows[channel], stored[channel]);
  }
}

void Pipeline::Impl::ask_table(const Frame& frame, const Parsed& p, const Classified& c, const Time& time, const SipState& h0,
                               const FlowTable::Place& place) {
  counters[defs::counter::kTableSramError] += table.errors(place);
  const FlowTable::Hit hit = table.find(place, epoch_of(time), settings());
  outcome.hit = hit.slot != nullptr;
  // verdict
  switch (c.pre) {
    case defs::Pre::kIcmp:
      if (!outcome.hit) {
        outcome.verdict = Verdict::kDrop;
        outcome.reason = Reason::kIcmpUnknown;
      }
      break;
    case defs::Pre::kSyn: answer(frame, p, c, time, h0, hit); break;
    default: follow(frame, p, c, time, h0, place, hit); break;
  }
}

// Rule 6.
void Pipeline::Impl::answer(const Frame& frame, const Parsed& p, const Classified& c, const Time& time,
                            const SipState& h0, FlowTable::Hit hit) {
  const bool is6 = p.flow.source.is6;
  const Destination& d = *c.destination;
  outcome.verdict = Verdict::kReply;
  outcome.mss_index =
      static_cast<std::uint8_t>(index_of_mss(is6, p.options.mss != 0 ? p.options.mss : default_mss(is6)));
  outcome.cookie = make_cookie(p.flow, static_cast<std::uint32_t>(h0.hash()), p.seq, time.count, outcome.mss_index,
                               config.keys);
  SynAck synack;
  synack.cookie = outcome.cookie;
  synack.mss = d.mss;
  synack.wscale = d.wscale;
  synack.window = p.options.timestamps ? d.window_ts : d.window_nots;
  if (p.options.timestamps) {
    TimestampOptions options;
    options.wscale = p.options.wscale;
    options.sack = p.options.sack_permitted;
    options.ecn = synack.ecn = c.ecn_ok;
    outcome.tsval = synack.tsval = encode_timestamp(time.ms, options) + timestamp_offset(h0.hash());
  }
  build_synack(frame, p, synack, outcome.reply);
  if (hit.slot != nullptr) {
    FlowTable::reopen(*hit.slot, epoch_of(time), p.seq + 1);
    written = hit.slot;
    outcome.op = TableOp::kReopen;
  }
}

// Rules 7 to 9.
void Pipeline::Impl::follow(const Frame& frame, const Parsed& p, const Classified& c, const Time& time,
                            const SipState& h0, const FlowTable::Place& place, FlowTable::Hit hit) {
  const bool ack = (p.flags & kAck) != 0;
  const bool syn = (p.flags & kSyn) != 0;
  const bool rst = (p.flags & kRst) != 0;
  const bool fin = (p.flags & kFin) != 0;
  const std::uint8_t epoch = epoch_of(time);
  outcome.cookie = p.ack - 1;
  if (ack && !syn && !rst) {
    const auto data =
        check_cookie(p.flow, static_cast<std::uint32_t>(h0.hash()), p.seq, p.ack, time.count, config.keys);
    if (data) {
      outcome.cookie_ok = true;
      outcome.age = data->age != 0;
      outcome.mss_index = data->mss_index;
    }
  }
  if (hit.slot != nullptr) {
    written = hit.slot;
    if (rst || fin) {
      FlowTable::close(*hit.slot, epoch);
      outcome.op = TableOp::kClose;
    } else if (outcome.cookie_ok && hit.is_new && hit.repeats != 0 && hit.first == (p.seq & 7)) {
      FlowTable::repeat(*hit.slot);
      outcome.op = TableOp::kRepeat;
      outcome.verdict = Verdict::kHandoffPass;
      hand_off(frame, p, c, time, h0);
    } else if (hit.stale) {
      FlowTable::refresh(*hit.slot, epoch);
      outcome.op = TableOp::kRefresh;
    } else {
      written = nullptr;
    }
    return;
  }
  if (outcome.cookie_ok) {
    outcome.op = table.insert(place, epoch, p.seq, settings(), &written) ? TableOp::kInsert : TableOp::kEvict;
    outcome.verdict = c.has_payload || fin ? Verdict::kHandoffPass : Verdict::kHandoff;
    hand_off(frame, p, c, time, h0);
    return;
  }
  outcome.verdict = Verdict::kDrop;
  outcome.reason = rst ? Reason::kRstUnknown : ack && !syn ? Reason::kBadCookie : Reason::kUnknownFlow;
}

void Pipeline::Impl::hand_off(const Frame& frame, const Parsed& p, const Classified& c, const Time& time,
                              const SipState& h0) {
  Stamp stamp;
  stamp.exid = config.exid;
  stamp.key_id = c.destination->stamp_key_id;
  stamp.timestamps = p.options.timestamps;
  stamp.rcv_wscale = c.destination->wscale;
  stamp.mss = mss_of_index(p.flow.source.is6, outcome.mss_index);
  stamp.clock = time.ms + timestamp_offset(h0.hash());
  build_handoff(frame, p, stamp, config.keys.stamp[stamp.key_id], outcome.handoff);
}

void Pipeline::Impl::count() {
  ++counters[verdict_counter(outcome.verdict)];
  if (outcome.verdict == Verdict::kDrop) ++counters[reason_counter(outcome.reason)];
  switch (outcome.op) {
    case TableOp::kInsert: ++counters[defs::counter::kTableInsert]; break;
    case TableOp::kEvict: ++counters[defs::counter::kTableEvict]; break;
    case TableOp::kRefresh: ++counters[defs::counter::kTableRefresh]; break;
    case TableOp::kRepeat: ++counters[defs::counter::kTableRepeat]; break;
    case TableOp::kClose: ++counters[defs::counter::kTableClose]; break;
    case TableOp::kReopen: ++counters[defs::counter::kTableReopen]; break;
    case TableOp::kNone: break;
  }
  if (outcome.op == TableOp::kInsert || outcome.op == TableOp::kEvict || outcome.op == TableOp::kRepeat) {
    ++counters[outcome.age ? defs::counter::kCookieAge1 : defs::counter::kCookieAge0];
  }
}

Pipeline::Pipeline(const Config& config) : impl_(std::make_unique<Impl>(config)) {}
Pipeline::~Pipeline() = default;
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;

const Outcome& Pipeline::process(const Frame& frame, const Time& time) {
  Outcome& o = impl_->outcome;
  // Everything back to its default, but the vectors keep their memory.
  std::vector<std::uint8_t> reply = std::move(o.reply);
  std::vector<std::uint8_t> handoff = std::move(o.handoff);
  reply.clear();
  handoff.clear();
  o = Outcome{};
  o.reply = std::move(reply);
  o.handoff = std::move(handoff);
  impl_->decide(frame, time);
  o.forwards_original = o.verdict == Verdict::kPass || o.verdict == Verdict::kHandoffPass;
  impl_->count();
  return o;
}

bool Pipeline::egress_drop_is_legal(Verdict verdict, Reason reason) {
  switch (verdict) {
    case Verdict::kReply: return reason == Reason::kReplyCap || reason == Reason::kReplyFull;
    case Verdict::kHandoff:
    case Verdict::kHandoffPass: return reason == Reason::kHandoffFull;
    case Verdict::kPass: return reason == Reason::kForwardFull;
    case Verdict::kDrop: break;
  }
  return false;
}

bool Pipeline::egress_drop(Verdict verdict, Reason reason) {
  if (!egress_drop_is_legal(verdict, reason)) return false;
  --impl_->counters[verdict_counter(verdict)];
  ++impl_->counters[verdict_counter(Verdict::kDrop)];
  ++impl_->counters[reason_counter(reason)];
  return true;
}

bool Pipeline::sweep(const Sweep& sweep) {
  if (!impl_->table.sweep(sweep, impl_->settings())) return false;
  impl_->counters[defs::counter::kTableSweep] += static_cast<std::uint64_t>(__builtin_popcount(sweep.mask));
  return true;
}

TableRow Pipeline::table_row(unsigned channel, std::uint32_t row) const { return impl_->table.row_data(channel, row); }

void Pipeline::set_table_row(unsigned channel, std::uint32_t row, const TableRow& data) {
  impl_->table.set_row_data(channel, row, data);
}

void Pipeline::fault_read(const std::array<std::uint32_t, 2>& rows, const std::array<TableRow, 2>& answer) {
  impl_->read_faults.push_back({rows, answer});
}

void Pipeline::clear_counters() { impl_->counters = {}; }

const Config& Pipeline::config() const { return impl_->config; }
void Pipeline::set_config(const Config& config) { impl_->config = config; }
const Counters& Pipeline::counters() const { return impl_->counters; }

std::uint64_t Pipeline::occupied() const { return impl_->table.occupied(); }

std::uint64_t Pipeline::flows(const Time& time) const { return impl_->table.count(epoch_of(time), impl_->settings()); }

}  // namespace syngate::model
