// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Hashes with any output at any time: SipHash itself is not a matter for a solver (published vectors and the kernel's answers test it).
module syngate_cookie_hash (
    input  wire          clk_i,
    input  wire          rst_ni,
    input  wire          is6_i,
    input  wire  [ 63:0] word0_i,
    input  wire  [ 63:0] word1_i,
    input  wire  [ 63:0] word2_i,
    input  wire  [ 63:0] word3_i,
    input  wire  [ 63:0] word4_i,
    input  wire  [127:0] key_v6_i,
    input  wire  [127:0] key_v4_i,
    output logic [ 63:0] s0_o,
    output logic [ 63:0] s1_o,
    output logic [ 63:0] s2_o,
    output logic [ 63:0] s3_o
);
  (* anyseq *) logic [255:0] any;
  assign {s0_o, s1_o, s2_o, s3_o} = any;
endmodule : syngate_cookie_hash

module syngate_cookie_squeeze (
    input  wire         clk_i,
    input  wire  [63:0] s0_i,
    input  wire  [63:0] s1_i,
    input  wire  [63:0] s2_i,
    input  wire  [63:0] s3_i,
    output logic [63:0] hash_o
);
  (* anyseq *) logic [63:0] any;
  assign hash_o = any;
endmodule : syngate_cookie_squeeze
`default_nettype wire
