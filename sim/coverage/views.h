// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "syngate/model/flow_table.h"
#include "syngate/model/parse.h"
#include "syngate/model/pipeline.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// What the predicates of the functional points look at. Nothing here decides anything: it is the frame and the model's view of it, taken
/// apart once so that a point is one line.

/// What a walk over TCP options met, in the order of the bytes.
struct OptionFacts {
  bool any = false, nop = false, eol = false, unknown = false;
  bool length0 = false, length1 = false, overrun = false, kind_at_end = false;
  bool mss_length = false, wscale_length = false, sack_length = false, timestamp_length = false;  ///< not the one that counts
  bool mss_zero = false, wscale_clamped = false, other_exid = false, short_253 = false;
  unsigned mss = 0, wscale = 0, timestamps = 0, sack = 0;  ///< how often, with the length that counts
};
OptionFacts walk_options(const std::uint8_t* options, std::size_t length, std::uint16_t exid);

/// One slot of the flow table against a frame's time.
struct SlotView {
  std::uint64_t bits = 0;
  std::uint32_t tag() const { return static_cast<std::uint32_t>(bits); }
  std::uint8_t epoch() const { return static_cast<std::uint8_t>(bits >> 32); }
  unsigned first() const { return static_cast<unsigned>(bits >> 40 & 7); }
  defs::SlotState state() const { return static_cast<defs::SlotState>(bits >> 44 & 7); }
  bool used() const { return state() != defs::SlotState::kEmpty; }
  bool is_new() const { return state() >= defs::SlotState::kNew0; }
};

/// A frame at its decision.
struct FrameView {
  FrameView(const model::Pipeline& pipeline, const model::Frame& frame, const model::Time& time);
  /// After the model has decided.
  void decide(const model::Pipeline& pipeline, const model::Outcome& outcome, std::uint64_t cycle, bool old_generation);

  // The frame.
  model::Frame frame;
  model::Parsed p;
  model::Classified c;
  OptionFacts options;
  const model::Config* config;
  model::Time time;
  std::uint64_t cycle = 0;
  bool old_generation = false;  ///< a later commit was made before the frame was decided

  // The decision.
  const model::Outcome* o = nullptr;
  unsigned rows_apart = 0;      ///< clocks since the last write to one of its rows, 0: none within reach
  bool reopened = false;        ///< a SYN has reopened its slot
  bool secret1_renewed = false; ///< the bank of the next minute was written in this minute

  // Families and classes.
  bool is4() const { return p.family == model::Family::kIpv4; }
  bool is6() const { return p.family == model::Family::kIpv6; }
  bool family(bool six) const { return six ? is6() : is4(); }
  bool tcp() const { return c.pre == defs::Pre::kSyn || c.pre == defs::Pre::kTcp; }
  bool verdict(defs::Verdict v) const { return o->verdict == v; }
  bool drop(defs::Reason r) const { return o->verdict == defs::Verdict::kDrop && o->reason == r; }
  bool reply() const { return o->verdict == defs::Verdict::kReply; }
  bool handed_off() const { return o->verdict == defs::Verdict::kHandoff || o->verdict == defs::Verdict::kHandoffPass; }
  bool op(defs::TableOp x) const { return o->op == x; }
  bool flags(std::uint8_t mask, std::uint8_t value) const { return (p.flags & mask) == value; }
  bool right_length() const { return !frame.bad_fcs && p.length >= defs::kFrameBytesMin && p.length <= defs::kFrameBytesMax; }
  bool sound() const {
    return c.reason != defs::Reason::kBadFrame && c.reason != defs::Reason::kTruncated && c.reason != defs::Reason::kForgedStamp;
  }
  bool tcp_shaped() const { return p.tcp_visible && sound(); }
  bool unicast_mac() const { return (frame.data[0] & 1) == 0; }
  bool unicast() const;  ///< by MAC and IP address
  bool icmp_error(bool six) const;  ///< sound, of a type whose quote counts
  const model::Destination& entry() const { return config->destinations[static_cast<std::size_t>(deciding)]; }
  std::uint16_t ethertype() const;
  std::uint16_t tpid(unsigned tag) const;
  std::uint8_t l4_byte(std::size_t at) const { return p.l4 + at < frame.length ? frame.data[p.l4 + at] : 0; }
  bool policy(defs::Policy bit) const { return (config->policy >> static_cast<unsigned>(bit) & 1) != 0; }
  /// The frame passes the rules that a policy bit rules over, and would not if the bit were set.
  bool would_drop(defs::Policy bit, defs::Reason reason) const;
  /// The first used entry that covers the destination, whatever its mode, ports and family of modes; -1: none.
  int covering = -1;
  int deciding = -1;  ///< index of c.destination, -1: none
  unsigned coverings = 0;

  // The cookie of a TCP segment that no SYN begins: what Linux's arithmetic makes of its numbers, whatever its flags.
  struct Cookie {
    unsigned diff = 256;        ///< minutes, 0..255
    std::uint32_t data = ~0u;   ///< MSS index field, for diff 0, 1, 2 and 255
    bool valid() const { return diff < 2 && data < 4; }
  };
  Cookie cookie;
  std::uint64_t h0 = 0;
  std::uint32_t offset = 0;  ///< of the flow's timestamps

  // The table: slots 0..2 of channel 0, 3..5 of channel 1, before and after.
  bool looked_up = false;
  model::FlowTable::Place place{};
  std::array<SlotView, 6> before{}, after{};
  int hit = -1;      ///< slot
  int written = -1;  ///< slot whose bits changed, or that was rewritten with the same
  unsigned raw_age(int slot) const { return static_cast<std::uint8_t>(epoch() - before[static_cast<std::size_t>(slot)].epoch()); }
  std::uint8_t epoch() const { return static_cast<std::uint8_t>(time.ms >> defs::kTableEpochShift); }
  unsigned age(int slot) const;  ///< with the rule for a clock set back
  bool lives(int slot) const;
  bool carries_tag(int slot) const;
  const SlotView& hit_slot() const { return before[static_cast<std::size_t>(hit)]; }
  unsigned living() const;
  bool hits(defs::SlotState state) const { return hit >= 0 && hit_slot().state() == state; }
};

/// A frame that egress admitted or dropped.
struct DoneView {
  defs::Verdict rules, verdict;
  defs::Reason rules_reason, reason;
  std::size_t length;      ///< of the original
  std::size_t handoff_length, reply_length;
  bool after_reply_full, after_reply_cap, after_handoff_full, after_forward_full;  ///< the one before on that port was so dropped
  bool queued_reply, queued_forward;  ///< others wait at that port
};

/// A frame accepted at the input.
struct AcceptedView {
  std::size_t length;
  bool bad_fcs;
  bool empty_last;             ///< ended by a beat without bytes
  bool gap;                    ///< tvalid was low between its beats
  bool after_jumbo;            ///< the frame before filled the longest
  std::uint64_t since_last;    ///< clocks since the last beat of the frame before; 0: it is the first
  std::uint64_t beats;
  std::uint64_t single_run;    ///< frames of one beat, one a clock, up to this one
};

/// A commit through the registers.
struct CommitView {
  const model::Config* before;
  const model::Config* after;
  model::Time old_time, new_time;
  bool busy;  ///< frames are in the pipeline
};

/// A register access that was answered.
struct RegisterView {
  bool write;
  std::uint32_t address, value;
  unsigned strobes;
  bool busy;
  std::uint32_t staged_match;   ///< DEST_MATCH as written last
  std::uint32_t status;         ///< STATUS as read last
  bool time_staged;             ///< TIME_COUNT or TIME_MS written, not committed
};

struct SweepView {
  model::Sweep sweep;
  bool busy;
};

/// The pins in one clock.
struct ClockView {
  bool in_valid, in_ready;
  bool reply_valid, reply_ready, forward_valid, forward_ready, forward_last;
  std::uint64_t reply_stalled, forward_stalled;  ///< clocks in a row, this one included
  std::uint64_t reply_stalled_before, forward_stalled_before;  ///< until the clock before
  std::uint64_t reply_run, forward_run;          ///< beats in a row without a pause
  bool forward_mid_frame;                        ///< a beat of the same frame went before
};

}  // namespace syngate::sim
