// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/parse.h"

#include <algorithm>
#include <array>

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

TEST_CASE("parse: an option that ends exactly at the end counts, one byte more does not", "[parse]") {
  for (const std::vector<std::uint8_t>& option : {std::vector<std::uint8_t>{2, 4, 5, 180}, {3, 3, 7}, {4, 2},
                                                     {8, 10, 0, 0, 0, 1, 0, 0, 0, 2},
                                                  {253, 4, 0x53, 0x47}}) {
    INFO(static_cast<int>(option[0]));
    for (std::size_t nops = 0; nops < 4; ++nops) {
      std::vector<std::uint8_t> bytes(nops, 1);
      bytes.insert(bytes.end(), option.begin(), option.end());
      const auto found = [](const TcpOptions& o) { return o.mss != 0 || o.wscale || o.sack_permitted || o.timestamps || o.stamp; };
      CHECK(found(walk(bytes)));
      bytes.pop_back();
      CHECK_FALSE(found(walk(bytes)));
    }
  }
  CHECK_FALSE(walk({}).stamp);
}

TEST_CASE("parse: a bad option keeps what came before it", "[parse]") {
  const TcpOptions o = walk({2, 4, 2, 24, 4, 2, 99, 1, 3, 3, 7});
  CHECK(o.mss == 536);
  CHECK(o.sack_permitted);
  CHECK_FALSE(o.wscale);
}

TEST_CASE("parse: window scale values", "[parse]") {
  for (unsigned value = 0; value < 256; ++value) {
    CHECK(walk({3, 3, static_cast<std::uint8_t>(value)}).wscale == std::min(value, 14u));
  }
}

TEST_CASE("parse: every field of an IPv4 segment, zero to two tags", "[parse]") {
  frames::Bytes f = frames::tcp(false, kSyn | kEce, 0x01020304, 0x05060708, {2, 4, 5, 180}, {9});
  f[15] = 0xb9;
  f[46] |= 0x0a;
  for (unsigned tags = 0; tags <= 2; ++tags) {
    const Parsed p = parse_frame({f.data(), f.size(), false}, 0);
    CHECK(p.length == 60 + 4 * tags);
    CHECK(p.tags == tags);
    CHECK(p.l3 == 14 + 4 * tags);
    CHECK(p.l4 == 34 + 4 * tags);
    CHECK(p.family == Family::kIpv4);
    CHECK(p.version == 4);
    CHECK(p.ihl == 5);
    CHECK(p.ip_length == 45);
    CHECK_FALSE(p.fragment);
    CHECK_FALSE(p.fragment_offset);
    CHECK(p.protocol == 6);
    CHECK_FALSE(p.extension_header);
    CHECK(p.traffic_class == 0xb9);
    CHECK(p.ttl == 57);
    CHECK_FALSE(p.flow.source.is6);
    CHECK(p.flow.source.bytes == std::array<std::uint8_t, 16>{192, 0, 2, 1});
    CHECK(p.flow.destination.bytes == std::array<std::uint8_t, 16>{198, 51, 100, 10});
    CHECK(p.flow.source_port == 4660);
    CHECK(p.flow.destination_port == 443);
    CHECK(p.tcp_visible);
    CHECK(p.data_offset == 6);
    CHECK(p.reserved == 10);
    CHECK(p.seq == 0x01020304);
    CHECK(p.ack == 0x05060708);
    CHECK(p.flags == (kSyn | kEce));
    CHECK(p.window == 64240);
    CHECK(p.options.mss == 1460);
    f.insert(f.begin() + 12, {0x88, 0xa8, 0, 5});
  }
}

TEST_CASE("parse: every field of an IPv6 segment", "[parse]") {
  frames::Bytes f = frames::tcp(true, kAck, 1, 2);
  f[14] = 0x6b;
  f[15] = 0x9c;
  f[16] = 0xde;
  f[17] = 0xf1;
  const Parsed p = parse_frame({f.data(), f.size(), false}, 0);
  CHECK(p.family == Family::kIpv6);
  CHECK(p.version == 6);
  CHECK(p.traffic_class == 0xb9);
  CHECK(p.flow_label == 0xcdef1);
  CHECK(p.ip_length == 20);
  CHECK(p.protocol == 6);
  CHECK(p.ttl == 57);
  CHECK(p.l4 == 54);
  CHECK(p.flow.source.is6);
  CHECK(p.flow.destination.is6);
  CHECK(p.flow.source.bytes == std::array<std::uint8_t, 16>{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  CHECK(p.flow.destination.bytes == std::array<std::uint8_t, 16>{0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10});
  CHECK(p.tcp_visible);
}

TEST_CASE("parse: TCP is visible or not", "[parse]") {
  const auto visible = [](frames::Bytes f, std::size_t at, std::uint8_t value) {
    f[at] = value;
    return parse_frame({f.data(), f.size(), false}, 0).tcp_visible;
  };
  const frames::Bytes v4 = frames::tcp(false, kAck, 1, 2);
  CHECK(visible(v4, 20, 0x20));        // more fragments: the first piece
  CHECK_FALSE(visible(v4, 20, 0x10));  // offset, high bits
  CHECK_FALSE(visible(v4, 21, 1));     // offset, low bits
  CHECK(visible(v4, 20, 0x80));        // the reserved bit says nothing
  CHECK_FALSE(visible(v4, 14, 0x46));
  CHECK_FALSE(visible(v4, 23, 17));
  CHECK_FALSE(visible(frames::tcp(true, kAck, 1, 2), 20, 43));
}
