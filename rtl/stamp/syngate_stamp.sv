// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The stamp's MAC: SipHash-2-4 over five words (docs/reference/registers.md, stamp message). Words 0 to 3 are known early and absorbed
// at once; the state waits until the MSS is decoded from the cookie, so only the last word's eight rounds come after it.
//   word 0, 1  source address (IPv4 as ::ffff:a.b.c.d)
//   word 2     tsecr | flags_wscale | version_key | sport       (first byte in 7:0)
//   word 3     ack | seq
//   word 4     clock | 0 | IP version | MSS
// Does not: decide whether a stamp is needed; garbage in, garbage out.
// Latency: words 0 to 3 with meta_i; last word HoldClocks + 17 clocks later (last_*_i); mac_o 18 clocks after that.
// Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_stamp #(
    parameter int unsigned HoldClocks = 47  // clocks the half-made state waits
) (
    input  wire                      clk_i,
    input  wire                      rst_ni,
    input  wire syngate_pkg::meta_t  meta_i,
    input  wire  [2047:0]            stamp_keys_i,  // key id k at [128*k +: 128], k0 in the low half
    // the last word, host order
    input  wire  [15:0]              last_mss_i,
    input  wire                      last_is6_i,
    input  wire  [31:0]              last_clock_i,
    // bits 7:0 go first on the wire
    output logic [63:0]              mac_o
);
  localparam logic [63:0] C0 = 64'h736f6d6570736575;
  localparam logic [63:0] C1 = 64'h646f72616e646f6d;
  localparam logic [63:0] C2 = 64'h6c7967656e657261;
  localparam logic [63:0] C3 = 64'h7465646279746573;
  localparam logic [63:0] LENGTH = 64'd40 << 56;

  // ---- words 0 to 3 ----
  logic [63:0] word0, word1, word2, word3;
  logic [7:0]  version_key, flags_wscale;
  logic [127:0] key;
  always_comb begin
    version_key  = {4'(syngate_pkg::STAMP_VERSION), meta_i.dest_key_id};
    flags_wscale = {3'd0, meta_i.ts_ok, meta_i.dest_wscale};
    word0 = meta_i.is6 ? meta_i.saddr_be[63:0] : 64'd0;
    word1 = meta_i.is6 ? meta_i.saddr_be[127:64] : {meta_i.saddr_be[31:0], 32'hffff0000};
    word2 = {meta_i.ts_ok ? meta_i.tsecr_be : 32'd0, flags_wscale, version_key, meta_i.sport_be};
    word3 = {syngate_pkg::bswap32(meta_i.ack), syngate_pkg::bswap32(meta_i.seq)};
    key   = stamp_keys_i[128*meta_i.dest_key_id+:128];
  end

  logic [63:0] word0_4, word1_4, word1_8, word2_8, word2_12, word3_12, word3_16;
  syngate_delay #(.Width(128), .Clocks(4)) u_delay01_4 (
      .clk_i, .rst_ni, .data_i({word0, word1}), .data_o({word0_4, word1_4}));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay1_8 (.clk_i, .rst_ni, .data_i(word1_4), .data_o(word1_8));
  syngate_delay #(.Width(64), .Clocks(8)) u_delay2_8 (.clk_i, .rst_ni, .data_i(word2), .data_o(word2_8));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay2_12 (.clk_i, .rst_ni, .data_i(word2_8), .data_o(word2_12));
  syngate_delay #(.Width(64), .Clocks(12)) u_delay3_12 (.clk_i, .rst_ni, .data_i(word3), .data_o(word3_12));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay3_16 (.clk_i, .rst_ni, .data_i(word3_12), .data_o(word3_16));

  logic [63:0] init0_q, init1_q, init2_q, init3_q;
  always_ff @(posedge clk_i) begin
    init0_q <= C0 ^ key[63:0];
    init1_q <= C1 ^ key[127:64];
    init2_q <= C2 ^ key[63:0];
    init3_q <= C3 ^ key[127:64] ^ word0;
  end
  logic [63:0] r2_0, r2_1, r2_2, r2_3, r4_0, r4_1, r4_2, r4_3, r6_0, r6_1, r6_2, r6_3, r8_0, r8_1, r8_2, r8_3;
  syngate_sip_rounds #(.Rounds(2)) u_word0 (.clk_i,
      .v0_i(init0_q), .v1_i(init1_q), .v2_i(init2_q), .v3_i(init3_q),
      .x0_i(word0_4), .x2_i(64'd0), .x3_i(word1_4), .v0_o(r2_0), .v1_o(r2_1), .v2_o(r2_2), .v3_o(r2_3));
  syngate_sip_rounds #(.Rounds(2)) u_word1 (.clk_i,
      .v0_i(r2_0), .v1_i(r2_1), .v2_i(r2_2), .v3_i(r2_3),
      .x0_i(word1_8), .x2_i(64'd0), .x3_i(word2_8), .v0_o(r4_0), .v1_o(r4_1), .v2_o(r4_2), .v3_o(r4_3));
  syngate_sip_rounds #(.Rounds(2)) u_word2 (.clk_i,
      .v0_i(r4_0), .v1_i(r4_1), .v2_i(r4_2), .v3_i(r4_3),
      .x0_i(word2_12), .x2_i(64'd0), .x3_i(word3_12), .v0_o(r6_0), .v1_o(r6_1), .v2_o(r6_2), .v3_o(r6_3));
  syngate_sip_rounds #(.Rounds(2)) u_word3 (.clk_i,
      .v0_i(r6_0), .v1_i(r6_1), .v2_i(r6_2), .v3_i(r6_3),
      .x0_i(word3_16), .x2_i(64'd0), .x3_i(64'd0), .v0_o(r8_0), .v1_o(r8_1), .v2_o(r8_2), .v3_o(r8_3));

  // ---- the wait ----
  logic [63:0] hold0, hold1, hold2, hold3;
  syngate_delay #(.Width(256), .Clocks(HoldClocks)) u_hold (
      .clk_i, .rst_ni, .data_i({r8_0, r8_1, r8_2, r8_3}), .data_o({hold0, hold1, hold2, hold3}));

  // ---- last word ----
  logic [63:0] word4, word4_5, last0_q, last1_q, last2_q, last3_q;
  logic [63:0] r10_0, r10_1, r10_2, r10_3, r12_0, r12_1, r12_2, r12_3, f0, f1, f2, f3;
  assign word4 = {syngate_pkg::bswap32(last_clock_i), 8'd0, last_is6_i ? 8'd6 : 8'd4, syngate_pkg::bswap16(last_mss_i)};
  syngate_delay #(.Width(64), .Clocks(4)) u_delay4 (.clk_i, .rst_ni, .data_i(word4), .data_o(word4_5));
  always_ff @(posedge clk_i) begin
    last0_q <= hold0;
    last1_q <= hold1;
    last2_q <= hold2;
    last3_q <= hold3 ^ word4;
    mac_o   <= f0 ^ f1 ^ f2 ^ f3;
  end
  syngate_sip_rounds #(.Rounds(2)) u_word4 (.clk_i,
      .v0_i(last0_q), .v1_i(last1_q), .v2_i(last2_q), .v3_i(last3_q),
      .x0_i(word4_5), .x2_i(64'd0), .x3_i(LENGTH), .v0_o(r10_0), .v1_o(r10_1), .v2_o(r10_2), .v3_o(r10_3));
  syngate_sip_rounds #(.Rounds(2)) u_length (.clk_i,
      .v0_i(r10_0), .v1_i(r10_1), .v2_i(r10_2), .v3_i(r10_3),
      .x0_i(LENGTH), .x2_i(64'hff), .x3_i(64'd0), .v0_o(r12_0), .v1_o(r12_1), .v2_o(r12_2), .v3_o(r12_3));
  syngate_sip_rounds #(.Rounds(4)) u_final (.clk_i,
      .v0_i(r12_0), .v1_i(r12_1), .v2_i(r12_2), .v3_i(r12_3),
      .x0_i(64'd0), .x2_i(64'd0), .x3_i(64'd0), .v0_o(f0), .v1_o(f1), .v2_o(f2), .v3_o(f3));

  logic unused_meta;
  assign unused_meta = &{1'b0, meta_i};
endmodule : syngate_stamp
`default_nettype wire
