// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/flow_table.h"

#include "catch2.h"

using namespace syngate::model;

namespace {
const TableSettings kSettings{0xfffff, 112, 2};
// Same rows, different tags.
FlowTable::Place place(std::uint64_t n) { return FlowTable::place_of(n << 40 | 0x2222211111, kSettings.mask); }
}  // namespace

TEST_CASE("table: place", "[table]") {
  const auto p = FlowTable::place_of(0x123456789abcdef0, 0xfffff);
  CHECK(p.row[0] == 0xcdef0);
  CHECK(p.row[1] == 0x789ab);
  CHECK(p.tag[0] == 0x123456ab);
  CHECK(p.tag[1] == 0x123456f0);
}

TEST_CASE("table: six flows fit two rows, the seventh takes the place of the oldest", "[table]") {
  FlowTable table;
  for (unsigned n = 1; n <= 6; ++n) CHECK(table.insert(place(n), static_cast<std::uint8_t>(10 + n), 0, kSettings));
  CHECK_FALSE(table.insert(place(7), 20, 0, kSettings));
  CHECK(table.find(place(1), 20, kSettings).slot == nullptr);
  for (unsigned n = 2; n <= 7; ++n) CHECK(table.find(place(n), 20, kSettings).slot != nullptr);
  CHECK(table.count(20, kSettings) == 6);
}

TEST_CASE("table: ages, closing, clock set back", "[table]") {
  FlowTable table;
  table.insert(place(1), 100, 0, kSettings);
  CHECK(table.find(place(1), 212, kSettings).slot != nullptr);
  CHECK(table.find(place(1), 213, kSettings).slot == nullptr);
  CHECK(table.find(place(1), 92, kSettings).slot != nullptr);
  CHECK(table.find(place(1), 91, kSettings).slot == nullptr);
  auto hit = table.find(place(1), 101, kSettings);
  CHECK(hit.is_new);
  CHECK_FALSE(hit.stale);
  CHECK_FALSE(table.find(place(1), 102, kSettings).is_new);
  FlowTable::close(*hit.slot, 101);
  CHECK(table.find(place(1), 103, kSettings).slot != nullptr);
  CHECK(table.find(place(1), 104, kSettings).slot == nullptr);
  FlowTable::reopen(*hit.slot, 104, 5);
  CHECK(table.find(place(1), 104, kSettings).first == 5);
}

TEST_CASE("table: a sweep must be legal", "[table]") {
  FlowTable table;
  table.insert(place(1), 100, 0, kSettings);
  CHECK_FALSE(table.sweep({0x11111, 1, 212}, kSettings));  // lives
  CHECK_FALSE(table.sweep({0x11111, 2, 213}, kSettings));  // empty
  CHECK(table.sweep({0x11111, 1, 213}, kSettings));
  CHECK(table.find(place(1), 100, kSettings).slot == nullptr);
}
