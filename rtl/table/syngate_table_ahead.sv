// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Compares a lookup with those ahead of it: rows with the last Window ones, tags, epochs and first segments with the last TABLE_PAIRS,
// and the age of what was written in the epoch before.
// Does not: know which of them write. Latency: 1 clock to same_row*_o, pairs_o; 4 to gap_o, 5 to gap_facts_o. Throughput: one lookup a
// clock. Backpressure: none. Drops: none.
module syngate_table_ahead #(
    parameter int unsigned Window = 24
) (
    input  wire                                        clk_i,
    input  wire                                        rst_ni,
    input  wire  [7:0]                                 life_i,
    input  wire  [7:0]                                 life_closing_i,
    // the lookup; an idle slot or the sweep is not valid_i
    input  wire                                        valid_i,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] row0_i,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] row1_i,
    input  wire  [31:0]                                tag0_i,
    input  wire  [31:0]                                tag1_i,
    input  wire  [7:0]                                 epoch_i,
    input  wire  [2:0]                                 first_i,
    // bit k - 1 or pair k - 1: the lookup k ahead
    output logic [Window-1:0]                          same_row0_o,
    output logic [Window-1:0]                          same_row1_o,
    output logic [syngate_pkg::TABLE_PAIRS*syngate_pkg::TABLE_PAIR_BITS-1:0] pairs_o,
    output logic [7:0]                                 gap_o,
    output      syngate_pkg::table_gap_t               gap_facts_o
);
  localparam int unsigned Pairs = syngate_pkg::TABLE_PAIRS;
  localparam int unsigned PairBits = syngate_pkg::TABLE_PAIR_BITS;

  // ---- rows ----
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] rows0[1:Window], rows1[1:Window];
  always_ff @(posedge clk_i) begin
    rows0[1] <= row0_i;
    rows1[1] <= row1_i;
    for (int unsigned k = 2; k <= Window; k++) begin
      rows0[k] <= rows0[k-1];
      rows1[k] <= rows1[k-1];
    end
    for (int unsigned k = 1; k <= Window; k++) begin
      same_row0_o[k-1] <= row0_i == rows0[k];
      same_row1_o[k-1] <= row1_i == rows1[k];
    end
  end

  // ---- pairs ----
  logic [31:0] tags0[1:Pairs], tags1[1:Pairs];
  logic [7:0]  epochs[1:Pairs];
  logic [2:0]  firsts[1:Pairs];
  always_ff @(posedge clk_i) begin
    tags0[1]  <= tag0_i;
    tags1[1]  <= tag1_i;
    epochs[1] <= epoch_i;
    firsts[1] <= first_i;
    for (int unsigned k = 2; k <= Pairs; k++) begin
      tags0[k]  <= tags0[k-1];
      tags1[k]  <= tags1[k-1];
      epochs[k] <= epochs[k-1];
      firsts[k] <= firsts[k-1];
    end
  end
  for (genvar k = 1; k <= Pairs; k++) begin : gen_pair
    // {same_row0, same_row1, same_tag0, same_tag1, same_first, gap} of table_pair_t
    logic [PairBits-1:0] pair_q;
    always_ff @(posedge clk_i) begin
      pair_q <= {row0_i == rows0[k], row1_i == rows1[k], tag0_i == tags0[k], tag1_i == tags1[k], first_i == firsts[k],
          valid_i && epoch_i != epochs[k]};
    end
    assign pairs_o[PairBits*(k-1)+:PairBits] = pair_q;
  end

  // ---- the epoch before this one, and how old it is ----
  logic [7:0] last_q, before_q;      // of the lookup ahead, and the one before that epoch
  logic [7:0] epoch_1, other_1, raw_2, gap_3;
  logic       future;
  assign future = raw_2 >= 8'(256 - syngate_pkg::TABLE_FUTURE);
  logic       future_3, future_4;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      last_q   <= 8'd0;
      before_q <= 8'd0;
    end else if (valid_i && epoch_i != last_q) begin
      last_q   <= epoch_i;
      before_q <= last_q;
    end
    epoch_1  <= epoch_i;
    other_1  <= epoch_i != last_q ? last_q : before_q;
    raw_2    <= epoch_1 - other_1;
    gap_3    <= future ? 8'd0 : raw_2;
    future_3 <= future;
    gap_o    <= gap_3;
    future_4 <= future_3;
    gap_facts_o.live         <= gap_o <= life_i;
    gap_facts_o.live_closing <= gap_o <= life_closing_i;
    gap_facts_o.fresh        <= gap_o <= 8'(syngate_pkg::TABLE_NEW_EPOCHS);
    gap_facts_o.stale        <= future_4 || gap_o != 8'd0;
    gap_facts_o.stale_fresh  <= future_4 || gap_o > 8'(syngate_pkg::TABLE_NEW_EPOCHS);
    gap_facts_o.aged         <= gap_o != 8'd0;
  end
endmodule : syngate_table_ahead
`default_nettype wire
