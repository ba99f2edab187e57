// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_parse_headers, _flow and _classify twice, side by side, with the same frames up to their last byte and anything behind it.
// They are all that sees beat 0; behind them parse has only what they hand on. Assumed: equal questions to the destination search get
// equal answers; checksum results are the same for both (they come from ingress), which says IPv4 or IPv6, not both, and at most two tags.
module formal_parse_beyond_side (
    input  wire                        clk_i,
    input  wire                        valid_i,
    input  wire [1023:0]               data_i,
    input  wire syngate_pkg::frame_t   frame_i,
    input  wire [9:0]                  policy_i,
    input  wire [31:0]                 count_i,
    input  wire                        ip_always_i,
    input  wire                        tcp_always_i,
    output logic [272:0]               asked_o,      // clock 2: {family, addresses, ports} for the destination search and for metadata
    output logic                       visible_o,
    output logic [5:0]                 options_length_o,
    output logic [479:0]               l4_o,
    output logic [79:0]                ip_o,
    output      syngate_pkg::hash_t    hash_o,       // clock 4
    output      syngate_pkg::pre_e     pre_o,        // clock 7
    output      syngate_pkg::reason_e  reason_o,
    output logic                       first_o,
    output logic                       has_payload_o,
    output logic                       ecn_ok_o
);
  logic valid, group, bad_fcs, bad_length, is4, is6, ip_ok, tcp_ok, icmp;
  logic [127:0] saddr, daddr;
  logic [13:0] l3_length;
  logic [16:0] ip_length;
  syngate_parse_headers u_headers (
      .clk_i, .rst_ni(1'b1), .valid_i, .data_i, .frame_i, .valid_o(valid), .group_o(group), .bad_fcs_o(bad_fcs),
      .bad_length_o(bad_length), .is4_o(is4), .is6_o(is6), .ip_checksum_ok_o(ip_ok), .tcp_checksum_ok_o(tcp_ok), .ip_o,
      .saddr_be_o(saddr), .daddr_be_o(daddr), .l3_length_o(l3_length), .ip_length_o(ip_length), .tcp_o(visible_o), .icmp_o(icmp),
      .options_length_o, .l4_o);
  syngate_parse_flow u_flow (
      .clk_i, .valid_i(valid), .is6_i(is6), .tcp_i(visible_o), .icmp_i(icmp), .saddr_be_i(saddr), .daddr_be_i(daddr), .l4_i(l4_o),
      .count_i, .hash_o);
  syngate_parse_classify u_classify (
      .clk_i, .valid_i(valid), .group_i(group), .bad_fcs_i(bad_fcs), .bad_length_i(bad_length), .is4_i(is4), .is6_i(is6),
      .ip_checksum_ok_i(ip_ok), .tcp_checksum_ok_i(tcp_ok), .ip_i(ip_o), .saddr_be_i(saddr), .daddr_be_i(daddr),
      .l3_length_i(l3_length), .ip_length_i(ip_length), .tcp_i(visible_o), .icmp_i(icmp), .l4_i(l4_o), .policy_i, .ip_always_i,
      .tcp_always_i, .pre_o, .reason_o, .first_o, .has_payload_o, .ecn_ok_o);
  assign asked_o = {is6, saddr, l4_o[15:0], daddr};
endmodule : formal_parse_beyond_side

module formal_parse_beyond (
    input wire                        clk_i,
    input wire                        valid_i,
    input wire [1023:0]               data_i,
    input wire [1023:0]               other_i,    // what lies behind the frame in the second
    input wire syngate_pkg::frame_t   frame_i,
    input wire [9:0]                  policy_i,
    input wire [31:0]                 count_i,
    input wire [1:0]                  answer_a,   // of the destination search: {ip_always, tcp_always}
    input wire [1:0]                  answer_b
);
  logic [1023:0] data_b;
  always_comb begin
    for (int b = 0; b < 128; b++) data_b[8*b+:8] = frame_i.length > 14'(b) ? data_i[8*b+:8] : other_i[8*b+:8];
  end
  logic [272:0] asked_a, asked_b;
  logic visible_a, visible_b, first_a, first_b, payload_a, payload_b, ecn_a, ecn_b;
  logic [5:0] length_a, length_b;
  logic [479:0] l4_a, l4_b;
  logic [79:0] ip_a, ip_b;
  syngate_pkg::hash_t hash_a, hash_b;
  syngate_pkg::pre_e pre_a, pre_b;
  syngate_pkg::reason_e reason_a, reason_b;
  formal_parse_beyond_side u_a (
      .clk_i, .valid_i, .data_i, .frame_i, .policy_i, .count_i, .ip_always_i(answer_a[1]), .tcp_always_i(answer_a[0]),
      .asked_o(asked_a), .visible_o(visible_a), .options_length_o(length_a), .l4_o(l4_a), .ip_o(ip_a), .hash_o(hash_a), .pre_o(pre_a),
      .reason_o(reason_a), .first_o(first_a), .has_payload_o(payload_a), .ecn_ok_o(ecn_a));
  formal_parse_beyond_side u_b (
      .clk_i, .valid_i, .data_i(data_b), .frame_i, .policy_i, .count_i, .ip_always_i(answer_b[1]), .tcp_always_i(answer_b[0]),
      .asked_o(asked_b), .visible_o(visible_b), .options_length_o(length_b), .l4_o(l4_b), .ip_o(ip_b), .hash_o(hash_b), .pre_o(pre_b),
      .reason_o(reason_b), .first_o(first_b), .has_payload_o(payload_b), .ecn_ok_o(ecn_b));

  // ---- what was equal at clock 2, and at clock 4, of the frame that is in clock 7 now ----
  logic same_ip, same_port, same_options, same_tcp;
  logic [39:0] same_byte;
  always_comb begin
    for (int b = 0; b < 40; b++) same_byte[b] = l4_a[160+8*b+:8] == l4_b[160+8*b+:8];
  end
  assign same_ip      = asked_a[272] == asked_b[272] && asked_a[127:0] == asked_b[127:0];
  assign same_port    = l4_a[31:16] == l4_b[31:16];
  assign same_options = length_a == length_b && (length_a > 6'd40 || (same_byte | (40'hff_ffff_ffff << length_a)) == '1);
  assign same_tcp     = asked_a == asked_b && same_port && l4_a[127:0] == l4_b[127:0] && ip_a == ip_b;
  logic [3:0] same_ip_q, same_port_q;
  logic [4:0] visible_q, same_visible_q, same_options_q, same_tcp_q;
  logic [2:0] same_hash_q;
  logic [6:0] valid_q = 7'd0;
  logic [6:0] behind_q;  // something lies behind the frame in its first beat
  always_ff @(posedge clk_i) begin
    same_ip_q      <= {same_ip_q[2:0], same_ip};
    same_port_q    <= {same_port_q[2:0], same_ip && same_port};
    visible_q      <= {visible_q[3:0], visible_a};
    same_visible_q <= {same_visible_q[3:0], visible_a == visible_b};
    same_options_q <= {same_options_q[3:0], same_options};
    same_tcp_q     <= {same_tcp_q[3:0], same_tcp};
    same_hash_q    <= {same_hash_q[1:0], hash_a == hash_b};
    valid_q        <= {valid_q[5:0], valid_i};
    behind_q       <= {behind_q[5:0], data_i != data_b};
  end
  always_comb begin
    assume (frame_i.tags != 2'd3 && !(frame_i.is4 && frame_i.is6));
    assume (!same_ip_q[3] || answer_a[1] == answer_b[1]);
    assume (!same_port_q[3] || answer_a[0] == answer_b[0]);
  end

  logic tcp, asks;  // rules 6 to 9 go on with it; the table is asked
  assign tcp  = pre_a == syngate_pkg::PreSyn || pre_a == syngate_pkg::PreTcp;
  assign asks = tcp || pre_a == syngate_pkg::PreIcmp;
  always_ff @(posedge clk_i) begin
    if (valid_q[6]) begin
      // Rules 1 and 3 to 6 decide by the frame alone: what lies behind its last byte changes neither the result nor the reason.
      beyond_rules : assert (pre_a == pre_b && reason_a == reason_b && first_a == first_b);
      // The option walk gets the same length and the same bytes up to it, unless rule 1 has decided already; so rule 2 depends on
      // nothing behind the frame.
      beyond_options : assert (first_a || (same_visible_q[4] && (!visible_q[4] || same_options_q[4])));
      // Nothing behind the last byte gets into a hash that is used, that of the quoted flow of an ICMP error included.
      beyond_hash : assert (!asks || same_hash_q[2]);
      // Nothing behind the last byte of a TCP frame gets into addresses, ports, numbers, flags, TTL or what rules 7 to 9 ask of it.
      beyond_fields : assert (!tcp || (same_tcp_q[4] && payload_a == payload_b && ecn_a == ecn_b));
      cover (behind_q[6] && pre_a == syngate_pkg::PreSyn && ecn_a);
      cover (behind_q[6] && pre_a == syngate_pkg::PreTcp && payload_a && hash_a.is6);
      cover (behind_q[6] && pre_a == syngate_pkg::PreIcmp);
      cover (behind_q[6] && reason_a == syngate_pkg::ReasonTruncated);
    end
  end
endmodule : formal_parse_beyond
`default_nettype wire
