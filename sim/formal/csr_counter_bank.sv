// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_csr_counter_bank at one counter that the solver chooses, beside a plain 64-bit one. Assumed: one reset at the start. In the
// first 2^IndexBits clocks behind it the bank counts nothing (it clears itself then).
module formal_csr_counter_bank #(
    parameter int unsigned IndexBits = 3
) (
    input wire                 clk_i,
    input wire                 rst_ni,
    input wire                 valid_i,
    input wire [IndexBits-1:0] index_i,
    input wire [2:0]           amount_i,
    input wire [IndexBits-1:0] read_index_i
);
  logic [63:0] value;
  syngate_csr_counter_bank #(.IndexBits(IndexBits)) u_dut (
      .clk_i, .rst_ni, .valid_i, .index_i, .amount_i, .read_index_i, .value_o(value));
  (* anyconst *) logic [IndexBits-1:0] watched;

  // Inside the module: both parts of the watched counter, and what is on its way to them.
  logic [15:0] low;
  logic [47:0] high, fetched_value;
  logic valid, carry, fetched;
  logic [2:0] amount;
  logic [IndexBits-1:0] index, carry_index, fetched_index;
  logic [IndexBits:0] clear;

  logic started = 1'b0;
  logic [63:0] count_q;          // events of the watched counter so far
  logic [63:0] seen, seen_q[3];  // those that the memory has seen
  logic [2:0] held_q = 3'd0;     // it has been read for so many clocks
  logic coming, carrying, fetching, cleared;
  assign cleared  = clear[IndexBits] || clear[IndexBits-1:0] > watched;
  assign coming   = valid && index == watched;
  assign carrying = carry && carry_index == watched;
  assign fetching = fetched && fetched_index == watched;
  assign seen     = {high + 48'(carrying) + 48'(fetching), low};
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (!rst_ni) count_q <= 64'd0;
    else if (valid_i && clear[IndexBits] && index_i == watched) count_q <= count_q + 64'(amount_i);
    seen_q[0] <= seen;
    seen_q[1] <= seen_q[0];
    seen_q[2] <= seen_q[1];
    held_q    <= rst_ni && read_index_i == watched && cleared ? {held_q[1:0], 1'b1} : 3'd0;
  end
  always_comb assume (rst_ni == started);

  always_ff @(posedge clk_i) begin
    if (started) begin
      // Every counter is the exact number of its own events and of no others, in all 64 bits: high part, low part, the carries on their
      // way and the event that is being added.
      bank_exact : assert (!cleared || seen + (coming ? 64'(amount) : 64'd0) == count_q);
      // What is read is that number as it was at one moment, three clocks ago: never the high part of one moment with the low of another.
      bank_read : assert (held_q != 3'd7 || value == seen_q[2]);
      // Helpers of the induction: no counter carries again while its carry is under way.
      assert (clear <= (IndexBits + 1)'(2 ** IndexBits));
      assert (clear[IndexBits] || !(valid || carry || fetched));
      assert (!carrying || low <= 16'd7);
      assert (!fetching || low <= 16'd14);
      assert (!(carrying && fetching));
      assert (!fetching || fetched_value == high);
      assert (cleared || count_q == 64'd0);
    end
    cover (started && held_q == 3'd7 && value == 64'd5 && watched == '1);
  end
endmodule : formal_csr_counter_bank
`default_nettype wire
