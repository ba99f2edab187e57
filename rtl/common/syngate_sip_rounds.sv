// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// A chain of SipRounds that absorbs at its very end only.
// Does not: absorb between its rounds. Latency: 2 * Rounds clocks; x*_i are taken one clock before the output.
// Throughput: one state a clock. Backpressure: none. Drops: none.
module syngate_sip_rounds #(
    parameter int unsigned Rounds = 2  // at least 1
) (
    input  wire         clk_i,
    input  wire  [63:0] v0_i,
    input  wire  [63:0] v1_i,
    input  wire  [63:0] v2_i,
    input  wire  [63:0] v3_i,
    input  wire  [63:0] x0_i,
    input  wire  [63:0] x2_i,
    input  wire  [63:0] x3_i,
    output logic [63:0] v0_o,
    output logic [63:0] v1_o,
    output logic [63:0] v2_o,
    output logic [63:0] v3_o
);
  if (Rounds < 1) begin : gen_bad_rounds
    $fatal(1, "syngate_sip_rounds: Rounds must be at least 1");
  end

  for (genvar r = 0; r < Rounds; r++) begin : gen_round
    logic [63:0] v0, v1, v2, v3;
    logic [63:0] from0, from1, from2, from3;
    if (r == 0) begin : gen_first
      assign {from0, from1, from2, from3} = {v0_i, v1_i, v2_i, v3_i};
    end else begin : gen_next
      assign from0 = gen_round[r-1].v0;
      assign from1 = gen_round[r-1].v1;
      assign from2 = gen_round[r-1].v2;
      assign from3 = gen_round[r-1].v3;
    end
    localparam bit Last = (r == Rounds - 1);
    syngate_sip_round u_round (
        .clk_i,
        .v0_i(from0),
        .v1_i(from1),
        .v2_i(from2),
        .v3_i(from3),
        .x0_i(Last ? x0_i : 64'd0),
        .x2_i(Last ? x2_i : 64'd0),
        .x3_i(Last ? x3_i : 64'd0),
        .v0_o(v0),
        .v1_o(v1),
        .v2_o(v2),
        .v3_o(v3)
    );
  end

  assign v0_o = gen_round[Rounds-1].v0;
  assign v1_o = gen_round[Rounds-1].v1;
  assign v2_o = gen_round[Rounds-1].v2;
  assign v3_o = gen_round[Rounds-1].v3;
endmodule : syngate_sip_rounds
`default_nettype wire
