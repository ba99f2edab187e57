// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/flow_table.h"

#include <array>
#include <cstddef>

#include "catch2.h"

using namespace syngate::model;

namespace {

const TableSettings kSettings{0xfffff, 112, 2};
// Same rows (channel 0: 11111, channel 1: 22222), different tags (channel 0: n, 22; channel 1: n, 11).
FlowTable::Place place(std::uint64_t n) { return FlowTable::place_of(n << 40 | 0x2222211111, kSettings.mask); }

// Where a flow lies, as its distance in slots from the first flow of an empty table (channel 0, slot 0).
constexpr std::ptrdiff_t kChannel1 = 3 * ((1 << 20) + 0x22222 - 0x11111);
std::ptrdiff_t slot_of(FlowTable& table, unsigned n, std::uint8_t epoch, const std::uint64_t* origin) {
  const auto hit = table.find(place(n), epoch, kSettings);
  REQUIRE(hit.slot != nullptr);
  return hit.slot - origin;
}

}  // namespace

TEST_CASE("table: place", "[table]") {
  const auto p = FlowTable::place_of(0x123456789abcdef0, 0xfffff);
  CHECK(p.row[0] == 0xcdef0);
  CHECK(p.row[1] == 0x789ab);
  CHECK(p.tag[0] == 0x123456ab);
  CHECK(p.tag[1] == 0x123456f0);
  // The mask takes row bits away, never tag bits.
  const auto small = FlowTable::place_of(0x123456789abcdef0, 0xff);
  CHECK(small.row[0] == 0xf0);
  CHECK(small.row[1] == 0xab);
  CHECK(small.tag[0] == 0x123456ab);
  CHECK(small.tag[1] == 0x123456f0);
}

TEST_CASE("table: the 48 bits of a slot", "[table]") {
  // 7 (new3) | first 5 | epoch 64 | tag 00000122: eleven ones, so the parity bit is set. The rest likewise, by hand.
  FlowTable table;
  CHECK(table.insert(place(1), 0x64, 0x1d, kSettings));
  std::uint64_t& slot = *table.find(place(1), 0x64, kSettings).slot;
  CHECK(slot == 0xf56400000122);
  FlowTable::repeat(slot);
  CHECK(slot == 0x656400000122);
  FlowTable::refresh(slot, 0x65);
  CHECK(slot == 0x156500000122);
  FlowTable::close(slot, 0x66);
  CHECK(slot == 0x256600000122);
  FlowTable::refresh(slot, 0x67);  // stays closing
  CHECK(slot == 0xa56700000122);
  FlowTable::reopen(slot, 0x70, 0x12);
  CHECK(slot == 0x727000000122);
}

TEST_CASE("table: the fuller channel waits, the lowest slot is taken", "[table]") {
  FlowTable table;
  table.insert(place(1), 10, 0, kSettings);
  const std::uint64_t* origin = table.find(place(1), 10, kSettings).slot;
  const std::array<std::ptrdiff_t, 6> expected{0, kChannel1, 1, kChannel1 + 1, 2, kChannel1 + 2};
  for (unsigned n = 2; n <= 6; ++n) {
    CHECK(table.insert(place(n), 10, 0, kSettings));
    CHECK(slot_of(table, n, 10, origin) == expected[n - 1]);
  }
  // All of one age: the first in order goes.
  CHECK_FALSE(table.insert(place(7), 11, 0, kSettings));
  CHECK(slot_of(table, 7, 11, origin) == 0);
  // Entries in the future all count as age 0, also the one that is one epoch further ahead.
  CHECK_FALSE(table.insert(place(8), 9, 0, kSettings));
  CHECK(slot_of(table, 8, 9, origin) == 0);
  // A dead slot in channel 1 is free, although channel 0 comes first.
  FlowTable::close(*table.find(place(4), 11, kSettings).slot, 11);
  CHECK(table.insert(place(9), 14, 0, kSettings));
  CHECK(slot_of(table, 9, 14, origin) == kChannel1 + 1);
  // The oldest is in channel 1.
  for (const unsigned n : {8u, 3u, 5u, 9u, 6u}) FlowTable::refresh(*table.find(place(n), 14, kSettings).slot, 14);
  CHECK_FALSE(table.insert(place(10), 15, 0, kSettings));
  CHECK(slot_of(table, 10, 15, origin) == kChannel1);
}

TEST_CASE("table: the first hit in order counts", "[table]") {
  FlowTable table;
  table.insert(place(1), 10, 0, kSettings);
  std::uint64_t* origin = table.find(place(1), 10, kSettings).slot;
  table.insert(place(1), 10, 1, kSettings);  // the same flow again: channel 1
  CHECK(table.find(place(1), 10, kSettings).slot == origin);
  *origin = 0;
  CHECK(table.find(place(1), 10, kSettings).slot == origin + kChannel1);
  // Tags of one channel mean nothing in the other: a slot of channel 1 copied into channel 0.
  origin[0] = origin[kChannel1];
  origin[kChannel1] = 0;
  CHECK(table.find(place(1), 10, kSettings).slot == nullptr);
}

TEST_CASE("table: a parity error makes a slot free", "[table]") {
  FlowTable table;
  table.insert(place(1), 10, 0, kSettings);
  std::uint64_t* slot = table.find(place(1), 10, kSettings).slot;
  for (unsigned bit = 32; bit < 48; ++bit) {
    *slot ^= std::uint64_t{1} << bit;
    CHECK(table.find(place(1), 10, kSettings).slot == nullptr);
    CHECK(table.count(10, kSettings) == 0);
    *slot ^= std::uint64_t{1} << bit;
  }
  CHECK(table.find(place(1), 10, kSettings).slot == slot);
  *slot ^= std::uint64_t{1} << 40;
  CHECK(table.sweep({0x11111, 1, 10}, kSettings));
  CHECK(*slot == 0);
}

TEST_CASE("table: life, newness and refresh at every age", "[table]") {
  // docs/reference/datapath.md with life 112, closing life 2: ages 248 to 255 are a clock that was set back by up to eight epochs.
  for (unsigned age = 0; age < 256; ++age) {
    INFO(age);
    const bool future = age >= 248;
    const auto now = static_cast<std::uint8_t>(200 + age);
    FlowTable table;
    table.insert(place(1), 200, 3, kSettings);
    std::uint64_t* slot = table.find(place(1), 200, kSettings).slot;
    auto hit = table.find(place(1), now, kSettings);
    CHECK((hit.slot != nullptr) == (age <= 112 || future));
    if (hit.slot != nullptr) {
      CHECK(hit.is_new == (age <= 1 || future));
      CHECK(hit.stale == (age >= 2));  // new ones only once they are not new any more, or from the future
      CHECK(hit.repeats == 3);
      CHECK(hit.first == 3);
    }
    FlowTable::refresh(*slot, 200);
    hit = table.find(place(1), now, kSettings);
    CHECK((hit.slot != nullptr) == (age <= 112 || future));
    if (hit.slot != nullptr) {
      CHECK_FALSE(hit.is_new);
      CHECK(hit.stale == (age != 0));
    }
    FlowTable::close(*slot, 200);
    hit = table.find(place(1), now, kSettings);
    CHECK((hit.slot != nullptr) == (age <= 2 || future));
    if (hit.slot != nullptr) CHECK_FALSE(hit.is_new);
    // A reserved state (3) reads as live: closing with its low bit set, and the parity with it.
    *slot ^= std::uint64_t{1} << 44 | std::uint64_t{1} << 47;
    CHECK((table.find(place(1), now, kSettings).slot != nullptr) == (age <= 112 || future));
  }
}

TEST_CASE("table: repeats count down to none", "[table]") {
  FlowTable table;
  table.insert(place(1), 10, 0, kSettings);
  for (unsigned left = 3; left > 0; --left) {
    const auto hit = table.find(place(1), 11, kSettings);
    CHECK(hit.is_new);
    CHECK(hit.repeats == left);
    FlowTable::repeat(*hit.slot);
  }
  const auto hit = table.find(place(1), 11, kSettings);
  CHECK(hit.is_new);
  CHECK(hit.repeats == 0);
  CHECK(table.find(place(1), 12, kSettings).stale);  // the epoch was kept
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
  // Both channels; all or nothing. At epoch 2 flow 2 has age 113, the others 108.
  for (unsigned n = 1; n <= 4; ++n) table.insert(place(n), static_cast<std::uint8_t>(n == 2 ? 145 : 150), 0, kSettings);
  CHECK_FALSE(table.sweep({0x22222, 0x08 | 0x10, 2}, kSettings));  // slot 1 of channel 1 lives at row 22222
  CHECK(table.find(place(2), 150, kSettings).slot != nullptr);
  CHECK(table.sweep({0x22222, 0x08, 2}, kSettings));
  CHECK(table.find(place(2), 150, kSettings).slot == nullptr);
  // There is no such row; what would lie there is row 0 of channel 1, here with a dead flow.
  const FlowTable::Place row0{{7, 0}, {1, 2}};
  for (int i = 0; i < 2; ++i) table.insert(row0, 145, 0, kSettings);
  CHECK_FALSE(table.sweep({1u << 20, 1, 2}, kSettings));
  CHECK(table.sweep({0, 0x08, 2}, kSettings));
  // An empty slot is all zeros: a flow whose tags are zero is not found in it.
  CHECK(table.find({{0, 0}, {0, 0}}, 0, kSettings).slot == nullptr);
}
