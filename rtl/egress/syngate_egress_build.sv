// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Builds the two frames that the box writes itself, SYN-ACK and hand-off, from metadata: never from the passing frame.
//   1 TCP header, options, IP header without checksums   2 to 6 sums, by twos   7 to 9 fold   10 checksums in, layer 2 in front
// Does not: decide which of them is wanted (verdict reply: SYN-ACK, anything else: hand-off). Byte 0 of a frame is in bits 7:0.
// Latency: 10 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_egress_build (
    input  wire                          clk_i,
    input  wire                          rst_ni,
    input  wire syngate_pkg::meta_t      meta_i,
    input  wire syngate_pkg::decision_t  decision_i,
    input  wire  [15:0]                  exid_i,
    output logic [911:0]                 frame_o,   // 114 bytes, zeros behind the end
    output logic [6:0]                   length_o   // at least 60
);
  // ---- 1: TCP ----
  logic reply;
  logic [15:0] sport, dport, window;
  logic [31:0] seq, ack;
  logic [7:0]  flags;
  logic [5:0]  option_bytes;
  logic [95:0] timestamps;   // 12 bytes
  logic [159:0] stamp;       // 20 bytes
  logic [255:0] options;     // 32 bytes
  logic [159:0] tcp;
  logic [31:0] mss_option, wscale_option;
  assign reply = decision_i.verdict == syngate_pkg::VerdictReply;
  always_comb begin
    sport  = reply ? meta_i.dport_be : meta_i.sport_be;
    dport  = reply ? meta_i.sport_be : meta_i.dport_be;
    seq    = reply ? decision_i.cookie : meta_i.seq;
    ack    = reply ? meta_i.seq + 32'd1 : meta_i.ack;
    flags  = reply ? {1'b0, meta_i.ecn_ok && meta_i.ts_ok, 6'b010010} : 8'b00010000;
    window = reply ? syngate_pkg::bswap16(meta_i.dest_window) : meta_i.window_be;

    // First byte in the low bits: read each line from right to left.
    mss_option    = {syngate_pkg::bswap16(meta_i.dest_mss), 8'd4, 8'd2};
    wscale_option = meta_i.wscale_ok ? {4'd0, meta_i.dest_wscale, 8'd3, 8'd3, 8'd1} : 32'd0;
    timestamps = reply
        ? {meta_i.tsval_be, syngate_pkg::bswap32(decision_i.tsval), 8'd10, 8'd8, meta_i.sack_ok ? 16'h0204 : 16'h0101}
        : {meta_i.tsecr_be, meta_i.tsval_be, 8'd10, 8'd8, 16'h0101};
    stamp = {decision_i.stamp_mac, syngate_pkg::bswap32(decision_i.stamp_clock), syngate_pkg::bswap16(decision_i.stamp_mss),
        3'd0, meta_i.ts_ok, meta_i.dest_wscale, 4'(syngate_pkg::STAMP_VERSION), meta_i.dest_key_id,
        syngate_pkg::bswap16(exid_i), 8'(syngate_pkg::STAMP_BYTES), 8'(syngate_pkg::STAMP_KIND)};
    if (reply) begin
      options      = meta_i.ts_ok ? {96'd0, wscale_option, timestamps, mss_option} : {224'd0, mss_option};
      option_bytes = !meta_i.ts_ok ? 6'd4 : meta_i.wscale_ok ? 6'd20 : 6'd16;
    end else begin
      options      = meta_i.ts_ok ? {stamp, timestamps} : {96'd0, stamp};
      option_bytes = meta_i.ts_ok ? 6'd32 : 6'd20;
    end
    tcp = {32'd0, window, flags, 4'(6'd5 + (option_bytes >> 2)), 4'd0, syngate_pkg::bswap32(ack), syngate_pkg::bswap32(seq),
        dport, sport};
  end

  // ---- 1: IP, as 40 bytes of which IPv4 uses the first 20 ----
  logic [127:0] saddr, daddr;
  logic [15:0]  tcp_bytes;
  logic [319:0] ip4, ip6;
  logic [7:0]   hops, traffic_class;
  logic [19:0]  flow_label;
  always_comb begin
    saddr         = reply ? meta_i.daddr_be : meta_i.saddr_be;
    daddr         = reply ? meta_i.saddr_be : meta_i.daddr_be;
    hops          = reply ? 8'd64 : meta_i.ttl;
    traffic_class = reply ? 8'd0 : meta_i.traffic_class;
    flow_label    = reply ? 20'd0 : meta_i.flow_label;
    tcp_bytes     = 16'd20 + {10'd0, option_bytes};
    ip4 = {160'd0, daddr[31:0], saddr[31:0], 16'd0, 8'd6, hops, 16'h0040, 16'd0, syngate_pkg::bswap16(tcp_bytes + 16'd20),
        traffic_class, 8'h45};
    ip6 = {daddr, saddr, hops, 8'd6, syngate_pkg::bswap16(tcp_bytes),
        flow_label[7:0], flow_label[15:8], traffic_class[3:0], flow_label[19:16], 4'd6, traffic_class[7:4]};
  end

  logic [319:0] ip_1;
  logic [415:0] tcp_1;  // 52 bytes
  logic [175:0] l2_1;
  logic [1:0]   tags_1;
  logic         is6_1;
  logic [31:0]  hops_1;  // the IPv6 word with hop limit, of which the pseudo header's sum takes part; 0 for IPv4
  logic [15:0]  tcp_bytes_1, ethertype;
  logic [47:0]  dmac, smac;
  assign dmac      = reply ? meta_i.smac_be : meta_i.dmac_be;
  assign smac      = reply ? meta_i.dmac_be : meta_i.smac_be;
  assign ethertype = meta_i.is6 ? 16'hdd86 : 16'h0008;
  always_ff @(posedge clk_i) begin
    ip_1        <= meta_i.is6 ? ip6 : ip4;
    tcp_1       <= {options, tcp};
    tags_1      <= meta_i.tags;
    is6_1       <= meta_i.is6;
    tcp_bytes_1 <= tcp_bytes;
    hops_1      <= meta_i.is6 ? ip6[95:64] : 32'd0;
    case (meta_i.tags)
      2'd0: l2_1 <= {64'd0, ethertype, smac, dmac};
      2'd1: l2_1 <= {32'd0, ethertype, meta_i.vlan_be[31:0], smac, dmac};
      default: l2_1 <= {ethertype, meta_i.vlan_be, smac, dmac};
    endcase
  end

  // ---- 2 to 6: sums of 32-bit words as they lie; the byte order of a one's complement sum does not matter ----
  // The TCP sum: 13 words, the addresses (IPv4: bytes 12 to 19; IPv6: bytes 8 to 39, zeros for IPv4), protocol and length.
  logic [32:0] two_2[11];
  logic [33:0] four_3[6];
  logic [34:0] eight_4[3];
  logic [35:0] most_5, rest_5;
  logic [36:0] total_6;
  logic [32:0] ip_two_2[2];
  logic [31:0] ip_last_2, ip_last_3;
  logic [33:0] ip_four_3;
  logic [34:0] ip_sum_4;
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 6; i++) two_2[i] <= 33'(tcp_1[64*i+:32]) + 33'(tcp_1[64*i+32+:32]);
    two_2[6]  <= 33'(tcp_1[415:384]) + 33'(syngate_pkg::bswap16(tcp_bytes_1 + 16'd6));
    two_2[7]  <= 33'(ip_1[127:96]) + 33'(ip_1[159:128]);
    two_2[8]  <= 33'(hops_1) + 33'(ip_1[191:160]);
    two_2[9]  <= 33'(ip_1[223:192]) + 33'(ip_1[255:224]);
    two_2[10] <= 33'(ip_1[287:256]) + 33'(ip_1[319:288]);
    for (int i = 0; i < 5; i++) four_3[i] <= 34'(two_2[2*i]) + 34'(two_2[2*i+1]);
    four_3[5] <= 34'(two_2[10]);
    for (int i = 0; i < 3; i++) eight_4[i] <= 35'(four_3[2*i]) + 35'(four_3[2*i+1]);
    most_5  <= 36'(eight_4[0]) + 36'(eight_4[1]);
    rest_5  <= 36'(eight_4[2]);
    total_6 <= 37'(most_5) + 37'(rest_5);

    for (int i = 0; i < 2; i++) ip_two_2[i] <= 33'(ip_1[64*i+:32]) + 33'(ip_1[64*i+32+:32]);
    ip_last_2 <= ip_1[159:128];
    ip_four_3 <= 34'(ip_two_2[0]) + 34'(ip_two_2[1]);
    ip_last_3 <= ip_last_2;
    ip_sum_4  <= 35'(ip_four_3) + 35'(ip_last_3);
  end

  // ---- 7 to 9: fold ----
  logic [16:0] tcp_7, tcp_8, ip_5, ip_6;
  logic [4:0]  tcp_carry_7;
  logic [2:0]  ip_carry_5;
  logic [15:0] tcp_sum_9, ip_sum_7, ip_sum_9;
  always_ff @(posedge clk_i) begin
    tcp_7       <= {1'b0, total_6[15:0]} + {1'b0, total_6[31:16]};
    tcp_carry_7 <= total_6[36:32];
    tcp_8       <= {1'b0, tcp_7[15:0]} + {12'd0, tcp_carry_7} + {16'd0, tcp_7[16]};
    tcp_sum_9   <= tcp_8[15:0] + {15'd0, tcp_8[16]};
    ip_5        <= {1'b0, ip_sum_4[15:0]} + {1'b0, ip_sum_4[31:16]};
    ip_carry_5  <= ip_sum_4[34:32];
    ip_6        <= {1'b0, ip_5[15:0]} + {14'd0, ip_carry_5} + {16'd0, ip_5[16]};
    ip_sum_7    <= ip_6[15:0] + {15'd0, ip_6[16]};
  end
  syngate_delay #(.Width(16), .Clocks(2)) u_delay_ip_sum (.clk_i, .rst_ni, .data_i(ip_sum_7), .data_o(ip_sum_9));

  // ---- what waits ----
  logic [319:0] ip_9;
  logic [399:0] tcp_9;  // without the checksum
  logic [175:0] l2_9;
  logic [1:0]   tags_9;
  logic         is6_9;
  logic [6:0]   tcp_bytes_9;
  syngate_delay #(.Width(906), .Clocks(8)) u_delay_wait (
      .clk_i, .rst_ni, .data_i({ip_1, tcp_1[415:144], tcp_1[127:0], l2_1, tags_1, is6_1, tcp_bytes_1[6:0]}),
      .data_o({ip_9, tcp_9, l2_9, tags_9, is6_9, tcp_bytes_9}));

  // ---- 10: checksums in, layer 2 in front ----
  logic [319:0] ip;
  logic [415:0] tcp_done;
  logic [735:0] packet;
  logic [6:0]   length;
  always_comb begin
    tcp_done = {tcp_9[399:128], ~tcp_sum_9, tcp_9[127:0]};
    ip       = is6_9 ? ip_9 : {ip_9[319:96], ~ip_sum_9, ip_9[79:0]};
    packet   = is6_9 ? {tcp_done, ip} : {160'd0, tcp_done, ip[159:0]};
    length   = tcp_bytes_9 + (is6_9 ? 7'd54 : 7'd34) + {3'd0, tags_9, 2'd0};
  end
  always_ff @(posedge clk_i) begin
    length_o <= length < 7'd60 ? 7'd60 : length;
    case (tags_9)
      2'd0: frame_o <= {64'd0, packet, l2_9[111:0]};
      2'd1: frame_o <= {32'd0, packet, l2_9[143:0]};
      default: frame_o <= {packet, l2_9};
    endcase
  end
  logic unused;
  assign unused = &{1'b0, meta_i, decision_i, tcp_1[143:128], tcp_bytes_1[15:7]};
endmodule : syngate_egress_build
`default_nettype wire
