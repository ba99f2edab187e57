// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Cuts beat 0 down to what the rules need: VLAN tags out first (three constant offsets), then the layer 4 window behind an IPv4 or
// IPv6 header (two constant offsets). Bytes behind the end of the frame come out as they lie on the bus; the checks against the
// length belong to syngate_parse_classify.
// Does not: judge anything, follow IPv4 options or IPv6 extension headers.
// Latency: 2 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_headers (
    input  wire                         clk_i,
    input  wire                         rst_ni,
    // beat 0
    input  wire                         valid_i,
    input  wire  [1023:0]               data_i,
    input  wire  syngate_pkg::frame_t   frame_i,
    // layer 2 and 3
    output logic                        valid_o,
    output logic                        group_o,           // group bit of the destination MAC
    output logic                        bad_fcs_o,
    output logic                        bad_length_o,      // L < 60 or L > 9216
    output logic                        is4_o,
    output logic                        is6_o,
    output logic                        ip_checksum_ok_o,
    output logic                        tcp_checksum_ok_o,
    output logic [79:0]                 ip_o,              // first 10 bytes of the IP header
    output logic [127:0]                saddr_be_o,        // IPv4 in 31:0
    output logic [127:0]                daddr_be_o,
    output logic [13:0]                 l3_length_o,       // L - l2; wrong only for runts
    output logic [16:0]                 ip_length_o,       // as the IP header says it, IPv6 with its 40 bytes
    // layer 4
    output logic                        tcp_o,             // TCP is visible
    output logic                        icmp_o,            // IPv4 protocol 1, IPv6 next header 58
    output logic [5:0]                  options_length_o,  // 4 * doff - 20, 0 for doff < 5
    output logic [479:0]                l4_o               // 60 bytes from l4
);
  // ---- without tags: 100 bytes from l3 ----
  logic [799:0] l3_q;
  logic         valid_q;
  logic         group_q, bad_fcs_q, is4_q, is6_q, ip_ok_q, tcp_ok_q;
  logic [13:0]  length_q;
  logic [4:0]   l2_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      valid_o <= 1'b0;
    end else begin
      valid_q <= valid_i;
      valid_o <= valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      if (frame_i.tags == 2'd0) l3_q <= data_i[8*14+:800];
      else if (frame_i.tags == 2'd1) l3_q <= data_i[8*18+:800];
      else l3_q <= data_i[8*22+:800];
      group_q   <= data_i[0];
      bad_fcs_q <= frame_i.bad_fcs;
      is4_q     <= frame_i.is4;
      is6_q     <= frame_i.is6;
      ip_ok_q   <= frame_i.ip_checksum_ok;
      tcp_ok_q  <= frame_i.tcp_checksum_ok;
      length_q  <= frame_i.length;
      l2_q      <= {1'b0, frame_i.tags, 2'b10} + 5'd12;
    end
  end

  // ---- IPv4 or IPv6 ----
  logic [3:0] doff;
  assign doff = is6_q ? l3_q[8*52+4+:4] : l3_q[8*32+4+:4];

  always_ff @(posedge clk_i) begin
    if (valid_q) begin
      group_o           <= group_q;
      bad_fcs_o         <= bad_fcs_q;
      bad_length_o      <= length_q < 14'(syngate_pkg::FRAME_BYTES_MIN) || length_q > 14'(syngate_pkg::FRAME_BYTES_MAX);
      is4_o             <= is4_q;
      is6_o             <= is6_q;
      ip_checksum_ok_o  <= ip_ok_q;
      tcp_checksum_ok_o <= tcp_ok_q;
      ip_o              <= l3_q[79:0];
      l3_length_o       <= length_q - {9'd0, l2_q};
      options_length_o  <= doff < 4'd5 ? 6'd0 : {doff - 4'd5, 2'b00};
      if (is6_q) begin
        saddr_be_o  <= l3_q[8*8+:128];
        daddr_be_o  <= l3_q[8*24+:128];
        ip_length_o <= {1'b0, l3_q[39:32], l3_q[47:40]} + 17'd40;
        tcp_o       <= l3_q[55:48] == 8'd6;
        icmp_o      <= l3_q[55:48] == 8'd58;
        l4_o        <= l3_q[8*40+:480];
      end else begin
        saddr_be_o  <= {96'd0, l3_q[8*12+:32]};
        daddr_be_o  <= {96'd0, l3_q[8*16+:32]};
        ip_length_o <= {1'b0, l3_q[23:16], l3_q[31:24]};
        tcp_o       <= is4_q && l3_q[3:0] == 4'd5 && l3_q[52:48] == 5'd0 && l3_q[63:56] == 8'd0 && l3_q[79:72] == 8'd6;
        icmp_o      <= is4_q && l3_q[79:72] == 8'd1;
        l4_o        <= l3_q[8*20+:480];
      end
    end
  end

  logic unused_x;
  assign unused_x = &{1'b0, frame_i.id, data_i[8*14-1:1], data_i[1023:8*122]};
endmodule : syngate_parse_headers
`default_nettype wire
