// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Rules 4 and 6 to 9 for every combination of inputs, against the rules written down once more, one after the other.
#include <Vsyngate_verdict.h>

#include "../covered.h"
#include "catch2.h"
#include "syngate/model/defs.h"

namespace {

using namespace syngate::defs;

// What the table is asked to do, as bits of table_ask_t.
constexpr unsigned kReopen = 0x20, kClose = 0x10, kRefresh = 0x08, kMayRepeat = 0x04, kInsert = 0x02;

struct Expected {
  Verdict verdict = Verdict::kPass;
  Reason reason = Reason::kNone;
  unsigned ask = 0;
};

Expected expected(const Vsyngate_verdict& t, bool cookie) {
  const bool syn = t.flag_syn_i, ack = t.flag_ack_i, rst = t.flag_rst_i, fin = t.flag_fin_i;
  switch (static_cast<Pre>(t.pre_i)) {
    case Pre::kPass: return {};
    case Pre::kDrop: return {Verdict::kDrop, static_cast<Reason>(t.reason_i), 0};
    case Pre::kIcmp:
      if (t.hit_i) return {};
      return {Verdict::kDrop, Reason::kIcmpUnknown, 0};
    case Pre::kSyn: return {Verdict::kReply, Reason::kNone, kReopen};
    case Pre::kTcp: break;
  }
  unsigned ask = cookie ? kInsert : 0u;
  ask |= rst || fin ? kClose : cookie ? kRefresh | kMayRepeat : kRefresh;
  if (t.hit_i) {  // rule 7
    if (t.repeat_i) return {Verdict::kHandoffPass, Reason::kNone, ask};
    return {Verdict::kPass, Reason::kNone, ask};
  }
  if (cookie) {  // rule 8
    const bool bare = !t.has_payload_i && !fin;
    return {bare ? Verdict::kHandoff : Verdict::kHandoffPass, Reason::kNone, ask};
  }
  if (rst) return {Verdict::kDrop, Reason::kRstUnknown, ask};  // rule 9
  if (ack && !syn) return {Verdict::kDrop, Reason::kBadCookie, ask};
  return {Verdict::kDrop, Reason::kUnknownFlow, ask};
}

}  // namespace

TEST_CASE("verdict: every combination", "[verdict]") {
  VerilatedContext context;
  Covered<Vsyngate_verdict> top{&context};
  for (unsigned bits = 0; bits < 1u << 8; ++bits) {
    for (unsigned pre = 0; pre < kPreCount; ++pre) {
      top.pre_i = static_cast<std::uint8_t>(pre);
      top.reason_i = static_cast<std::uint8_t>(Reason::kLand);
      top.flag_syn_i = bits & 1;
      top.flag_ack_i = bits >> 1 & 1;
      top.flag_rst_i = bits >> 2 & 1;
      top.flag_fin_i = bits >> 3 & 1;
      top.has_payload_i = bits >> 4 & 1;
      top.cookie_ok_i = bits >> 5 & 1;
      top.hit_i = bits >> 6 & 1;
      // The table repeats only where it was allowed to.
      top.repeat_i = bits >> 7 & 1;
      const bool cookie = static_cast<Pre>(pre) == Pre::kTcp && top.cookie_ok_i && top.flag_ack_i && !top.flag_syn_i &&
                          !top.flag_rst_i;
      if (top.repeat_i && !(top.hit_i && cookie && !top.flag_fin_i)) continue;
      top.eval();
      const Expected e = expected(top, cookie);
      INFO("bits " << bits << " pre " << pre);
      REQUIRE(top.ask_o == e.ask);
      REQUIRE(static_cast<Verdict>(top.verdict_o) == e.verdict);
      REQUIRE(static_cast<Reason>(top.reason_o) == e.reason);
      REQUIRE(static_cast<bool>(top.cookie_ok_o) == cookie);
    }
  }
}
