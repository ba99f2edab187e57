// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The cookie pipe against values computed by Linux 6.12's own functions (SipHash keys 0706050403020100 0f0e0d0c0b0a0908 for secret 0,
// 1716151413121110 1f1e1d1c1b1a1918 for secret 1), and one full sweep of the 2^24 low cookie values.
#include <Vsyngate_cookie.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "../covered.h"
#include "../wide.h"
#include "catch2.h"

namespace {

using syngate::sim::set_bits;

struct Vector {
  bool is6;
  std::array<std::uint8_t, 16> saddr, daddr;
  std::uint16_t sport, dport;
  std::uint32_t isn, count, index, cookie;
};

const std::vector<Vector> kKnown = {
    {false, {192, 0, 2, 1}, {198, 51, 100, 2}, 12345, 80, 0x11223344, 0x01020304, 3, 0x602ec29e},
    {false, {192, 0, 2, 1}, {198, 51, 100, 2}, 12345, 80, 0x11223344, 0x01020305, 3, 0x6181e245},
    {false, {10, 0, 0, 1}, {10, 0, 0, 2}, 1, 65535, 0xffffffff, 0, 0, 0xdbf7f25b},
    {false, {255, 255, 255, 255}, {0, 0, 0, 1}, 65535, 1, 0, 0xffffffff, 1, 0x827aa9d8},
    {false, {203, 0, 113, 77}, {198, 51, 100, 2}, 51771, 443, 0x622682f8, 0x00045e76, 2, 0xf5f0d0ad},
    {true, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
     {0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 12345, 443, 0x11223344, 0x01020304, 2, 0x0c901445},
};

constexpr int kLatency = 76;
constexpr int kMssClock = 75;

std::uint16_t swap(std::uint16_t x) { return static_cast<std::uint16_t>(x << 8 | x >> 8); }

struct Bench {
  VerilatedContext context;
  Covered<Vsyngate_cookie> top{&context};
  std::uint64_t clocks = 0;

  Bench() {
    const std::uint32_t secret0[] = {0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c};
    const std::uint32_t secret1[] = {0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c};
    for (unsigned w = 0; w < 4; ++w) {
      top.secret0_v4_i[w] = top.secret0_v6_i[w] = secret0[w];
      for (unsigned b = 0; b < 4; ++b) top.secret1_v4_i[4 * b + w] = top.secret1_v6_i[4 * b + w] = secret1[w];
    }
    top.rst_ni = 0;
    for (int i = 0; i < 4; ++i) clock();
    top.rst_ni = 1;
  }
  void clock() {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
    ++clocks;
  }
  void drive(const Vector& v, bool syn, std::uint32_t seq, std::uint32_t ack, std::uint32_t count) {
    auto& h = top.hash_i;
    set_bits(h, 0, 32, count);
    set_bits(h, 32, 32, ack);
    set_bits(h, 64, 32, seq);
    set_bits(h, 96, 16, swap(v.dport));
    set_bits(h, 112, 16, swap(v.sport));
    for (unsigned i = 0; i < 16; ++i) {
      set_bits(h, 128 + 8 * i, 8, v.daddr[i]);
      set_bits(h, 256 + 8 * i, 8, v.saddr[i]);
    }
    set_bits(h, 384, 1, syn);
    set_bits(h, 385, 1, v.is6);
  }
};

}  // namespace

TEST_CASE("cookie: Linux's known answers, back to back", "[cookie][vectors]") {
  Bench bench;
  // Also before the MSS is known: it comes with clock 75 of each frame.
  for (std::size_t i = 0; i < kKnown.size() + kLatency; ++i) {
    if (i < kKnown.size()) bench.drive(kKnown[i], true, kKnown[i].isn, 0, kKnown[i].count);
    if (i >= kMssClock && i - kMssClock < kKnown.size()) {
      bench.top.mss_index_i = static_cast<std::uint8_t>(kKnown[i - kMssClock].index);
    }
    bench.clock();
    if (i + 1 >= kLatency && i + 1 - kLatency < kKnown.size()) {
      const Vector& v = kKnown[i + 1 - kLatency];
      CHECK(bench.top.cookie_o == v.cookie);
      CHECK(bench.top.mss_index_o == v.index);
      CHECK(bench.top.valid_o == 0);
    }
  }
}

TEST_CASE("cookie: accepted at count and count + 1, rejected at count + 2 and before", "[cookie][vectors]") {
  for (const Vector& v : kKnown) {
    for (const int later : {-1, 0, 1, 2, 255, 256}) {
      Bench bench;
      bench.drive(v, false, v.isn + 1, v.cookie + 1, v.count + static_cast<std::uint32_t>(later));
      for (int i = 0; i < kLatency; ++i) bench.clock();
      // The minute in a cookie has eight bits. Linux's check wraps with it, but the hash is then of another count.
      const bool valid = later == 0 || later == 1;
      INFO("count + " << later);
      CHECK(static_cast<bool>(bench.top.valid_o) == valid);
      if (valid) {
        CHECK(bench.top.mss_index_o == v.index);
        CHECK(static_cast<int>(bench.top.age_o) == later);
      }
      CHECK(bench.top.cookie_o == v.cookie);
    }
  }
}

TEST_CASE("cookie: of all 2^24 low values exactly four pass, for each age", "[cookie][strength][sweep]") {
  Bench bench;
  const Vector& v = kKnown[4];
  for (const std::uint32_t age : {0u, 1u}) {
    std::uint32_t passed = 0;
    for (std::uint32_t low = 0; low < (1u << 24) + kLatency; ++low) {
      // The upper byte carries the minute: h0 + seq + (count << 24) moves it, so every value of it is tried by the cookie's own.
      if (low == 0) bench.drive(v, false, v.isn + 1, 0, v.count + age);
      const std::uint32_t x = 0x1d556a1f + v.isn + (v.count << 24) + (low & 0xffffff);
      set_bits(bench.top.hash_i, 32, 32, 0);
      bench.top.hash_i[1] = x + 1;
      bench.clock();
      if (low + 1 >= kLatency && low + 1 - kLatency < (1u << 24)) passed += bench.top.valid_o;
    }
    CHECK(passed == 4);
  }
}
