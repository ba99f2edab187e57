// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The steps of the option walk with any result at any time.
module syngate_parse_options_step #(
    parameter int unsigned First = 0
) (
    input  wire         clk_i,
    input  wire  [25:0] state_i,
    input  wire  [43:0] class_i,
    output logic [25:0] state_o
);
  (* anyseq *) logic [25:0] any;
  assign state_o = any;
endmodule : syngate_parse_options_step
`default_nettype wire
