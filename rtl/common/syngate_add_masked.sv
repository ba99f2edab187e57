// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The sum of two words of which only some bytes count. A module of its own because every FPGA does it in the LUTs of one carry chain,
// which synthesis does not find by itself (scripts/synth maps it).
// Does not: hold state. Latency: combinational. Throughput: any. Backpressure: none. Drops: none.
module syngate_add_masked (
    input  wire  [31:0] a_i,
    input  wire  [3:0]  a_keep_i,  // bytes of a_i
    input  wire  [31:0] b_i,
    input  wire  [3:0]  b_keep_i,
    output logic [32:0] sum_o
);
  logic [31:0] a_mask, b_mask, a, b;
  assign a_mask = {{8{a_keep_i[3]}}, {8{a_keep_i[2]}}, {8{a_keep_i[1]}}, {8{a_keep_i[0]}}};
  assign b_mask = {{8{b_keep_i[3]}}, {8{b_keep_i[2]}}, {8{b_keep_i[1]}}, {8{b_keep_i[0]}}};
  assign a      = a_i & a_mask;
  assign b      = b_i & b_mask;
  assign sum_o  = 33'(a) + 33'(b);
endmodule : syngate_add_masked
`default_nettype wire
