// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Cookies and timestamps against values computed by Linux's own functions.
#include "syngate/model/cookie.h"

#include <stdexcept>

#include "catch2.h"
#include "syngate/model/sha1_cookie.h"
#include "syngate/model/timestamp.h"
#include "vectors.h"

using namespace syngate::model;

namespace {

const CookieKeys kKeys{{0x0706050403020100u, 0x0f0e0d0c0b0a0908u}, {0x1716151413121110u, 0x1f1e1d1c1b1a1918u}};

Sha1Secrets sha1_secrets() {
  Sha1Secrets s;
  for (std::uint32_t c = 0; c < 2; ++c) {
    for (std::uint32_t i = 0; i < 17; ++i) s.secret[c][i] = 0x01010101u * (17 * c + i + 1);
  }
  return s;
}

}  // namespace

TEST_CASE("cookie: Linux's known answers, made and checked", "[cookie][vectors]") {
  const auto file = vectors::load("cookie/linux-6.12-known-answers.json");
  REQUIRE(file["records"].size() == 7);
  const Sha1Secrets secrets = sha1_secrets();
  for (const auto& r : file["records"]) {
    INFO(r.dump());
    const Flow flow = vectors::flow(r["source"], r["sport"], r["destination"], r["dport"]);
    const std::uint32_t isn = vectors::hex(r["isn"]);
    const std::uint32_t count = vectors::hex(r["count"]);
    const unsigned index = r["index"];
    const std::uint32_t cookie = vectors::hex(r["cookie"]);
    CHECK(static_cast<std::uint32_t>(cookie_hash(flow, 0, kKeys.secret0).hash()) == vectors::hex(r["h0"]));
    CHECK(static_cast<std::uint32_t>(cookie_hash(flow, count, kKeys.secret1).hash()) == vectors::hex(r["h1"]));
    CHECK(make_cookie(flow, isn, count, index, kKeys) == cookie);
    for (std::uint32_t age = 0; age < 2; ++age) {
      const auto data = check_cookie(flow, isn + 1, cookie + 1, count + age, kKeys);
      REQUIRE(data.has_value());
      CHECK(data->mss_index == index);
      CHECK(data->age == age);
    }
    CHECK_FALSE(check_cookie(flow, isn + 1, cookie + 1, count + 2, kKeys));
    CHECK_FALSE(check_cookie(flow, isn + 1, cookie + 1, count - 1, kKeys));
    // Four more in seq or in ack leave the four values that are MSS indices.
    CHECK_FALSE(check_cookie(flow, isn + 5, cookie + 1, count, kKeys));
    CHECK_FALSE(check_cookie(flow, isn + 1, cookie + 5, count, kKeys));
    const std::uint32_t sha1 = vectors::hex(r["sha1"]);
    if (r.contains("sha1_h0")) {
      CHECK(sha1_cookie_hash(flow, 0, 0, secrets) == vectors::hex(r["sha1_h0"]));
      CHECK(sha1_cookie_hash(flow, count, 1, secrets) == vectors::hex(r["sha1_h1"]));
    }
    CHECK(make_sha1_cookie(flow, isn, count, index, secrets) == sha1);
    CHECK(check_sha1_cookie(flow, isn + 1, sha1 + 1, count + 1, secrets)->mss_index == index);
    CHECK_FALSE(check_sha1_cookie(flow, isn + 1, sha1 + 1, count + 2, secrets));
    CHECK_FALSE(check_sha1_cookie(flow, isn + 1, sha1 + 5, count, secrets));
  }
}

TEST_CASE("cookie: the minute wraps", "[cookie]") {
  // The wrap itself is in the known answers (count ffffffff is accepted at 0); here the eight bits of the minute.
  const Flow flow = vectors::flow("192.0.2.9", 4000, "198.51.100.2", 443);
  for (const std::uint32_t count : {0xfeu, 0xffu, 0x100u, 0xffffffu, 0xffffffffu}) {
    const std::uint32_t cookie = make_cookie(flow, 77, count, 1, kKeys);
    CHECK(check_cookie(flow, 78, cookie + 1, count, kKeys));
    CHECK(check_cookie(flow, 78, cookie + 1, count + 1, kKeys));
    CHECK_FALSE(check_cookie(flow, 78, cookie + 1, count + 256, kKeys));
  }
}

// All values, except where a sanitizer makes the loop ten times as slow.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint32_t kStep = 61;
#else
constexpr std::uint32_t kStep = 1;
#endif

TEST_CASE("cookie: of all 2^24 low values exactly four pass, for each age", "[cookie][strength]") {
  const Flow flows[] = {vectors::flow("192.0.2.9", 4000, "198.51.100.2", 443),
                        vectors::flow("2001:db8::77", 50123, "2001:db8:1::2", 443)};
  const std::uint32_t count = 286326;
  Keys keys;
  keys.secret1_v4.fill(kKeys.secret1);
  keys.secret1_v6.fill(kKeys.secret1);
  for (const Flow& flow : flows) {
    const auto h0 = static_cast<std::uint32_t>(cookie_hash(flow, 0, kKeys.secret0).hash());
    for (const std::uint32_t age : {0u, 1u}) {
      unsigned passed = 0;
      bool wrong_age = false;
      for (std::uint32_t low = 0; low < 1u << 24; low += kStep) {
        const std::uint32_t ack = h0 + 1000 + ((count - age) << 24) + low + 1;
        const auto data = check_cookie(flow, h0, 1001, ack, count, keys);
        passed += data ? 1 : 0;
        wrong_age = wrong_age || (data && data->age != age);
      }
      if (kStep == 1) CHECK(passed == 4);
      CHECK(passed <= 4);
      CHECK_FALSE(wrong_age);
    }
  }
}

TEST_CASE("timestamp: Linux's known answers", "[timestamp][vectors]") {
  const auto file = vectors::load("cookie/linux-6.12-known-answers.json");
  for (const auto& r : file["timestamps"]) {
    INFO(r.dump());
    TimestampOptions options;
    if (!r["wscale"].is_null()) options.wscale = r["wscale"].get<std::uint8_t>();
    options.sack = r["sack"];
    options.ecn = r["ecn"];
    CHECK(encode_timestamp(static_cast<std::uint32_t>(r["now"].get<std::uint64_t>()), options) ==
          vectors::hex(r["tsval"]));
  }
}

TEST_CASE("timestamp: all 64 option sets decode to themselves and never lie in the future", "[timestamp]") {
  // With right low bits and an age of 0..63 ms a value is the only possible one. Also where the 32-bit clock has just wrapped.
  for (const std::uint32_t start : {0x10000u, 0u, 0xffffff80u, 0x7fffffc0u}) {
    for (unsigned bits = 0; bits < 64; ++bits) {
      TimestampOptions options;
      if ((bits & 15) != 15) options.wscale = static_cast<std::uint8_t>(bits & 15);
      options.sack = (bits & 16) != 0;
      options.ecn = (bits & 32) != 0;
      CHECK(timestamp_bits(options) == bits);
      bool right = true;
      for (std::uint32_t n = 0; n < 256; ++n) {
        const std::uint32_t now = start + n;
        const std::uint32_t ts = encode_timestamp(now, options);
        right = right && (ts & 63) == bits && now - ts < 64;
      }
      CHECK(right);
      const TimestampOptions back = decode_timestamp(0xabcdef00 + bits);
      CHECK(back.wscale == options.wscale);
      CHECK(back.sack == options.sack);
      CHECK(back.ecn == options.ecn);
    }
  }
}

TEST_CASE("timestamp: the box's offset", "[timestamp]") {
  // Bits 63:38 of h0 above six zeros, by hand.
  CHECK(timestamp_offset(0xffffffffffffffff) == 0xffffffc0);
  CHECK(timestamp_offset(0x0000003fffffffff) == 0);
  CHECK(timestamp_offset(0x0000004000000000) == 0x40);
  CHECK(timestamp_offset(0x123456789abcdef0) == 0x12345640);
}

TEST_CASE("mss: the tables and what lies between", "[cookie]") {
  // net/ipv4/syncookies.c and net/ipv6/syncookies.c: {536, 1300, 1440, 1460} and {1220, 1420, 1440, 8940}.
  for (unsigned mss = 0; mss < 65536; ++mss) {
    const unsigned v4 = mss < 1300 ? 0 : mss < 1440 ? 1 : mss < 1460 ? 2 : 3;
    const unsigned v6 = mss < 1420 ? 0 : mss < 1440 ? 1 : mss < 8940 ? 2 : 3;
    REQUIRE(index_of_mss(false, static_cast<std::uint16_t>(mss)) == v4);
    REQUIRE(index_of_mss(true, static_cast<std::uint16_t>(mss)) == v6);
  }
  CHECK(mss_of_index(false, 0) == 536);
  CHECK(mss_of_index(true, 0) == 1220);
  CHECK(default_mss(false) == 536);
  CHECK(default_mss(true) == 1220);
}

TEST_CASE("mss: there are four values and two SHA-1 secrets", "[cookie]") {
  CHECK_THROWS_AS(mss_of_index(false, 4), std::out_of_range);
  CHECK_THROWS_AS(mss_of_index(true, 4), std::out_of_range);
  CHECK_THROWS_AS(sha1_cookie_hash(Flow{}, 0, 2, sha1_secrets()), std::out_of_range);
}

TEST_CASE("cookie: the MSS index never carries into the minute", "[cookie]") {
  // At this minute the flow's h1 ends in ffffff (found by search); cookies by hand from h0 = 35aca65a, h1 = 30ffffff.
  const Flow flow = vectors::flow("192.0.2.9", 4000, "198.51.100.2", 443);
  const std::uint32_t count = 5847262;
  REQUIRE((cookie_hash(flow, count, kKeys.secret1).hash() & 0xffffff) == 0xffffff);
  const std::uint32_t expected[] = {0x14aca6a6, 0x13aca6a7, 0x13aca6a8, 0x13aca6a9};
  for (unsigned index = 0; index < 4; ++index) {
    CHECK(make_cookie(flow, 77, count, index, kKeys) == expected[index]);
    const auto data = check_cookie(flow, 78, expected[index] + 1, count, kKeys);
    REQUIRE(data);
    CHECK(data->mss_index == index);
  }
}

TEST_CASE("cookie: the bank of secret1 is the minute's", "[cookie]") {
  const Flow flow = vectors::flow("192.0.2.9", 4000, "198.51.100.2", 443);
  const auto h0 = static_cast<std::uint32_t>(cookie_hash(flow, 0, kKeys.secret0).hash());
  Keys keys;
  for (unsigned i = 0; i < 4; ++i) keys.secret1_v4[i] = {100 + i, 200 + i};
  for (std::uint32_t count = 40; count < 48; ++count) {
    CookieKeys one{kKeys.secret0, keys.secret1_v4[count % 4]};
    const std::uint32_t cookie = make_cookie(flow, h0, 77, count, 2, keys);
    CHECK(cookie == make_cookie(flow, 77, count, 2, one));
    // A minute later the bank of the cookie's own minute counts; the other three may be anything.
    Keys rotated = keys;
    for (unsigned i = 0; i < 4; ++i) {
      if (i != count % 4) rotated.secret1_v4[i] = {};
    }
    for (const std::uint32_t age : {0u, 1u}) {
      const auto data = check_cookie(flow, h0, 78, cookie + 1, count + age, rotated);
      REQUIRE(data);
      CHECK(data->age == age);
      CHECK(data->mss_index == 2);
    }
    rotated.secret1_v4[count % 4] = {};
    CHECK_FALSE(check_cookie(flow, h0, 78, cookie + 1, count, rotated));
  }
}
