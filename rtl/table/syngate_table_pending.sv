// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// The rows of one channel: makes a lookup see every earlier write although the memory answers 16 clocks after the address, in two
// places. What the memory read gives way to the newest row written by the lookups 7 to 24 ahead; that is what the lookup is judged by
// (the last six are known to it by syngate_table_patch). When it writes, the newest row of those six comes first.
//   clock (of a lookup)  2 same_i   17 read_data_i   18 row_o   23 wrote_i   24 slot_i   25 write_*_o, into the ring
// Does not: judge. Latency: as above. Throughput: one row a clock. Backpressure: none. Drops: none.
module syngate_table_pending (
    input  wire          clk_i,
    input  wire          rst_ni,
    input  wire  [23:0]  same_i,        // clock 2, bit k - 1: the lookup k ahead has the same row
    input  wire  [143:0] read_data_i,   // clock 17
    output logic [143:0] row_o,         // clock 18
    input  wire          wrote_i,       // clock 23: this lookup writes its row
    // clock 24: what it writes
    input  wire  [2:0]   at_i,          // into this slot
    input  wire  [2:0]   swept_i,       // zeros into these
    input  wire  [47:0]  slot_i,
    input  wire          keep_first_i,  // but leave this field as it is
    input  wire          keep_epoch_i,
    // clock 25
    output logic         write_o,
    output logic [143:0] write_data_o
);
  // ---- who wrote: bit c is the lookup in clock 23 + c ----
  logic [15:0] wrote;
  logic [15:1] wrote_q;
  assign wrote   = {wrote_q, wrote_i};
  assign write_o = wrote_q[2];
  always_ff @(posedge clk_i) wrote_q <= rst_ni ? wrote[14:0] : '0;

  // ---- the last sixteen rows written ----
  logic [143:0] ring[16];
  logic [3:0]   pointer_q;
  always_ff @(posedge clk_i) begin
    pointer_q       <= rst_ni ? pointer_q + 4'd1 : 4'd0;
    ring[pointer_q] <= write_data_o;
  end

  // ---- before the judgement: 9 to 24 ahead are in the ring, 8 is being written, 7 is being made ----
  logic [15:0] same_14, older_15;
  logic [1:0]  same_16;
  logic [3:0]  newest_d, newest_16, address_17;
  logic        older_16, older_17, making_17, writing_17;
  syngate_delay #(.Width(16), .Clocks(12)) u_delay_older (.clk_i, .rst_ni, .data_i(same_i[23:8]), .data_o(same_14));
  syngate_delay #(.Width(2), .Clocks(14)) u_delay_middle (.clk_i, .rst_ni, .data_i(same_i[7:6]), .data_o(same_16));
  always_comb begin
    newest_d = 4'd15;
    for (int k = 14; k >= 0; k--) if (older_15[k]) newest_d = 4'(k);
  end
  always_ff @(posedge clk_i) begin
    older_15   <= same_14 & wrote;
    newest_16  <= newest_d;
    older_16   <= |older_15;
    address_17 <= pointer_q - newest_16;
    older_17   <= older_16;
    making_17  <= same_16[0] && wrote[0];
    writing_17 <= same_16[1] && wrote[1];
  end
  logic [143:0] made, older_row;
  assign older_row = ring[address_17];
  always_ff @(posedge clk_i) begin
    if (making_17) row_o <= made;
    else if (writing_17) row_o <= write_data_o;
    else if (older_17) row_o <= older_row;
    else row_o <= read_data_i;
  end

  // ---- before the write: 2 to 6 ahead are in the ring, 1 is being written ----
  logic [5:0]   same_22;
  logic [4:0]   recent_23;
  logic [2:0]   recent_d;
  logic [3:0]   recent_24;
  logic         ahead_23, ahead_24, any_24;
  logic [143:0] row_24, recent_row, base;
  syngate_delay #(.Width(6), .Clocks(20)) u_delay_recent (.clk_i, .rst_ni, .data_i(same_i[5:0]), .data_o(same_22));
  syngate_delay #(.Width(144), .Clocks(6)) u_delay_row (.clk_i, .rst_ni, .data_i(row_o), .data_o(row_24));
  always_comb begin
    recent_d = 3'd4;
    for (int k = 3; k >= 0; k--) if (recent_23[k]) recent_d = 3'(k);
  end
  always_ff @(posedge clk_i) begin
    ahead_23  <= same_22[0] && wrote[0];
    recent_23 <= same_22[5:1] & wrote[5:1];
    ahead_24  <= ahead_23;
    any_24    <= |recent_23;
    recent_24 <= pointer_q - {1'b0, recent_d};
  end
  assign recent_row = ring[recent_24];
  assign base       = ahead_24 ? write_data_o : any_24 ? recent_row : row_24;
  for (genvar s = 0; s < 3; s++) begin : gen_slot
    logic [47:0] old;
    assign old = base[48*s+:48];
    assign made[48*s+:48] = at_i[s] ? {slot_i[47:43], keep_first_i ? old[42:40] : slot_i[42:40],
        keep_epoch_i ? old[39:32] : slot_i[39:32], slot_i[31:0]} : swept_i[s] ? 48'd0 : old;
  end
  always_ff @(posedge clk_i) write_data_o <= made;

  if (syngate_pkg::SRAM_READ_LATENCY != 16 || syngate_pkg::TABLE_PAIRS != 6) begin : gen_bad_latency
    $fatal(1, "syngate_table_pending: written for a read latency of 16 and six pairs");
  end
endmodule : syngate_table_pending
`default_nettype wire
