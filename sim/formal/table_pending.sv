// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_table_pending at one row of its channel that the solver chooses, by saying which lookups are for it. Assumed: same_i is right
// for a lookup of that row (table_ahead compares the rows of the last 24); the memory gives that row as it was when the address came,
// with all writes of earlier clocks (as sim/ models it). What is written, and when, is anything. Rings are shift registers here.
module formal_table_pending (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         here_i,       // clock 2: this lookup is for the row
    input wire [23:0]  same_i,
    input wire [143:0] other_i,      // what the memory reads for other rows
    input wire         wrote_i,
    input wire [2:0]   at_i,
    input wire [2:0]   swept_i,
    input wire [47:0]  slot_i,
    input wire         keep_first_i,
    input wire         keep_epoch_i
);
  logic write;
  logic [143:0] row, write_data, read_data;
  syngate_table_pending u_dut (
      .clk_i, .rst_ni, .same_i, .read_data_i(read_data), .row_o(row), .wrote_i, .at_i, .swept_i, .slot_i, .keep_first_i, .keep_epoch_i,
      .write_o(write), .write_data_o(write_data));
  logic [143:0] base;                // inside: the row into which the slot goes
  logic wrote_24;                    // inside: the lookup in clock 24 writes

  logic started = 1'b0;
  logic [26:3] here_q;               // which lookups are for the row, by clock
  logic [143:0] memory_q, newest;    // the row in the memory; with what is being written
  logic [143:0] read_q[16];
  assign newest = write && here_q[25] ? write_data : memory_q;
  always_ff @(posedge clk_i) begin
    started   <= 1'b1;
    here_q    <= rst_ni ? {here_q[25:3], here_i} : '0;
    if (rst_ni) memory_q <= newest;
    // The address comes in clock 1, so its read is older by one clock than here_i.
    read_q[0] <= memory_q;
    for (int c = 1; c < 16; c++) read_q[c] <= read_q[c-1];
  end
  assign read_data = here_q[17] ? read_q[15] : other_i;
  always_comb begin
    assume (rst_ni == started);
    if (here_i) assume (same_i == {here_q[26:3]});
  end

  always_ff @(posedge clk_i) begin
    if (started) begin
      // A lookup is judged by the row as all lookups seven and more ahead of it have left it, whether that is in the memory, in the ring,
      // being written or being made.
      pending_judged : assert (!here_q[18] || row == newest);
      // A slot goes into the row as all lookups ahead have left it, the one right ahead included: no write is lost or undone.
      pending_written : assert (!(here_q[24] && wrote_24) || base == newest);
      cover (here_q[18] && here_q[25] && write && row[0]);
      cover (here_q[24] && wrote_24 && here_q[25] && write);
    end
  end
endmodule : formal_table_pending
`default_nettype wire
