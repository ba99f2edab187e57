// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Stamps against a second implementation (test_vectors/cookie/make-stamp-vectors), and hand-off frames byte by byte.
#include "syngate/model/stamp.h"

#include "catch2.h"
#include "frames.h"
#include "model_config.h"
#include "vectors.h"

using namespace syngate::model;

TEST_CASE("stamp: option bytes and MAC", "[stamp][vectors]") {
  const auto file = vectors::load("cookie/stamp.json");
  REQUIRE(file["records"].size() == 40);
  for (const auto& r : file["records"]) {
    INFO(r.dump());
    Flow flow;
    flow.source = vectors::address(r["source"]);
    flow.source_port = r["sport"];
    Stamp s;
    s.key_id = r["key_id"];
    s.timestamps = r["timestamps"];
    s.rcv_wscale = r["rcv_wscale"];
    s.mss = r["mss"];
    s.clock = r["clock"];
    const auto key = vectors::bytes(r["key"]);
    const auto option =
        stamp_option(s, stamp_mac(s, flow, r["seq"], r["ack"], r["tsecr"], SipKey::from_bytes(key.data())));
    CHECK(std::vector<std::uint8_t>(option.begin(), option.end()) == vectors::bytes(r["option"]));
  }
}

TEST_CASE("stamp: a hand-off keeps the segment's headers and nothing else, and every flipped bit is refused", "[stamp]") {
  const Config config = test_config();
  for (const bool is6 : {false, true}) {
    for (const bool timestamps : {false, true}) {
      frames::Bytes options;
      if (timestamps) options = {1, 1, 8, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2};
      const frames::Bytes f = frames::tcp(is6, kAck | 8, 1001, 5001, options, {1, 2, 3});
      const Frame frame{f.data(), f.size(), false};
      const Parsed p = parse_frame(frame, config.exid);
      Stamp stamp;
      stamp.key_id = 5;
      stamp.timestamps = timestamps;
      stamp.rcv_wscale = 7;
      stamp.mss = 1460;
      stamp.clock = 0x01020304;
      std::vector<std::uint8_t> out;
      build_handoff(frame, p, stamp, config.keys.stamp[5], out);
      const std::size_t l4 = is6 ? 54 : 34;
      REQUIRE(out.size() == l4 + 40 + (timestamps ? 12 : 0));
      // Layer 2, addresses, ports, seq, ack and window are the segment's; flags ACK only.
      CHECK(std::equal(out.begin(), out.begin() + 14, f.begin()));
      CHECK(std::equal(out.begin() + static_cast<std::ptrdiff_t>(l4), out.begin() + static_cast<std::ptrdiff_t>(l4 + 12),
                       f.begin() + static_cast<std::ptrdiff_t>(l4)));
      CHECK(out[l4 + 12] == (timestamps ? 0xd0 : 0xa0));
      CHECK(out[l4 + 13] == kAck);
      CHECK(out[l4 + 14] == 0xfa);
      if (timestamps) {
        const frames::Bytes ts = {1, 1, 8, 10, 9, 8, 7, 6, 5, 4, 3, 2};
        CHECK(std::equal(ts.begin(), ts.end(), out.begin() + static_cast<std::ptrdiff_t>(l4 + 20)));
      }
      // Checksums by RFC 1071, computed here.
      if (!is6) CHECK(frames::sum(&out[14], 20, 0) == 0xffff);
      const unsigned pseudo = is6 ? frames::sum(&out[22], 32, 6) : frames::sum(&out[26], 8, 6);
      CHECK(frames::sum(&out[l4], out.size() - l4, pseudo + static_cast<unsigned>(out.size() - l4)) == 0xffff);
      Stamp seen;
      CHECK(verify_stamp({out.data(), out.size(), false}, config.exid, config.keys.stamp, &seen) == StampCheck::kValid);
      CHECK(seen.mss == 1460);
      CHECK(seen.clock == 0x01020304);
      // Every bit of the option behind its kind, length and ExID, and of source, port, seq, ack.
      const std::size_t option = out.size() - 20;
      std::vector<std::size_t> covered;
      for (std::size_t i = option + 4; i < out.size(); ++i) covered.push_back(i);
      for (std::size_t i = is6 ? 22 : 26; i < (is6 ? 38u : 30u); ++i) covered.push_back(i);
      for (const std::size_t i : {0, 1, 4, 5, 6, 7, 8, 9, 10, 11}) covered.push_back(l4 + i);
      for (const std::size_t at : covered) {
        for (unsigned bit = 0; bit < 8; ++bit) {
          std::vector<std::uint8_t> bad = out;
          bad[at] ^= static_cast<std::uint8_t>(1u << bit);
          CHECK(verify_stamp({bad.data(), bad.size(), false}, config.exid, config.keys.stamp) != StampCheck::kValid);
        }
      }
    }
  }
}

TEST_CASE("stamp: what a server refuses", "[stamp]") {
  const Config config = test_config();
  Stamp stamp;
  stamp.key_id = 3;
  stamp.mss = 1460;
  const frames::Bytes ts = {1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 77};
  // A client's segment with a stamp made for it, whose MAC is right, behind other options.
  const auto check = [&](frames::Bytes options, std::uint32_t tsecr, unsigned at = 0, unsigned flip = 0) {
    Flow flow;
    flow.source.bytes = {192, 0, 2, 1};
    flow.source_port = 4660;
    auto option = stamp_option(stamp, stamp_mac(stamp, flow, 1001, 5001, tsecr, config.keys.stamp[3]));
    option[at] ^= static_cast<std::uint8_t>(flip);
    options.insert(options.end(), option.begin(), option.end());
    const frames::Bytes f = frames::tcp(false, kAck, 1001, 5001, options);
    return verify_stamp({f.data(), f.size(), false}, config.exid, config.keys.stamp);
  };
  CHECK(check({}, 0) == StampCheck::kValid);
  CHECK(check({1, 1, 1, 1}, 0) == StampCheck::kValid);
  CHECK(check({2, 4, 5, 180}, 0) == StampCheck::kValid);
  // The same kind without room for an ExID, and with another one.
  CHECK(check({253, 2, 1, 1}, 0) == StampCheck::kValid);
  CHECK(check({253, 4, 0x53, 0x46}, 0) == StampCheck::kValid);
  // Of two stamps the first counts.
  const auto first = stamp_option(stamp, 0);
  CHECK(check(frames::Bytes(first.begin(), first.end()), 0) == StampCheck::kBadMac);
  // Its flag must say whether the segment has timestamps, although the MAC covers the flag.
  CHECK(check(ts, 0) == StampCheck::kMalformed);
  stamp.timestamps = true;
  CHECK(check(ts, 77) == StampCheck::kValid);
  CHECK(check(ts, 78) == StampCheck::kBadMac);
  CHECK(check({}, 0) == StampCheck::kMalformed);
  // Another version, an unknown flag, another kind, another ExID, another key, another length.
  CHECK(check(ts, 77, 4, 0x20) == StampCheck::kMalformed);
  for (const unsigned flag : {0x20u, 0x40u, 0x80u}) CHECK(check(ts, 77, 5, flag) == StampCheck::kMalformed);
  CHECK(check(ts, 77, 0, 1) == StampCheck::kAbsent);
  CHECK(check(ts, 77, 3, 1) == StampCheck::kAbsent);
  CHECK(check(ts, 77, 4, 0x01) == StampCheck::kBadMac);
  CHECK(check(ts, 77, 1, 20 ^ 16) == StampCheck::kMalformed);
  CHECK(check(ts, 77, 1, 20 ^ 21) == StampCheck::kAbsent);  // runs past the header
  // Nothing to look at: no TCP, options ended before it.
  CHECK(check({0, 0, 0, 0}, 0) == StampCheck::kAbsent);
  frames::Bytes udp = frames::tcp(false, kAck, 1, 1);
  udp[23] = 17;
  CHECK(verify_stamp({udp.data(), udp.size(), false}, config.exid, config.keys.stamp) == StampCheck::kAbsent);
}
