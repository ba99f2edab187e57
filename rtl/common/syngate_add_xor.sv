// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The sum of two XORs, 64 bits: what one step of a SipRound adds. A module of its own because every FPGA does it in the LUTs of one
// carry chain, which synthesis does not find by itself (scripts/synth maps it).
// Does not: hold state. Latency: combinational. Throughput: any. Backpressure: none. Drops: none.
module syngate_add_xor (
    input  wire  [63:0] a_i,
    input  wire  [63:0] b_i,
    input  wire  [63:0] c_i,
    input  wire  [63:0] d_i,
    output logic [63:0] sum_o
);
  assign sum_o = (a_i ^ b_i) + (c_i ^ d_i);
endmodule : syngate_add_xor
`default_nettype wire
