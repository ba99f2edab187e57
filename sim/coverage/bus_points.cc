// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "points.h"

namespace syngate::sim {
namespace {

using defs::KeySlot;
using defs::Reason;
using defs::Verdict;
namespace reg = defs::reg;

unsigned key_slot(KeySlot slot) { return static_cast<unsigned>(slot); }

}  // namespace

void add_bus_points(Points<AcceptedView>& accepted, Points<DoneView>& done, Points<ClockView>& clock) {
  using A = AcceptedView;
  for (const std::size_t length : {1u, 59u, 60u, 64u, 127u, 128u, 129u, 256u, 257u, 1514u, 9215u, 9216u, 9217u}) {
    accepted.add("ingress.length." + std::to_string(length), [length](const A& a) { return a.length == length; });
  }
  accepted.add("ingress.without_end", [](const A& a) { return a.length > 2 * defs::kFrameBytesMax; });
  accepted.add("ingress.empty_last_beat", [](const A& a) { return a.empty_last; });
  accepted.add("ingress.gap_in_frame", [](const A& a) { return a.gap; });
  accepted.add("ingress.one_a_clock", [](const A& a) { return a.single_run >= 32; });
  accepted.add("ingress.idle_before", [](const A& a) { return a.since_last > a.beats + 1; });
  accepted.add("ingress.short_behind_jumbo", [](const A& a) { return a.beats == 1 && a.after_jumbo; });
  accepted.add("ingress.first_behind_reset", [](const A& a) { return a.since_last == 0; });

  using D = DoneView;
  for (unsigned v = 0; v < defs::kVerdictCount; ++v) {
    const auto verdict = static_cast<Verdict>(v);
    done.add("egress.verdict." + std::string(to_string(verdict)), [verdict](const D& d) { return d.verdict == verdict; });
  }
  for (unsigned r = 1; r < defs::kReasonCount; ++r) {
    const auto reason = static_cast<Reason>(r);
    done.add("egress.reason." + std::string(to_string(reason)), [reason](const D& d) { return d.reason == reason; });
  }
  done.add("egress.handoff_full.alone", [](const D& d) { return d.rules == Verdict::kHandoff && d.reason == Reason::kHandoffFull; });
  done.add("egress.handoff_full.pair", [](const D& d) { return d.rules == Verdict::kHandoffPass && d.reason == Reason::kHandoffFull; });
  done.add("egress.forward_full.jumbo", [](const D& d) { return d.reason == Reason::kForwardFull && d.length > 8960; });
  done.add("egress.short_passes_where_long_did_not", [](const D& d) {
    return d.after_forward_full && d.verdict == Verdict::kPass && d.length <= defs::kBusBytes;
  });
  done.add("egress.again.reply", [](const D& d) { return d.after_reply_full && d.verdict == Verdict::kReply; });
  done.add("egress.again.capped", [](const D& d) { return d.after_reply_cap && d.verdict == Verdict::kReply; });
  done.add("egress.again.handoff", [](const D& d) {
    return d.after_handoff_full && (d.verdict == Verdict::kHandoff || d.verdict == Verdict::kHandoffPass);
  });
  done.add("egress.again.forward", [](const D& d) { return d.after_forward_full && d.verdict == Verdict::kPass; });
  done.add("egress.reply.queued", [](const D& d) { return d.verdict == Verdict::kReply && d.queued_reply; });
  done.add("egress.reply.empty", [](const D& d) { return d.verdict == Verdict::kReply && !d.queued_reply; });
  done.add("egress.forward.queued", [](const D& d) { return d.verdict == Verdict::kPass && d.queued_forward; });
  done.add("egress.forward.empty", [](const D& d) { return d.verdict == Verdict::kPass && !d.queued_forward; });
  done.add("egress.pair.queued", [](const D& d) { return d.verdict == Verdict::kHandoffPass && d.queued_forward; });
  done.add("egress.reply.padded", [](const D& d) { return d.verdict == Verdict::kReply && d.reply_length == 60; });
  done.add("egress.reply.longest", [](const D& d) { return d.verdict == Verdict::kReply && d.reply_length == 102; });
  done.add("egress.forward.one_beat", [](const D& d) { return d.verdict == Verdict::kPass && d.length <= defs::kBusBytes; });
  done.add("egress.forward.full_beat", [](const D& d) { return d.verdict == Verdict::kPass && d.length % defs::kBusBytes == 0; });
  done.add("egress.forward.jumbo", [](const D& d) { return d.verdict == Verdict::kPass && d.length > 71 * defs::kBusBytes; });
  done.add("egress.pair.long", [](const D& d) { return d.verdict == Verdict::kHandoffPass && d.length > defs::kBusBytes; });

  using C = ClockView;
  clock.add("stall.reply.one_clock", [](const C& c) { return c.reply_ready && c.reply_valid && c.reply_stalled_before == 1; });
  clock.add("stall.reply.long", [](const C& c) { return c.reply_stalled >= 64; });
  clock.add("stall.forward.one_clock", [](const C& c) { return c.forward_ready && c.forward_valid && c.forward_stalled_before == 1; });
  clock.add("stall.forward.long", [](const C& c) { return c.forward_stalled >= 64; });
  clock.add("stall.forward.in_frame", [](const C& c) { return c.forward_stalled > 0 && c.forward_mid_frame; });
  clock.add("stall.forward.last_beat", [](const C& c) { return c.forward_stalled > 0 && c.forward_mid_frame && c.forward_last; });
  clock.add("stall.both", [](const C& c) { return c.reply_stalled > 0 && c.forward_stalled > 0; });
  clock.add("stall.ready_first", [](const C& c) { return c.reply_ready && c.forward_ready && !c.reply_valid && !c.forward_valid; });
  clock.add("stall.reply.never", [](const C& c) { return c.reply_run >= 32; });
  clock.add("stall.forward.never", [](const C& c) { return c.forward_run >= 64; });
  clock.add("stall.both_at_once", [](const C& c) { return c.reply_valid && c.reply_ready && c.forward_valid && c.forward_ready; });
}

void add_register_points(Points<RegisterView>& registers, Points<CommitView>& commits, Points<SweepView>& sweeps) {
  using R = RegisterView;
  const auto write = [&registers](const char* name, std::uint32_t address) {
    registers.add(std::string("csr.write.") + name, [=](const R& r) { return r.write && r.address == address; });
    registers.add(std::string("csr.busy.") + name, [=](const R& r) { return r.write && r.address == address && r.busy; });
  };
  write("time_commit", reg::kTimeCommit);
  write("key_commit", reg::kKeyCommit);
  write("dest_commit", reg::kDestCommit);
  write("policy", reg::kPolicy);
  write("exid", reg::kExid);
  registers.add("csr.write.table_mask", [](const R& r) { return r.write && r.address == reg::kTableMask; });
  registers.add("csr.write.table_lives", [](const R& r) { return r.write && r.address == reg::kTableLives; });
  registers.add("csr.write.reply_cap", [](const R& r) { return r.write && r.address == reg::kReplyCap; });
  const auto key = [&registers](const std::string& name, unsigned slot) {
    registers.add("csr.key." + name, [=](const R& r) { return r.write && r.address == reg::kKeyCommit && r.value == slot; });
  };
  key("secret0_v4", key_slot(KeySlot::kSecret0V4));
  key("secret0_v6", key_slot(KeySlot::kSecret0V6));
  for (unsigned bank = 0; bank < defs::kSecret1Banks; ++bank) {
    key("secret1_v4.bank_" + std::to_string(bank), key_slot(KeySlot::kSecret1V4) + bank);
    key("secret1_v6.bank_" + std::to_string(bank), key_slot(KeySlot::kSecret1V6) + bank);
  }
  registers.add("csr.key.stamp.busy", [](const R& r) {
    return r.write && r.address == reg::kKeyCommit && r.busy && r.value >= key_slot(KeySlot::kStamp);
  });
  registers.add("csr.key.no_such_slot", [](const R& r) {
    return r.write && r.address == reg::kKeyCommit && ((r.value & 63) == 2 || (r.value & 63) >= 32);
  });
  const auto refused = [&registers](const char* name, bool (*wrong)(std::uint32_t match)) {
    registers.add(std::string("csr.refused.") + name, [=](const R& r) {
      return r.write && r.address == reg::kDestCommit && wrong(r.staged_match);
    });
  };
  refused("mode_learn", [](std::uint32_t m) { return (m >> 12 & 3) == 1; });
  refused("mode_auto", [](std::uint32_t m) { return (m >> 12 & 3) == 2; });
  refused("prefix_v4", [](std::uint32_t m) { return (m >> 8 & 1) == 0 && (m & 255) > 32 && (m >> 12 & 3) % 3 == 0; });
  refused("prefix_v6", [](std::uint32_t m) { return (m >> 8 & 1) == 1 && (m & 255) > 128 && (m >> 12 & 3) % 3 == 0; });
  registers.add("csr.refused.shown", [](const R& r) { return !r.write && r.address == reg::kStatus && r.value == 1; });
  registers.add("csr.refused.cleared", [](const R& r) { return !r.write && r.address == reg::kStatus && r.value == 0 && r.status == 1; });
  registers.add("csr.write.some_bytes", [](const R& r) { return r.write && r.strobes != 0 && r.strobes != 15; });
  registers.add("csr.write.no_bytes", [](const R& r) { return r.write && r.strobes == 0; });
  registers.add("csr.read.id", [](const R& r) { return !r.write && r.address == reg::kId; });
  registers.add("csr.read.generation", [](const R& r) { return !r.write && r.address == reg::kGeneration && r.busy; });
  registers.add("csr.read.scratch", [](const R& r) { return !r.write && r.address == reg::kScratch && r.value != 0; });
  registers.add("csr.read.key_is_zero", [](const R& r) {
    return !r.write && r.address >= reg::kKeyData0 && r.address <= reg::kKeyCommit && r.value == 0;
  });
  registers.add("csr.read.unknown_is_zero", [](const R& r) {
    return !r.write && r.address > reg::kReplyCap && r.address < reg::kCounters && r.value == 0;
  });
  registers.add("csr.read.counter", [](const R& r) {
    return !r.write && r.address >= reg::kCounters && r.address % 8 == 0 && r.value != 0;
  });
  registers.add("csr.read.counter_carried", [](const R& r) {
    return !r.write && r.address >= reg::kCounters && r.address % 8 == 0 && r.value >= 65536;
  });
  registers.add("csr.read.counter_beyond_the_last", [](const R& r) {
    return !r.write && r.address >= reg::kCounters + 8 * (defs::counter::kTableSramError + 1) && r.value == 0;
  });
  registers.add("csr.time_staged_only", [](const R& r) { return r.time_staged && r.write && r.address == reg::kTimeCount; });

  using M = CommitView;
  const auto minutes = [](const M& m) { return m.new_time.count - m.old_time.count; };
  const auto ms = [](const M& m) { return static_cast<std::int32_t>(m.new_time.ms - m.old_time.ms); };
  const auto epoch = [](const model::Time& t) { return static_cast<std::uint8_t>(t.ms >> defs::kTableEpochShift); };
  commits.add("time.minute", [=](const M& m) { return minutes(m) == 1; });
  commits.add("time.minute.busy", [=](const M& m) { return minutes(m) == 1 && m.busy; });
  commits.add("time.minutes_jump", [=](const M& m) { return minutes(m) > 1 && minutes(m) < 1u << 31; });
  commits.add("time.minutes_back", [=](const M& m) { return minutes(m) >= 1u << 31; });
  commits.add("time.minutes_wrap", [=](const M& m) {
    return minutes(m) != 0 && minutes(m) < 1u << 31 && m.new_time.count < m.old_time.count;
  });
  commits.add("time.clock_goes_on", [=](const M& m) { return ms(m) > 0 && epoch(m.new_time) == epoch(m.old_time); });
  commits.add("time.clock_back", [=](const M& m) { return ms(m) < 0; });
  commits.add("time.clock_back.over_epochs", [=](const M& m) { return ms(m) < -2 * 65536; });
  commits.add("time.clock_wraps", [=](const M& m) { return ms(m) > 0 && m.new_time.ms < m.old_time.ms; });
  commits.add("time.next_epoch", [=](const M& m) {
    return ms(m) > 0 && static_cast<std::uint8_t>(epoch(m.new_time) - epoch(m.old_time)) == 1;
  });
  commits.add("time.epochs_jump", [=](const M& m) {
    return ms(m) > 0 && static_cast<std::uint8_t>(epoch(m.new_time) - epoch(m.old_time)) > 8;
  });
  commits.add("time.epoch_wraps", [=](const M& m) { return ms(m) > 0 && epoch(m.new_time) < epoch(m.old_time); });

  using S = SweepView;
  sweeps.add("sweep.channel_0", [](const S& s) { return (s.sweep.mask & 7) != 0; });
  sweeps.add("sweep.channel_1", [](const S& s) { return (s.sweep.mask & 56) != 0; });
  sweeps.add("sweep.several", [](const S& s) { return (s.sweep.mask & (s.sweep.mask - 1)) != 0; });
  sweeps.add("sweep.all_six", [](const S& s) { return s.sweep.mask == 63; });
  sweeps.add("sweep.under_load", [](const S& s) { return s.busy; });
  sweeps.add("sweep.first_row", [](const S& s) { return s.sweep.row == 0; });
  sweeps.add("sweep.other_row", [](const S& s) { return s.sweep.row > 1; });
}

}  // namespace syngate::sim
