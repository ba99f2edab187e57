// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Faults of the table's memory in the model: what a lookup then sees, what stays in the memory, what is counted. By hand from datapath.md.
#include "catch2.h"
#include "syngate/model/flow_table.h"

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
