// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Rules 4 and 6 to 9 for every combination of inputs, against the rules written down once more, one after the other.
#include <Vsyngate_verdict.h>

#include "../covered.h"
#include "catch2.h"
#include "syngate/model/defs.h"

namespace {

using namespace syngate::defs;

struct Expected {
  Verdict verdict = Verdict::kPass;
  Reason reason = Reason::kNone;
  TableOp command = TableOp::kNone;
};

Expected expected(const Vsyngate_verdict& t, bool cookie) {
  const bool syn = t.flag_syn_i, ack = t.flag_ack_i, rst = t.flag_rst_i, fin = t.flag_fin_i;
  switch (static_cast<Pre>(t.pre_i)) {
    case Pre::kPass: return {};
    case Pre::kDrop: return {Verdict::kDrop, static_cast<Reason>(t.reason_i), TableOp::kNone};
    case Pre::kIcmp:
      if (t.hit_i) return {};
      return {Verdict::kDrop, Reason::kIcmpUnknown, TableOp::kNone};
    case Pre::kSyn: return {Verdict::kReply, Reason::kNone, t.hit_i ? TableOp::kReopen : TableOp::kNone};
    case Pre::kTcp: break;
  }
  if (t.hit_i) {  // rule 7
    if (rst || fin) return {Verdict::kPass, Reason::kNone, TableOp::kClose};
    const bool first = t.hit_new_i && t.hit_repeats_i != 0 && t.hit_first_i == t.seq_i;
    if (cookie && first) return {Verdict::kHandoffPass, Reason::kNone, TableOp::kRepeat};
    return {Verdict::kPass, Reason::kNone, TableOp::kRefresh};
  }
  if (cookie) {  // rule 8
    const bool bare = !t.has_payload_i && !fin;
    return {bare ? Verdict::kHandoff : Verdict::kHandoffPass, Reason::kNone, TableOp::kInsert};
  }
  if (rst) return {Verdict::kDrop, Reason::kRstUnknown, TableOp::kNone};  // rule 9
  if (ack && !syn) return {Verdict::kDrop, Reason::kBadCookie, TableOp::kNone};
  return {Verdict::kDrop, Reason::kUnknownFlow, TableOp::kNone};
}

}  // namespace

TEST_CASE("verdict: every combination", "[verdict]") {
  VerilatedContext context;
  Covered<Vsyngate_verdict> top{&context};
  for (unsigned bits = 0; bits < 1u << 14; ++bits) {
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
      top.hit_new_i = bits >> 7 & 1;
      top.hit_repeats_i = bits >> 8 & 3;
      top.seq_i = bits >> 10 & 3;
      top.hit_first_i = bits >> 12 & 3;
      top.eval();
      const bool cookie = static_cast<Pre>(pre) == Pre::kTcp && top.cookie_ok_i && top.flag_ack_i && !top.flag_syn_i &&
                          !top.flag_rst_i;
      const Expected e = expected(top, cookie);
      INFO("bits " << bits << " pre " << pre);
      REQUIRE(static_cast<Verdict>(top.verdict_o) == e.verdict);
      REQUIRE(static_cast<Reason>(top.reason_o) == e.reason);
      REQUIRE(static_cast<TableOp>(top.command_o) == e.command);
      REQUIRE(static_cast<bool>(top.cookie_ok_o) == cookie);
      REQUIRE(top.first_o == ((top.seq_i + (static_cast<Pre>(pre) == Pre::kSyn ? 1 : 0)) & 7));
    }
  }
}
