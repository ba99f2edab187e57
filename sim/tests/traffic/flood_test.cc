// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "flood.h"

#include "catch2.h"

namespace syngate::sim {
namespace {

/// Of 4000 frames of a flood of this kind: SYNs, and segments with nothing but ACK, PSH and FIN.
std::pair<unsigned, unsigned> syns_and_acks(const std::string& kind) {
  Flood::Options options;
  REQUIRE(Flood::choose(kind, &options));
  Flood flood(options);
  unsigned syns = 0, acks = 0;
  for (int i = 0; i < 4000; ++i) {
    const Bytes frame = flood.next();
    const TcpView v = view_tcp(frame.data(), frame.size());
    if (!v.ok) continue;
    syns += v.flags == kSyn ? 1 : 0;
    acks += (v.flags & ~(kPsh | kFin)) == kAck ? 1 : 0;
  }
  return {syns, acks};
}

}  // namespace

TEST_CASE("a flood is of the kinds asked for") {
  CHECK(syns_and_acks("syn") == std::pair<unsigned, unsigned>{4000, 0});
  CHECK(syns_and_acks("ack") == std::pair<unsigned, unsigned>{0, 4000});
  const auto [syns, acks] = syns_and_acks("syn+ack");  // 60 to 25
  CHECK(syns + acks == 4000);
  CHECK(syns > 2600);
  CHECK(acks > 1000);
  const auto mixed = syns_and_acks("mixed");
  CHECK(mixed.first + mixed.second < 4000);
}

TEST_CASE("a kind that is none is refused and changes nothing") {
  for (const char* kind : {"", "syn+", "+ack", "syn,ack", "udp", "syn+mixed"}) {
    Flood::Options options;
    CHECK_FALSE(Flood::choose(kind, &options));
    CHECK(options.syn == Flood::Options{}.syn);
    CHECK(options.other == Flood::Options{}.other);
  }
}

}  // namespace syngate::sim
