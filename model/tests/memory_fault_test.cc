// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Faults of the table's memory in the model: what a lookup then sees, what stays in the memory, what is counted. By hand from datapath.md.
#include <sys/resource.h>

#include <new>

#include "catch2.h"
#include "frames.h"
#include "model_config.h"
#include "syngate/model/flow_table.h"
#include "syngate/model/parse.h"

using namespace syngate::model;

namespace {
const TableSettings kSettings{0xfffff, 112, 2};
FlowTable::Place place(std::uint64_t n) { return FlowTable::place_of(n << 40 | 0x2222211111, kSettings.mask); }
}  // namespace

TEST_CASE("memory: a row as it is stored, and another one", "[table]") {
  FlowTable table;
  std::uint64_t* where = nullptr;
  CHECK(table.insert(place(1), 0x64, 0x1d, kSettings, &where));
  // Channel 0, slot 0; the bits as in the test of the 48 bits.
  CHECK(where != nullptr);
  CHECK(table.in_channel(where, 0));
  CHECK_FALSE(table.in_channel(where, 1));
  const std::uint64_t* other = where + 3 * ((1 << 20) + 0x22222 - 0x11111);  // row 22222 of channel 1
  CHECK(table.in_channel(other, 1));
  CHECK_FALSE(table.in_channel(other, 0));
  CHECK(table.row_data(0, 0x11111) == TableRow{0xf56400000122, 0, 0});
  CHECK(table.row_data(1, 0x22222) == TableRow{});
  CHECK(table.occupied() == 1);
  CHECK(table.errors(place(1)) == 0);
  // One bit of an empty slot: an error, and nobody's flow. State bits are zero, so it is not occupied.
  table.set_row_data(0, 0x11111, {0xf56400000122, 0x000000000001, 0});
  CHECK(table.errors(place(1)) == 1);
  CHECK(table.occupied() == 1);
  CHECK(table.find(place(1), 0x64, kSettings).slot != nullptr);
  // One bit of the tag: the flow is gone, its slot is free, but occupied until somebody clears it.
  table.set_row_data(0, 0x11111, {0xf56400000123, 0x000000000001, 0x7000000000000});
  CHECK(table.errors(place(1)) == 2);
  CHECK(table.occupied() == 1);
  CHECK(table.find(place(1), 0x64, kSettings).slot == nullptr);
  CHECK(table.row_data(0, 0x11111)[2] == 0);  // bits above 47 are not in the memory
  // Two bits of the tag: no error, no flow.
  table.set_row_data(0, 0x11111, {0xf56400000121, 0, 0});
  CHECK(table.errors(place(1)) == 0);
  CHECK(table.find(place(1), 0x64, kSettings).slot == nullptr);
  // Back again.
  table.set_row_data(0, 0x11111, {0xf56400000122, 0, 0});
  CHECK(table.find(place(1), 0x64, kSettings).slot == where);
  // The sweep may clear a slot with wrong parity, and counts nothing.
  table.set_row_data(0, 0x11111, {0xf56400000123, 0, 0});
  CHECK(table.sweep({0x11111, 1, 0x64}, kSettings));
  CHECK(table.occupied() == 0);
}

TEST_CASE("memory: one lookup is answered with wrong rows", "[pipeline]") {
  // One row a channel. Rows by hand: state new3, first 5, epoch 64, tags that no frame has, and parity as in the test of the 48 bits.
  const TableRow full{0xf56400000122, 0xf56400000124, 0xf56400000128};
  const TableRow none{};
  Config config = test_config();
  config.table_mask = 0;
  const Time now{286326, 0x640000};
  const auto feed = [&now](Pipeline& pipeline, const frames::Bytes& f) { return pipeline.process({f.data(), f.size(), false}, now); };
  Pipeline pipeline(config);
  const std::uint32_t cookie = feed(pipeline, frames::tcp(false, kSyn, 1000, 0)).cookie;
  const frames::Bytes first = frames::tcp(false, kAck, 1001, cookie + 1);
  CHECK(feed(pipeline, first).op == syngate::defs::TableOp::kInsert);
  const TableRow stored = pipeline.table_row(0, 0);
  CHECK(stored[0] != 0);
  // Other rows than the frame has: it does not meet them.
  pipeline.fault_read({1, 1}, {none, none});
  CHECK(feed(pipeline, frames::tcp(false, kAck, 5, 5)).hit);
  // Nothing is seen, nothing written: the memory is as before.
  pipeline.fault_read({0, 0}, {none, none});
  const Outcome lost = feed(pipeline, frames::tcp(false, kAck, 5, 5));
  CHECK_FALSE(lost.hit);
  CHECK(lost.reason == syngate::defs::Reason::kBadCookie);
  CHECK(pipeline.table_row(0, 0) == stored);
  CHECK(feed(pipeline, frames::tcp(false, kAck, 5, 5)).hit);  // only once
  // Channel 0 looks full and channel 1 empty: the flow is put into channel 1 for a second time; channel 0 keeps what it had.
  pipeline.fault_read({0, 0}, {full, none});
  CHECK(feed(pipeline, first).op == syngate::defs::TableOp::kInsert);
  CHECK(pipeline.table_row(0, 0) == stored);
  CHECK(pipeline.table_row(1, 0)[0] != 0);
  CHECK(pipeline.occupied() == 2);
  // Channel 0 looks as if one of its slots were free: what is written goes back with the wrong slots beside it.
  const TableRow before = pipeline.table_row(1, 0);
  pipeline.fault_read({0, 0}, {TableRow{full[0], 0, full[2]}, full});
  CHECK(feed(pipeline, first).op == syngate::defs::TableOp::kInsert);
  CHECK(pipeline.table_row(0, 0) == TableRow{full[0], stored[0], full[2]});
  CHECK(pipeline.table_row(1, 0) == before);
}

// A sanitizer keeps its own memory and ends the program instead.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("memory: no room for a table", "[table]") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = 1 << 20;  // less than the program has by now; the table is 48 MiB
  REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
  bool refused = false;
  try {
    const FlowTable table;
  } catch (const std::bad_alloc&) {
    refused = true;
  }
  REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
  CHECK(refused);
}
#endif
