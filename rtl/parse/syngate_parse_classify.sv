// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Rules 1 to 6 of docs/reference/datapath.md but for the stamp: facts about the headers | rule 1, rule 3 without destinations, and
// rules 4 to 6 as if protected | wait for the destination, two clocks | choice.
// A first_o result stands whatever the options say (rule 1); all others give way to the stamp (rule 2).
// Does not: look at options or the table.
// Latency: 5 clocks. Throughput: one frame a clock. Backpressure: none. Drops: decides those of rules 1, 4 and 5.
module syngate_parse_classify (
    input  wire                          clk_i,
    // from syngate_parse_headers
    input  wire                          valid_i,
    input  wire                          group_i,
    input  wire                          bad_fcs_i,
    input  wire                          bad_length_i,
    input  wire                          is4_i,
    input  wire                          is6_i,
    input  wire                          ip_checksum_ok_i,
    input  wire                          tcp_checksum_ok_i,
    input  wire  [79:0]                  ip_i,
    input  wire  [127:0]                 saddr_be_i,
    input  wire  [127:0]                 daddr_be_i,
    input  wire  [13:0]                  l3_length_i,
    input  wire  [16:0]                  ip_length_i,
    input  wire                          tcp_i,
    input  wire                          icmp_i,
    input  wire  [479:0]                 l4_i,
    // configuration of this frame
    input  wire  [9:0]                   policy_i,
    // from syngate_parse_destination, 4 clocks later
    input  wire                          ip_always_i,
    input  wire                          tcp_always_i,
    // results
    output       syngate_pkg::pre_e      pre_o,
    output       syngate_pkg::reason_e   reason_o,
    output logic                         first_o,        // decided by rule 1
    output logic                         has_payload_o,
    output logic                         ecn_ok_o
);
  // ---- fields ----
  logic [3:0]  version, ihl, doff;
  logic [7:0]  next_header, icmp_type, flags;
  logic        fragment_offset;  // not 0
  assign version         = ip_i[7:4];
  assign ihl             = ip_i[3:0];
  assign next_header     = ip_i[55:48];
  assign fragment_offset = {ip_i[52:48], ip_i[63:56]} != 13'd0;
  assign icmp_type       = l4_i[7:0];
  assign doff            = l4_i[103:100];
  assign flags           = l4_i[111:104];

  // Header lengths from l3: without and with TCP options.
  logic [6:0] tcp_fixed, tcp_whole;
  assign tcp_fixed = is6_i ? 7'd60 : 7'd40;
  assign tcp_whole = {1'b0, doff, 2'b00} + (is6_i ? 7'd40 : 7'd20);

  // ---- facts ----
  logic       ip_q, visible_q, bad_frame_q, truncated_q, group_q, nd_q, icmp_error_q, icmp_short_q, tcp_any_q;
  logic       fragment_q, ip_options_q, extension_q, bad_header_q, land_q, port_zero_q, bad_ip_sum_q, bad_tcp_sum_q, syn_q;
  logic       payload_q, ecn_q;
  logic [8:0] policy_q;  // without ecn

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      ip_q        <= is4_i || is6_i;
      visible_q   <= tcp_i;
      bad_frame_q <= bad_fcs_i || bad_length_i || (is4_i && (version != 4'd4 || ihl < 4'd5)) || (is6_i && version != 4'd6);
      truncated_q <= (is4_i && {8'd0, ihl, 2'b00} > l3_length_i) || (is6_i && l3_length_i < 14'd40)
          || (tcp_i && (l3_length_i < {7'd0, tcp_fixed} || (doff >= 4'd5 && l3_length_i < {7'd0, tcp_whole})));

      group_q     <= group_i || (is4_i && (daddr_be_i[7:4] == 4'he || daddr_be_i[31:0] == 32'hffff_ffff))
          || (is6_i && daddr_be_i[7:0] == 8'hff);
      nd_q        <= is6_i && icmp_i && l3_length_i > 14'd40 && icmp_type >= 8'd133 && icmp_type <= 8'd137;

      // The quoted protocol is always inside an IPv4 frame of legal length; the IPv6 one may not be.
      icmp_error_q <= is6_i ? icmp_i && !icmp_type[7] && l3_length_i >= 14'd55 && l4_i[8*14+:8] == 8'd6 :
          icmp_i && ihl == 4'd5 && !fragment_offset && l4_i[8*17+:8] == 8'd6
          && (icmp_type == 8'd3 || icmp_type == 8'd4 || icmp_type == 8'd5 || icmp_type == 8'd11 || icmp_type == 8'd12);
      icmp_short_q <= is6_i ? l3_length_i < 14'd92 : l3_length_i < 14'd52 || l4_i[8*8+:4] != 4'd5;

      extension_q <= is6_i && (next_header == 8'd0 || next_header == 8'd43 || next_header == 8'd44 || next_header == 8'd51
          || next_header == 8'd60 || next_header == 8'd135 || next_header == 8'd139 || next_header == 8'd140);
      tcp_any_q   <= is6_i ? next_header == 8'd6 : is4_i && ip_i[79:72] == 8'd6;

      fragment_q    <= is4_i && (ip_i[53] || fragment_offset);
      ip_options_q  <= is4_i && ihl > 4'd5;
      bad_header_q  <= doff < 4'd5 || ip_length_i < {10'd0, tcp_whole} || ip_length_i > {3'd0, l3_length_i};
      land_q        <= saddr_be_i == daddr_be_i && l4_i[15:0] == l4_i[31:16];
      port_zero_q   <= l4_i[15:0] == 16'd0 || l4_i[31:16] == 16'd0;
      bad_ip_sum_q  <= is4_i && !ip_checksum_ok_i;
      bad_tcp_sum_q <= !tcp_checksum_ok_i;
      syn_q         <= {flags[4], flags[2], flags[1], flags[0]} == 4'b0010;  // ACK RST SYN FIN

      payload_q <= ip_length_i > {10'd0, tcp_whole};
      // ECE and CWR; not ECT, or one of the reserved TCP bits (Linux tcp_ecn_create_request).
      ecn_q     <= policy_i[syngate_pkg::PolicyEcn] && flags[7:6] == 2'b11
          && ((is6_i ? ip_i[13:12] : ip_i[9:8]) == 2'b00 || l4_i[99:96] != 4'd0);
      policy_q  <= policy_i[8:0];
    end
  end

  // ---- rule 1 | rule 3 without destinations | rules 4 to 6 as if protected ----
  syngate_pkg::pre_e    pre_d, pre_q, pre_q2, pre_q3;
  syngate_pkg::reason_e reason_d, reason_q, reason_q2, reason_q3;
  logic first_q, pass_q, visible_q2, payload_q2, ecn_q2;
  logic first_q2, pass_q2, visible_q3, payload_q3, ecn_q3;
  logic first_q3, pass_q3, visible_q4, payload_q4, ecn_q4;

  always_comb begin
    pre_d    = syngate_pkg::PreDrop;
    reason_d = syngate_pkg::ReasonNone;
    if (bad_frame_q) reason_d = syngate_pkg::ReasonBadFrame;
    else if (truncated_q) reason_d = syngate_pkg::ReasonTruncated;
    else if (icmp_error_q) begin
      if (icmp_short_q) reason_d = syngate_pkg::ReasonIcmpUnknown;
      else pre_d = syngate_pkg::PreIcmp;
    end else if (!tcp_any_q && !extension_q) begin
      if (policy_q[syngate_pkg::PolicyOtherProtocol]) reason_d = syngate_pkg::ReasonOtherProtocol;
      else pre_d = syngate_pkg::PrePass;
    end else if (fragment_q) begin
      if (policy_q[syngate_pkg::PolicyFragment]) reason_d = syngate_pkg::ReasonFragment;
      else pre_d = syngate_pkg::PrePass;
    end else if (ip_options_q) begin
      if (policy_q[syngate_pkg::PolicyIpOptions]) reason_d = syngate_pkg::ReasonIpOptions;
      else pre_d = syngate_pkg::PrePass;
    end else if (extension_q) begin
      if (policy_q[syngate_pkg::PolicyIpExtHeader]) reason_d = syngate_pkg::ReasonIpExtHeader;
      else pre_d = syngate_pkg::PrePass;
    end else if (bad_header_q) begin
      if (policy_q[syngate_pkg::PolicyBadHeaderLength]) reason_d = syngate_pkg::ReasonBadHeaderLength;
      else pre_d = syngate_pkg::PrePass;
    end
    else if (land_q && policy_q[syngate_pkg::PolicyLand]) reason_d = syngate_pkg::ReasonLand;
    else if (port_zero_q && policy_q[syngate_pkg::PolicyPortZero]) reason_d = syngate_pkg::ReasonPortZero;
    else if (bad_ip_sum_q && policy_q[syngate_pkg::PolicyBadIpChecksum]) reason_d = syngate_pkg::ReasonBadIpChecksum;
    else if (bad_tcp_sum_q && policy_q[syngate_pkg::PolicyBadTcpChecksum]) reason_d = syngate_pkg::ReasonBadTcpChecksum;
    else if (syn_q) pre_d = syngate_pkg::PreSyn;
    else pre_d = syngate_pkg::PreTcp;
  end

  always_ff @(posedge clk_i) begin
    pre_q      <= pre_d;
    reason_q   <= reason_d;
    first_q    <= bad_frame_q || truncated_q;
    pass_q     <= !ip_q || group_q || nd_q;
    visible_q2 <= visible_q;
    payload_q2 <= payload_q;
    ecn_q2     <= ecn_q;

    pre_q2     <= pre_q;
    reason_q2  <= reason_q;
    first_q2   <= first_q;
    pass_q2    <= pass_q;
    visible_q3 <= visible_q2;
    payload_q3 <= payload_q2;
    ecn_q3     <= ecn_q2;

    pre_q3     <= pre_q2;
    reason_q3  <= reason_q2;
    first_q3   <= first_q2;
    pass_q3    <= pass_q2;
    visible_q4 <= visible_q3;
    payload_q4 <= payload_q3;
    ecn_q4     <= ecn_q3;
  end

  // ---- choice ----
  always_ff @(posedge clk_i) begin
    if (!first_q3 && (pass_q3 || !(visible_q4 ? tcp_always_i : ip_always_i))) begin
      pre_o    <= syngate_pkg::PrePass;
      reason_o <= syngate_pkg::ReasonNone;
    end else begin
      pre_o    <= pre_q3;
      reason_o <= reason_q3;
    end
    first_o       <= first_q3;
    has_payload_o <= payload_q4;
    ecn_ok_o      <= ecn_q4;
  end

  logic unused_x;
  assign unused_x = &{1'b0, ip_i[47:14], ip_i[11:10], ip_i[71:64], flags[5], flags[3], l4_i[63:32], l4_i[67:8*8],
                      l4_i[95:68], l4_i[135:112], l4_i[479:144]};
endmodule : syngate_parse_classify
`default_nettype wire
