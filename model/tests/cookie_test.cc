// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Cookies and timestamps against values computed by Linux's own functions.
#include "syngate/model/cookie.h"

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
  for (unsigned bits = 0; bits < 64; ++bits) {
    TimestampOptions options;
    if ((bits & 15) != 15) options.wscale = static_cast<std::uint8_t>(bits & 15);
    options.sack = (bits & 16) != 0;
    options.ecn = (bits & 32) != 0;
    for (std::uint32_t now = 0x10000; now < 0x10080; ++now) {
      const std::uint32_t ts = encode_timestamp(now, options);
      CHECK(ts <= now);
      CHECK(now - ts < 64);
      const TimestampOptions back = decode_timestamp(ts);
      CHECK(timestamp_bits(back) == bits);
    }
  }
}
