// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// SipHash-2-4 of a connection: IPv6 in five words, IPv4 in the last two of them, one frame a clock.
//   word      0       1       2       3            4
//   IPv6   saddr0  saddr1  daddr0  daddr1  dport|sport|count
//   IPv4     -       -       -    daddr|saddr  count|sport|dport
// An IPv4 state is set from its own key before word 3, so both families share the rounds and the latency.
// Does not: choose keys. Latency: 34 clocks from word*_i to v*_o; key_v4_i is taken 13 clocks after the words, key_v6_i with them.
// Throughput: one message a clock. Backpressure: none. Drops: none.
module syngate_cookie_hash (
    input  wire          clk_i,
    input  wire          rst_ni,
    // message
    input  wire          is6_i,
    input  wire  [ 63:0] word0_i,
    input  wire  [ 63:0] word1_i,
    input  wire  [ 63:0] word2_i,
    input  wire  [ 63:0] word3_i,
    input  wire  [ 63:0] word4_i,
    // keys, k0 in 63:0
    input  wire  [127:0] key_v6_i,
    input  wire  [127:0] key_v4_i,
    // final state; the hash is the XOR of the four
    output logic [ 63:0] v0_o,
    output logic [ 63:0] v1_o,
    output logic [ 63:0] v2_o,
    output logic [ 63:0] v3_o
);
  localparam logic [63:0] C0 = 64'h736f6d6570736575;
  localparam logic [63:0] C1 = 64'h646f72616e646f6d;
  localparam logic [63:0] C2 = 64'h6c7967656e657261;
  localparam logic [63:0] C3 = 64'h7465646279746573;
  localparam logic [63:0] LENGTH_V4 = 64'd16 << 56;
  localparam logic [63:0] LENGTH_V6 = 64'd40 << 56;

  // ---- message words at the clocks where they are absorbed ----
  logic [63:0] word0_4, word1_4, word1_8, word2_8, word2_12, word3_13, word3_17, word4_17, word4_21;
  logic is6_13, is6_21, is6_25;
  logic [63:0] length_21, length_25;
  syngate_delay #(.Width(128), .Clocks(4)) u_delay01_4 (
      .clk_i, .rst_ni, .data_i({word0_i, word1_i}), .data_o({word0_4, word1_4}));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay1_8 (.clk_i, .rst_ni, .data_i(word1_4), .data_o(word1_8));
  syngate_delay #(.Width(64), .Clocks(8)) u_delay2_8 (.clk_i, .rst_ni, .data_i(word2_i), .data_o(word2_8));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay2_12 (.clk_i, .rst_ni, .data_i(word2_8), .data_o(word2_12));
  syngate_delay #(.Width(65), .Clocks(13)) u_delay3_13 (
      .clk_i, .rst_ni, .data_i({is6_i, word3_i}), .data_o({is6_13, word3_13}));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay3_17 (.clk_i, .rst_ni, .data_i(word3_13), .data_o(word3_17));
  syngate_delay #(.Width(64), .Clocks(17)) u_delay4_17 (.clk_i, .rst_ni, .data_i(word4_i), .data_o(word4_17));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay4_21 (.clk_i, .rst_ni, .data_i(word4_17), .data_o(word4_21));
  syngate_delay #(.Width(1), .Clocks(8)) u_delay6_21 (.clk_i, .rst_ni, .data_i(is6_13), .data_o(is6_21));
  syngate_delay #(.Width(1), .Clocks(4)) u_delay6_25 (.clk_i, .rst_ni, .data_i(is6_21), .data_o(is6_25));
  assign length_21 = is6_21 ? LENGTH_V6 : LENGTH_V4;
  assign length_25 = is6_25 ? LENGTH_V6 : LENGTH_V4;

  // ---- IPv6 words 0 to 2 ----
  logic [63:0] init0_q, init1_q, init2_q, init3_q;
  always_ff @(posedge clk_i) begin
    init0_q <= C0 ^ key_v6_i[63:0];
    init1_q <= C1 ^ key_v6_i[127:64];
    init2_q <= C2 ^ key_v6_i[63:0];
    init3_q <= C3 ^ key_v6_i[127:64] ^ word0_i;
  end
  logic [63:0] r2_0, r2_1, r2_2, r2_3, r4_0, r4_1, r4_2, r4_3, r6_0, r6_1, r6_2, r6_3;
  syngate_sip_rounds #(.Rounds(2)) u_word0 (.clk_i,
      .v0_i(init0_q), .v1_i(init1_q), .v2_i(init2_q), .v3_i(init3_q),
      .x0_i(word0_4), .x2_i(64'd0), .x3_i(word1_4),
      .v0_o(r2_0), .v1_o(r2_1), .v2_o(r2_2), .v3_o(r2_3));
  syngate_sip_rounds #(.Rounds(2)) u_word1 (.clk_i,
      .v0_i(r2_0), .v1_i(r2_1), .v2_i(r2_2), .v3_i(r2_3),
      .x0_i(word1_8), .x2_i(64'd0), .x3_i(word2_8),
      .v0_o(r4_0), .v1_o(r4_1), .v2_o(r4_2), .v3_o(r4_3));
  syngate_sip_rounds #(.Rounds(2)) u_word2 (.clk_i,
      .v0_i(r4_0), .v1_i(r4_1), .v2_i(r4_2), .v3_i(r4_3),
      .x0_i(word2_12), .x2_i(64'd0), .x3_i(64'd0),
      .v0_o(r6_0), .v1_o(r6_1), .v2_o(r6_2), .v3_o(r6_3));

  // ---- join: an IPv4 message starts here ----
  logic [63:0] join0_q, join1_q, join2_q, join3_q;
  always_ff @(posedge clk_i) begin
    join0_q <= is6_13 ? r6_0 : C0 ^ key_v4_i[63:0];
    join1_q <= is6_13 ? r6_1 : C1 ^ key_v4_i[127:64];
    join2_q <= is6_13 ? r6_2 : C2 ^ key_v4_i[63:0];
    join3_q <= (is6_13 ? r6_3 : C3 ^ key_v4_i[127:64]) ^ word3_13;
  end

  // ---- words 3 and 4, length, finalization ----
  logic [63:0] r8_0, r8_1, r8_2, r8_3, r10_0, r10_1, r10_2, r10_3, r12_0, r12_1, r12_2, r12_3;
  syngate_sip_rounds #(.Rounds(2)) u_word3 (.clk_i,
      .v0_i(join0_q), .v1_i(join1_q), .v2_i(join2_q), .v3_i(join3_q),
      .x0_i(word3_17), .x2_i(64'd0), .x3_i(word4_17),
      .v0_o(r8_0), .v1_o(r8_1), .v2_o(r8_2), .v3_o(r8_3));
  syngate_sip_rounds #(.Rounds(2)) u_word4 (.clk_i,
      .v0_i(r8_0), .v1_i(r8_1), .v2_i(r8_2), .v3_i(r8_3),
      .x0_i(word4_21), .x2_i(64'd0), .x3_i(length_21),
      .v0_o(r10_0), .v1_o(r10_1), .v2_o(r10_2), .v3_o(r10_3));
  syngate_sip_rounds #(.Rounds(2)) u_length (.clk_i,
      .v0_i(r10_0), .v1_i(r10_1), .v2_i(r10_2), .v3_i(r10_3),
      .x0_i(length_25), .x2_i(64'hff), .x3_i(64'd0),
      .v0_o(r12_0), .v1_o(r12_1), .v2_o(r12_2), .v3_o(r12_3));
  syngate_sip_rounds #(.Rounds(4)) u_final (.clk_i,
      .v0_i(r12_0), .v1_i(r12_1), .v2_i(r12_2), .v3_i(r12_3),
      .x0_i(64'd0), .x2_i(64'd0), .x3_i(64'd0),
      .v0_o, .v1_o, .v2_o, .v3_o);
endmodule : syngate_cookie_hash
`default_nettype wire
