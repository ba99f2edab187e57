// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// One destination entry: holds it and compares it with the frame.
// What is compared is written one clock, what is read out three clocks after write_i, so that a frame meets either the old entry in
// both places or the new one (see syngate_parse_destination). index and value are held by the writer for those clocks.
// Does not: know of other entries.
// Latency: 1 clock (match). Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_destination_entry (
    input  wire                        clk_i,
    // write, if here_i says that it is this entry
    input  wire                        here_i,
    input  wire                        write_match_i,
    input  wire                        write_result_i,
    input  wire  syngate_pkg::dest_t   value_i,
    // frame
    input  wire                        used_i,       // the entry, which syngate_parse_destination knows
    input  wire                        valid_i,
    input  wire                        is6_i,
    input  wire  [127:0]               daddr_be_i,
    input  wire  [15:0]                dport_i,
    // results
    output logic                       tcp_hit_o,    // family, prefix and port range match
    output logic                       ip_always_o,  // family and prefix match, and the mode is always
    output logic [56:0]                result_o      // {always, mss, wscale, key id, window with and without timestamps}
);
  logic        is6_q, always_q;
  logic [63:0] prefix_high_q, prefix_low_q, mask_high_q, mask_low_q;
  logic [15:0] port_first_q, port_last_q;
  logic        always_value;
  assign always_value = value_i.mode == syngate_pkg::ModeAlways;

  // ---- the entry ----
  always_ff @(posedge clk_i) begin
    if (write_match_i) begin
      if (here_i) begin
        is6_q         <= value_i.is6;
        always_q      <= always_value;
        prefix_high_q <= value_i.prefix_be[127:64];
        prefix_low_q  <= value_i.prefix_be[63:0];
        mask_high_q   <= value_i.mask_be[127:64];
        mask_low_q    <= value_i.mask_be[63:0];
        port_first_q  <= value_i.port_first;
        port_last_q   <= value_i.port_last;
      end
    end
    if (write_result_i) begin
      if (here_i)
        result_o <= {always_value, value_i.mss, value_i.wscale, value_i.stamp_key_id, value_i.window_ts, value_i.window_nots};
    end
  end

  // ---- match ----
  function automatic logic covers(input logic [63:0] low, input logic [63:0] high, input logic [63:0] prefix_low,
                                  input logic [63:0] prefix_high, input logic [63:0] mask_low, input logic [63:0] mask_high);
    covers = (((low ^ prefix_low) & mask_low) | ((high ^ prefix_high) & mask_high)) == 64'd0;
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      if (used_i && is6_q == is6_i
          && covers(daddr_be_i[63:0], daddr_be_i[127:64], prefix_low_q, prefix_high_q, mask_low_q, mask_high_q)) begin
        tcp_hit_o   <= dport_i >= port_first_q && dport_i <= port_last_q;
        ip_always_o <= always_q;
      end else begin
        tcp_hit_o   <= 1'b0;
        ip_always_o <= 1'b0;
      end
    end
  end
  logic unused_x;
  assign unused_x = &{1'b0, value_i.used};
endmodule : syngate_parse_destination_entry
`default_nettype wire
