// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_cookie_timestamp, for all clocks, offsets and options. No assumptions.
module formal_cookie_timestamp (
    input wire        clk_i,
    input wire [31:0] ms_i,
    input wire [25:0] offset_i,
    input wire        wscale_ok_i,
    input wire [3:0]  wscale_i,
    input wire        sack_ok_i,
    input wire        ecn_ok_i
);
  logic [31:0] tsval, clock;
  syngate_cookie_timestamp u_dut (
      .clk_i, .ms_i, .offset_i, .wscale_ok_i, .wscale_i, .sack_ok_i, .ecn_ok_i, .tsval_o(tsval), .clock_o(clock));

  // The inputs of two clocks ago.
  logic [31:0] ms_1, ms_2, offset_1, offset_2, behind;
  logic [5:0]  options_1, options_2;
  logic [1:0]  filled = 2'd0;
  always_ff @(posedge clk_i) begin
    filled    <= {filled[0], 1'b1};
    ms_1      <= ms_i;
    ms_2      <= ms_1;
    offset_1  <= {offset_i, 6'd0};
    offset_2  <= offset_1;
    options_1 <= {ecn_ok_i, sack_ok_i, wscale_ok_i ? wscale_i : 4'hf};
    options_2 <= options_1;
  end
  assign behind = ms_2 + offset_2 - tsval;

  always_ff @(posedge clk_i) begin
    if (filled[1]) begin
      // The low six bits of TSval are the options: ECN, SACK-permitted, and the window scale or 15.
      timestamp_options : assert (tsval[5:0] == options_2);
      // TSval is never in the future of the flow's clock and at most 63 ms in its past, wrap of the clock included.
      timestamp_not_in_future : assert (behind < 32'd64);
      // 64 is taken off exactly when the options would put TSval in the future.
      timestamp_minus_64 : assert (tsval[31:6] == ms_2[31:6] + offset_2[31:6] - (options_2 > ms_2[5:0] ? 26'd1 : 26'd0));
      // The clock in a hand-off is the millisecond clock plus the flow's offset, to the millisecond.
      timestamp_clock : assert (clock == ms_2 + offset_2);
      cover (behind == 32'd63 && ms_2 == 32'd5);
      cover (behind == 32'd0);
    end
  end
endmodule : formal_cookie_timestamp
`default_nettype wire
