// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The registers over the bus, commits and their clocks, keys, counters. Offsets and reset values as
// docs/reference/registers.md gives them, spelled out here.
#include <array>
#include <memory>
#include <random>
#include <vector>

#include "../covered.h"
#include "Vsyngate_csr.h"
#include "Vsyngate_csr___024root.h"
#include "catch2.h"
#include "verilated.h"

namespace {

/// One syngate_csr with a bus master. Everything that a commit may change is watched on every
/// clock.
class Bench {
 public:
  Bench()
      : context_(std::make_unique<VerilatedContext>()),
        top_(std::make_unique<Covered<Vsyngate_csr>>(context_.get())) {
    reset();
  }

  Vsyngate_csr& top() { return *top_; }

  void reset() {
    top_->rst_ni = 0;
    for (int i = 0; i < 4; ++i) clock();
    top_->rst_ni = 1;
    for (int i = 0; i < 40; ++i) clock();  // the counters clear themselves
  }

  /// One clock; outputs are those of the new clock afterwards.
  void clock() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
    ++cycle;
    if (top_->dest_write_o) {
      ++dest_writes;
      dest_write_cycle = cycle;
    }
    if (top_->generation_o != generation_) {
      generation_ = top_->generation_o;
      generation_cycle = cycle;
      ++generations;
    }
    const std::uint64_t now = top_->now_o;
    if (now != now_) {
      now_ = now;
      now_changes.push_back(now);
      now_cycle = cycle;
    }
  }

  /// A write; address and data valid after so many clocks each, response taken after so many.
  void write(unsigned address, std::uint32_t data, unsigned strobes = 0xf, unsigned aw_wait = 0,
             unsigned w_wait = 0, unsigned b_wait = 0) {
    bool aw_done = false, w_done = false;
    for (unsigned n = 0; !aw_done || !w_done; ++n) {
      REQUIRE(n < 100);
      top_->s_axil_awvalid = !aw_done && n >= aw_wait;
      top_->s_axil_wvalid = !w_done && n >= w_wait;
      top_->s_axil_awaddr = static_cast<std::uint16_t>(address);
      top_->s_axil_wdata = data;
      top_->s_axil_wstrb = static_cast<std::uint8_t>(strobes);
      top_->clk_i = 0;
      top_->eval();
      const bool aw = top_->s_axil_awvalid && top_->s_axil_awready;
      const bool w = top_->s_axil_wvalid && top_->s_axil_wready;
      clock();
      aw_done = aw_done || aw;
      w_done = w_done || w;
      if (aw_done && w_done) commit_cycle = cycle;
    }
    top_->s_axil_awvalid = 0;
    top_->s_axil_wvalid = 0;
    for (unsigned n = 0; n < b_wait; ++n) {
      if (n > 0) CHECK(top_->s_axil_bvalid);  // stays until taken
      clock();
    }
    top_->s_axil_bready = 1;
    for (unsigned n = 0; !top_->s_axil_bvalid; ++n) {
      REQUIRE(n < 100);
      clock();
    }
    CHECK(top_->s_axil_bresp == 0);
    clock();
    CHECK(!top_->s_axil_bvalid);
    top_->s_axil_bready = 0;
  }

  std::uint32_t read(unsigned address, unsigned r_wait = 0) {
    top_->s_axil_araddr = static_cast<std::uint16_t>(address);
    top_->s_axil_arvalid = 1;
    for (bool done = false; !done;) {
      top_->clk_i = 0;
      top_->eval();
      done = top_->s_axil_arready;
      clock();
    }
    top_->s_axil_arvalid = 0;
    for (unsigned n = 0; !top_->s_axil_rvalid; ++n) {
      REQUIRE(n < 100);
      clock();
    }
    const std::uint32_t data = top_->s_axil_rdata;
    CHECK(top_->s_axil_rresp == 0);
    for (unsigned n = 0; n < r_wait; ++n) {
      clock();
      CHECK(top_->s_axil_rvalid);
      CHECK(top_->s_axil_rdata == data);
    }
    top_->s_axil_rready = 1;
    clock();
    CHECK(!top_->s_axil_rvalid);
    top_->s_axil_rready = 0;
    return data;
  }

  std::uint64_t counter(unsigned index) {
    const std::uint64_t low = read(0x200 + 8 * index);
    return static_cast<std::uint64_t>(read(0x204 + 8 * index)) << 32 | low;
  }

  std::uint64_t cycle = 0, commit_cycle = 0, generation_cycle = 0, dest_write_cycle = 0,
                now_cycle = 0;
  unsigned generations = 0, dest_writes = 0;
  std::vector<std::uint64_t> now_changes;

 private:
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Covered<Vsyngate_csr>> top_;
  unsigned generation_ = 0;
  std::uint64_t now_ = 0;
};

/// `bits` bits of a wide port from `low` on.
template <typename Words>
std::uint64_t bits_of(const Words& words, unsigned low, unsigned bits) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bits; ++i)
    value |= static_cast<std::uint64_t>(words[(low + i) / 32] >> ((low + i) % 32) & 1u) << i;
  return value;
}
template <typename Words>
std::vector<std::uint8_t> bytes_of(const Words& words, unsigned low, unsigned count) {
  std::vector<std::uint8_t> b;
  for (unsigned i = 0; i < count; ++i)
    b.push_back(static_cast<std::uint8_t>(bits_of(words, low + 8 * i, 8)));
  return b;
}

}  // namespace

TEST_CASE("csr: reset values and read-only registers", "[csr]") {
  Bench b;
  CHECK(b.read(0x000) == 0x53594e47);
  CHECK(b.read(0x004) == 0x00000001);
  CHECK(b.read(0x008) == 0x1410101f);
  for (const unsigned address :
       {0x00cu, 0x010u, 0x014u, 0x020u, 0x024u, 0x028u, 0x030u, 0x034u, 0x038u, 0x03cu, 0x040u,
        0x050u, 0x054u, 0x058u, 0x05cu, 0x060u, 0x064u, 0x068u, 0x06cu, 0x070u, 0x090u}) {
    INFO("address " << address);
    CHECK(b.read(address) == 0);
  }
  CHECK(b.read(0x080) == 0x2ff);
  CHECK(b.read(0x084) == 0x5347);
  CHECK(b.read(0x088) == 0xfffff);
  CHECK(b.read(0x08c) == 0x0270);
  CHECK(b.top().policy_o == 0x2ff);
  CHECK(b.top().exid_o == 0x5347);
  CHECK(b.top().table_mask_o == 0xfffff);
  CHECK(b.top().life_o == 112);
  CHECK(b.top().life_closing_o == 2);
  CHECK(b.top().reply_cap_o == 0);
  CHECK(b.top().now_o == 0);
  CHECK(b.top().generation_o == 0);
  for (const unsigned address : {0x000u, 0x004u, 0x008u, 0x014u, 0x200u, 0x204u}) {
    const std::uint32_t before = b.read(address);
    b.write(address, 0xffffffff);
    CHECK(b.read(address) == before);
  }
  CHECK(b.generations == 0);
}

TEST_CASE("csr: unknown addresses read zero and change nothing", "[csr]") {
  Bench b;
  for (unsigned address = 0; address < 0x1000; address += 4) {
    const bool known =
        address <= 0x014 || (address >= 0x020 && address <= 0x028) ||
        (address >= 0x030 && address <= 0x040) || (address >= 0x050 && address <= 0x070) ||
        (address >= 0x080 && address <= 0x090) || (address >= 0x200 && address < 0x400);
    if (known) continue;
    INFO("address " << address);
    b.write(address, 0xffffffff);
    CHECK(b.read(address) == 0);
  }
  CHECK(b.generations == 0);
  CHECK(b.dest_writes == 0);
  CHECK(b.read(0x00c) == 0);
  CHECK(b.read(0x010) == 0);
}

TEST_CASE("csr: rw registers, their bits and byte strobes", "[csr]") {
  Bench b;
  const std::pair<unsigned, std::uint32_t> registers[] = {
      {0x010, 0xffffffff}, {0x020, 0xffffffff}, {0x024, 0xffffffff}, {0x050, 0xffffffff},
      {0x054, 0xffffffff}, {0x058, 0xffffffff}, {0x05c, 0xffffffff}, {0x060, 0x000033ff},
      {0x064, 0xffffffff}, {0x068, 0x00ffffff}, {0x06c, 0xffffffff}, {0x080, 0x000003ff},
      {0x084, 0x0000ffff}, {0x088, 0x000fffff}, {0x08c, 0x0000ffff}, {0x090, 0x0000ffff}};
  for (const auto& [address, bits] : registers) {
    b.write(address, 0xffffffff);
    CHECK(b.read(address) == bits);
    b.write(address, 0);
    CHECK(b.read(address) == 0);
    for (unsigned strobes = 0; strobes < 16; ++strobes) {
      b.write(address, 0xa5a5a5a5);
      b.write(address, 0x5a5a5a5a, strobes);
      std::uint32_t expected = 0;
      for (unsigned i = 0; i < 4; ++i) expected |= (strobes >> i & 1 ? 0x5au : 0xa5u) << (8 * i);
      INFO("address " << address << " strobes " << strobes);
      CHECK(b.read(address) == (expected & bits));
    }
  }
  // Each for itself.
  std::uint32_t value = 0x11111111;
  for (const auto& [address, bits] : registers) b.write(address, value += 0x01234567);
  value = 0x11111111;
  for (const auto& [address, bits] : registers)
    CHECK(b.read(address) == ((value += 0x01234567) & bits));
}

TEST_CASE("csr: settings reach their outputs", "[csr]") {
  Bench b;
  b.write(0x080, 0xffffffff);
  CHECK(b.top().policy_o == 0x3ff);
  b.write(0x084, 0x12344321);
  CHECK(b.top().exid_o == 0x4321);
  b.write(0x088, 0xffff1fff);
  CHECK(b.top().table_mask_o == 0xf1fff);
  b.write(0x08c, 0xffff0a64);
  CHECK(b.top().life_o == 100);
  CHECK(b.top().life_closing_o == 10);
  b.write(0x090, 0xffff0123);
  CHECK(b.top().reply_cap_o == 0x123);
}

TEST_CASE("csr: the bus in any order of its channels", "[csr]") {
  Bench b;
  for (unsigned aw = 0; aw < 4; ++aw) {
    for (unsigned w = 0; w < 4; ++w) {
      for (unsigned wait = 0; wait < 3; ++wait) {
        const std::uint32_t value = 0x1000 * aw + 0x100 * w + wait + 0x77000000;
        b.write(0x010, value, 0xf, aw, w, wait);
        CHECK(b.read(0x010, wait) == value);
      }
    }
  }
  // A read and a write at once.
  b.write(0x010, 1);
  auto& t = b.top();
  t.s_axil_araddr = 0x000;
  t.s_axil_arvalid = 1;
  t.s_axil_rready = 0;
  b.clock();
  b.clock();
  t.s_axil_arvalid = 0;
  b.write(0x010, 2);
  for (int i = 0; i < 20; ++i) b.clock();
  CHECK(t.s_axil_rvalid);
  CHECK(t.s_axil_rdata == 0x53594e47);
  t.s_axil_rready = 1;
  b.clock();
  t.s_axil_rready = 0;
  CHECK(b.read(0x010) == 2);
}

TEST_CASE("csr: an address is that of its word, in twelve bits", "[csr]") {
  Bench b;
  for (const unsigned byte : {1u, 2u, 3u, 0u}) {
    b.write(0x010 + byte, 0x01020304 + byte);
    for (const unsigned at : {0u, 1u, 2u, 3u}) CHECK(b.read(0x010 + at) == 0x01020304 + byte);
  }
  // Nothing shows a second time further up.
  for (const unsigned high : {0x400u, 0x800u, 0xc00u}) {
    b.write(high + 0x010, 7);
    CHECK(b.read(high + 0x010) == 0);
    CHECK(b.read(high + 0x200) == 0);
    CHECK(b.read(0x010) == 0x01020304);
  }
}

TEST_CASE("csr: time commits whole", "[csr][commit]") {
  Bench b;
  b.write(0x020, 0x01020304);
  b.write(0x024, 0xa1a2a3a4);
  CHECK(b.top().now_o == 0);  // only staged
  CHECK(b.generations == 0);
  b.write(0x028, 0, 0x0);  // any write, any strobes
  CHECK(b.top().now_o == 0x01020304a1a2a3a4);
  b.write(0x020, 0x01020305);
  b.write(0x024, 0xffffffff);
  b.write(0x028, 0xdeadbeef);
  // Never a mixture.
  CHECK(b.now_changes == std::vector<std::uint64_t>{0x01020304a1a2a3a4, 0x01020305ffffffff});
  CHECK(b.generations == 2);
  CHECK(b.now_cycle == b.generation_cycle);
  CHECK(b.read(0x014) == 2);
}

TEST_CASE("csr: what counts as a commit", "[csr][commit]") {
  Bench b;
  unsigned expected = 0;
  const auto check = [&](unsigned address, std::uint32_t data, bool counts) {
    b.write(address, data);
    expected += counts;
    INFO("address " << address << " data " << data);
    CHECK(b.top().generation_o == expected);
    if (counts)
      CHECK(b.generation_cycle == b.commit_cycle + 1);  // visible two clocks after the one of wready
  };
  for (const unsigned address : {0x00cu, 0x010u, 0x020u, 0x024u, 0x030u, 0x034u, 0x038u, 0x03cu,
                                 0x050u, 0x064u, 0x068u, 0x06cu, 0x090u}) {
    check(address, 0, false);
  }
  check(0x028, 0, true);
  check(0x080, 0x2ff, true);  // also without a change
  check(0x084, 0, true);
  check(0x088, 0xff, true);
  check(0x08c, 0x0101, true);
  for (unsigned slot = 0; slot < 64; ++slot) {
    const bool exists = slot <= 1 || (slot >= 4 && slot <= 11) || (slot >= 16 && slot <= 31);
    check(0x040, slot, exists);
    CHECK(b.read(0x00c) == (exists ? 0 : 1));
    if (!exists) {
      b.write(0x00c, 0xfffffffe);
      CHECK(b.read(0x00c) == 1);
      b.write(0x00c, 1);
      CHECK(b.read(0x00c) == 0);
    }
  }
  // Destinations: mode 0 and 3 only, prefix at most 32 or 128.
  for (unsigned mode = 0; mode < 4; ++mode) {
    for (const unsigned is6 : {0u, 1u}) {
      for (const unsigned used : {0u, 1u}) {
        for (const unsigned length : {0u, 31u, 32u, 33u, 127u, 128u, 129u, 255u}) {
          b.write(0x060, length | is6 << 8 | used << 9 | mode << 12);
          const bool good = (mode == 0 || mode == 3) && length <= (is6 ? 128u : 32u);
          const unsigned writes = b.dest_writes;
          check(0x070, 5, good);
          CHECK(b.dest_writes == writes + good);
          if (good) CHECK(b.dest_write_cycle == b.generation_cycle);
          CHECK(b.read(0x00c) == (good ? 0 : 1));
          b.write(0x00c, 1);
        }
      }
    }
  }
}

TEST_CASE("csr: GENERATION has 16 bits and starts again", "[csr][commit]") {
  Bench b;
  for (unsigned n = 1; n <= 65536; ++n) {
    b.write(0x028, 0);
    if (n % 4096 == 0) {
      CHECK(b.read(0x014) == n % 65536);
      CHECK(b.top().generation_o == n % 65536);
    }
  }
  CHECK(b.generations == 65536);
}

TEST_CASE("csr: commits are at least eight clocks apart", "[csr][commit]") {
  Bench b;
  b.write(0x070, 0);
  const std::uint64_t first = b.dest_write_cycle;
  b.write(0x070, 1);
  CHECK(b.dest_write_cycle >= first + 8);
  CHECK(b.dest_writes == 2);
}

TEST_CASE("csr: a destination entry arrives as staged", "[csr][commit]") {
  Bench b;
  const auto entry = [&] { return b.top().dest_value_o; };
  // dest_t from the top: used, is6, prefix 128, mask 128, ports 16 16, mode 2, mss 16, wscale 4,
  // key 4, windows 16 16.
  b.write(0x050, 0x0264a8c0);
  b.write(0x054, 0x11111111);
  b.write(0x058, 0x22222222);
  b.write(0x05c, 0x33333333);
  b.write(0x060, 0x3200 | 20);
  b.write(0x064, 0x01bb0050);
  b.write(0x068, 0x00a905b4);
  b.write(0x06c, 0xfaf0fe88);
  b.write(0x070, 0xfffffffb);  // entry 11
  CHECK(b.top().dest_index_o == 11);
  CHECK(bits_of(entry(), 347, 1) == 1);
  CHECK(bits_of(entry(), 346, 1) == 0);
  CHECK(bytes_of(entry(), 218, 16) ==
        std::vector<std::uint8_t>{192, 168, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(bytes_of(entry(), 90, 16) ==
        std::vector<std::uint8_t>{255, 255, 240, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(bits_of(entry(), 74, 16) == 80);
  CHECK(bits_of(entry(), 58, 16) == 443);
  CHECK(bits_of(entry(), 56, 2) == 3);
  CHECK(bits_of(entry(), 40, 16) == 1460);
  CHECK(bits_of(entry(), 36, 4) == 9);
  CHECK(bits_of(entry(), 32, 4) == 10);
  CHECK(bits_of(entry(), 16, 16) == 0xfe88);
  CHECK(bits_of(entry(), 0, 16) == 0xfaf0);
  // It is held: staging something else does not show.
  b.write(0x060, 0x0100 | 128);
  b.write(0x064, 0);
  CHECK(bits_of(entry(), 74, 16) == 80);
  CHECK(b.top().dest_index_o == 11);
  // IPv6, mode off, unused, every prefix length.
  b.write(0x050, 0xffffffff);
  b.write(0x054, 0xffffffff);
  b.write(0x058, 0xffffffff);
  b.write(0x05c, 0xffffffff);
  for (unsigned length = 0; length <= 128; ++length) {
    b.write(0x060, 0x0100 | length);
    b.write(0x070, length & 15);
    INFO("length " << length);
    CHECK(b.top().dest_index_o == (length & 15));
    CHECK(bits_of(entry(), 347, 1) == 0);
    CHECK(bits_of(entry(), 346, 1) == 1);
    CHECK(bits_of(entry(), 56, 2) == 0);
    std::vector<std::uint8_t> mask(16, 0);
    for (unsigned i = 0; i < length / 8; ++i) mask[i] = 0xff;
    static const std::uint8_t part[8] = {0x00, 0x80, 0xc0, 0xe0, 0xf0, 0xf8, 0xfc, 0xfe};
    if (length < 128) mask[length / 8] = part[length % 8];
    CHECK(bytes_of(entry(), 90, 16) == mask);
    CHECK(bytes_of(entry(), 218, 16) == mask);
  }
  // A refused commit leaves the offered entry alone.
  b.write(0x060, 0x1100 | 64);
  b.write(0x070, 3);
  CHECK(b.top().dest_index_o == 0);
  CHECK(bytes_of(entry(), 90, 16) == std::vector<std::uint8_t>(16, 0xff));
}

TEST_CASE("csr: keys move to their slots, are wiped from staging, and cannot be read",
          "[csr][keys]") {
  Bench b;
  const auto key_of = [&](unsigned slot) {
    auto& t = b.top();
    if (slot == 0) return bytes_of(t.secret0_v4_o, 0, 16);
    if (slot == 1) return bytes_of(t.secret0_v6_o, 0, 16);
    if (slot >= 4 && slot < 8) return bytes_of(t.secret1_v4_o, 128 * (slot - 4), 16);
    if (slot >= 8 && slot < 12) return bytes_of(t.secret1_v6_o, 128 * (slot - 8), 16);
    t.stamp_id_i = static_cast<std::uint8_t>(slot - 16);  // asked for one clock ahead
    b.clock();
    return bytes_of(t.stamp_key_o, 0, 16);
  };
  std::vector<unsigned> slots{0, 1};
  for (unsigned s = 4; s < 12; ++s) slots.push_back(s);
  for (unsigned s = 16; s < 32; ++s) slots.push_back(s);
  const auto bytes_for = [](unsigned slot) {
    std::vector<std::uint8_t> k;
    for (unsigned i = 0; i < 16; ++i)
      k.push_back(static_cast<std::uint8_t>(0x10 * i + 7 * slot + 1));
    return k;
  };
  const auto stage = [&](const std::vector<std::uint8_t>& k, unsigned strobes) {
    for (unsigned w = 0; w < 4; ++w) {
      std::uint32_t word = 0;
      for (unsigned i = 0; i < 4; ++i)
        word |= static_cast<std::uint32_t>(k[4 * w + i]) << (8 * i);  // memory order
      b.write(0x030 + 4 * w, word, strobes);
      CHECK(b.read(0x030 + 4 * w) == 0);
    }
  };
  for (const unsigned s : slots) CHECK(key_of(s) == std::vector<std::uint8_t>(16, 0));
  for (const unsigned s : slots) {
    stage(bytes_for(s), s % 2 == 0 ? 0xf : 0x1);  // strobes do not count here
    CHECK(key_of(s) == std::vector<std::uint8_t>(16, 0));
    b.write(0x040, s);
    CHECK(b.read(0x040) == 0);
  }
  for (const unsigned s : slots) {
    INFO("slot " << s);
    CHECK(key_of(s) == bytes_for(s));
  }
  // k0 in the low half, byte 0 in bits 7:0.
  CHECK(bits_of(b.top().secret0_v4_o, 0, 64) == 0x7161514131211101);
  // Staging was wiped: a commit without a new key stores zeros.
  b.write(0x040, 17);
  CHECK(key_of(17) == std::vector<std::uint8_t>(16, 0));
  CHECK(key_of(16) == bytes_for(16));
  CHECK(key_of(18) == bytes_for(18));
  // A refused slot wipes it as well and touches no key.
  stage(bytes_for(40), 0xf);
  b.write(0x040, 2);
  for (const unsigned s : slots) {
    if (s != 17) CHECK(key_of(s) == bytes_for(s));
  }
  b.write(0x040, 17);
  CHECK(key_of(17) == std::vector<std::uint8_t>(16, 0));
  // Nothing that can be read shows a key byte; all registers but counters are swept.
  for (unsigned address = 0x020; address < 0x050; address += 4) CHECK(b.read(address) == 0);
  b.reset();
  for (const unsigned s : slots) CHECK(key_of(s) == std::vector<std::uint8_t>(16, 0));
}

TEST_CASE("csr: counters", "[csr][counters]") {
  Bench b;
  auto& t = b.top();
  std::array<std::uint64_t, 64> expected{};
  std::mt19937_64 random(5);
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (unsigned n = 0; n < 1500000; ++n) {
    t.done_valid_i = pick(4) != 0;
    t.done_verdict_i = static_cast<std::uint8_t>(pick(5));
    t.done_reason_i = static_cast<std::uint8_t>(t.done_verdict_i == 4 ? 1 + pick(20) : pick(21));
    t.op_valid_i = pick(4) != 0;
    t.op_i = static_cast<std::uint8_t>(pick(7));
    t.cookie_valid_i = pick(3) == 0;
    t.cookie_age_i = static_cast<std::uint8_t>(pick(2));
    t.sweep_count_i = static_cast<std::uint8_t>(pick(3) == 0 ? pick(7) : 0);
    t.sram_error_count_i = static_cast<std::uint8_t>(pick(3) == 0 ? pick(7) : 0);
    if (t.done_valid_i) ++expected[t.done_verdict_i];
    if (t.done_valid_i && t.done_verdict_i == 4) ++expected[8u + t.done_reason_i];
    if (t.op_valid_i && t.op_i != 0) ++expected[41u + t.op_i];
    if (t.cookie_valid_i) ++expected[40u + t.cookie_age_i];
    expected[48] += t.sweep_count_i;
    expected[49] += t.sram_error_count_i;
    b.clock();
  }
  t.done_valid_i = t.op_valid_i = t.cookie_valid_i = t.sweep_count_i = t.sram_error_count_i = 0;
  for (unsigned i = 0; i < 64; ++i) {
    INFO("counter " << i);
    CHECK(b.counter(i) == expected[i]);
    const bool used = i <= 4 || (i >= 9 && i <= 28) || (i >= 40 && i <= 49);
    CHECK((expected[i] != 0) == used);
  }
  b.reset();
  for (unsigned i = 0; i < 64; ++i) CHECK(b.counter(i) == 0);
}

TEST_CASE("csr: a counter read while it counts is one value", "[csr][counters]") {
  // Every clock adds one, so a coherent read lies between the clocks of its request and its answer;
  // the carry from bit 15 is met many times because reads come at every phase.
  Bench b;
  auto& t = b.top();
  t.done_valid_i = 1;
  t.done_verdict_i = 0;
  const std::uint64_t start = b.cycle;
  for (unsigned wrap = 1; wrap <= 12; ++wrap) {
    while (b.cycle - start < 65536 * wrap - 60) b.clock();
    for (unsigned n = 0; n < wrap % 7; ++n) b.clock();
    for (unsigned n = 0; n < 12; ++n) {
      const std::uint64_t before = b.cycle - start;
      const std::uint32_t low = b.read(0x200);
      const std::uint64_t after = b.cycle - start;
      CHECK(low + 4 >= before);
      CHECK(low <= after);
    }
  }
}

TEST_CASE("csr: reading the low word keeps the high word", "[csr][counters]") {
  Bench b;
  auto& t = b.top();
  const auto count = [&](unsigned n) {
    t.done_valid_i = 1;
    t.done_verdict_i = 0;
    for (unsigned i = 0; i < n; ++i) b.clock();
    t.done_valid_i = 0;
    for (int i = 0; i < 8; ++i) b.clock();
  };
  count(65530);
  // 2^32 events are too many to wait for: bits 63:16 are put there.
  t.rootp->syngate_csr__DOT__u_counters__DOT__u_verdict__DOT__high_q[0] = 0x1ffff;
  CHECK(b.read(0x200) == 0xfffffffa);
  count(10);
  CHECK(b.read(0x204) == 1);  // as it was when the low word was read
  CHECK(b.read(0x200) == 0x00000004);
  CHECK(b.read(0x204) == 2);
  // Another counter's low word replaces what was kept.
  CHECK(b.read(0x208) == 0);
  CHECK(b.read(0x204) == 0);
  CHECK(b.counter(0) == 0x200000004);
}

TEST_CASE("csr: a counter has 64 bits", "[csr][counters]") {
  Bench b;
  auto& t = b.top();
  const auto count = [&](unsigned verdict, unsigned n) {
    t.done_valid_i = 1;
    t.done_verdict_i = static_cast<std::uint8_t>(verdict);
    t.done_reason_i = verdict == 4 ? 1 : 0;
    for (unsigned i = 0; i < n; ++i) b.clock();
    t.done_valid_i = 0;
    for (int i = 0; i < 8; ++i) b.clock();
  };
  // Drops, that is the verdict and its reason: the low 16 bits by counting.
  for (const unsigned n : {0x5555u, 0x5555u, 0x5555u, 1u}) count(4, n);
  CHECK(b.counter(4) == 0x10000);
  count(4, 0xaaaa);
  CHECK(b.counter(9) == 0x1aaaa);
  CHECK(b.counter(10) == 0);
  count(4, 0x5555);
  CHECK(b.counter(9) == 0x1ffff);
  CHECK(b.counter(10) == 0);
  CHECK(b.counter(9) == 0x1ffff);
  CHECK(b.counter(4) == 0x1ffff);
  // The high 48 bits are put there.
  auto& high = t.rootp->syngate_csr__DOT__u_counters__DOT__u_verdict__DOT__high_q[0];
  count(0, 5);
  for (const std::uint64_t value : {0xaaaaaaaaaaaaull, 0x555555555555ull, 0xffffffffffffull, 0ull, 0xffffffffffffull}) {
    high = value;
    CHECK(b.counter(0) == (value << 16 | 5));
    CHECK(b.read(0x010) == 0);
  }
  // After the last value comes 0.
  count(0, 0xfffa);
  CHECK(b.counter(0) == 0xffffffffffffffff);
  count(0, 1);
  CHECK(b.counter(0) == 0);
}
