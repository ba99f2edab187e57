// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_delay with any output at any time. What is proved with it holds whatever arrives, so also for what really arrives; that the
// right words arrive together is not proved with it.
module syngate_delay #(
    parameter int unsigned Width  = 8,
    parameter int unsigned Clocks = 4
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire  [Width-1:0] data_i,
    output logic [Width-1:0] data_o
);
  (* anyseq *) logic [Width-1:0] any;
  assign data_o = any;
  logic unused;
  assign unused = &{1'b0, clk_i, rst_ni, data_i, Clocks};
endmodule : syngate_delay
`default_nettype wire
