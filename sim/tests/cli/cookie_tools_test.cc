// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "cookie_tools.h"

#include <nlohmann/json.hpp>

#include "catch2.h"
#include "exit_code.h"
#include "keys.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

// Known answers of the kernel's own functions (Linux 6.12 compiled in user space; SHA-1 form:
// Linux 4.4).
struct KnownAnswer {
  const char *source, *destination;
  std::uint32_t seq, count;
  unsigned index;
  std::uint32_t siphash, sha1;
};
constexpr KnownAnswer kKnown[] = {
    {"192.0.2.1:12345", "198.51.100.2:80", 0x11223344, 0x01020304, 3, 0x602ec29e, 0xc88a98ff},
    {"192.0.2.1:12345", "198.51.100.2:80", 0x11223344, 0x01020305, 3, 0x6181e245, 0xc97a8374},
    {"10.0.0.1:1", "10.0.0.2:65535", 0xffffffff, 0, 0, 0xdbf7f25b, 0xdac67029},
    {"255.255.255.255:65535", "0.0.0.1:1", 0, 0xffffffff, 1, 0x827aa9d8, 0xabe6ab17},
    {"203.0.113.77:51771", "198.51.100.2:443", 0x622682f8, 0x00045e76, 2, 0xf5f0d0ad, 0x1fde4215},
    {"[2001:db8::1]:12345", "[2001:db8:1::2]:443", 0x11223344, 0x01020304, 2, 0x0c901445,
     0x74e03c59},
    {"[fe80::1]:12345", "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:443", 0x11223344, 0x01020304, 2,
     0x431acb63, 0xfff59328},
};

CookieSecrets known_secrets(bool sha1) {
  CookieSecrets secrets;
  secrets.sha1 = sha1;
  key_from_hex("000102030405060708090a0b0c0d0e0f", &secrets.secret0);
  key_from_hex("101112131415161718191a1b1c1d1e1f", &secrets.secret1);
  for (std::uint32_t c = 0; c < 2; ++c) {
    for (std::uint32_t i = 0; i < 17; ++i)
      secrets.words.secret[c][i] = 0x01010101u * (17 * c + i + 1);
  }
  return secrets;
}

model::Flow flow_of(const KnownAnswer& known) {
  model::Flow flow;
  parse_endpoint("--src", known.source, &flow.source, &flow.source_port);
  parse_endpoint("--dst", known.destination, &flow.destination, &flow.destination_port);
  return flow;
}

TEST_CASE("cookies are those of Linux, old and new") {
  for (const KnownAnswer& known : kKnown) {
    for (const bool sha1 : {false, true}) {
      INFO(known.source << " -> " << known.destination << (sha1 ? " SHA-1" : " SipHash"));
      const CookieSecrets secrets = known_secrets(sha1);
      const model::Flow flow = flow_of(known);
      const std::uint32_t cookie = cookie_make(secrets, flow, known.seq, known.count, known.index);
      CHECK(cookie == (sha1 ? known.sha1 : known.siphash));
      for (const unsigned age : {0u, 1u, 2u}) {
        const auto content =
            cookie_check(secrets, flow, known.seq + 1, cookie + 1, known.count + age);
        REQUIRE(content.has_value() == (age < 2));
        if (!content) continue;
        CHECK(content->mss_index == known.index);
        CHECK(content->age == age);
      }
    }
  }
}

TEST_CASE("endpoints") {
  model::Address address;
  std::uint16_t port = 0;
  parse_endpoint("--src", "[2001:db8::1]:443", &address, &port);
  CHECK(to_text(address, port) == "[2001:db8::1]:443");
  for (const char* text : {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2:1",
                           "[2001:db8::1]", "2001:db8::1:443", "[192.0.2.1]:5", "192.0.2.1:5x"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_endpoint("--src", text, &address, &port), UsageError);
  }
}

// Records of an unmodified Debian 6.1 kernel.
constexpr const char* kVectors = R"json(
{
 "kernel": "6.1.0-56-amd64 (6.1.192-2)",
 "secret": "f686223f470fa386f9764f27da75e667c3af013e255427cee47aaf1e3e5fb632",
 "secret6": "44bbe97224a765665f140e4f5a87d43488360f3e5c16855eead9a2ef573cb25d",
 "net_secret": "5da4c7416931cd44976d497ad2ecae2b",
 "direct": [
  {"family": 4, "saddr": "10.1.63.225", "daddr": "192.168.1.5", "sport": 40002, "dport": 443,
   "seq": 916259688, "count": 286326, "mss": 1300, "mssind": 1, "mss_out": 1300,
   "cookie": 1201058463},
  {"family": 6, "saddr": "2001:db8::1", "daddr": "2001:db8::1234", "sport": 40002,
   "dport": 443, "seq": 916259688, "count": 286326, "mss": 1300, "mssind": 0, "mss_out": 1220,
   "cookie": 2395616061}
 ],
 "synack": [
  {"family": 4, "saddr": "10.9.0.2", "daddr": "10.9.0.1", "sport": 30008, "dport": 9443,
   "seq": 506068808, "count": 286326, "mss": 1299, "mssind": 0, "wscale": 5, "sack": 1,
   "ecn": 1, "ts": 1, "cookie": 3224272044, "tsval": 1928441259, "tsoff": 1928433462,
   "synack_flags": 82, "win": 65160, "opt_mss": 1460, "opt_ws": 6, "opt_sack": 1},
  {"family": 4, "saddr": "10.9.0.2", "daddr": "10.9.0.1", "sport": 30009, "dport": 9443,
   "seq": 506076727, "count": 286326, "mss": 1299, "mssind": 0, "wscale": 6, "sack": 0,
   "ecn": 0, "ts": 0, "cookie": 3296332856, "tsval": null, "tsoff": null, "synack_flags": 18,
   "win": 64240, "opt_mss": 1460, "opt_ws": -1, "opt_sack": 0},
  {"family": 6, "saddr": "fd00:9::2", "daddr": "fd00:9::1", "sport": 30048, "dport": 9443,
   "seq": 506385568, "count": 286326, "mss": 536, "mssind": 0, "wscale": 3, "sack": 1,
   "ecn": 1, "ts": 1, "cookie": 2304783636, "tsval": 10376863, "tsoff": 10368876,
   "synack_flags": 82, "win": 64260, "opt_mss": 1440, "opt_ws": 6, "opt_sack": 1},
  {"family": 6, "saddr": "fd00:9::2", "daddr": "fd00:9::1", "sport": 30049, "dport": 9443,
   "seq": 506393487, "count": 286326, "mss": 536, "mssind": 0, "wscale": 4, "sack": 0,
   "ecn": 0, "ts": 0, "cookie": 3329501297, "tsval": null, "tsoff": null, "synack_flags": 18,
   "win": 64800, "opt_mss": 1440, "opt_ws": -1, "opt_sack": 0}
 ]
}
)json";

TEST_CASE("records of a kernel are verified") {
  const VerifyResult result = verify_vectors(kVectors, "v.json");
  CHECK(result.first_difference == "");
  CHECK(result.records == 6);
  CHECK(result.verified == 6);
  CHECK(result.kernel == "6.1.0-56-amd64 (6.1.192-2)");
}

// Every number of every record that says something about the encoding, changed by one (or one bit):
// it must be noticed.
TEST_CASE("a changed record is noticed and named") {
  const auto good = nlohmann::json::parse(kVectors);
  for (const char* kind : {"direct", "synack"}) {
    for (std::size_t i = 0; i < good[kind].size(); ++i) {
      for (const auto& [name, value] : good[kind][i].items()) {
        if (!value.is_number()) continue;
        // Several MSS have one index; the family is checked through the addresses.
        if (name == "mss" || name == "family") continue;
        const bool timestamps = good[kind][i].value("ts", 0) == 1;
        // Without timestamps Linux forgets scale, SACK and ECN; with them only the low bits of
        // TSval are known.
        if (!timestamps && (name == "wscale" || name == "sack" || name == "ecn")) continue;
        auto bad = good;
        // The low six bits of TSval and offset are seen elsewhere: the offset itself must be right.
        std::int64_t changed = value.get<std::int64_t>() ^ (name == "tsoff" ? 64 : 1);
        if (name == "opt_ws" && value == -1) changed = 5;
        // The window and the MSS of the SYN-ACK are configuration, taken from the record; see
        // below.
        if (name == "win" || name == "opt_mss") continue;
        if (name == "opt_ws" && changed >= 0 && value != -1) continue;
        bad[kind][i][name] = changed;
        INFO(kind << "[" << i << "]." << name);
        VerifyResult result;
        try {
          result = verify_vectors(bad.dump(), "v.json");
        } catch (const InputError&) {
          continue;  // out of range is noticed as well
        }
        CHECK(result.verified == 5);
        CHECK(result.first_difference.find(std::string("v.json: ") + kind + "[" +
                                           std::to_string(i) + "].") == 0);
      }
    }
  }
}

TEST_CASE("malformed files are refused by field") {
  const auto error_of = [](const nlohmann::json& object) {
    try {
      verify_vectors(object.dump(), "v.json");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto good = nlohmann::json::parse(kVectors);
  auto bad = good;
  bad.erase("secret");
  CHECK(error_of(bad) == "v.json.secret: missing");
  bad = good;
  bad["secret6"] = "00";
  CHECK(error_of(bad) == "v.json.secret6: expected 64 hex digits");
  bad = good;
  bad["direct"][1].erase("seq");
  CHECK(error_of(bad) == "v.json: direct[1].seq: missing");
  bad = good;
  bad["synack"][0]["cookie"] = "x";
  CHECK(error_of(bad) == "v.json: synack[0].cookie: expected a number from 0 to 4294967295");
  bad = good;
  bad["synack"][0]["saddr"] = "::1";
  CHECK(error_of(bad) == "v.json: synack[0].saddr: expected an IPv4 address");
  bad = good;
  bad["direct"] = 5;
  CHECK(error_of(bad) == "v.json.direct: expected an array");
  bad = good;
  bad["direct"][0] = 5;
  CHECK(error_of(bad) == "v.json: direct[0]: expected an object");
  bad.erase("direct");
  bad.erase("synack");
  CHECK(error_of(bad).find("holds a record") != std::string::npos);
  CHECK(error_of(nlohmann::json::array()) == "v.json: expected an object");
  CHECK_THROWS_AS(verify_vectors("{", "v.json"), InputError);
}

}  // namespace
}  // namespace syngate::sim
