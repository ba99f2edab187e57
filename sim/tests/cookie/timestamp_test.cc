// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The timestamp encoding against values of Linux 6.12's cookie_init_timestamp (offset 0), and against its definition for all options.
#include <Vsyngate_cookie_timestamp.h>

#include <cstdint>

#include "../covered.h"
#include "catch2.h"

namespace {

struct Bench {
  VerilatedContext context;
  Covered<Vsyngate_cookie_timestamp> top{&context};
  std::uint32_t tsval(std::uint32_t ms, std::uint32_t offset, unsigned options) {
    top.ms_i = ms;
    top.offset_i = offset;
    top.wscale_ok_i = (options & 15) != 15;
    top.wscale_i = options & 15;
    top.sack_ok_i = options >> 4 & 1;
    top.ecn_ok_i = options >> 5 & 1;
    for (int i = 0; i < 2; ++i) {
      top.clk_i = 0;
      top.eval();
      top.clk_i = 1;
      top.eval();
    }
    return top.tsval_o;
  }
};

}  // namespace

TEST_CASE("timestamp: Linux's known answers", "[cookie][vectors]") {
  Bench bench;
  CHECK(bench.tsval(1000000, 0, 0x17) == 0x000f4217);
  CHECK(bench.tsval(1000000, 0, 0x37) == 0x000f4237);
  CHECK(bench.tsval(1000000, 0, 0x0f) == 0x000f420f);
  CHECK(bench.tsval(5, 0, 0x17) == 0xffffffd7);
  CHECK(bench.tsval(64, 0, 0x17) == 0x00000017);
}

TEST_CASE("timestamp: never in the future, all options, all residues, offset and wrap", "[cookie]") {
  Bench bench;
  for (const std::uint32_t base : {0u, 64u, 0x12345640u, 0xffffffc0u}) {
    for (std::uint32_t low = 0; low < 64; ++low) {
      for (unsigned options = 0; options < 64; ++options) {
        const std::uint32_t now = base + low;
        std::uint32_t expected = base | options;
        if (options > low) expected -= 64;
        REQUIRE(bench.tsval(now, 0x2abcdef, options) == expected + (0x2abcdefu << 6));
        REQUIRE(bench.top.clock_o == now + (0x2abcdefu << 6));
      }
    }
  }
}
