// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_fifo that offers anything at any time: a harness keeps its account and assumes what proof "fifo" allows.
module syngate_fifo #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 64
) (
    input  wire                    clk_i,
    input  wire                    rst_ni,
    input  wire                    write_i,
    input  wire  [Width-1:0]       data_i,
    output logic [$clog2(Depth):0] free_o,
    output logic                   valid_o,
    output logic [Width-1:0]       data_o,
    input  wire                    read_i
);
  (* anyseq *) logic [$clog2(Depth):0] any_free;
  (* anyseq *) logic any_valid;
  (* anyseq *) logic [Width-1:0] any_data;
  assign free_o  = any_free;
  assign valid_o = any_valid;
  assign data_o  = any_data;
  logic unused;
  assign unused = &{1'b0, clk_i, rst_ni, write_i, data_i, read_i};
endmodule : syngate_fifo
`default_nettype wire
