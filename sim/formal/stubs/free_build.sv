// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// A builder of any frames.
module syngate_egress_build (
    input  wire                          clk_i,
    input  wire                          rst_ni,
    input  wire syngate_pkg::meta_t      meta_i,
    input  wire syngate_pkg::decision_t  decision_i,
    input  wire  [15:0]                  exid_i,
    output logic [911:0]                 frame_o,
    output logic [6:0]                   length_o
);
  (* anyseq *) logic [911:0] any;
  (* anyseq *) logic [6:0] any_length;
  assign frame_o  = any;
  assign length_o = any_length;
endmodule : syngate_egress_build
`default_nettype wire
