// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// Makes a lookup see every earlier write of one channel, although the memory answers 16 clocks after the address: rows written by the
// 18 lookups ahead are laid over what the memory read, the newest first. Row addresses are compared two clocks before they are needed.
//   clock (of a lookup)  1 row_i   16 compare   17 read data + forward   18 row_data_o, write_i   19 row_o
// Does not: hold rows longer than needed. Latency: row_data_o one clock after read_data_i. Throughput: one row a clock.
// Backpressure: none. Drops: none.
module syngate_table_pending (
    input  wire                                        clk_i,
    input  wire                                        rst_ni,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] row_i,         // clock 1
    input  wire  [143:0]                               read_data_i,   // clock 17
    output logic [143:0]                               row_data_o,    // clock 18
    input  wire                                        write_i,       // clock 18: this lookup writes its row
    input  wire  [143:0]                               write_data_i,  // clock 18
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] row_o          // clock 19: its address
);
  localparam int unsigned AddressBits = syngate_pkg::TABLE_ADDRESS_BITS;
  localparam int unsigned Latency = syngate_pkg::SRAM_READ_LATENCY;
  // A write of the lookup k ahead reaches the memory before our read when k > Latency + 2.
  localparam int unsigned Window = Latency + 2;
  localparam int unsigned Last = Latency + Window;

  // ---- addresses by clock: row[c] is the lookup in clock c; data of the writes of the last clocks ----
  logic [AddressBits-1:0] row[2:Last];
  logic [Window:2] wrote_q;  // bit k: the lookup k ahead of the one in clock 17 wrote
  logic [143:0] written_q;   // its data for k = 2
  logic [143:0] ring[32];
  logic [4:0] pointer_q;

  always_ff @(posedge clk_i) begin
    row[2] <= row_i;
    for (int unsigned c = 3; c <= Last; c++) row[c] <= row[c-1];
    written_q       <= write_data_i;
    ring[pointer_q] <= written_q;
    if (!rst_ni) begin
      wrote_q   <= '0;
      pointer_q <= '0;
    end else begin
      wrote_q   <= {wrote_q[Window-1:2], write_i};
      pointer_q <= pointer_q + 5'd1;
    end
  end
  assign row_o = row[19];

  // ---- compare in clock 16, use in clock 17 ----
  logic [Window:1] same_d, same_q;
  always_comb begin
    for (int unsigned k = 1; k <= Window; k++) same_d[k] = row[Latency] == row[Latency+k];
  end
  always_ff @(posedge clk_i) same_q <= same_d;

  logic [Window:2] older;
  logic [4:0] newest;
  always_comb begin
    older  = same_q[Window:2] & wrote_q;
    newest = 5'd0;
    for (int unsigned k = Window; k >= 3; k--) if (older[k]) newest = 5'(k - 2);
  end

  logic [143:0] forward;
  assign forward = ring[pointer_q-newest];
  always_ff @(posedge clk_i) begin
    if (same_q[1] && write_i) row_data_o <= write_data_i;
    else if (older[2]) row_data_o <= written_q;
    else if (|older[Window:3]) row_data_o <= forward;
    else row_data_o <= read_data_i;
  end

  if (Latency != 16) begin : gen_bad_latency
    $fatal(1, "syngate_table_pending: written for a read latency of 16");
  end
endmodule : syngate_table_pending
`default_nettype wire
