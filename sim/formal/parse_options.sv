// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Four byte positions of Linux's walk over TCP options, one after the other, from the bytes: what syngate_parse_options_step must do.
module formal_options_step #(
    parameter int unsigned First = 0
) (
    input  wire  [25:0]  state_i,   // {stamp, SACK, position of timestamps, window scale, MSS, next}; 63: none, or the walk has ended
    input  wire  [319:0] bytes_i,
    input  wire  [5:0]   length_i,
    input  wire  [15:0]  exid_i,
    output logic [25:0]  state_o,
    output logic         met_o,     // an option of two bytes or more starts here
    output logic         bad_o      // its length is below 2, or it runs past the end
);
  logic [343:0] padded;
  assign padded = {24'd0, bytes_i};
  always_comb begin
    state_o = state_i;
    met_o   = 1'b0;
    bad_o   = 1'b0;
    for (int p = First; p < First + 4; p++) begin
      if (state_o[5:0] == 6'(p)) begin
        if (padded[8*p+:8] == 8'd0) state_o[5:0] = 6'd63;
        else if (padded[8*p+:8] == 8'd1) state_o[5:0] = 6'(p + 1) == length_i ? 6'd63 : 6'(p + 1);
        else if (6'(p + 1) == length_i || padded[8*p+8+:8] < 8'd2 || 9'(padded[8*p+8+:8]) + 9'(p) > 9'(length_i)) begin
          state_o[5:0] = 6'd63;
          bad_o        = 1'b1;
        end else begin
          met_o = 1'b1;
          if (padded[8*p+:16] == 16'h0402 && padded[8*p+16+:16] != 16'd0) state_o[11:6] = 6'(p);
          if (padded[8*p+:16] == 16'h0303) state_o[17:12] = 6'(p);
          if (padded[8*p+:16] == 16'h0a08) state_o[23:18] = 6'(p);
          if (padded[8*p+:16] == 16'h0204) state_o[24] = 1'b1;
          if (padded[8*p+:8] == 8'd253 && padded[8*p+8+:8] >= 8'd4 && padded[8*p+16+:16] == {exid_i[7:0], exid_i[15:8]})
            state_o[25] = 1'b1;
          state_o[5:0] = 6'(9'(padded[8*p+8+:8]) + 9'(p)) == length_i ? 6'd63 : 6'(9'(padded[8*p+8+:8]) + 9'(p));
        end
      end
    end
  end
endmodule : formal_options_step

// One of the ten steps of the option walk, from any state in which the walk may reach it; the proof runs for each First. Chained they
// are the walk: each step hands its state to the next, the first is entered with position 0 or 63. Assumed: length is a multiple of 4
// and at most 40, as the data offset makes it; the step is entered as the step before leaves it, which is asserted of every step.
// The loop gets zeros for all bytes from the length on; so what the step really has there does not matter when both are equal.
module formal_parse_options #(
    parameter int unsigned First = 0
) (
    input wire         clk_i,
    input wire [3:0]   words_i,
    input wire [319:0] bytes_i,
    input wire [15:0]  exid_i,
    input wire [25:0]  from_i
);
  logic [5:0] length, length_q, length_q2, length_q3;
  logic started = 1'b0, started_q = 1'b0, started_q2 = 1'b0;
  logic [319:0] bytes_q, bytes_q2;
  logic [15:0] exid_q, exid_q2;
  logic [343:0] padded;
  logic [319:0] options;
  always_comb begin
    for (int b = 0; b < 40; b++) options[8*b+:8] = 6'(b) < length ? bytes_i[8*b+:8] : 8'd0;
  end
  assign length = {words_i, 2'b00};
  assign padded = {24'd0, bytes_i};
  always_comb assume (words_i <= 4'd10 && words_i != 4'd0);
  always_ff @(posedge clk_i) begin
    started    <= 1'b1;
    started_q  <= started;
    started_q2 <= started_q;
    {bytes_q, length_q, exid_q}    <= {options, length, exid_i};
    {bytes_q2, length_q2, exid_q2} <= {bytes_q, length_q, exid_q};
    length_q3 <= length_q2;
  end

  logic [43:0] classes;
  logic [25:0] got, want, want_q;
  logic met, bad, met_q, bad_q;
  syngate_parse_options_class #(.First(First)) u_class (
      .clk_i, .bytes_i(padded[8*First+:56]), .length_i(length), .exid_be_i({exid_i[7:0], exid_i[15:8]}),
      .class_o(classes));
  syngate_parse_options_step #(.First(First)) u_step (.clk_i, .state_i(from_i), .class_i(classes), .state_o(got));
  formal_options_step #(.First(First)) u_want (
      .state_i(from_i), .bytes_i(bytes_q2), .length_i(length_q2), .exid_i(exid_q2), .state_o(want), .met_o(met), .bad_o(bad));
  always_comb begin
    assume (from_i[5:0] == 6'd63 || (from_i[5:0] >= 6'(First) && from_i[5:0] < length_q2));
    assume (from_i[11:6] == 6'd63 || 7'(from_i[11:6]) + 7'd4 <= 7'(length_q2));
    assume (from_i[17:12] == 6'd63 || 7'(from_i[17:12]) + 7'd3 <= 7'(length_q2));
    assume (from_i[23:18] == 6'd63 || 7'(from_i[23:18]) + 7'd10 <= 7'(length_q2));
  end
  always_ff @(posedge clk_i) begin
    want_q <= want;
    met_q  <= met;
    bad_q  <= bad;
  end

  always_ff @(posedge clk_i) begin
    if (started_q2) begin
      // Every step does to the walk what Linux's loop does over the same four positions and nothing but the option bytes; the last
      // occurrence of an option wins.
      options_as_linux : assert (got == want_q);
      // The walk only goes forward and never stands at or behind the end of the options: a step leaves its four positions, and after
      // the tenth the walk has ended, whatever the bytes are.
      options_walk_ends : assert (got[5:0] == 6'd63 || (got[5:0] >= 6'(First + 4) && got[5:0] < length_q3));
      // An option whose length is below 2 or runs past the end stops the walk at once.
      options_bad_length_stops : assert (!bad_q || got[5:0] == 6'd63);
      // No MSS, window scale or timestamps option is taken that does not lie whole before the end of the options.
      options_inside : assert ((got[11:6] == 6'd63 || 7'(got[11:6]) + 7'd4 <= 7'(length_q3))
          && (got[17:12] == 6'd63 || 7'(got[17:12]) + 7'd3 <= 7'(length_q3))
          && (got[23:18] == 6'd63 || 7'(got[23:18]) + 7'd10 <= 7'(length_q3)));
      cover (bad_q);
      cover (met_q && got[17:12] == 6'(First + 1));
    end
  end
endmodule : formal_parse_options
`default_nettype wire
