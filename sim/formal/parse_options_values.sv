// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The last part of syngate_parse_options, from any result of the walk. Assumed: the positions lie where the steps may leave them
// (proof parse_options).
module formal_parse_options_values (
    input wire         clk_i,
    input wire [319:0] bytes_i,
    input wire [5:0]   length_i,
    input wire [15:0]  exid_i
);
  logic stamp, sack_ok, ts_ok, wscale_ok, mss_ok;
  logic [31:0] tsval, tsecr;
  logic [7:0] wscale;
  logic [15:0] mss;
  syngate_parse_options u_dut (
      .clk_i, .rst_ni(1'b1), .valid_i(1'b1), .length_i, .bytes_i, .exid_i, .stamp_o(stamp), .sack_ok_o(sack_ok), .ts_ok_o(ts_ok),
      .tsval_be_o(tsval), .tsecr_be_o(tsecr), .wscale_ok_o(wscale_ok), .wscale_o(wscale), .mss_ok_o(mss_ok), .mss_o(mss));
  // Inside the module: the walk's result and the frame's option bytes beside it.
  logic [25:0] found, found_1, found_2;
  logic [319:0] late, late_1, late_2;
  logic [1:0] filled = 2'd0;
  always_ff @(posedge clk_i) begin
    filled  <= {filled[0], 1'b1};
    {found_1, late_1} <= {found, late};
    {found_2, late_2} <= {found_1, late_1};
  end
  always_comb begin
    assume (found[11:6] == 6'd63 || found[11:6] <= 6'd36);
    assume (found[17:12] == 6'd63 || found[17:12] <= 6'd37);
    assume (found[23:18] == 6'd63 || found[23:18] <= 6'd30);
  end
  logic [319:0] mss_2, wscale_2, ts_2;
  assign mss_2    = late_2 >> {found_2[11:6], 3'd0};
  assign wscale_2 = late_2 >> {found_2[17:12], 3'd0};
  assign ts_2     = late_2 >> {found_2[23:18], 3'd0};
  always_ff @(posedge clk_i) begin
    if (filled[1]) begin
      // The values handed on are those at the positions that the walk found: MSS in host order, timestamps as on the wire.
      options_values : assert (found_2[11:6] == 6'd63 ? !mss_ok && mss == 16'd0 : mss_ok && mss == {mss_2[23:16], mss_2[31:24]});
      // So is the window scale, and the two timestamps are eight bytes in a row.
      options_values_more : assert ((found_2[17:12] == 6'd63 ? !wscale_ok && wscale == 8'd0 : wscale_ok && wscale == wscale_2[23:16])
          && (found_2[23:18] == 6'd63 ? !ts_ok && {tsecr, tsval} == 64'd0 : ts_ok && {tsecr, tsval} == ts_2[79:16])
          && {stamp, sack_ok} == found_2[25:24]);
      cover (ts_ok && mss == 16'd1460 && wscale == 8'd7);
    end
  end
endmodule : formal_parse_options_values
`default_nettype wire
