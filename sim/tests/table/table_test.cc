// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The flow table alone, with a memory in the test: insert, hit, refresh, age, close, evict, alias, pending writes, parity, sweep.
#include <Vsyngate_table.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "../covered.h"
#include "catch2.h"
#include "syngate/model/defs.h"
#include "syngate/model/flow_table.h"

namespace {

using syngate::defs::TableOp;
using Row = std::array<std::uint32_t, 5>;

// Requests go in at clock 0; what to do on a hit or a miss is given in clock 21; the result is seen in clock 23.
constexpr int kAsk = 21, kResult = 23;
constexpr int kReadLatency = 16;

struct Request {
  std::uint64_t hash = 0;
  std::uint8_t epoch = 0;
  TableOp on_hit = TableOp::kNone, on_miss = TableOp::kNone;
  std::uint8_t first = 0;
};
struct Answer {
  bool hit, repeated;
  TableOp op;
  unsigned errors;
};

struct Bench {
  VerilatedContext context;
  Covered<Vsyngate_table> top{&context};
  std::map<std::uint32_t, Row> memory[2];
  std::deque<std::array<Row, 2>> reading;
  std::deque<std::pair<bool, Request>> inside;
  std::vector<Answer> answers;
  unsigned swept = 0;
  std::function<void()> on_sweep;
  std::function<void(const Request&, const Answer&)> on_answer;

  Bench() {
    top.mask_i = 0xfffff;
    top.life_i = 112;
    top.life_closing_i = 2;
    reading.resize(kReadLatency);
    top.rst_ni = 0;
    for (int i = 0; i < 4; ++i) clock(nullptr);
    top.rst_ni = 1;
    for (int i = 0; i < 40; ++i) clock(nullptr);
  }

  // {reopen, close, refresh, may_repeat, insert, sweep}, the last in bit 0.
  static std::uint8_t ask_of(const Request& r) {
    unsigned ask = r.on_miss == TableOp::kInsert ? 2u : 0u;
    if (r.on_hit == TableOp::kReopen) ask |= 0x20;
    if (r.on_hit == TableOp::kClose) ask |= 0x10;
    if (r.on_hit == TableOp::kRefresh) ask |= 0x08;
    if (r.on_hit == TableOp::kRepeat) ask |= 0x0c;
    return static_cast<std::uint8_t>(ask);
  }

  void clock(const Request* request) {
    top.req_valid_i = request != nullptr;
    top.req_hash_i = request != nullptr ? request->hash : 0x5555;
    top.req_epoch_i = request != nullptr ? request->epoch : 0;
    top.req_first_i = request != nullptr ? request->first : 0;
    inside.emplace_front(request != nullptr, request != nullptr ? *request : Request{});
    if (inside.size() > kResult + 1) inside.pop_back();
    const auto at = [&](unsigned c) { return inside.size() > c ? inside[c] : std::pair<bool, Request>{}; };
    for (unsigned w = 0; w < 5; ++w) {
      top.sram0_read_data_i[w] = reading.front()[0][w];
      top.sram1_read_data_i[w] = reading.front()[1][w];
    }
    reading.pop_front();
    top.ask_i = at(kAsk).first ? ask_of(at(kAsk).second) : 0;
    top.clk_i = 0;
    top.eval();
    // A sweep is seen one clock later than a result: it came before it.
    if (top.sweep_valid_o) {
      swept += static_cast<unsigned>(__builtin_popcount(top.sweep_mask_o));
      if (on_sweep) on_sweep();
    }
    if (at(kResult).first) {
      answers.push_back({static_cast<bool>(top.hit_o), static_cast<bool>(top.repeat_o), static_cast<TableOp>(top.op_o),
                         top.error_count_o});
      if (on_answer) on_answer(at(kResult).second, answers.back());
    }
    std::array<Row, 2> read{};
    if (top.sram_read_o) read = {memory[0][top.sram0_read_addr_o], memory[1][top.sram1_read_addr_o]};
    reading.push_back(read);
    for (unsigned w = 0; w < 5; ++w) {
      if (top.sram0_write_o) memory[0][top.sram0_write_addr_o][w] = top.sram0_write_data_o[w];
      if (top.sram1_write_o) memory[1][top.sram1_write_addr_o][w] = top.sram1_write_data_o[w];
    }
    top.clk_i = 1;
    top.eval();
  }

  Answer ask(const Request& request) {
    clock(&request);
    for (int i = 0; i < kResult + 4; ++i) clock(nullptr);
    return answers.back();
  }
};

Request look(std::uint64_t hash, std::uint8_t epoch) { return {hash, epoch, TableOp::kRefresh, TableOp::kNone, 0}; }
Request put(std::uint64_t hash, std::uint8_t epoch, std::uint8_t first = 0) {
  return {hash, epoch, TableOp::kRefresh, TableOp::kInsert, first};
}
// Same rows (0x11111 and 0x22222 with a common low part), different tags.
std::uint64_t same_rows(std::uint32_t n) { return static_cast<std::uint64_t>(n) << 40 | 0x2222211111; }

}  // namespace

TEST_CASE("table: a flow is found after its insert, and only it", "[table]") {
  Bench bench;
  CHECK_FALSE(bench.ask(look(0x123456789abcdef0, 5)).hit);
  CHECK(bench.ask(put(0x123456789abcdef0, 5, 3)).op == TableOp::kInsert);
  const Answer found = bench.ask(look(0x123456789abcdef0, 5));
  CHECK(found.hit);
  CHECK(found.op == TableOp::kNone);
  // Another tag in the same rows, and the same tag bits in other rows.
  CHECK_FALSE(bench.ask(look(0x123457789abcdef0, 5)).hit);
  CHECK_FALSE(bench.ask(look(0x123456789abcdef0 ^ 0x0000000100000100, 5)).hit);
}

TEST_CASE("table: a lookup any number of clocks behind an insert sees it", "[table][pending]") {
  for (int gap = 1; gap <= 40; ++gap) {
    Bench bench;
    const Request insert = put(0xfeed0000deadbeef, 9);
    const Request lookup = look(0xfeed0000deadbeef, 9);
    bench.clock(&insert);
    for (int i = 1; i < gap; ++i) bench.clock(nullptr);
    bench.clock(&lookup);
    for (int i = 0; i < 40; ++i) bench.clock(nullptr);
    INFO("gap " << gap);
    REQUIRE(bench.answers.size() == 2);
    CHECK_FALSE(bench.answers[0].hit);
    CHECK(bench.answers[1].hit);
  }
}

TEST_CASE("table: back-to-back inserts into one pair of rows fill six slots, then evict the oldest", "[table][pending]") {
  Bench bench;
  std::vector<Request> requests;
  for (std::uint32_t n = 0; n < 6; ++n) requests.push_back(put(same_rows(n + 1), static_cast<std::uint8_t>(10 + n)));
  requests.push_back(put(same_rows(7), 20));  // evicts 1, the oldest
  requests.push_back(put(same_rows(8), 20));  // evicts 2
  for (std::uint32_t n = 0; n < 8; ++n) requests.push_back(look(same_rows(n + 1), 20));
  for (const Request& r : requests) {
    bench.clock(&r);
    // Between two epochs lies a commit of the time, which takes eight clocks of the bus.
    for (int i = 0; i < 8 && r.epoch < 20; ++i) bench.clock(nullptr);
  }
  for (int i = 0; i < 40; ++i) bench.clock(nullptr);
  REQUIRE(bench.answers.size() == 16);
  for (int n = 0; n < 6; ++n) CHECK(bench.answers[n].op == TableOp::kInsert);
  CHECK(bench.answers[6].op == TableOp::kEvict);
  CHECK(bench.answers[7].op == TableOp::kEvict);
  CHECK_FALSE(bench.answers[8].hit);
  CHECK_FALSE(bench.answers[9].hit);
  for (int n = 10; n < 16; ++n) CHECK(bench.answers[n].hit);
}

TEST_CASE("table: inserts alternate between channels, the emptier first, channel 0 on a tie", "[table]") {
  Bench bench;
  for (std::uint32_t n = 0; n < 6; ++n) bench.ask(put(same_rows(n + 1), 1));
  const Row& row0 = bench.memory[0][0x11111];
  const Row& row1 = bench.memory[1][0x22222];
  // tag = hash[63:40] and hash[27:20] (channel 0) or hash[7:0] (channel 1); slot 0 holds its low 32 bits in the row's first word.
  CHECK(row0[0] == ((1u << 8) | 0x22));
  CHECK(row1[0] == ((2u << 8) | 0x11));
}

TEST_CASE("table: life is decided at lookup; the clock may fall back a little", "[table][age]") {
  {
    // One after the other: Verilator 5.006 ends badly when two contexts live at once.
    Bench bench;
    bench.ask(put(0xabc, 100));
    CHECK(bench.ask(look(0xabc, 100 - 8)).hit);
  }
  Bench other;
  other.ask(put(0xabc, 100));
  CHECK_FALSE(other.ask({0xabc, 100 - 9, TableOp::kNone, TableOp::kNone, 0}).hit);
  CHECK(other.ask({0xabc, 212, TableOp::kNone, TableOp::kNone, 0}).hit);
  CHECK_FALSE(other.ask({0xabc, 213, TableOp::kNone, TableOp::kNone, 0}).hit);
  // A refresh restarts the life, and makes a new flow an old one.
  CHECK(other.ask(look(0xabc, 200)).op == TableOp::kRefresh);
  CHECK_FALSE(other.ask({0xabc, 200, TableOp::kRepeat, TableOp::kNone, 0}).repeated);
  CHECK(other.ask({0xabc, static_cast<std::uint8_t>(200 + 112), TableOp::kNone, TableOp::kNone, 0}).hit);
}

TEST_CASE("table: new flows keep their epoch for two epochs, so that a hand-off can be repeated", "[table]") {
  Bench bench;
  bench.ask(put(0xabc, 7, 5));
  CHECK(bench.ask(look(0xabc, 8)).op == TableOp::kNone);
  // Not for another first segment.
  CHECK_FALSE(bench.ask({0xabc, 8, TableOp::kRepeat, TableOp::kNone, 4}).repeated);
  for (unsigned left = 3; left > 0; --left) {
    const Answer a = bench.ask({0xabc, 8, TableOp::kRepeat, TableOp::kNone, 5});
    CHECK(a.repeated);
    CHECK(a.op == TableOp::kRepeat);
  }
  CHECK_FALSE(bench.ask({0xabc, 8, TableOp::kRepeat, TableOp::kNone, 5}).repeated);
  const Answer late = bench.ask(look(0xabc, 9));
  CHECK_FALSE(late.repeated);
  CHECK(late.op == TableOp::kRefresh);
}

TEST_CASE("table: close shortens the life from the last frame on, reopen makes it new again", "[table]") {
  Bench bench;
  bench.ask(put(0xabc, 50));
  CHECK(bench.ask({0xabc, 52, TableOp::kClose, TableOp::kNone, 0}).op == TableOp::kClose);
  CHECK(bench.ask(look(0xabc, 54)).op == TableOp::kRefresh);  // still closing, two more epochs
  CHECK(bench.ask({0xabc, 56, TableOp::kNone, TableOp::kNone, 0}).hit);
  CHECK_FALSE(bench.ask({0xabc, 57, TableOp::kNone, TableOp::kNone, 0}).hit);
  CHECK(bench.ask({0xabc, 56, TableOp::kReopen, TableOp::kNone, 2}).op == TableOp::kReopen);
  for (int left = 3; left > 0; --left) CHECK(bench.ask({0xabc, 57, TableOp::kRepeat, TableOp::kNone, 2}).repeated);
  CHECK_FALSE(bench.ask({0xabc, 57, TableOp::kRepeat, TableOp::kNone, 2}).repeated);
}

TEST_CASE("table: a flipped bit is a miss and counted; nothing else is lost", "[table][parity]") {
  for (unsigned bit = 0; bit < 48; ++bit) {
    Bench bench;
    bench.ask(put(0xabc, 50));
    bench.memory[0][0xabc][bit / 32] ^= 1u << (bit % 32);
    const Answer a = bench.ask(look(0xabc, 50));
    INFO("bit " << bit);
    CHECK_FALSE(a.hit);
    CHECK(a.errors == 1);
    CHECK(bench.ask(put(0xabc, 50)).op == TableOp::kInsert);
    CHECK(bench.ask(look(0xabc, 50)).hit);
  }
}

TEST_CASE("table: the sweep clears dead slots only, and starves while every clock asks", "[table][sweep]") {
  Bench bench;
  bench.top.mask_i = 3;
  for (std::uint32_t n = 0; n < 4; ++n) bench.ask(put(n, static_cast<std::uint8_t>(n < 2 ? 10 : 100)));
  bench.top.now_epoch_i = 10 + 113;
  const Request busy = look(0x77, 123);
  for (int i = 0; i < 8 * 1024; ++i) bench.clock(&busy);
  CHECK(bench.swept == 0);
  for (int i = 0; i < 8 * 1024; ++i) bench.clock(nullptr);
  CHECK(bench.swept == 2);
  // Without the sweep the flows of epoch 10 would live again when the epoch has wrapped.
  CHECK_FALSE(bench.ask({0, 10, TableOp::kNone, TableOp::kNone, 0}).hit);
  CHECK(bench.ask({2, 100, TableOp::kNone, TableOp::kNone, 0}).hit);
}

TEST_CASE("table: a lookup in every clock, few rows, all operations, equal to the model in every answer", "[table][pending]") {
  using syngate::model::FlowTable;
  unsigned seen[8] = {}, repeats = 0, swept = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    Bench bench;
    FlowTable model;
    std::mt19937 random(seed);
    // Rows and tags from so few that every distance between two lookups of a row, and of a flow, comes often.
    const std::uint32_t mask = seed % 4 == 0 ? 0 : seed % 4 == 1 ? 1 : seed % 4 == 2 ? 3 : 15;
    const unsigned flows = seed % 3 == 0 ? 4 : seed % 3 == 1 ? 12 : 40;
    const syngate::model::TableSettings settings{mask, 6, 2};
    bench.top.mask_i = mask;
    bench.top.life_i = settings.life;
    bench.top.life_closing_i = settings.life_closing;
    unsigned lookups = 0;
    bench.on_sweep = [&] {
      CHECK(model.sweep({bench.top.sweep_row_o, bench.top.sweep_mask_o, bench.top.sweep_epoch_o}, settings));
    };
    bench.on_answer = [&](const Request& r, const Answer& a) {
      const FlowTable::Place place = FlowTable::place_of(r.hash, mask);
      const FlowTable::Hit hit = model.find(place, r.epoch, settings);
      Answer b{hit.slot != nullptr, false, TableOp::kNone, 0};
      if (hit.slot == nullptr) {
        if (r.on_miss == TableOp::kInsert)
          b.op = model.insert(place, r.epoch, r.first, settings) ? TableOp::kInsert : TableOp::kEvict;
      } else if (r.on_hit == TableOp::kReopen) {
        model.reopen(*hit.slot, r.epoch, r.first);
        b.op = TableOp::kReopen;
      } else if (r.on_hit == TableOp::kClose) {
        model.close(*hit.slot, r.epoch);
        b.op = TableOp::kClose;
      } else if (r.on_hit == TableOp::kRepeat && hit.is_new && hit.repeats != 0 && hit.first == r.first) {
        model.repeat(*hit.slot);
        b.op = TableOp::kRepeat;
        b.repeated = true;
      } else if (r.on_hit != TableOp::kNone && hit.stale) {
        model.refresh(*hit.slot, r.epoch);
        b.op = TableOp::kRefresh;
      }
      if (a.hit != b.hit || a.op != b.op || (a.repeated && a.hit) != b.repeated || a.errors != 0) {
        FAIL("seed " << seed << " lookup " << lookups << ": hit " << a.hit << " op " << static_cast<unsigned>(a.op) << " repeat "
                     << a.repeated << " errors " << a.errors << ", should be " << b.hit << " " << static_cast<unsigned>(b.op)
                     << " " << b.repeated);
      }
      ++lookups;
      ++seen[static_cast<unsigned>(b.op)];
      repeats += b.repeated ? 1 : 0;
    };
    std::uint8_t epoch = 0;
    unsigned since = 0;
    for (int i = 0; i < 60000; ++i) {
      if (++since > 8 && random() % 24 == 0) {
        const unsigned kind = static_cast<unsigned>(random() % 8);
        epoch = static_cast<std::uint8_t>(kind < 5 ? epoch + 1 : kind < 7 ? epoch + random() % 8 : epoch - random() % 10);
        since = 0;
      }
      bench.top.now_epoch_i = epoch;
      if (random() % 16 == 0) {
        bench.clock(nullptr);
        continue;
      }
      const unsigned flow = static_cast<unsigned>(random() % flows);
      Request r;
      r.hash = (static_cast<std::uint64_t>(flow / 3) << 40) | ((flow * 7u % 16u) << 20) | (flow * 5u % 16u);
      r.epoch = epoch;
      r.first = static_cast<std::uint8_t>(random() % 8 != 0 ? flow % 8 : random() % 8);
      constexpr TableOp kHits[] = {TableOp::kNone,   TableOp::kRefresh, TableOp::kRefresh, TableOp::kRepeat,
                                   TableOp::kRepeat, TableOp::kReopen,  TableOp::kClose,   TableOp::kClose};
      r.on_hit = kHits[random() % 8];
      // As the rules have it: only a validated segment inserts, and one that validates may repeat.
      if (r.on_hit == TableOp::kRepeat || ((r.on_hit == TableOp::kRefresh || r.on_hit == TableOp::kClose) && random() % 2 == 0))
        r.on_miss = TableOp::kInsert;
      bench.clock(&r);
    }
    for (int i = 0; i < 60; ++i) bench.clock(nullptr);
    CHECK(lookups > 50000);
    swept += bench.swept;
    CHECK(bench.context.errorCount() == 0);
  }
  for (unsigned op = 0; op <= static_cast<unsigned>(TableOp::kReopen); ++op) CHECK(seen[op] > 100);
  CHECK(repeats > 100);
  CHECK(swept > 0);
}
