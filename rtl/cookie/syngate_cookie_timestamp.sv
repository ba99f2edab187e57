// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Linux's timestamp encoding: the client's options in the low six bits of TSval, never in the future.
//    31 ........... 6   5    4    3..0
//   [ milliseconds    |ECN|SACK|wscale or 15 ]   minus 64 when that would exceed now; plus the flow's offset
// Does not: know whether the client sent timestamps. Latency: 2 clocks. Throughput: one frame a clock.
// Backpressure: none. Drops: none.
module syngate_cookie_timestamp (
    input  wire         clk_i,
    input  wire  [31:0] ms_i,
    input  wire  [25:0] offset_i,     // / 64
    input  wire         wscale_ok_i,
    input  wire  [ 3:0] wscale_i,
    input  wire         sack_ok_i,
    input  wire         ecn_ok_i,
    output logic [31:0] tsval_o,      // host order
    output logic [31:0] clock_o       // the flow's clock now, not quantised
);
  logic [5:0] options;
  assign options = {ecn_ok_i, sack_ok_i, wscale_ok_i ? wscale_i : 4'hf};

  logic [25:0] high_q;
  logic [5:0]  options_q, low_q;
  logic        future_q;
  always_ff @(posedge clk_i) begin
    future_q  <= options > ms_i[5:0];
    high_q    <= ms_i[31:6] + offset_i;
    options_q <= options;
    low_q     <= ms_i[5:0];

    // The offset's low six bits are zero: both sums are sums of the upper 26 bits.
    tsval_o <= {high_q - {25'd0, future_q}, options_q};
    clock_o <= {high_q, low_q};
  end
endmodule : syngate_cookie_timestamp
`default_nettype wire
