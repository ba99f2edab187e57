// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "protect.h"

#include "catch2.h"
#include "exit_code.h"
#include "frames.h"

namespace syngate::sim {
namespace {

std::string parsed(const std::string& text) { return to_text(parse_protect(text)); }

std::string error_of(const std::string& text) {
  try {
    parse_protect(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("networks and ports") {
  CHECK(parsed("198.51.100.2") == "198.51.100.2/32 all ports");
  CHECK(parsed("198.51.100.2:443") == "198.51.100.2/32 port 443");
  CHECK(parsed("198.51.100.7/24:80-443") == "198.51.100.0/24 ports 80-443");
  CHECK(parsed("0.0.0.0/0") == "0.0.0.0/0 all ports");
  CHECK(parsed("2001:db8::1") == "2001:db8::1/128 all ports");
  CHECK(parsed("2001:db8:ffff::/33") == "2001:db8:8000::/33 all ports");
  CHECK(parsed("[2001:db8::/32]:443") == "2001:db8::/32 port 443");
  CHECK(parsed("[2001:db8::]/32:80-90") == "2001:db8::/32 ports 80-90");
  CHECK(parsed("[2001:db8::1]") == "2001:db8::1/128 all ports");
  CHECK(parsed("::/0") == "::/0 all ports");
  CHECK(parsed("198.51.100.2:0-65535") == "198.51.100.2/32 all ports");
}

TEST_CASE("Linux's figures of the family") {
  const model::Destination v4 = parse_protect("198.51.100.2");
  CHECK(v4.used);
  CHECK(v4.mode == defs::Mode::kAlways);
  CHECK(v4.mss == 1460);
  CHECK(v4.wscale == 7);
  CHECK(v4.window_ts == 65160);
  CHECK(v4.window_nots == 64240);
  const model::Destination v6 = parse_protect("2001:db8::1");
  CHECK(v6.mss == 1440);
  CHECK(v6.window_ts == 64260);
  CHECK(v6.window_nots == 64800);
}

TEST_CASE("what cannot be parsed is named") {
  for (const char* text :
       {"", "x", "198.51.100", "198.51.100.2/33", "198.51.100.2/", "198.51.100.2/-1",
        "198.51.100.2/1x", "2001:db8::/129", "[2001:db8::1", "[2001:db8::1]x", "[198.51.100.2",
        "198.51.100.2:", "198.51.100.2:65536", "198.51.100.2:9-8", "198.51.100.2:-8",
        "198.51.100.2:8-", "[2001:db8::1]:", "[2001:db8::]/32:"}) {
    INFO(text);
    CHECK(error_of(text).find(std::string("--protect ") + text) == 0);
  }
}

class Targets {
 public:
  Targets& syn(const std::string& address, std::uint16_t port, std::uint8_t flags = kTcpSyn) {
    PlainSegment segment;
    segment.destination = *address_from_text(address);
    segment.source = segment.destination;
    segment.source_port = 1234;
    segment.destination_port = port;
    segment.flags = flags;
    const auto frame = make_frame(segment);
    targets_.add(frame.data(), frame.size());
    return *this;
  }
  std::vector<std::string> entries(std::size_t limit = 16) const {
    std::vector<std::string> texts;
    for (const auto& entry : targets_.entries(limit)) texts.push_back(to_text(entry));
    return texts;
  }

 private:
  SynTargets targets_;
};

using Texts = std::vector<std::string>;

TEST_CASE("SYNs make entries, other segments do not") {
  Targets targets;
  targets.syn("10.0.0.1", 80, kTcpSyn | kTcpAck)
      .syn("10.0.0.1", 80, kTcpAck)
      .syn("10.0.0.1", 80, kTcpSyn | kTcpRst);
  CHECK(targets.entries().empty());
  targets.syn("198.51.100.2", 443)
      .syn("198.51.100.2", 80)
      .syn("2001:db8::1", 22)
      .syn("10.0.0.1", 25, kTcpSyn | kTcpEce);
  CHECK(targets.entries() ==
        Texts{"10.0.0.1/32 port 25", "198.51.100.2/32 ports 80-443", "2001:db8::1/128 port 22"});
}

TEST_CASE("too many addresses are merged where they are closest") {
  Targets targets;
  targets.syn("10.0.0.0", 1)
      .syn("10.0.0.3", 2)
      .syn("10.0.0.4", 3)
      .syn("10.0.1.0", 4)
      .syn("192.0.2.1", 5);
  targets.syn("2001:db8::1", 6).syn("2001:db8::9", 7);
  CHECK(targets.entries(7).size() == 7);
  // By hand: .0 and .3 share 30 bits (2 host bits), .3 and .4 share 29 (3), ::1 and ::9 share 124
  // (4), .4 and 1.0 share 23 (9).
  CHECK(targets.entries(6)[0] == "10.0.0.0/30 ports 1-2");
  CHECK(targets.entries(5)[0] == "10.0.0.0/29 ports 1-3");
  CHECK(targets.entries(4) == Texts{"10.0.0.0/29 ports 1-3", "10.0.1.0/32 port 4",
                                    "192.0.2.1/32 port 5", "2001:db8::/124 ports 6-7"});
  CHECK(targets.entries(3) ==
        Texts{"10.0.0.0/23 ports 1-4", "192.0.2.1/32 port 5", "2001:db8::/124 ports 6-7"});
  CHECK(targets.entries(2) == Texts{"0.0.0.0/0 ports 1-5", "2001:db8::/124 ports 6-7"});
}

TEST_CASE("thousands of addresses fit into 16 entries that cover them all") {
  SynTargets targets;
  std::vector<model::Address> all;
  std::uint32_t state = 1;
  for (unsigned i = 0; i < 5000; ++i) {
    state = state * 1664525u + 1013904223u;
    PlainSegment segment;
    for (unsigned b = 0; b < 4; ++b)
      segment.destination.bytes[b] = static_cast<std::uint8_t>(state >> (8 * b));
    segment.destination_port = 80;
    segment.flags = kTcpSyn;
    const auto frame = make_frame(segment);
    targets.add(frame.data(), frame.size());
    all.push_back(segment.destination);
  }
  const auto entries = targets.entries();
  CHECK(entries.size() == 16);
  for (const model::Address& address : all) {
    unsigned covering = 0;
    for (const auto& entry : entries) {
      bool inside = true;
      for (unsigned bit = 0; bit < entry.prefix_length; ++bit) {
        const unsigned mask = 0x80u >> (bit % 8);
        inside = inside && (address.bytes[bit / 8] & mask) == (entry.prefix.bytes[bit / 8] & mask);
      }
      covering += inside ? 1 : 0;
    }
    REQUIRE(covering == 1);
  }
}

}  // namespace
}  // namespace syngate::sim
