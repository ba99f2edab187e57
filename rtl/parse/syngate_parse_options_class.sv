// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Says for four byte positions of the TCP options what an option that started there would be and where the next would start;
// whether one starts there is for syngate_parse_options_step. Position 63 stands for "the walk ends".
// 11 bits a position: {stamp, sack, timestamps, wscale, mss, next[5:0]}.
// An option counts only if it ends within the option bytes, so a kind without a length needs no test of its own: no length of 2 or
// more fits there. The walk ends at their last byte, so positions behind it are never asked for.
// Does not: look at positions together.
// Two steps: what the bytes are, each by itself | what they make together.
// Latency: 2 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_options_class #(
    parameter int unsigned First = 0  // first of the four positions, 0 to 36
) (
    input  wire         clk_i,
    input  wire  [55:0] bytes_i,    // the bytes at First to First + 6
    input  wire  [5:0]  length_i,   // option bytes, 0 to 40
    input  wire  [15:0] exid_be_i,
    output logic [43:0] class_o
);
  if (First > 36 || First % 4 != 0) begin : gen_bad_first
    $fatal(1, "syngate_parse_options_class: First must be a multiple of 4, at most 36");
  end

  // Option bytes are a multiple of four: of these four positions and what follows, in fours.
  logic [3:0] left, left_less;
  assign left      = length_i[5:2] - 4'(First / 4);
  assign left_less = left - 4'd1;

  for (genvar p = 0; p < 4; p++) begin : gen_position
    logic [7:0] kind, size;
    logic [5:0] remaining;  // option bytes from here on, meaningless behind their end
    assign kind      = bytes_i[8*p+:8];
    assign size      = bytes_i[8*p+8+:8];
    assign remaining = p == 0 ? {left, 2'd0} : {left_less, 2'(4 - p)};

    logic nop_q, fits_q, ends_q, nop_ends_q, stamp_q, sack_q, timestamps_q, wscale_q, mss_q, exid_q, value_q;
    logic size_2_q, size_3_q, size_4_q, size_10_q, size_long_q;
    logic [5:0] after_q;
    always_ff @(posedge clk_i) begin
      nop_q        <= kind == 8'd1;
      stamp_q      <= kind == 8'(syngate_pkg::STAMP_KIND);
      sack_q       <= kind == 8'd4;
      timestamps_q <= kind == 8'd8;
      wscale_q     <= kind == 8'd3;
      mss_q        <= kind == 8'd2;
      fits_q       <= kind != 8'd0 && size[7:6] == 2'd0 && size[5:1] != 5'd0 && size[5:0] <= remaining;
      ends_q       <= size[5:0] == remaining;
      nop_ends_q   <= remaining == 6'd1;
      size_2_q     <= size == 8'd2;
      size_3_q     <= size == 8'd3;
      size_4_q     <= size == 8'd4;
      size_10_q    <= size == 8'd10;
      size_long_q  <= size[5:2] != 4'd0;
      exid_q       <= bytes_i[8*p+16+:16] == exid_be_i;
      value_q      <= bytes_i[8*p+16+:16] != 16'd0;
      after_q      <= 6'(First + p) + size[5:0];
    end

    always_ff @(posedge clk_i) begin
      if (nop_q) class_o[11*p+:11] <= {5'd0, nop_ends_q ? 6'd63 : 6'(First + p + 1)};
      else if (!fits_q) class_o[11*p+:11] <= {5'd0, 6'd63};
      else begin
        class_o[11*p+:11] <= {stamp_q && size_long_q && exid_q, sack_q && size_2_q, timestamps_q && size_10_q,
            wscale_q && size_3_q, mss_q && size_4_q && value_q, ends_q ? 6'd63 : after_q};
      end
    end
  end
  logic unused_length;
  assign unused_length = &{1'b0, length_i[1:0]};
endmodule : syngate_parse_options_class
`default_nettype wire
