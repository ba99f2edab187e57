// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// SipHash-2-4 of a connection: IPv6 in five words, IPv4 in the last two of them, one frame a clock.
//   word      0       1       2       3            4
//   IPv6   saddr0  saddr1  daddr0  daddr1  dport|sport|count
//   IPv4     -       -       -    daddr|saddr  count|sport|dport
// An IPv4 state is set from its own key before word 3, so both families share the rounds and the latency.
// Does not: choose keys. Latency: 34 clocks from word*_i to s*_o; key_v4_i is taken 13 clocks after the words, key_v6_i with them.
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
    // final state, as syngate_sip_round carries it (syngate_pkg::sip_hash makes the hash of it)
    output logic [ 63:0] s0_o,
    output logic [ 63:0] s1_o,
    output logic [ 63:0] s2_o,
    output logic [ 63:0] s3_o
);
  localparam logic [63:0] LENGTH_V4 = 64'd16 << 56;
  localparam logic [63:0] LENGTH_V6 = 64'd40 << 56;

  // ---- message words at the clocks where they are absorbed: into v3 before their rounds, into v0 after them ----
  logic [63:0] word0_5, word1_4, word1_9, word2_8, word2_13, word2_14_q, word3_13, word3_18, word4_17, word4_22;
  logic is6_13, is6_21, is6_26;
  logic [63:0] length_21, length_26;
  syngate_delay #(.Width(64), .Clocks(5)) u_delay0_5 (.clk_i, .rst_ni, .data_i(word0_i), .data_o(word0_5));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay1_4 (.clk_i, .rst_ni, .data_i(word1_i), .data_o(word1_4));
  syngate_delay #(.Width(64), .Clocks(5)) u_delay1_9 (.clk_i, .rst_ni, .data_i(word1_4), .data_o(word1_9));
  syngate_delay #(.Width(64), .Clocks(8)) u_delay2_8 (.clk_i, .rst_ni, .data_i(word2_i), .data_o(word2_8));
  syngate_delay #(.Width(64), .Clocks(5)) u_delay2_13 (.clk_i, .rst_ni, .data_i(word2_8), .data_o(word2_13));
  syngate_delay #(.Width(65), .Clocks(13)) u_delay3_13 (
      .clk_i, .rst_ni, .data_i({is6_i, word3_i}), .data_o({is6_13, word3_13}));
  syngate_delay #(.Width(64), .Clocks(5)) u_delay3_18 (.clk_i, .rst_ni, .data_i(word3_13), .data_o(word3_18));
  syngate_delay #(.Width(64), .Clocks(17)) u_delay4_17 (.clk_i, .rst_ni, .data_i(word4_i), .data_o(word4_17));
  syngate_delay #(.Width(64), .Clocks(5)) u_delay4_22 (.clk_i, .rst_ni, .data_i(word4_17), .data_o(word4_22));
  syngate_delay #(.Width(1), .Clocks(8)) u_delay6_21 (.clk_i, .rst_ni, .data_i(is6_13), .data_o(is6_21));
  syngate_delay #(.Width(1), .Clocks(5)) u_delay6_26 (.clk_i, .rst_ni, .data_i(is6_21), .data_o(is6_26));
  assign length_21 = is6_21 ? LENGTH_V6 : LENGTH_V4;
  assign length_26 = is6_26 ? LENGTH_V6 : LENGTH_V4;

  // ---- IPv6 words 0 to 2 ----
  logic [63:0] fresh0, fresh1, fresh2, fresh3, init0_q, init1_q, init2_q, init3_q;
  assign {fresh3, fresh2, fresh1, fresh0} = syngate_pkg::sip_fresh(key_v6_i);
  always_ff @(posedge clk_i) begin
    init0_q <= fresh0;
    init1_q <= fresh1;
    init2_q <= fresh2;
    init3_q <= fresh3 ^ syngate_pkg::sip_into3(word0_i);
  end
  logic [63:0] r2_0, r2_1, r2_2, r2_3, r4_0, r4_1, r4_2, r4_3, r6_0, r6_1, r6_2, r6_3;
  syngate_sip_rounds #(.Rounds(2)) u_word0 (.clk_i,
      .s0_i(init0_q), .s1_i(init1_q), .s2_i(init2_q), .s3_i(init3_q),
      .m0_i(64'd0), .m2_i(64'd0), .m3_i(word1_4),
      .s0_o(r2_0), .s1_o(r2_1), .s2_o(r2_2), .s3_o(r2_3));
  syngate_sip_rounds #(.Rounds(2)) u_word1 (.clk_i,
      .s0_i(r2_0), .s1_i(r2_1), .s2_i(r2_2), .s3_i(r2_3),
      .m0_i(word0_5), .m2_i(64'd0), .m3_i(word2_8),
      .s0_o(r4_0), .s1_o(r4_1), .s2_o(r4_2), .s3_o(r4_3));
  syngate_sip_rounds #(.Rounds(2)) u_word2 (.clk_i,
      .s0_i(r4_0), .s1_i(r4_1), .s2_i(r4_2), .s3_i(r4_3),
      .m0_i(word1_9), .m2_i(64'd0), .m3_i(64'd0),
      .s0_o(r6_0), .s1_o(r6_1), .s2_o(r6_2), .s3_o(r6_3));

  // ---- join: an IPv4 message starts here ----
  logic [63:0] key0, key1, key2, key3, join0_q, join1_q, join2_q, join3_q;
  assign {key3, key2, key1, key0} = syngate_pkg::sip_fresh(key_v4_i);
  always_ff @(posedge clk_i) begin
    join0_q    <= is6_13 ? r6_0 : key0;
    join1_q    <= is6_13 ? r6_1 : key1;
    join2_q    <= is6_13 ? r6_2 : key2;
    join3_q    <= (is6_13 ? r6_3 : key3) ^ syngate_pkg::sip_into3(word3_13);
    word2_14_q <= is6_13 ? word2_13 : 64'd0;
  end

  // ---- words 3 and 4, length, finalization ----
  logic [63:0] r8_0, r8_1, r8_2, r8_3, r10_0, r10_1, r10_2, r10_3, r12_0, r12_1, r12_2, r12_3;
  syngate_sip_rounds #(.Rounds(2)) u_word3 (.clk_i,
      .s0_i(join0_q), .s1_i(join1_q), .s2_i(join2_q), .s3_i(join3_q),
      .m0_i(word2_14_q), .m2_i(64'd0), .m3_i(word4_17),
      .s0_o(r8_0), .s1_o(r8_1), .s2_o(r8_2), .s3_o(r8_3));
  syngate_sip_rounds #(.Rounds(2)) u_word4 (.clk_i,
      .s0_i(r8_0), .s1_i(r8_1), .s2_i(r8_2), .s3_i(r8_3),
      .m0_i(word3_18), .m2_i(64'd0), .m3_i(length_21),
      .s0_o(r10_0), .s1_o(r10_1), .s2_o(r10_2), .s3_o(r10_3));
  syngate_sip_rounds #(.Rounds(2)) u_length (.clk_i,
      .s0_i(r10_0), .s1_i(r10_1), .s2_i(r10_2), .s3_i(r10_3),
      .m0_i(word4_22), .m2_i(64'd0), .m3_i(64'd0),
      .s0_o(r12_0), .s1_o(r12_1), .s2_o(r12_2), .s3_o(r12_3));
  syngate_sip_rounds #(.Rounds(4)) u_final (.clk_i,
      .s0_i(r12_0), .s1_i(r12_1), .s2_i(r12_2), .s3_i(r12_3),
      .m0_i(length_26), .m2_i(64'hff), .m3_i(64'd0),
      .s0_o, .s1_o, .s2_o, .s3_o);
endmodule : syngate_cookie_hash
`default_nettype wire
