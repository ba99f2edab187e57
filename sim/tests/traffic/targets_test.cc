// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "targets.h"

#include <set>

#include "catch2.h"

namespace syngate::sim {
namespace {

model::Destination entry(std::array<std::uint8_t, 16> address, unsigned length, std::uint16_t first, std::uint16_t last) {
  model::Destination d;
  d.used = true;
  d.prefix.bytes = address;
  d.prefix_length = length;
  d.port_first = first;
  d.port_last = last;
  return d;
}

}  // namespace

TEST_CASE("targets lie in their prefixes and ports") {
  const Targets targets({entry({192, 0, 2, 64}, 26, 400, 500)});
  CHECK_FALSE(targets.has(true));
  Random random(1);
  std::set<unsigned> hosts;
  for (int i = 0; i < 2000; ++i) {
    REQUIRE_FALSE(targets.pick_family(random, 1.0));
    const Endpoint e = targets.pick(random, false);
    REQUIRE(e.address[0] == 192);
    REQUIRE(e.address[2] == 2);
    REQUIRE((e.address[3] & 0xc0) == 64);
    REQUIRE(e.port == 443);
    hosts.insert(e.address[3]);
  }
  CHECK(hosts.size() == 64);
}

TEST_CASE("a prefix that holds multicast is not sprayed over") {
  const Targets targets({entry({}, 0, 0, 65535)});
  Random random(1);
  for (int i = 0; i < 100; ++i) REQUIRE(targets.pick(random, false).address == kServer4.address);
}

TEST_CASE("the port is the first of a range without 443 and 80, never 0") {
  Random random(1);
  CHECK(Targets({entry({192, 0, 2, 1}, 32, 8000, 8999)}).pick(random, false).port == 8000);
  CHECK(Targets({entry({192, 0, 2, 1}, 32, 0, 79)}).pick(random, false).port == 1);
  CHECK(Targets({entry({192, 0, 2, 1}, 32, 0, 80)}).pick(random, false).port == 80);
}

}  // namespace syngate::sim
