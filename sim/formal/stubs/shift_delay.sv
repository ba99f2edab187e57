// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_delay as a shift register. The proofs delay_ring and delay_block show that the RAM rings do the same; other proofs take this one,
// because an induction then needs nothing about pointers.
module syngate_delay #(
    parameter int unsigned Width  = 8,
    parameter int unsigned Clocks = 4
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire  [Width-1:0] data_i,
    output logic [Width-1:0] data_o
);
  logic [Width*Clocks-1:0] shift_q;
  if (Clocks == 1) begin : gen_one
    always_ff @(posedge clk_i) shift_q <= data_i;
  end else begin : gen_more
    always_ff @(posedge clk_i) shift_q <= {shift_q[Width*(Clocks-1)-1:0], data_i};
  end
  assign data_o = shift_q[Width*Clocks-1-:Width];
  logic unused;
  assign unused = rst_ni;
endmodule : syngate_delay
`default_nettype wire
