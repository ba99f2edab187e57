// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_fifo by its account alone: free_o is exact, a word may come out any time after it went in, and it may be any word. What it
// demands of its user is asserted here.
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
  localparam int unsigned Bits = $clog2(Depth);
  (* anyseq *) logic [Width-1:0] any;
  (* anyseq *) logic late;
  assign data_o  = any;
  assign valid_o = !late && free_o != (Bits + 1)'(Depth);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) free_o <= (Bits + 1)'(Depth);
    else free_o <= free_o + (Bits + 1)'(read_i) - (Bits + 1)'(write_i);
    if (rst_ni) begin
      assert (!write_i || free_o != '0);
      assert (!read_i || valid_o);
      assert (free_o <= (Bits + 1)'(Depth));
    end
  end
  logic unused;
  assign unused = &{1'b0, data_i};
endmodule : syngate_fifo
`default_nettype wire
