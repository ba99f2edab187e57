// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`include "syngate_assert.svh"
`default_nettype none

// Behavioural QDR-II+ SRAM channel as the core sees it through its controller: one 144-bit read and one 144-bit write per core clock,
// read data a fixed number of clocks after the address. A read sees every write of earlier clocks, not one of the same clock.
// Powers up as zeros. With fewer AddressBits (quick to start) the other bits of a row must stay zero. What goes wrong with a memory is
// injected here, for sim/faults, and nowhere else: fault_i answers a read with fault_data_i instead of the row, poke_i overwrites the row
// peek_row_i. Does not: model the DDR pins.
module syngate_sram #(
    parameter int unsigned AddressBits = syngate_pkg::TABLE_ADDRESS_BITS
) (
    input  wire                                        clk_i,
    input  wire                                        rst_ni,
    input  wire                                        read_i,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] read_addr_i,
    output logic [143:0]                               read_data_o,
    input  wire                                        write_i,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] write_addr_i,
    input  wire  [143:0]                               write_data_i,
    // faults and inspection
    input  wire                                        fault_i,       // with read_i
    input  wire  [143:0]                               fault_data_i,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] peek_row_i,
    output logic [143:0]                               peek_data_o,   // same clock
    input  wire                                        poke_i,
    input  wire  [143:0]                               poke_data_i
);
  logic [143:0] memory[2**AddressBits];
  logic [143:0] data_q;
  initial for (int i = 0; i < 2 ** AddressBits; i++) memory[i] = '0;

  always_ff @(posedge clk_i) begin
    if (read_i) data_q <= memory[AddressBits'(read_addr_i)];
    if (read_i && fault_i) data_q <= fault_data_i;
    if (write_i) memory[AddressBits'(write_addr_i)] <= write_data_i;
    if (poke_i) memory[AddressBits'(peek_row_i)] <= poke_data_i;
  end
  assign peek_data_o = memory[AddressBits'(peek_row_i)];
  syngate_delay #(.Width(144), .Clocks(syngate_pkg::SRAM_READ_LATENCY - 1)) u_latency (
      .clk_i, .rst_ni, .data_i(data_q), .data_o(read_data_o));
  localparam int unsigned Rows = 2 ** AddressBits;
  `SYNGATE_ASSERT(rows_that_are_there, !(read_i && 32'(read_addr_i) >= Rows) && !(write_i && 32'(write_addr_i) >= Rows) &&
                  32'(peek_row_i) < Rows)
endmodule : syngate_sram
`default_nettype wire
