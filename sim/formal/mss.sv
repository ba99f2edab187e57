// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The MSS table of syngate_pkg, for all MSS of both families. No assumptions. The values are Linux's (test_vectors hold the kernel's
// answers); here it is the arithmetic that is proved.
module formal_mss (
    input wire        clk_i,
    input wire        is6_i,
    input wire [15:0] mss_i,
    input wire [15:0] smaller_i,
    input wire [1:0]  index_i
);
  logic [1:0]  index, of_smaller, of_value;
  logic [15:0] value, next, lowest;
  assign index      = syngate_pkg::index_of_mss(is6_i, mss_i);
  assign of_smaller = syngate_pkg::index_of_mss(is6_i, smaller_i);
  assign value      = syngate_pkg::mss_of_index(is6_i, index);
  assign next       = syngate_pkg::mss_of_index(is6_i, index + 2'd1);
  assign lowest     = syngate_pkg::mss_of_index(is6_i, 2'd0);
  assign of_value   = syngate_pkg::index_of_mss(is6_i, syngate_pkg::mss_of_index(is6_i, index_i));

  always_ff @(posedge clk_i) begin
    // Every index survives the round trip: the MSS it stands for encodes to the same index, in both families.
    mss_round_trip : assert (of_value == index_i);
    // A server is never told a larger MSS than the client sent, but for MSS below the lowest of the table.
    mss_not_larger : assert (value <= mss_i || (mss_i < lowest && index == 2'd0));
    // The index is the largest that fits: the next one would stand for more than the client sent.
    mss_largest : assert (index == 2'd3 || next > mss_i);
    // A smaller MSS never encodes to a larger index.
    mss_monotone : assert (smaller_i > mss_i || of_smaller <= index);
    cover (is6_i && index == 2'd2);
    cover (!is6_i && index == 2'd3 && mss_i == 16'd1460);
  end
endmodule : formal_mss
`default_nettype wire
