// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// syngate_fifo alone, 8 words of 8 bits, beside a std::deque.
#include <deque>
#include <random>

#include "../covered.h"
#include "Vsyngate_fifo.h"
#include "catch2.h"
#include "verilated.h"

namespace {

class Bench {
 public:
  Bench() {
    context_.fatalOnError(false);
    reset();
  }
  void reset() {
    dut_.rst_ni = 0;
    clock(false, 0, false);
    clock(false, 0, false);
    dut_.rst_ni = 1;
  }
  void clock(bool write, unsigned data, bool read) {
    dut_.write_i = write;
    dut_.data_i = static_cast<std::uint8_t>(data);
    dut_.read_i = read;
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
    // Outputs are seen before the next edge.
    dut_.write_i = 0;
    dut_.read_i = 0;
    dut_.clk_i = 0;
    dut_.eval();
  }
  unsigned free() const { return dut_.free_o; }
  bool valid() const { return dut_.valid_o != 0; }
  unsigned data() const { return dut_.data_o; }
  unsigned errors() const { return static_cast<unsigned>(context_.errorCount()); }

 private:
  VerilatedContext context_;
  Covered<Vsyngate_fifo> dut_{&context_};
};

constexpr unsigned kDepth = 8;

}  // namespace

TEST_CASE("fifo: first in, first out, at every fill", "[fifo]") {
  Bench bench;
  std::deque<unsigned> reference;
  std::mt19937 random(1);
  unsigned waited = 0;
  std::size_t held = 0;
  unsigned full = 0, empty = 0, through = 0;
  for (int i = 0; i < 100000; ++i) {
    const unsigned bias = static_cast<unsigned>(i / 500) % 3;  // fills, drains, wavers
    const bool write = reference.size() < kDepth && random() % 4 < (bias == 1 ? 1u : 3u);
    const bool read = bench.valid() && random() % 4 < (bias == 0 ? 1u : 3u);
    const unsigned data = random() & 0xff;
    through += write && read ? 1 : 0;
    if (read) reference.pop_front();
    if (write) reference.push_back(data);
    bench.clock(write, data, read);
    full += reference.size() == kDepth ? 1 : 0;
    empty += reference.empty() ? 1 : 0;
    // A word needs three clocks to the output of an empty FIFO, and none when others are in front of it.
    waited = reference.empty() || bench.valid() ? 0 : waited + 1;
    const bool late = waited > 2 || (waited != 0 && held >= 3 && reference.size() >= 3);
    held = reference.size();
    if (late || (bench.valid() && reference.empty()) || bench.free() != kDepth - reference.size() ||
        (bench.valid() && bench.data() != reference.front())) {
      FAIL("step " << i << ": valid " << bench.valid() << " free " << bench.free() << " data " << bench.data()
                   << ", should hold " << reference.size());
    }
  }
  CHECK(full > 100);
  CHECK(empty > 100);
  CHECK(through > 1000);
  CHECK(bench.errors() == 0);
}

TEST_CASE("fifo: a reset empties it", "[fifo]") {
  Bench bench;
  for (unsigned i = 0; i < 5; ++i) bench.clock(true, 0x11 * i, false);
  CHECK(bench.valid());
  CHECK(bench.free() == kDepth - 5);
  bench.reset();
  CHECK_FALSE(bench.valid());
  CHECK(bench.free() == kDepth);
  bench.clock(true, 0xa5, false);
  for (int i = 0; i < 2; ++i) bench.clock(false, 0, false);
  CHECK(bench.valid());
  CHECK(bench.data() == 0xa5);
  CHECK(bench.free() == kDepth - 1);
  CHECK(bench.errors() == 0);
}

TEST_CASE("fifo: its promises are watched", "[fifo]") {
  SECTION("writing when full") {
    Bench bench;
    for (unsigned i = 0; i < kDepth; ++i) bench.clock(true, i, false);
    CHECK(bench.free() == 0);
    CHECK(bench.errors() == 0);
    bench.clock(true, 99, false);
    CHECK(bench.errors() > 0);
  }
  SECTION("reading when empty") {
    Bench bench;
    bench.clock(false, 0, true);
    CHECK(bench.errors() > 0);
  }
}
