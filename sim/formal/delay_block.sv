// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_delay of 18 or more clocks, two halves of block RAM, seen at one word that the solver marks when it goes in.
// Assumed: one reset at the start.
module formal_delay_block #(
    parameter int unsigned Width  = 8,
    parameter int unsigned Clocks = 4   // at least 18
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire [Width-1:0] data_i,
    input wire             mark_i
);
  localparam int unsigned Depth = Clocks - 2;
  localparam int unsigned Bits = $clog2(Depth);
  logic [Width-1:0] data;
  syngate_delay #(.Width(Width), .Clocks(Clocks)) u_dut (.clk_i, .rst_ni, .data_i, .data_o(data));

  // Inside the module: the pointer, and the word at the marked place.
  logic [Bits-1:0] pointer;
  logic half;
  logic [Width-1:0] inner, read;

  logic started = 1'b0;
  logic [7:0] age_q;            // clocks since the marked word went in; 0: none
  logic [Bits:0] place_q;       // half and pointer
  logic [Width-1:0] word_q;
  logic [8:0] where;            // the pointer must be, counted on from the place
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (!rst_ni) age_q <= 8'd0;
    else if (age_q != 8'd0) age_q <= age_q == 8'(Clocks) ? 8'd0 : age_q + 8'd1;
    else if (mark_i) begin
      age_q   <= 8'd1;
      place_q <= {half, pointer};
      word_q  <= data_i;
    end
  end
  assign where = 9'(place_q[Bits-1:0]) + 9'(age_q);
  always_comb assume (rst_ni == started);

  always_ff @(posedge clk_i) begin
    if (started) begin
      // What goes in comes out, all bits of it, exactly that many clocks later.
      block_exact : assert (age_q != 8'(Clocks) || data == word_q);
      // The pointer never leaves the ring.
      block_pointer : assert (!rst_ni || {1'b0, pointer} < (Bits + 1)'(Depth));
      // Helpers of the induction.
      assert (age_q <= 8'(Clocks));
      assert (age_q == 8'd0 || {1'b0, place_q[Bits-1:0]} < (Bits + 1)'(Depth));
      assert (age_q == 8'd0 || age_q > 8'(Depth) || inner == word_q);
      assert (age_q == 8'd0 || age_q > 8'(Depth) || (9'(pointer) == (where >= 9'(Depth) ? where - 9'(Depth) : where)
          && half == (place_q[Bits] ^ (where >= 9'(Depth)))));
      assert (age_q != 8'(Depth + 1) || read == word_q);
    end
    cover (rst_ni && age_q == 8'd2 && word_q[0]);
  end
endmodule : formal_delay_block
`default_nettype wire
