// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Says for four byte positions of the TCP options what an option that started there would be and where the next would start;
// whether one starts there is for syngate_parse_options_step. Position 63 stands for "the walk ends".
// 11 bits a position: {stamp, sack, timestamps, wscale, mss, next[5:0]}.
// An option counts only if it ends within the option bytes, so a kind without a length needs no test of its own: no length of 2 or
// more fits there. The walk ends at their last byte, so positions behind it are never asked for.
// Does not: look at positions together.
// Latency: 1 clock. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_options_class #(
    parameter int unsigned First = 0  // first of the four positions, 0 to 36
) (
    input  wire         clk_i,
    input  wire         enable_i,   // the frame has options
    input  wire  [55:0] bytes_i,    // the bytes at First to First + 6
    input  wire  [5:0]  length_i,   // option bytes, 0 to 40
    input  wire  [15:0] exid_be_i,
    output logic [43:0] class_o
);
  if (First > 36 || First % 4 != 0) begin : gen_bad_first
    $fatal(1, "syngate_parse_options_class: First must be a multiple of 4, at most 36");
  end

  function automatic logic [10:0] class_of(input logic [31:0] option, input logic [5:0] position, input logic [5:0] length,
                                           input logic [15:0] exid_be);
    logic [7:0]  kind, size;
    logic [15:0] value;
    logic [6:0]  after;
    logic [5:0]  next;
    kind  = option[7:0];
    size  = option[15:8];
    value = option[31:16];
    after = {1'b0, position} + (kind == 8'd1 ? 7'd1 : {1'b0, size[5:0]});
    next  = after == {1'b0, length} ? 6'd63 : after[5:0];
    if (kind == 8'd1) class_of = {5'd0, next};
    else if (kind == 8'd0 || size[7:6] != 2'd0 || size[5:1] == 5'd0 || after > {1'b0, length}) class_of = {5'd0, 6'd63};
    else
      class_of = {
        kind == 8'(syngate_pkg::STAMP_KIND) && size[5:2] != 4'd0 && value == exid_be,
        kind == 8'd4 && size == 8'd2,
        kind == 8'd8 && size == 8'd10,
        kind == 8'd3 && size == 8'd3,
        kind == 8'd2 && size == 8'd4 && value != 16'd0,
        next
      };
  endfunction

  always_ff @(posedge clk_i) begin
    if (enable_i && length_i > 6'(First)) begin
      class_o[10:0]  <= class_of(bytes_i[31:0], 6'(First), length_i, exid_be_i);
      class_o[21:11] <= class_of(bytes_i[39:8], 6'(First + 1), length_i, exid_be_i);
      class_o[32:22] <= class_of(bytes_i[47:16], 6'(First + 2), length_i, exid_be_i);
      class_o[43:33] <= class_of(bytes_i[55:24], 6'(First + 3), length_i, exid_be_i);
    end
  end
endmodule : syngate_parse_options_class
`default_nettype wire
