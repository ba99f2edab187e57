// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// One SipRound in two stages. Each stage is an adder whose operands are XORed on their way in, so that nothing but one carry chain lies
// between two registers. The state therefore travels with its last XORs undone (syngate_pkg::sip_hash):
//   v0 = s0   v1 = rotl(s1, 17) ^ s2   v2 = rotl(s2, 32)   v3 = rotl(s3, 21) ^ s0
// Does not: know which round it is; the caller ties m*_i to zero where nothing is absorbed.
// Latency: 2 clocks; m3_i is taken with the second stage, one clock after s*_i. Throughput: one state a clock.
// Backpressure: none. Drops: none.
module syngate_sip_round (
    input  wire         clk_i,
    // state in
    input  wire  [63:0] s0_i,
    input  wire  [63:0] s1_i,
    input  wire  [63:0] s2_i,
    input  wire  [63:0] s3_i,
    // absorbed into v0 and v2 before the round, into v3 after it
    input  wire  [63:0] m0_i,
    input  wire  [63:0] m2_i,
    input  wire  [63:0] m3_i,
    // state out
    output logic [63:0] s0_o,
    output logic [63:0] s1_o,
    output logic [63:0] s2_o,
    output logic [63:0] s3_o
);
  // ---- v0 += v1, v2 += v3 ----
  logic [63:0] s1_rotated, s2_rotated, s3_rotated, sum0, sum2, v0_q, v1_q, v2_q, v3_q;
  assign s1_rotated = syngate_pkg::rotl64(s1_i, 17);
  assign s2_rotated = syngate_pkg::rotl64(s2_i, 32);
  assign s3_rotated = syngate_pkg::rotl64(s3_i, 21);
  syngate_add_xor u_sum0 (.a_i(s0_i), .b_i(m0_i), .c_i(s1_rotated), .d_i(s2_i), .sum_o(sum0));
  syngate_add_xor u_sum2 (.a_i(s2_rotated), .b_i(m2_i), .c_i(s3_rotated), .d_i(s0_i), .sum_o(sum2));
  always_ff @(posedge clk_i) begin
    v0_q <= sum0;
    v1_q <= s1_rotated ^ s2_i;
    v2_q <= sum2;
    v3_q <= s3_rotated ^ s0_i;
  end

  // ---- v1, v3 rotated and XORed; v0 = rotl(v0, 32) + v3, v2 += v1 ----
  logic [63:0] v0_rotated, v1_rotated, v3_rotated, next0, next2;
  assign v0_rotated = syngate_pkg::rotl64(v0_q, 32);
  assign v1_rotated = syngate_pkg::rotl64(v1_q, 13);
  assign v3_rotated = syngate_pkg::rotl64(v3_q, 16);
  syngate_add_xor u_next0 (.a_i(v0_rotated), .b_i(64'd0), .c_i(v3_rotated), .d_i(v2_q), .sum_o(next0));
  syngate_add_xor u_next2 (.a_i(v2_q), .b_i(64'd0), .c_i(v1_rotated), .d_i(v0_q), .sum_o(next2));
  always_ff @(posedge clk_i) begin
    s0_o <= next0;
    s1_o <= v1_rotated ^ v0_q;
    s2_o <= next2;
    s3_o <= v3_rotated ^ v2_q ^ syngate_pkg::sip_into3(m3_i);
  end
endmodule : syngate_sip_round
`default_nettype wire
