// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// FIFO in a RAM: the first word is on data_o as soon as valid_o says so.
// Does not: refuse; the writer looks at free_o or keeps its own account. Latency: 1 clock from write to valid_o.
// Throughput: one word in and one out a clock. Backpressure: by the writer. Drops: none.
module syngate_fifo #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 64  // a power of two
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
  if (Depth != 2 ** Bits) begin : gen_bad_depth
    $fatal(1, "syngate_fifo: Depth must be a power of two");
  end
  logic [Width-1:0] memory[Depth];
  logic [Bits-1:0] write_q, read_q;
  assign data_o = memory[read_q];
  always_ff @(posedge clk_i) begin
    if (write_i) memory[write_q] <= data_i;
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
      free_o  <= (Bits + 1)'(Depth);
      valid_o <= 1'b0;
    end else begin
      if (write_i) write_q <= write_q + 1'b1;
      if (read_i) read_q <= read_q + 1'b1;
      free_o  <= free_o + (Bits + 1)'(read_i) - (Bits + 1)'(write_i);
      valid_o <= write_i || (read_i ? free_o < (Bits + 1)'(Depth - 1) : valid_o);
    end
  end

  // Nothing is written when full, nothing read when empty.
  `SYNGATE_ASSERT(fifo_no_overflow, !write_i || free_o != '0)
  `SYNGATE_ASSERT(fifo_no_underflow, !read_i || valid_o)
  // The count and the flag agree.
  `SYNGATE_ASSERT(fifo_count, valid_o == (free_o != (Bits + 1)'(Depth)))
endmodule : syngate_fifo
`default_nettype wire
