// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Delays a vector by a constant number of clocks in a RAM ring (a register for 1 or 2).
// Does not: reset its content (what comes out in the first Clocks clocks after power-up is undefined; carry a valid bit by
//   registers beside it).
// Latency: Clocks. Throughput: one word a clock. Backpressure: none. Drops: none.
module syngate_delay #(
    parameter int unsigned Width  = 8,  // bits
    parameter int unsigned Clocks = 4   // delay, at least 1
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire  [Width-1:0] data_i,
    output logic [Width-1:0] data_o
);
  if (Clocks < 1) begin : gen_bad_clocks
    $fatal(1, "syngate_delay: Clocks must be at least 1");
  end

  if (Clocks == 1) begin : gen_one
    always_ff @(posedge clk_i) data_o <= data_i;
    logic unused_rst;
    assign unused_rst = rst_ni;
  end else if (Clocks == 2) begin : gen_two
    logic [Width-1:0] data_q;
    always_ff @(posedge clk_i) begin
      data_q <= data_i;
      data_o <= data_q;
    end
    logic unused_rst;
    assign unused_rst = rst_ni;
  end else begin : gen_ring
    // Written at the pointer, read at the place written Clocks - 1 clocks ago, then the output register.
    localparam int unsigned Depth = Clocks - 1;
    localparam int unsigned PointerBits = $clog2(Depth);
    logic [Width-1:0] ring[Depth];
    logic [PointerBits-1:0] pointer_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) pointer_q <= '0;
      else if (pointer_q == PointerBits'(Depth - 1)) pointer_q <= '0;
      else pointer_q <= pointer_q + 1'b1;
      data_o <= ring[pointer_q];
      ring[pointer_q] <= data_i;
    end
  end
endmodule : syngate_delay
`default_nettype wire
