// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "syngate/model/defs.h"
#include "syngate/model/pipeline.h"

namespace syngate::model {

/// Settings of the flow table, from Config.
struct TableSettings {
  std::uint32_t mask = 0;
  std::uint8_t life = 0, life_closing = 0;
};

/// Two channels of 2^20 rows of three 48-bit slots, as the RTL keeps them in SRAM:
///   47     46:44  43     42:40  39:32  31:0
///   parity state  spare  first  epoch  tag
class FlowTable {
 public:
  FlowTable();

  /// Where a flow can be, from its table hash.
  struct Place {
    std::array<std::uint32_t, 2> row;
    std::array<std::uint32_t, 2> tag;
  };
  static Place place_of(std::uint64_t hash, std::uint32_t mask);

  /// A living slot with the flow's tag.
  struct Hit {
    std::uint64_t* slot = nullptr;  ///< nullptr: miss
    bool is_new = false;            ///< may repeat its hand-off
    bool stale = false;             ///< a pass refreshes it
    unsigned repeats = 0;           ///< repeats left
    unsigned first = 0;             ///< low three bits of the first segment's seq
  };
  Hit find(const Place& place, std::uint8_t epoch, const TableSettings& settings);

  /// New flow; false: the oldest living one had to go. `slot`, if given, is told where it went.
  bool insert(const Place& place, std::uint8_t epoch, unsigned first, const TableSettings& settings,
              std::uint64_t** slot = nullptr);
  static void refresh(std::uint64_t& slot, std::uint8_t epoch);
  static void close(std::uint64_t& slot, std::uint8_t epoch);
  static void reopen(std::uint64_t& slot, std::uint8_t epoch, unsigned first);
  static void repeat(std::uint64_t& slot);

  /// Clears the slots the RTL's sweep cleared. False, and nothing changed, if one of them is empty or lives at that epoch.
  bool sweep(const Sweep& sweep, const TableSettings& settings);
  /// Slots with wrong parity in the two rows of a place: a lookup reads them as free.
  unsigned errors(const Place& place) const;
  /// What the memory holds in a row, and what it holds from now on (bits 47:0 of each slot).
  TableRow row_data(unsigned channel, std::uint32_t index) const;
  void set_row_data(unsigned channel, std::uint32_t index, const TableRow& data);
  /// Whether a slot lies in the rows of a channel.
  bool in_channel(const std::uint64_t* slot, unsigned channel) const;
  /// Slots whose state is not empty, living or not.
  std::uint64_t occupied() const { return occupied_; }
  /// Living slots at an epoch.
  std::uint64_t count(std::uint8_t epoch, const TableSettings& settings) const;

 private:
  struct Free {
    void operator()(std::uint64_t* p) const;
  };
  std::uint64_t* row(unsigned channel, std::uint32_t index) const;

  std::unique_ptr<std::uint64_t[], Free> slots_;
  std::uint64_t occupied_ = 0;
};

}  // namespace syngate::model
