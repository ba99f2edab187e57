// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "syngate/model/defs.h"

namespace syngate::sc {

/// One channel of the flow table's memory at the core's port: a QDR-II+ SRAM (36 bits wide, bursts of four) with its controller.
///
/// On each rising clock at most one read and one write of a 144-bit row; the row of a read appears kSramReadLatency clocks after the
/// address and stays until the next one. A read sees the writes of earlier clocks, not one of the same clock: the read port is served
/// first, as in the device. Written without the SystemVerilog memory (sim/tb/syngate_sram.sv): rows lie here as the four words of a
/// burst, word 0 (bits 35..0) first.
/// Does not: model the DDR pins, refresh of nothing, or errors. Powers up as zeros.
class QdrSram : public sc_core::sc_module {
 public:
  using Row = sc_dt::sc_bv<144>;
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> read{"read"};
  sc_core::sc_in<std::uint32_t> read_address{"read_address"};
  sc_core::sc_out<Row> read_data{"read_data"};
  sc_core::sc_in<bool> write{"write"};
  sc_core::sc_in<std::uint32_t> write_address{"write_address"};
  sc_core::sc_in<Row> write_data{"write_data"};

  explicit QdrSram(const sc_core::sc_module_name& name, unsigned address_bits = defs::kTableAddressBits);

 private:
  void tick();
  using Burst = std::array<std::uint64_t, 4>;  // 36 bits each
  std::vector<Burst> rows_;
  std::deque<Burst> pipe_;  // what will appear, oldest first
  Burst output_{};          // the last row that was read
};

}  // namespace syngate::sc
