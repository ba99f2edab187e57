// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/parse.h"

#include "catch2.h"
#include "frames.h"

using namespace syngate::model;

namespace {
TcpOptions walk(const std::vector<std::uint8_t>& o) { return parse_tcp_options(o.data(), o.size(), 0x5347); }
}  // namespace

TEST_CASE("parse: options as Linux reads them", "[parse]") {
  SECTION("all of them") {
    const TcpOptions o = walk({2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7});
    CHECK(o.mss == 1460);
    CHECK(o.sack_permitted);
    CHECK(o.timestamps);
    CHECK(o.tsval == 1);
    CHECK(o.tsecr == 2);
    CHECK(o.wscale == 7);
  }
  SECTION("the last occurrence wins, a zero MSS does not count") {
    const TcpOptions o = walk({2, 4, 5, 180, 3, 3, 2, 2, 4, 1, 0, 3, 3, 9, 2, 4, 0, 0});
    CHECK(o.mss == 256);
    CHECK(o.wscale == 9);
  }
  SECTION("window scale is clamped to 14") { CHECK(walk({3, 3, 255, 0}).wscale == 14); }
  SECTION("EOL stops") { CHECK(walk({0, 2, 4, 5, 180}).mss == 0); }
  SECTION("a length below two stops") {
    CHECK(walk({5, 1, 2, 4, 5, 180}).mss == 0);
    CHECK(walk({5, 0, 2, 4, 5, 180}).mss == 0);
  }
  SECTION("an overrun stops") { CHECK(walk({30, 9, 2, 4, 5, 180}).mss == 0); }
  SECTION("a kind at the last byte stops") { CHECK(walk({1, 1, 1, 2}).mss == 0); }
  SECTION("other lengths are skipped") {
    const TcpOptions o = walk({2, 3, 5, 3, 4, 7, 7, 4, 3, 0, 8, 4, 0, 0, 2, 4, 2, 24});
    CHECK_FALSE(o.wscale);
    CHECK_FALSE(o.sack_permitted);
    CHECK_FALSE(o.timestamps);
    CHECK(o.mss == 536);
  }
  SECTION("the stamp: kind, at least four bytes, ExID") {
    CHECK(walk({1, 253, 4, 0x53, 0x47}).stamp);
    CHECK_FALSE(walk({253, 4, 0x53, 0x48}).stamp);
    CHECK_FALSE(walk({254, 4, 0x53, 0x47}).stamp);
    CHECK_FALSE(walk({253, 3, 0x53, 0x47}).stamp);
  }
}

TEST_CASE("parse: tags", "[parse]") {
  for (const unsigned tpid : {0x8100u, 0x88a8u, 0x9100u}) {
    frames::Bytes f = frames::tcp(false, kSyn, 1, 0);
    for (unsigned tags = 1; tags <= 3; ++tags) {
      f.insert(f.begin() + 12, {static_cast<std::uint8_t>(tpid >> 8), static_cast<std::uint8_t>(tpid), 0x20, 5});
      const Parsed p = parse_frame({f.data(), f.size(), false}, 0);
      CHECK(p.tags == std::min(tags, 2u));
      CHECK((p.family == Family::kIpv4) == (tags < 3));
    }
  }
}
