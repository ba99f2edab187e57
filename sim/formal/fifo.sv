// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_fifo, seen at one word that the solver marks when it goes in. Assumed: nothing is written
// when free_o is 0 and nothing read without valid_o (a promise of it in every simulation). Reset may come at any time.
module formal_fifo #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 64
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire             write_i,
    input wire [Width-1:0] data_i,
    input wire             read_i,
    input wire             mark_i
);
  localparam int unsigned Bits = $clog2(Depth);
  logic [Bits:0] free, count;
  logic valid;
  logic [Width-1:0] data;
  syngate_fifo #(.Width(Width), .Depth(Depth)) u_dut (
      .clk_i, .rst_ni, .write_i, .data_i, .free_o(free), .valid_o(valid), .data_o(data), .read_i);
  assign count = (Bits + 1)'(Depth) - free;

  logic [Bits:0] ahead_q;       // words in front of the marked one
  // Inside the module: pointers, the word behind the memory's output, and the word at the marked place.
  logic [Bits-1:0] write_at, read_at;
  logic [Width-1:0] inner, fetched;
  logic fetched_valid;
  logic [Bits:0] behind, stored;   // words behind the memory, and in it
  assign behind = (Bits + 1)'(valid) + (Bits + 1)'(fetched_valid);
  assign stored = count - behind;
  logic [Bits-1:0] expected;       // where the marked word must lie, unless it is behind the memory
  assign expected = read_at + ahead_q[Bits-1:0] - behind[Bits-1:0];

  logic started = 1'b0;
  logic marked_q;               // the marked word is in the FIFO
  logic [Bits-1:0] place_q;     // where it was written
  logic [Width-1:0] word_q;
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (!rst_ni) marked_q <= 1'b0;
    else if (marked_q) begin
      if (read_i) begin
        ahead_q <= ahead_q - 1'b1;
        if (ahead_q == '0) marked_q <= 1'b0;
      end
    end else if (write_i && mark_i) begin
      marked_q <= 1'b1;
      place_q  <= write_at;
      ahead_q  <= count - (Bits + 1)'(read_i);
      word_q   <= data_i;
    end
  end
  logic [1:0] waited_q;  // clocks with words inside and none offered
  always_ff @(posedge clk_i) begin
    if (!rst_ni || valid || count == '0) waited_q <= 2'd0;
    else waited_q <= waited_q + 2'd1;
  end
  always_comb begin
    assume (started || !rst_ni);
    assume (!write_i || free != '0);
    assume (!read_i || valid);
  end

  always_ff @(posedge clk_i) begin
    if (started && rst_ni) begin
      // A word comes out unchanged exactly when all words that went in before it have come out: none is lost, doubled or overtaken.
      fifo_order : assert (!(marked_q && ahead_q == '0 && valid) || data == word_q);
      // The marked word is still inside as long as it has not come out.
      fifo_no_loss : assert (!marked_q || ahead_q < count);
      // The count is exact: words in the memory and behind it; nothing is offered when there is none.
      fifo_count : assert (count <= (Bits + 1)'(Depth) && stored[Bits-1:0] == write_at - read_at && count >= behind);
      // A word in front of which there is none is offered at most two clocks after it could be fetched.
      fifo_offered : assert (waited_q <= 2'd2);
      // Helpers of the induction.
      assert (fetched_valid || stored <= (Bits + 1)'(1));
      assert (!marked_q || ahead_q < behind || (inner == word_q && place_q == expected));
      assert (!marked_q || ahead_q != (Bits + 1)'(valid) || !fetched_valid || fetched == word_q);
      assert (waited_q != 2'd1 || valid || fetched_valid);
      assert (waited_q != 2'd2 || valid);
      cover (marked_q && ahead_q == '0 && read_i && word_q[0] && count == (Bits + 1)'(2));
    end
  end
endmodule : formal_fifo
`default_nettype wire
