// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/flow_table.h"

#include <cstdlib>
#include <new>

namespace syngate::model {
namespace {

using defs::SlotState;

constexpr std::size_t kRows = std::size_t{1} << defs::kTableAddressBits;
constexpr unsigned kSlots = defs::kTableSlots;

std::uint32_t tag_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot); }
std::uint8_t epoch_of(std::uint64_t slot) { return static_cast<std::uint8_t>(slot >> 32); }
unsigned first_of(std::uint64_t slot) { return static_cast<unsigned>(slot >> 40 & 7); }
unsigned state_of(std::uint64_t slot) { return static_cast<unsigned>(slot >> 44 & 7); }
bool parity_even(std::uint64_t slot) { return __builtin_parityll(slot) == 0; }

std::uint64_t pack(std::uint32_t tag, std::uint8_t epoch, unsigned first, unsigned state) {
  const std::uint64_t slot = tag | static_cast<std::uint64_t>(epoch) << 32 |
                             static_cast<std::uint64_t>(first & 7) << 40 | static_cast<std::uint64_t>(state) << 44;
  return slot | static_cast<std::uint64_t>(__builtin_parityll(slot)) << 47;
}

bool in_future(std::uint64_t slot, std::uint8_t now) {
  return static_cast<std::uint8_t>(now - epoch_of(slot)) >= 256 - defs::kTableFuture;
}

// A clock that was set back leaves entries in the future; they count as of now.
std::uint8_t age_of(std::uint64_t slot, std::uint8_t now) {
  return in_future(slot, now) ? std::uint8_t{0} : static_cast<std::uint8_t>(now - epoch_of(slot));
}

bool lives(std::uint64_t slot, std::uint8_t now, const TableSettings& settings) {
  const unsigned state = state_of(slot);
  if (state == static_cast<unsigned>(SlotState::kEmpty) || !parity_even(slot)) return false;
  return age_of(slot, now) <=
         (state == static_cast<unsigned>(SlotState::kClosing) ? settings.life_closing : settings.life);
}

}  // namespace

void FlowTable::Free::operator()(std::uint64_t* p) const { std::free(p); }

// calloc: the pages of an empty table cost nothing until they are used.
FlowTable::FlowTable()
    : slots_(static_cast<std::uint64_t*>(std::calloc(2 * kRows * kSlots, sizeof(std::uint64_t)))) {
  if (!slots_) throw std::bad_alloc();
}

std::uint64_t* FlowTable::row(unsigned channel, std::uint32_t index) const {
  return slots_.get() + (channel * kRows + index) * kSlots;
}

FlowTable::Place FlowTable::place_of(std::uint64_t hash, std::uint32_t mask) {
  const auto high = static_cast<std::uint32_t>(hash >> 40);
  Place place;
  place.row[0] = static_cast<std::uint32_t>(hash & 0xfffff) & mask;
  place.row[1] = static_cast<std::uint32_t>(hash >> 20 & 0xfffff) & mask;
  place.tag[0] = high << 8 | static_cast<std::uint32_t>(hash >> 20 & 0xff);
  place.tag[1] = high << 8 | static_cast<std::uint32_t>(hash & 0xff);
  return place;
}

FlowTable::Hit FlowTable::find(const Place& place, std::uint8_t epoch, const TableSettings& settings) {
  for (unsigned channel = 0; channel < 2; ++channel) {
    std::uint64_t* slots = row(channel, place.row[channel]);
    for (unsigned s = 0; s < kSlots; ++s) {
      if (tag_of(slots[s]) != place.tag[channel] || !lives(slots[s], epoch, settings)) continue;
      Hit hit;
      hit.slot = &slots[s];
      const unsigned state = state_of(slots[s]);
      const std::uint8_t age = age_of(slots[s], epoch);
      hit.is_new = state >= static_cast<unsigned>(SlotState::kNew0) && age <= defs::kTableNewEpochs;
      hit.stale = in_future(slots[s], epoch) || (age != 0 && !hit.is_new);
      hit.repeats = state & 3;
      hit.first = first_of(slots[s]);
      return hit;
    }
  }
  return {};
}

bool FlowTable::insert(const Place& place, std::uint8_t epoch, unsigned first, const TableSettings& settings,
                       std::uint64_t** where) {
  unsigned free_count[2] = {0, 0};
  std::uint64_t* free_slot[2] = {nullptr, nullptr};
  std::uint64_t* oldest = nullptr;
  unsigned oldest_channel = 0;
  int oldest_age = -1;
  for (unsigned channel = 0; channel < 2; ++channel) {
    std::uint64_t* slots = row(channel, place.row[channel]);
    for (unsigned s = 0; s < kSlots; ++s) {
      if (!lives(slots[s], epoch, settings)) {
        ++free_count[channel];
        if (free_slot[channel] == nullptr) free_slot[channel] = &slots[s];
      } else if (age_of(slots[s], epoch) > oldest_age) {
        oldest_age = age_of(slots[s], epoch);
        oldest = &slots[s];
        oldest_channel = channel;
      }
    }
  }
  const bool has_room = free_count[0] + free_count[1] != 0;
  const unsigned channel = has_room ? (free_count[1] > free_count[0] ? 1u : 0u) : oldest_channel;
  std::uint64_t& slot = has_room ? *free_slot[channel] : *oldest;
  if (state_of(slot) == 0) ++occupied_;
  slot = pack(place.tag[channel], epoch, first, static_cast<unsigned>(SlotState::kNew3));
  if (where != nullptr) *where = &slot;
  return has_room;
}

void FlowTable::refresh(std::uint64_t& slot, std::uint8_t epoch) {
  const bool closing = state_of(slot) == static_cast<unsigned>(SlotState::kClosing);
  slot = pack(tag_of(slot), epoch, first_of(slot),
              static_cast<unsigned>(closing ? SlotState::kClosing : SlotState::kLive));
}

void FlowTable::close(std::uint64_t& slot, std::uint8_t epoch) {
  slot = pack(tag_of(slot), epoch, first_of(slot), static_cast<unsigned>(SlotState::kClosing));
}

void FlowTable::reopen(std::uint64_t& slot, std::uint8_t epoch, unsigned first) {
  slot = pack(tag_of(slot), epoch, first, static_cast<unsigned>(SlotState::kNew3));
}

void FlowTable::repeat(std::uint64_t& slot) {
  slot = pack(tag_of(slot), epoch_of(slot), first_of(slot), state_of(slot) - 1);
}

bool FlowTable::sweep(const Sweep& sweep, const TableSettings& settings) {
  if (sweep.row >= kRows) return false;
  std::uint64_t* slots[6];
  for (unsigned i = 0; i < 6; ++i) slots[i] = row(i / kSlots, sweep.row) + i % kSlots;
  for (unsigned i = 0; i < 6; ++i) {
    if ((sweep.mask >> i & 1) == 0) continue;
    if (state_of(*slots[i]) == 0 || lives(*slots[i], sweep.epoch, settings)) return false;
  }
  for (unsigned i = 0; i < 6; ++i) {
    if ((sweep.mask >> i & 1) == 0) continue;
    *slots[i] = 0;
    --occupied_;
  }
  return true;
}

unsigned FlowTable::errors(const Place& place) const {
  unsigned n = 0;
  for (unsigned channel = 0; channel < 2; ++channel) {
    const std::uint64_t* slots = row(channel, place.row[channel]);
    for (unsigned s = 0; s < kSlots; ++s) n += parity_even(slots[s]) ? 0 : 1;
  }
  return n;
}

TableRow FlowTable::row_data(unsigned channel, std::uint32_t index) const {
  const std::uint64_t* slots = row(channel, index);
  return {slots[0], slots[1], slots[2]};
}

void FlowTable::set_row_data(unsigned channel, std::uint32_t index, const TableRow& data) {
  std::uint64_t* slots = row(channel, index);
  for (unsigned s = 0; s < kSlots; ++s) {
    occupied_ += state_of(data[s]) != 0 ? 1 : 0;
    occupied_ -= state_of(slots[s]) != 0 ? 1 : 0;
    slots[s] = data[s] & 0xffffffffffffu;
  }
}

bool FlowTable::in_channel(const std::uint64_t* slot, unsigned channel) const {
  return slot >= row(channel, 0) && slot < row(channel + 1, 0);
}

std::uint64_t FlowTable::count(std::uint8_t epoch, const TableSettings& settings) const {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 2 * kRows * kSlots; ++i) n += lives(slots_[i], epoch, settings) ? 1 : 0;
  return n;
}

}  // namespace syngate::model
