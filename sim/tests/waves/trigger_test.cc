// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "trigger.h"

#include <stdexcept>

#include "catch2.h"

namespace syngate::sim {
namespace {

FrameResult frame(std::uint64_t id, defs::Verdict verdict, defs::Reason reason) {
  FrameResult result;
  result.id = id;
  result.cycle_out = 1000 + id;
  result.verdict = verdict;
  result.reason = reason;
  return result;
}

}  // namespace

TEST_CASE("triggers are written as they are read") {
  for (const char* text : {"mismatch", "assert", "drop=bad_cookie", "packet=17", "cycle=18446744073709551615", "verdict=handoff_pass"}) {
    CHECK(to_text(parse_trigger(text)) == text);
  }
}

TEST_CASE("what is no trigger is named, with what there is") {
  for (const char* text : {"", "nothing", "mismatch=1", "drop", "drop=", "drop=none", "drop=reply", "verdict=bad_cookie",
                           "packet=", "packet=-1", "packet=1x",
                           "cycle=99999999999999999999", "assert="}) {
    CHECK_THROWS_AS(parse_trigger(text), std::invalid_argument);
  }
  try {
    parse_trigger("drop=nix");
    FAIL("accepted");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()).find("bad_cookie, ") != std::string::npos);
  }
}

TEST_CASE("the first event that matches counts") {
  TriggerWatch drop(parse_trigger("drop=land"));
  drop.result(frame(1, defs::Verdict::kReply, defs::Reason::kNone));
  drop.result(frame(2, defs::Verdict::kDrop, defs::Reason::kBadCookie));
  CHECK_FALSE(drop.cycle());
  drop.result(frame(3, defs::Verdict::kDrop, defs::Reason::kLand));
  drop.result(frame(4, defs::Verdict::kDrop, defs::Reason::kLand));
  CHECK(drop.cycle() == std::uint64_t{1003});
  CHECK(drop.packet() == std::uint64_t{3});
}

TEST_CASE("each kind listens to its own events only") {
  TriggerWatch cycle(parse_trigger("cycle=50"));
  TriggerWatch assertion(parse_trigger("assert"));
  TriggerWatch mismatch(parse_trigger("mismatch"));
  TriggerWatch packet(parse_trigger("packet=0"));
  for (TriggerWatch* watch : {&cycle, &assertion, &mismatch, &packet}) {
    watch->clock(49);
    watch->result(frame(5, defs::Verdict::kPass, defs::Reason::kNone));
    CHECK_FALSE(watch->cycle());
  }
  cycle.clock(51);  // idle time was skipped
  CHECK(cycle.cycle() == std::uint64_t{50});
  assertion.assertion(60);
  CHECK(assertion.cycle() == std::uint64_t{60});
  CHECK_FALSE(assertion.packet());
  Mismatch difference{};
  difference.id = 7;
  difference.cycle = 70;
  mismatch.mismatch(difference);
  CHECK(mismatch.cycle() == std::uint64_t{70});
  CHECK(mismatch.packet() == std::uint64_t{7});
  packet.result(frame(0, defs::Verdict::kPass, defs::Reason::kNone));
  CHECK(packet.cycle() == std::uint64_t{1000});
}

}  // namespace syngate::sim
