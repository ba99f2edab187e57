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
    input  wire  [127:0]             stamp_key_i,  // that of meta_i.dest_key_id, k0 in the low half
    // the last word, host order
    input  wire  [15:0]              last_mss_i,
    input  wire                      last_is6_i,
    input  wire  [31:0]              last_clock_i,
    // bits 7:0 go first on the wire
    output logic [63:0]              mac_o
);
  localparam logic [63:0] LENGTH = 64'd40 << 56;

  // ---- words 0 to 3 ----
  logic [63:0] word0, word1, word2, word3;
  logic [7:0]  version_key, flags_wscale;
  always_comb begin
    version_key  = {4'(syngate_pkg::STAMP_VERSION), meta_i.dest_key_id};
    flags_wscale = {3'd0, meta_i.ts_ok, meta_i.dest_wscale};
    word0 = meta_i.is6 ? meta_i.saddr_be[63:0] : 64'd0;
    word1 = meta_i.is6 ? meta_i.saddr_be[127:64] : {meta_i.saddr_be[31:0], 32'hffff0000};
    word2 = {meta_i.ts_ok ? meta_i.tsecr_be : 32'd0, flags_wscale, version_key, meta_i.sport_be};
    word3 = {syngate_pkg::bswap32(meta_i.ack), syngate_pkg::bswap32(meta_i.seq)};
  end

  logic [63:0] word0_5, word1_4, word1_9, word2_8, word2_13, word3_12, word3_16, word3_17;
  syngate_delay #(.Width(64), .Clocks(5)) u_delay0_5 (.clk_i, .rst_ni, .data_i(word0), .data_o(word0_5));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay1_4 (.clk_i, .rst_ni, .data_i(word1), .data_o(word1_4));
  syngate_delay #(.Width(64), .Clocks(5)) u_delay1_9 (.clk_i, .rst_ni, .data_i(word1_4), .data_o(word1_9));
  syngate_delay #(.Width(64), .Clocks(8)) u_delay2_8 (.clk_i, .rst_ni, .data_i(word2), .data_o(word2_8));
  syngate_delay #(.Width(64), .Clocks(5)) u_delay2_13 (.clk_i, .rst_ni, .data_i(word2_8), .data_o(word2_13));
  syngate_delay #(.Width(64), .Clocks(12)) u_delay3_12 (.clk_i, .rst_ni, .data_i(word3), .data_o(word3_12));
  syngate_delay #(.Width(64), .Clocks(4)) u_delay3_16 (.clk_i, .rst_ni, .data_i(word3_12), .data_o(word3_16));
  syngate_delay #(.Width(64), .Clocks(1)) u_delay3_17 (.clk_i, .rst_ni, .data_i(word3_16), .data_o(word3_17));

  logic [63:0] fresh0, fresh1, fresh2, fresh3, init0_q, init1_q, init2_q, init3_q;
  assign {fresh3, fresh2, fresh1, fresh0} = syngate_pkg::sip_fresh(stamp_key_i);
  always_ff @(posedge clk_i) begin
    init0_q <= fresh0;
    init1_q <= fresh1;
    init2_q <= fresh2;
    init3_q <= fresh3 ^ syngate_pkg::sip_into3(word0);
  end
  logic [63:0] r2_0, r2_1, r2_2, r2_3, r4_0, r4_1, r4_2, r4_3, r6_0, r6_1, r6_2, r6_3, r8_0, r8_1, r8_2, r8_3;
  syngate_sip_rounds #(.Rounds(2)) u_word0 (.clk_i,
      .s0_i(init0_q), .s1_i(init1_q), .s2_i(init2_q), .s3_i(init3_q),
      .m0_i(64'd0), .m2_i(64'd0), .m3_i(word1_4), .s0_o(r2_0), .s1_o(r2_1), .s2_o(r2_2), .s3_o(r2_3));
  syngate_sip_rounds #(.Rounds(2)) u_word1 (.clk_i,
      .s0_i(r2_0), .s1_i(r2_1), .s2_i(r2_2), .s3_i(r2_3),
      .m0_i(word0_5), .m2_i(64'd0), .m3_i(word2_8), .s0_o(r4_0), .s1_o(r4_1), .s2_o(r4_2), .s3_o(r4_3));
  syngate_sip_rounds #(.Rounds(2)) u_word2 (.clk_i,
      .s0_i(r4_0), .s1_i(r4_1), .s2_i(r4_2), .s3_i(r4_3),
      .m0_i(word1_9), .m2_i(64'd0), .m3_i(word3_12), .s0_o(r6_0), .s1_o(r6_1), .s2_o(r6_2), .s3_o(r6_3));
  syngate_sip_rounds #(.Rounds(2)) u_word3 (.clk_i,
      .s0_i(r6_0), .s1_i(r6_1), .s2_i(r6_2), .s3_i(r6_3),
      .m0_i(word2_13), .m2_i(64'd0), .m3_i(word3_16), .s0_o(r8_0), .s1_o(r8_1), .s2_o(r8_2), .s3_o(r8_3));

  // ---- the wait ----
  // Word 3 goes into v0 = s0 before it; as it also goes into s3, v3 = rotl(s3, 21) ^ s0 stays as it was.
  logic [63:0] hold0, hold1, hold2, hold3;
  syngate_delay #(.Width(256), .Clocks(HoldClocks)) u_hold (
      .clk_i, .rst_ni, .data_i({r8_0 ^ word3_17, r8_1, r8_2, r8_3}), .data_o({hold0, hold1, hold2, hold3}));

  // ---- last word ----
  logic [63:0] word4, word4_5, last0_q, last1_q, last2_q, last3_q;
  logic [63:0] r10_0, r10_1, r10_2, r10_3, r12_0, r12_1, r12_2, r12_3, f0, f1, f2, f3;
  assign word4 = {syngate_pkg::bswap32(last_clock_i), 8'd0, last_is6_i ? 8'd6 : 8'd4, syngate_pkg::bswap16(last_mss_i)};
  syngate_delay #(.Width(64), .Clocks(5)) u_delay4 (.clk_i, .rst_ni, .data_i(word4), .data_o(word4_5));
  always_ff @(posedge clk_i) begin
    last0_q <= hold0;
    last1_q <= hold1;
    last2_q <= hold2;
    last3_q <= hold3 ^ syngate_pkg::sip_into3(word4);
    mac_o   <= syngate_pkg::sip_hash(f1, f2, f3);
  end
  syngate_sip_rounds #(.Rounds(2)) u_word4 (.clk_i,
      .s0_i(last0_q), .s1_i(last1_q), .s2_i(last2_q), .s3_i(last3_q),
      .m0_i(64'd0), .m2_i(64'd0), .m3_i(LENGTH), .s0_o(r10_0), .s1_o(r10_1), .s2_o(r10_2), .s3_o(r10_3));
  syngate_sip_rounds #(.Rounds(2)) u_length (.clk_i,
      .s0_i(r10_0), .s1_i(r10_1), .s2_i(r10_2), .s3_i(r10_3),
      .m0_i(word4_5), .m2_i(64'd0), .m3_i(64'd0), .s0_o(r12_0), .s1_o(r12_1), .s2_o(r12_2), .s3_o(r12_3));
  syngate_sip_rounds #(.Rounds(4)) u_final (.clk_i,
      .s0_i(r12_0), .s1_i(r12_1), .s2_i(r12_2), .s3_i(r12_3),
      .m0_i(LENGTH), .m2_i(64'hff), .m3_i(64'd0), .s0_o(f0), .s1_o(f1), .s2_o(f2), .s3_o(f3));

  logic unused_meta;
  assign unused_meta = &{1'b0, meta_i, f0};
endmodule : syngate_stamp
`default_nettype wire
