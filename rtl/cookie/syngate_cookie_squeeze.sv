// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// 64 more bits from a finalized SipHash state, as SipHash-128 makes its second half: v1 ^= 0xdd, four rounds.
// Does not: reveal or depend on the first 64 bits. Latency: 10 clocks. Throughput: one state a clock.
// Backpressure: none. Drops: none.
module syngate_cookie_squeeze (
    input  wire         clk_i,
    input  wire  [63:0] v0_i,
    input  wire  [63:0] v1_i,
    input  wire  [63:0] v2_i,
    input  wire  [63:0] v3_i,
    output logic [63:0] hash_o
);
  logic [63:0] v0_q, v1_q, v2_q, v3_q, f0, f1, f2, f3;
  always_ff @(posedge clk_i) begin
    v0_q   <= v0_i;
    v1_q   <= v1_i ^ 64'hdd;
    v2_q   <= v2_i;
    v3_q   <= v3_i;
    hash_o <= f0 ^ f1 ^ f2 ^ f3;
  end
  syngate_sip_rounds #(.Rounds(4)) u_rounds (.clk_i,
      .v0_i(v0_q), .v1_i(v1_q), .v2_i(v2_q), .v3_i(v3_q),
      .x0_i(64'd0), .x2_i(64'd0), .x3_i(64'd0),
      .v0_o(f0), .v1_o(f1), .v2_o(f2), .v3_o(f3));
endmodule : syngate_cookie_squeeze
`default_nettype wire
