// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "points.h"
#include "syngate/model/timestamp.h"

namespace syngate::sim {
namespace {

using defs::Pre;
using defs::Reason;
using defs::SlotState;
using defs::TableOp;
using defs::Verdict;
using F = FrameView;

constexpr std::uint8_t kControl = model::kSyn | model::kAck | model::kRst | model::kFin;
constexpr std::uint8_t kPsh = 8;

std::string family_name(bool six) { return six ? "v6" : "v4"; }

// Families x VLAN depth x what became of it.
void add_crosses(Points<F>& points) {
  constexpr const char* kTags[] = {"untagged", "tagged", "qinq"};
  for (const bool six : {false, true}) {
    for (unsigned tags = 0; tags < 3; ++tags) {
      const std::string name = "cross." + family_name(six) + "." + kTags[tags] + ".";
      const auto base = [=](const F& f) { return f.family(six) && f.p.tags == tags; };
      points.add(name + "reply", [=](const F& f) { return base(f) && f.reply(); });
      points.add(name + "handoff", [=](const F& f) { return base(f) && f.verdict(Verdict::kHandoff); });
      points.add(name + "handoff_pass", [=](const F& f) { return base(f) && f.verdict(Verdict::kHandoffPass); });
      points.add(name + "known", [=](const F& f) { return base(f) && f.c.pre == Pre::kTcp && f.hit >= 0 && f.verdict(Verdict::kPass); });
      points.add(name + "bad_cookie", [=](const F& f) { return base(f) && f.drop(Reason::kBadCookie); });
    }
  }
}

void add_cookie(Points<F>& points) {
  for (const bool six : {false, true}) {
    const std::string name = family_name(six);
    points.add("cookie.age_0." + name, [six](const F& f) { return f.family(six) && f.handed_off() && !f.o->age; });
    points.add("cookie.age_1." + name, [six](const F& f) { return f.family(six) && f.handed_off() && f.o->age; });
    points.add("cookie.age_2." + name, [six](const F& f) {
      return f.family(six) && f.cookie.diff == 2 && f.cookie.data < 4 && f.drop(Reason::kBadCookie);
    });
    points.add("cookie.of_the_next_minute." + name, [six](const F& f) {
      return f.family(six) && f.cookie.diff == 255 && f.cookie.data < 4 && f.drop(Reason::kBadCookie);
    });
    points.add("cookie.index_4." + name, [six](const F& f) {
      return f.family(six) && f.cookie.diff < 2 && f.cookie.data == 4 && f.drop(Reason::kBadCookie);
    });
  }
  points.add("cookie.right_minute_wrong_hash", [](const F& f) {
    return f.cookie.diff < 2 && f.cookie.data > 4 && f.drop(Reason::kBadCookie);
  });
  for (unsigned bank = 0; bank < defs::kSecret1Banks; ++bank) {
    points.add("cookie.bank_" + std::to_string(bank) + ".made", [bank](const F& f) { return f.reply() && (f.time.count & 3) == bank; });
    points.add("cookie.bank_" + std::to_string(bank) + ".next_minute", [bank](const F& f) {
      return f.handed_off() && f.o->age && ((f.time.count - 1) & 3) == bank;
    });
  }
  points.add("cookie.minute_byte_wraps", [](const F& f) { return f.handed_off() && f.o->age && (f.time.count & 0xff) == 0; });
  points.add("cookie.minutes_wrap", [](const F& f) { return f.handed_off() && f.o->age && f.time.count == 0; });
  points.add("cookie.after_rotation", [](const F& f) { return f.handed_off() && f.o->age && f.secret1_renewed; });
  // The final segment of a handshake with a right cookie, by its flags.
  const auto flags = [&points](const char* name, std::uint8_t mask, std::uint8_t value, bool accepted) {
    points.add(std::string("cookie.final.") + name, [=](const F& f) {
      return f.c.pre == Pre::kTcp && f.hit < 0 && f.cookie.valid() && f.flags(mask, value) && f.handed_off() == accepted;
    });
  };
  flags("ack", kControl | kPsh, model::kAck, true);
  flags("ack_psh", kControl | kPsh, model::kAck | kPsh, true);
  flags("ack_fin", kControl, model::kAck | model::kFin, true);
  flags("ack_urg", kControl | 32, model::kAck | 32, true);
  flags("syn_ack", kControl, model::kSyn | model::kAck, false);
  flags("rst", kControl, model::kRst, false);
  flags("rst_ack", kControl, model::kRst | model::kAck, false);
  flags("no_flags", kControl, 0, false);
}

void add_timestamps(Points<F>& points) {
  const auto bits = [](const F& f) {
    model::TimestampOptions options;
    options.wscale = f.p.options.wscale;
    options.sack = f.p.options.sack_permitted;
    options.ecn = f.c.ecn_ok;
    return model::timestamp_bits(options);
  };
  const auto answered = [](const F& f) { return f.reply() && f.p.options.timestamps; };
  points.add("timestamp.kept", [=](const F& f) { return answered(f) && bits(f) < (f.time.ms & 63); });
  points.add("timestamp.equal", [=](const F& f) { return answered(f) && bits(f) == (f.time.ms & 63); });
  points.add("timestamp.minus_64", [=](const F& f) { return answered(f) && bits(f) > (f.time.ms & 63) && f.time.ms >= 64; });
  points.add("timestamp.before_zero", [=](const F& f) { return answered(f) && bits(f) > (f.time.ms & 63) && f.time.ms < 64; });
  points.add("timestamp.offset_wraps", [=](const F& f) { return answered(f) && f.offset > f.o->tsval; });
  points.add("timestamp.clock_wraps", [](const F& f) { return f.handed_off() && f.time.ms + f.offset < f.offset; });
  const auto wants = [=](const F& f, std::uint8_t flags, bool ip_bits, bool reserved) {
    return f.reply() && (f.p.flags & (model::kEce | model::kCwr)) == flags && ((f.p.traffic_class & 3) != 0) == ip_bits &&
           (f.p.reserved != 0) == reserved;
  };
  constexpr std::uint8_t kBoth = model::kEce | model::kCwr;
  for (const bool six : {false, true}) {
    const std::string name = family_name(six);
    points.add("ecn.accepted." + name, [=](const F& f) {
      return answered(f) && f.family(six) && f.c.ecn_ok && wants(f, kBoth, false, false);
    });
    points.add("ecn.refused.ip_bits." + name, [=](const F& f) {
      return answered(f) && f.family(six) && f.policy(defs::Policy::kEcn) && wants(f, kBoth, true, false) && !f.c.ecn_ok;
    });
    points.add("ecn.accepted.reserved." + name, [=](const F& f) {
      return answered(f) && f.family(six) && f.c.ecn_ok && wants(f, kBoth, true, true);
    });
  }
  points.add("ecn.refused.ece_only", [=](const F& f) {
    return answered(f) && f.policy(defs::Policy::kEcn) && wants(f, model::kEce, false, false) && !f.c.ecn_ok;
  });
  points.add("ecn.refused.cwr_only", [=](const F& f) {
    return answered(f) && f.policy(defs::Policy::kEcn) && wants(f, model::kCwr, false, false) && !f.c.ecn_ok;
  });
  points.add("ecn.without_timestamps", [](const F& f) { return f.reply() && f.c.ecn_ok && !f.p.options.timestamps; });
}

std::string slot_name(unsigned slot) { return "c" + std::to_string(slot / 3) + "s" + std::to_string(slot % 3); }

void add_slots(Points<F>& points) {
  constexpr std::pair<SlotState, const char*> kStates[] = {{SlotState::kLive, "live"}, {SlotState::kClosing, "closing"},
                                                           {SlotState::kNew0, "new0"}, {SlotState::kNew1, "new1"},
                                                           {SlotState::kNew2, "new2"}, {SlotState::kNew3, "new3"}};
  for (const auto& [state, name] : kStates) {
    points.add(std::string("slot.hit.") + name, [state = state](const F& f) { return f.hits(state); });
  }
  for (unsigned s = 0; s < 6; ++s) {
    points.add("slot.hit." + slot_name(s), [s](const F& f) { return f.hit == static_cast<int>(s); });
  }
  // A slot with the frame's tag and its age in epochs against the life that counts.
  const auto at_age = [](const F& f, int over, bool closing, bool hits) {
    if (!f.looked_up || (f.hit >= 0) != hits) return false;
    for (int s = 0; s < 6; ++s) {
      const SlotView& slot = f.before[static_cast<std::size_t>(s)];
      if (!f.carries_tag(s) || (slot.state() == SlotState::kClosing) != closing) continue;
      const int life = closing ? f.config->life_closing : f.config->life;
      if (static_cast<int>(f.age(s)) == life + over) return true;
    }
    return false;
  };
  points.add("slot.age.last_epoch", [=](const F& f) { return at_age(f, 0, false, true); });
  points.add("slot.age.one_too_old", [=](const F& f) { return at_age(f, 1, false, false); });
  points.add("slot.age.closing_last_epoch", [=](const F& f) { return at_age(f, 0, true, true); });
  points.add("slot.age.closing_one_too_old", [=](const F& f) { return at_age(f, 1, true, false); });
  const auto raw = [](const F& f, unsigned low, unsigned high, bool hits) {
    if (!f.looked_up) return false;
    for (int s = 0; s < 6; ++s) {
      if (f.carries_tag(s) && f.raw_age(s) >= low && f.raw_age(s) <= high && (f.hit == s) == hits) return true;
    }
    return false;
  };
  points.add("slot.future.near", [=](const F& f) { return raw(f, 249, 255, true); });
  points.add("slot.future.last", [=](const F& f) { return raw(f, 248, 248, true); });
  points.add("slot.future.too_far", [=](const F& f) { return raw(f, 240, 247, false); });
  points.add("slot.epoch_wrapped", [](const F& f) {
    return f.hit >= 0 && f.hit_slot().epoch() > f.epoch() && f.raw_age(f.hit) != 0 && f.raw_age(f.hit) < 248;
  });
  points.add("slot.six_living", [](const F& f) { return f.hit >= 0 && f.living() == 6; });
  points.add("slot.parity_error", [](const F& f) {
    bool any = false;
    for (const SlotView& s : f.before) any = any || (f.looked_up && __builtin_parityll(s.bits) != 0);
    return any;
  });
  points.add("slot.two_hits", [](const F& f) {
    unsigned n = 0;
    for (int s = 0; s < 6; ++s) n += f.looked_up && f.carries_tag(s) && f.lives(s) ? 1u : 0u;
    return n > 1;
  });
}

void add_table(Points<F>& points) {
  constexpr std::pair<TableOp, const char*> kOps[] = {{TableOp::kInsert, "insert"}, {TableOp::kEvict, "evict"}, {TableOp::kRefresh,
      "refresh"},
                                                      {TableOp::kRepeat, "repeat"}, {TableOp::kClose, "close"}, {TableOp::kReopen,
                                                          "reopen"}};
  for (const auto& [op, name] : kOps) {
    for (const bool six : {false, true}) {
      points.add(std::string("table.") + name + "." + family_name(six), [=, op = op](const F& f) { return f.op(op) && f.family(six); });
    }
  }
  for (unsigned s = 0; s < 6; ++s) {
    points.add("table.insert." + slot_name(s), [s](const F& f) { return f.op(TableOp::kInsert) && f.written == static_cast<int>(s); });
    points.add("table.evict." + slot_name(s), [s](const F& f) { return f.op(TableOp::kEvict) && f.written == static_cast<int>(s); });
  }
  const auto old = [](const F& f) -> const SlotView& { return f.before[static_cast<std::size_t>(f.written)]; };
  points.add("table.insert.over_dead", [=](const F& f) { return f.op(TableOp::kInsert) && f.written >= 0 && old(f).used(); });
  points.add("table.insert.last_free", [](const F& f) { return f.op(TableOp::kInsert) && f.living() == 5; });
  points.add("table.evict.tie", [](const F& f) {
    if (!f.op(TableOp::kEvict)) return false;
    unsigned oldest = 0;
    unsigned n = 0;
    for (int s = 0; s < 6; ++s) oldest = std::max(oldest, f.age(s));
    for (int s = 0; s < 6; ++s) n += f.age(s) == oldest ? 1u : 0u;
    return n > 1 && oldest > 0;
  });
  points.add("table.evict.all_of_now", [](const F& f) {
    if (!f.op(TableOp::kEvict)) return false;
    for (int s = 0; s < 6; ++s) {
      if (f.age(s) != 0) return false;
    }
    return true;
  });
  points.add("table.refresh.live", [](const F& f) { return f.op(TableOp::kRefresh) && f.hits(SlotState::kLive); });
  points.add("table.refresh.closing", [](const F& f) { return f.op(TableOp::kRefresh) && f.hits(SlotState::kClosing); });
  points.add("table.refresh.no_longer_new", [](const F& f) {
    return f.op(TableOp::kRefresh) && f.hit_slot().is_new() && f.age(f.hit) > 1;
  });
  points.add("table.refresh.future", [](const F& f) { return f.op(TableOp::kRefresh) && f.raw_age(f.hit) >= 248; });
  points.add("table.no_refresh.of_now", [](const F& f) {
    return f.c.pre == Pre::kTcp && f.hits(SlotState::kLive) && f.op(TableOp::kNone) && f.raw_age(f.hit) == 0;
  });
  points.add("table.no_refresh.new", [](const F& f) {
    return f.c.pre == Pre::kTcp && f.hit >= 0 && f.hit_slot().is_new() && f.op(TableOp::kNone) && f.raw_age(f.hit) == 1;
  });
  points.add("table.close.fin", [](const F& f) { return f.op(TableOp::kClose) && f.flags(model::kFin | model::kRst, model::kFin); });
  points.add("table.close.rst", [](const F& f) { return f.op(TableOp::kClose) && f.flags(model::kFin | model::kRst, model::kRst); });
  points.add("table.close.new", [](const F& f) { return f.op(TableOp::kClose) && f.hit_slot().is_new(); });
  points.add("table.close.live", [](const F& f) { return f.op(TableOp::kClose) && f.hits(SlotState::kLive); });
  points.add("table.close.closing", [](const F& f) { return f.op(TableOp::kClose) && f.hits(SlotState::kClosing); });
  points.add("table.reopen.new", [](const F& f) { return f.op(TableOp::kReopen) && f.hit_slot().is_new(); });
  points.add("table.reopen.live", [](const F& f) { return f.op(TableOp::kReopen) && f.hits(SlotState::kLive); });
  points.add("table.reopen.closing", [](const F& f) { return f.op(TableOp::kReopen) && f.hits(SlotState::kClosing); });
  points.add("table.repeat.first", [](const F& f) { return f.op(TableOp::kRepeat) && f.hits(SlotState::kNew3); });
  points.add("table.repeat.second", [](const F& f) { return f.op(TableOp::kRepeat) && f.hits(SlotState::kNew2); });
  points.add("table.repeat.third", [](const F& f) { return f.op(TableOp::kRepeat) && f.hits(SlotState::kNew1); });
  points.add("table.repeat.next_epoch", [](const F& f) { return f.op(TableOp::kRepeat) && f.age(f.hit) == 1; });
  points.add("table.repeat.cookie_of_age_1", [](const F& f) { return f.op(TableOp::kRepeat) && f.o->age; });
  points.add("table.repeat.after_reopen", [](const F& f) { return f.op(TableOp::kRepeat) && f.reopened; });
  // One condition of a repetition is missing, all the others hold.
  struct Conditions {
    bool ack, cookie, state, repeats, age, first;
  };
  const auto conditions = [](const F& f) {
    const SlotView& s = f.hit_slot();
    return Conditions{f.flags(kControl, model::kAck), f.cookie.valid(), s.is_new(), (static_cast<unsigned>(s.state()) & 3) != 0,
                      f.age(f.hit) <= defs::kTableNewEpochs, s.first() == (f.p.seq & 7)};
  };
  const auto refused = [=](const F& f, bool Conditions::*missing) {
    if (f.c.pre != Pre::kTcp || f.hit < 0) return false;
    Conditions c = conditions(f);
    if (c.*missing) return false;
    c.*missing = true;
    return c.ack && c.cookie && c.state && c.repeats && c.age && c.first && f.verdict(Verdict::kPass);
  };
  points.add("table.no_repeat.used_up", [=](const F& f) { return refused(f, &Conditions::repeats); });
  points.add("table.no_repeat.other_segment", [=](const F& f) { return refused(f, &Conditions::first); });
  points.add("table.no_repeat.bad_cookie", [=](const F& f) { return refused(f, &Conditions::cookie); });
  points.add("table.no_repeat.too_late", [=](const F& f) { return refused(f, &Conditions::age); });
  points.add("table.no_repeat.flags", [=](const F& f) { return refused(f, &Conditions::ack); });
  points.add("table.no_repeat.live", [](const F& f) {
    return f.c.pre == Pre::kTcp && f.hits(SlotState::kLive) && f.cookie.valid() && f.flags(kControl, model::kAck) &&
           f.hit_slot().first() == (f.p.seq & 7) && f.verdict(Verdict::kPass);
  });
  points.add("table.mask.one_row", [](const F& f) { return f.op(TableOp::kInsert) && f.config->table_mask == 0; });
  points.add("table.mask.full", [](const F& f) {
    return f.op(TableOp::kInsert) && f.config->table_mask == (1u << defs::kTableAddressBits) - 1;
  });
  points.add("table.mask.other", [](const F& f) {
    return f.op(TableOp::kInsert) && f.config->table_mask != 0 && f.config->table_mask != (1u << defs::kTableAddressBits) - 1;
  });
  // Clocks since the last write to one of the frame's rows: what is younger than the memory must be forwarded.
  points.add("table.forward.1", [](const F& f) { return f.rows_apart == 1; });
  points.add("table.forward.2", [](const F& f) { return f.rows_apart == 2; });
  points.add("table.forward.3_to_17", [](const F& f) { return f.rows_apart >= 3 && f.rows_apart <= 17; });
  points.add("table.forward.18", [](const F& f) { return f.rows_apart == 18; });
  points.add("table.forward.19", [](const F& f) { return f.rows_apart == 19; });
  points.add("table.forward.own_insert", [](const F& f) {
    return f.rows_apart >= 1 && f.rows_apart <= 18 && f.hit >= 0 && f.hit_slot().state() == SlotState::kNew3;
  });
}

void add_verdicts(Points<F>& points) {
  constexpr Reason kReasons[] = {Reason::kIcmpUnknown, Reason::kBadCookie, Reason::kRstUnknown, Reason::kUnknownFlow};
  for (const bool six : {false, true}) {
    const std::string name = family_name(six);
    for (const Reason reason : kReasons) {
      points.add("verdict." + std::string(to_string(reason)) + "." + name, [=](const F& f) { return f.family(six) && f.drop(reason); });
    }
    points.add("verdict.other_protocol_passes." + name, [six](const F& f) {
      return f.family(six) && f.deciding >= 0 && f.entry().mode == defs::Mode::kAlways && f.sound() && f.p.protocol == 17 &&
             f.verdict(Verdict::kPass);
    });
    points.add("verdict.handoff_with_payload." + name, [six](const F& f) {
      return f.family(six) && f.op(TableOp::kInsert) && f.c.has_payload && f.verdict(Verdict::kHandoffPass);
    });
    points.add("verdict.handoff_with_fin." + name, [six](const F& f) {
      return f.family(six) && f.op(TableOp::kInsert) && !f.c.has_payload && (f.p.flags & model::kFin) != 0 &&
             f.verdict(Verdict::kHandoffPass);
    });
    points.add("verdict.syn_with_payload." + name, [six](const F& f) { return f.family(six) && f.reply() && f.c.has_payload; });
  }
  points.add("verdict.padding_is_no_payload", [](const F& f) {
    return f.verdict(Verdict::kHandoff) && f.p.l3 + f.p.ip_length < f.p.length;
  });
  const auto first = [&points](const char* name, std::uint8_t flags) {
    points.add(std::string("verdict.unknown.") + name, [=](const F& f) {
      return f.drop(Reason::kUnknownFlow) && f.flags(kControl, flags);
    });
  };
  first("no_flags", 0);
  first("syn_ack", model::kSyn | model::kAck);
  first("syn_fin", model::kSyn | model::kFin);
  first("fin", model::kFin);
  first("syn_ack_fin", model::kSyn | model::kAck | model::kFin);
  points.add("verdict.rst_with_syn", [](const F& f) { return f.drop(Reason::kRstUnknown) && (f.p.flags & model::kSyn) != 0; });
  points.add("verdict.syn_with_psh_urg", [](const F& f) { return f.reply() && f.flags(kPsh | 32, kPsh | 32); });
  points.add("verdict.syn_with_ack_number", [](const F& f) { return f.reply() && f.p.ack != 0; });
  points.add("verdict.known.syn_ack", [](const F& f) {
    return f.hit >= 0 && f.c.pre == Pre::kTcp && f.flags(kControl, model::kSyn | model::kAck) && f.verdict(Verdict::kPass);
  });
  points.add("verdict.known.no_flags", [](const F& f) {
    return f.hit >= 0 && f.c.pre == Pre::kTcp && f.flags(kControl, 0) && f.verdict(Verdict::kPass);
  });
  points.add("verdict.known.icmp", [](const F& f) { return f.hit >= 0 && f.c.pre == Pre::kIcmp && f.verdict(Verdict::kPass); });
}

void add_handoffs(Points<F>& points) {
  for (const bool six : {false, true}) {
    for (const bool ts : {false, true}) {
      points.add("handoff." + family_name(six) + (ts ? ".timestamps" : ".plain"), [=](const F& f) {
        return f.handed_off() && f.family(six) && f.p.options.timestamps == ts;
      });
    }
  }
  for (unsigned id = 0; id < defs::kStampKeys; ++id) {
    points.add("handoff.key_" + std::to_string(id), [id](const F& f) { return f.handed_off() && f.entry().stamp_key_id == id; });
  }
  points.add("handoff.own_exid", [](const F& f) { return f.handed_off() && f.config->exid != defs::kStampExid; });
  points.add("handoff.rcv_wscale.0", [](const F& f) { return f.handed_off() && f.entry().wscale == 0; });
  points.add("handoff.rcv_wscale.14", [](const F& f) { return f.handed_off() && f.entry().wscale == 14; });
  points.add("handoff.traffic_class.v4", [](const F& f) { return f.handed_off() && f.is4() && f.p.traffic_class != 0; });
  points.add("handoff.traffic_class.v6", [](const F& f) { return f.handed_off() && f.is6() && f.p.traffic_class != 0; });
  points.add("handoff.flow_label", [](const F& f) { return f.handed_off() && f.p.flow_label != 0; });
  points.add("handoff.longest", [](const F& f) { return f.o->handoff.size() == 114; });
  points.add("handoff.shortest", [](const F& f) { return f.o->handoff.size() == 74; });
  points.add("handoff.other_options_left_out", [](const F& f) { return f.handed_off() && f.options.unknown; });
}

void add_times(Points<F>& points) {
  points.add("time.frame_before_a_commit", [](const F& f) { return f.tcp() && f.old_generation; });
  points.add("time.epoch_0", [](const F& f) { return f.looked_up && f.epoch() == 0 && f.hit >= 0; });
  points.add("time.epoch_255", [](const F& f) { return f.looked_up && f.epoch() == 255 && f.hit >= 0; });
}

}  // namespace

void add_flow_points(Points<FrameView>& points) {
  add_crosses(points);
  add_cookie(points);
  add_timestamps(points);
  add_slots(points);
  add_table(points);
  add_verdicts(points);
  add_handoffs(points);
  add_times(points);
}

}  // namespace syngate::sim
