// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// One destination entry: holds what is compared and compares it with the frame: 16 bits of the address each by itself | all together.
// It is written one clock after write_i of syngate_parse_destination; index and value are held by the writer.
// Does not: know of other entries, hold what the frame gets from it.
// Latency: 2 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_destination_entry (
    input  wire                        clk_i,
    // write, if here_i says that it is this entry
    input  wire                        here_i,
    input  wire                        write_i,
    input  wire  syngate_pkg::dest_t   value_i,
    // frame
    input  wire                        used_i,       // the entry, which syngate_parse_destination knows
    input  wire                        is6_i,
    input  wire  [127:0]               daddr_be_i,
    input  wire  [15:0]                dport_i,
    // results
    output logic                       tcp_hit_o,    // family, prefix and port range match
    output logic                       ip_always_o   // family and prefix match, and the mode is always
);
  // ---- the entry ----
  logic        is6_q, always_q;
  logic [63:0] prefix_high_q, prefix_low_q, mask_high_q, mask_low_q;
  logic [15:0] port_first_q, port_last_q;
  always_ff @(posedge clk_i) begin
    if (write_i) begin
      if (here_i) begin
        is6_q         <= value_i.is6;
        always_q      <= value_i.mode == syngate_pkg::ModeAlways;
        prefix_high_q <= value_i.prefix_be[127:64];
        prefix_low_q  <= value_i.prefix_be[63:0];
        mask_high_q   <= value_i.mask_be[127:64];
        mask_low_q    <= value_i.mask_be[63:0];
        port_first_q  <= value_i.port_first;
        port_last_q   <= value_i.port_last;
      end
    end
  end

  // ---- match ----
  logic [127:0] differ;
  assign differ = {(daddr_be_i[127:64] ^ prefix_high_q) & mask_high_q, (daddr_be_i[63:0] ^ prefix_low_q) & mask_low_q};

  logic [7:0] differ_q;  // a bit for 16 of the address
  logic       tcp_q, ip_q;
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 8; i++) differ_q[i] <= differ[16*i+:16] != 16'd0;
    tcp_q <= used_i && is6_q == is6_i && dport_i >= port_first_q && dport_i <= port_last_q;
    ip_q  <= used_i && is6_q == is6_i && always_q;

    tcp_hit_o   <= tcp_q && differ_q == 8'd0;
    ip_always_o <= ip_q && differ_q == 8'd0;
  end
  logic unused_x;
  assign unused_x = &{1'b0, value_i.used, value_i.mss, value_i.wscale, value_i.stamp_key_id, value_i.window_ts, value_i.window_nots};
endmodule : syngate_parse_destination_entry
`default_nettype wire
