// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// One SipRound in two stages, with the XORs of message absorption at its output.
// Does not: know which round it is; the caller ties x0_i, x2_i and x3_i to zero where nothing is absorbed.
// Latency: 2 clocks; x*_i are taken with the second stage, one clock after v*_i. Throughput: one state a clock.
// Backpressure: none. Drops: none.
module syngate_sip_round (
    input  wire         clk_i,
    // state in
    input  wire  [63:0] v0_i,
    input  wire  [63:0] v1_i,
    input  wire  [63:0] v2_i,
    input  wire  [63:0] v3_i,
    // absorbed into the state after the round
    input  wire  [63:0] x0_i,
    input  wire  [63:0] x2_i,
    input  wire  [63:0] x3_i,
    // state out
    output logic [63:0] v0_o,
    output logic [63:0] v1_o,
    output logic [63:0] v2_o,
    output logic [63:0] v3_o
);
  logic [63:0] a0_d, a1_d, a2_d, a3_d, b0_d, b1_d, b2_d, b3_d;
  logic [63:0] a0_q, a1_q, a2_q, a3_q;

  always_comb begin
    a0_d = v0_i + v1_i;
    a2_d = v2_i + v3_i;
    a1_d = {v1_i[50:0], v1_i[63:51]} ^ a0_d;
    a3_d = {v3_i[47:0], v3_i[63:48]} ^ a2_d;
    a0_d = {a0_d[31:0], a0_d[63:32]};
  end

  always_comb begin
    b2_d = a2_q + a1_q;
    b0_d = a0_q + a3_q;
    b1_d = {a1_q[46:0], a1_q[63:47]} ^ b2_d;
    b3_d = {a3_q[42:0], a3_q[63:43]} ^ b0_d;
    b2_d = {b2_d[31:0], b2_d[63:32]};
  end

  always_ff @(posedge clk_i) begin
    a0_q <= a0_d;
    a1_q <= a1_d;
    a2_q <= a2_d;
    a3_q <= a3_d;
    v0_o <= b0_d ^ x0_i;
    v1_o <= b1_d;
    v2_o <= b2_d ^ x2_i;
    v3_o <= b3_d ^ x3_i;
  end
endmodule : syngate_sip_round
`default_nettype wire
