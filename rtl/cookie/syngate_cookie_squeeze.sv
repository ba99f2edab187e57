// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// 64 more bits from a finalized SipHash state, as SipHash-128 makes its second half: v1 ^= 0xdd, four rounds.
// Does not: reveal or depend on the first 64 bits. Latency: 10 clocks. Throughput: one state a clock.
// Backpressure: none. Drops: none.
module syngate_cookie_squeeze (
    input  wire         clk_i,
    input  wire  [63:0] s0_i,
    input  wire  [63:0] s1_i,
    input  wire  [63:0] s2_i,
    input  wire  [63:0] s3_i,
    output logic [63:0] hash_o
);
  logic [63:0] s0_q, s1_q, s2_q, s3_q, f0, f1, f2, f3;
  always_ff @(posedge clk_i) begin
    s0_q   <= s0_i;
    s1_q   <= s1_i ^ syngate_pkg::rotl64(64'hdd, 47);
    s2_q   <= s2_i;
    s3_q   <= s3_i;
    hash_o <= syngate_pkg::sip_hash(f1, f2, f3);
  end
  syngate_sip_rounds #(.Rounds(4)) u_rounds (.clk_i,
      .s0_i(s0_q), .s1_i(s1_q), .s2_i(s2_q), .s3_i(s3_q),
      .m0_i(64'd0), .m2_i(64'd0), .m3_i(64'd0),
      .s0_o(f0), .s1_o(f1), .s2_o(f2), .s3_o(f3));
  logic unused_state;
  assign unused_state = &{1'b0, f0};
endmodule : syngate_cookie_squeeze
`default_nettype wire
