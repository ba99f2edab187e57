// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// A chain of SipRounds that absorbs before its first and after its last round; states as in syngate_sip_round.
// Does not: absorb between its rounds. Latency: 2 * Rounds clocks; m0_i and m2_i are taken with the state, m3_i one clock before the
// output. Throughput: one state a clock. Backpressure: none. Drops: none.
module syngate_sip_rounds #(
    parameter int unsigned Rounds = 2  // at least 1
) (
    input  wire         clk_i,
    input  wire  [63:0] s0_i,
    input  wire  [63:0] s1_i,
    input  wire  [63:0] s2_i,
    input  wire  [63:0] s3_i,
    input  wire  [63:0] m0_i,  // into v0, before
    input  wire  [63:0] m2_i,  // into v2, before
    input  wire  [63:0] m3_i,  // into v3, after
    output logic [63:0] s0_o,
    output logic [63:0] s1_o,
    output logic [63:0] s2_o,
    output logic [63:0] s3_o
);
  if (Rounds < 1) begin : gen_bad_rounds
    $fatal(1, "syngate_sip_rounds: Rounds must be at least 1");
  end

  for (genvar r = 0; r < Rounds; r++) begin : gen_round
    logic [63:0] s0, s1, s2, s3;
    logic [63:0] from0, from1, from2, from3;
    if (r == 0) begin : gen_first
      assign {from0, from1, from2, from3} = {s0_i, s1_i, s2_i, s3_i};
    end else begin : gen_next
      assign from0 = gen_round[r-1].s0;
      assign from1 = gen_round[r-1].s1;
      assign from2 = gen_round[r-1].s2;
      assign from3 = gen_round[r-1].s3;
    end
    syngate_sip_round u_round (
        .clk_i,
        .s0_i(from0),
        .s1_i(from1),
        .s2_i(from2),
        .s3_i(from3),
        .m0_i(r == 0 ? m0_i : 64'd0),
        .m2_i(r == 0 ? m2_i : 64'd0),
        .m3_i(r == Rounds - 1 ? m3_i : 64'd0),
        .s0_o(s0),
        .s1_o(s1),
        .s2_o(s2),
        .s3_o(s3)
    );
  end

  assign s0_o = gen_round[Rounds-1].s0;
  assign s1_o = gen_round[Rounds-1].s1;
  assign s2_o = gen_round[Rounds-1].s2;
  assign s3_o = gen_round[Rounds-1].s3;
endmodule : syngate_sip_rounds
`default_nettype wire
