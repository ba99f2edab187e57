// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_table_ahead at one lookup whose rows, tags and so on the solver chooses, whenever it comes. No assumptions. That the age of
// the epoch before (gap_o) is right is not shown here.
module formal_table_ahead (
    input wire        clk_i,
    input wire        rst_ni,
    input wire        valid_i,
    input wire [19:0] row0_i,
    input wire [19:0] row1_i,
    input wire [31:0] tag0_i,
    input wire [31:0] tag1_i,
    input wire [7:0]  epoch_i,
    input wire [2:0]  first_i
);
  logic [23:0] same0, same1;
  logic [35:0] pairs;
  logic [7:0] gap;
  syngate_pkg::table_gap_t facts;
  syngate_table_ahead u_dut (
      .clk_i, .rst_ni, .life_i(8'd112), .life_closing_i(8'd2), .valid_i, .row0_i, .row1_i, .tag0_i, .tag1_i, .epoch_i, .first_i,
      .same_row0_o(same0), .same_row1_o(same1), .pairs_o(pairs), .gap_o(gap), .gap_facts_o(facts));
  (* anyconst *) logic [19:0] row0, row1;
  (* anyconst *) logic [31:0] tag0, tag1;
  (* anyconst *) logic [7:0] epoch;
  (* anyconst *) logic [2:0] first;

  logic [24:0] has_row0, has_row1, has_tag0, has_tag1, has_epoch, has_first;  // bit 0: the lookup whose results come now
  logic valid_q;
  logic [4:0] count_q = 5'd0;
  always_ff @(posedge clk_i) begin
    has_row0  <= {has_row0[23:0], row0_i == row0};
    has_row1  <= {has_row1[23:0], row1_i == row1};
    has_tag0  <= {has_tag0[23:0], tag0_i == tag0};
    has_tag1  <= {has_tag1[23:0], tag1_i == tag1};
    has_epoch <= {has_epoch[23:0], epoch_i == epoch};
    has_first <= {has_first[23:0], first_i == first};
    valid_q   <= valid_i;
    if (count_q != 5'd25) count_q <= count_q + 5'd1;
  end
  logic [35:0] want, mask;
  always_comb begin
    for (int k = 1; k <= 6; k++) begin
      want[6*k-6+:6] = {has_row0[k], has_row1[k], has_tag0[k], has_tag1[k], has_first[k], valid_q && !has_epoch[k]};
      mask[6*k-6+:6] = {has_row0[0], has_row1[0], has_tag0[0], has_tag1[0], has_first[0], has_epoch[0]};
    end
  end
  always_ff @(posedge clk_i) begin
    if (count_q == 5'd25) begin
      // For each of the 24 lookups ahead of a lookup it is known whether it has the same row, in each channel, and nothing else is.
      ahead_rows : assert ((!has_row0[0] || same0 == has_row0[24:1]) && (!has_row1[0] || same1 == has_row1[24:1]));
      // For each of the six lookups ahead it is known whether rows, tags and first segments are equal and epochs differ.
      ahead_pairs : assert ((pairs & mask) == (want & mask));
      cover (has_row0[0] && same0 == 24'h800001);
    end
  end
  logic unused;
  assign unused = &{1'b0, gap, facts};
endmodule : formal_table_ahead
`default_nettype wire
