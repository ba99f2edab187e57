// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// FIFO in a block RAM: the first word is on data_o when valid_o says so. Two registers lie behind the memory, its own and its
// output register; words move up into them as they become free, without bubbles.
// Does not: refuse; the writer looks at free_o or keeps its own account. Latency: 3 clocks from write to valid_o; free_o counts at once.
// Throughput: one word in and one out a clock. Backpressure: by the writer. Drops: none.
module syngate_fifo #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 64  // a power of two, at least 4
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
  if (Depth < 4 || Depth != 2 ** Bits) begin : gen_bad_depth
    $fatal(1, "syngate_fifo: Depth must be a power of two, at least 4");
  end
  (* ram_style = "block", no_rw_check *) logic [Width-1:0] memory[Depth];
  logic [Bits-1:0] write_q, read_q;
  logic [Width-1:0] fetched_q;
  logic fetched_valid_q, fetch, move;
  assign move  = !valid_o || read_i;
  assign fetch = !fetched_valid_q || move;

  // Words behind the memory count against Depth, so the memory itself is never full and equal pointers mean empty.
  logic waiting;
  assign waiting = write_q != read_q;
  always_ff @(posedge clk_i) begin
    if (write_i) memory[write_q] <= data_i;
    if (fetch) fetched_q <= memory[read_q];
    if (move) data_o <= fetched_q;
    if (!rst_ni) begin
      write_q         <= '0;
      read_q          <= '0;
      free_o          <= (Bits + 1)'(Depth);
      fetched_valid_q <= 1'b0;
      valid_o         <= 1'b0;
    end else begin
      if (write_i) write_q <= write_q + 1'b1;
      if (fetch && waiting) read_q <= read_q + 1'b1;
      if (fetch) fetched_valid_q <= waiting;
      if (move) valid_o <= fetched_valid_q;
      free_o <= free_o + (Bits + 1)'(read_i) - (Bits + 1)'(write_i);
    end
  end

  // Nothing is written when full, nothing read when empty.
  `SYNGATE_ASSERT(fifo_no_overflow, !write_i || free_o != '0)
  `SYNGATE_ASSERT(fifo_no_underflow, !read_i || valid_o)
  // The count is that of the words in the memory and behind it.
  `SYNGATE_ASSERT(fifo_count, {1'b0, write_q - read_q} + (Bits + 1)'(fetched_valid_q) + (Bits + 1)'(valid_o)
      == (Bits + 1)'(Depth) - free_o)
endmodule : syngate_fifo
`default_nettype wire
