// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Rules 1 to 6 of docs/reference/datapath.md from beat 0 and what ingress knows, everything that hangs on the frame alone.
//   headers 2 -> flow 2 -> hash_o
//           -> classify 5 (with destination 4) -+
//           -> options 14 ----------------------+-> 1 -> meta_o
// A frame is judged by time and configuration as they are in the clock of valid_i: time, policy and ExID are sampled there,
// destination entries are written with the delay of their use (see syngate_parse_destination).
// Does not: see more than beat 0; checksums come with frame_i.
// Latency: PARSE_HASH_LATENCY (4) and PARSE_META_LATENCY (17) clocks. Throughput: one frame a clock. Backpressure: none.
// Drops: none here; pre and reason say what verdict has to do.
module syngate_parse (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    // beat 0
    input  wire                        valid_i,
    input  wire  [1023:0]              data_i,
    input  wire  syngate_pkg::frame_t  frame_i,
    // configuration
    input  wire  syngate_pkg::now_t    now_i,
    input  wire                        dest_write_i,   // a frame in this clock meets the new entry
    input  wire  [3:0]                 dest_index_i,   // held for five clocks
    input  wire  syngate_pkg::dest_t   dest_value_i,   // held for five clocks
    input  wire  [15:0]                policy_i,
    input  wire  [15:0]                exid_i,
    // to the hashes
    output logic                       hash_valid_o,
    output       syngate_pkg::hash_t   hash_o,
    // to verdict and egress
    output logic                       meta_valid_o,
    output logic [3:0]                 key_id_o,       // meta_o.dest_key_id, one clock ahead
    output       syngate_pkg::meta_t   meta_o
);
  localparam int unsigned HASH = syngate_pkg::PARSE_HASH_LATENCY;
  localparam int unsigned META = syngate_pkg::PARSE_META_LATENCY;
  localparam int unsigned HEADERS = 2, CLASSIFY = 5, DESTINATION = 4, OPTIONS = 14;
  if (HASH != HEADERS + 2 || META != HEADERS + OPTIONS + 1) begin : gen_bad_latency
    $fatal(1, "syngate_parse: the package's latencies do not fit");
  end

  logic [META-1:0] valid_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[META-2:0], valid_i};
  end
  assign hash_valid_o = valid_q[HASH-1];
  assign meta_valid_o = valid_q[META-1];

  // ---- headers ----
  logic         valid_2, group_2, bad_fcs_2, bad_length_2, is4_2, is6_2, ip_checksum_ok_2, tcp_checksum_ok_2, tcp_2, icmp_2;
  logic [79:0]  ip_2;
  logic [127:0] saddr_2, daddr_2;
  logic [13:0]  l3_length_2;
  logic [16:0]  ip_length_2;
  logic [5:0]   options_length_2;
  logic [479:0] l4_2;
  syngate_parse_headers u_headers (
      .clk_i, .rst_ni, .valid_i, .data_i, .frame_i,
      .valid_o(valid_2),
      .group_o(group_2),
      .bad_fcs_o(bad_fcs_2),
      .bad_length_o(bad_length_2),
      .is4_o(is4_2),
      .is6_o(is6_2),
      .ip_checksum_ok_o(ip_checksum_ok_2),
      .tcp_checksum_ok_o(tcp_checksum_ok_2),
      .ip_o(ip_2),
      .saddr_be_o(saddr_2),
      .daddr_be_o(daddr_2),
      .l3_length_o(l3_length_2),
      .ip_length_o(ip_length_2),
      .tcp_o(tcp_2),
      .icmp_o(icmp_2),
      .options_length_o(options_length_2),
      .l4_o(l4_2)
  );

  // ---- configuration of the frame ----
  logic [31:0] count_2;
  logic [9:0]  policy_2;
  logic [15:0] exid_2;
  syngate_delay #(.Width(58), .Clocks(HEADERS)) u_delay_config (
      .clk_i, .rst_ni, .data_i({now_i.count, policy_i[9:0], exid_i}), .data_o({count_2, policy_2, exid_2})
  );

  // ---- hashes ----
  syngate_parse_flow u_flow (
      .clk_i,
      .valid_i(valid_2),
      .is6_i(is6_2),
      .tcp_i(tcp_2),
      .icmp_i(icmp_2),
      .saddr_be_i(saddr_2),
      .daddr_be_i(daddr_2),
      .l4_i(l4_2),
      .count_i(count_2),
      .hash_o
  );

  // ---- destination ----
  logic        ip_always_6, tcp_always_6;
  logic [15:0] dest_mss_6, dest_window_ts_6, dest_window_nots_6, dest_mss_16, dest_window_ts_16, dest_window_nots_16;
  logic [3:0]  dest_wscale_6, dest_key_id_6, dest_wscale_16, dest_key_id_16;
  syngate_parse_destination u_destination (
      .clk_i, .rst_ni,
      .write_i(dest_write_i),
      .index_i(dest_index_i),
      .value_i(dest_value_i),
      .is6_i(is6_2),
      .daddr_be_i(daddr_2),
      .dport_be_i(l4_2[31:16]),
      .ip_always_o(ip_always_6),
      .tcp_always_o(tcp_always_6),
      .mss_o(dest_mss_6),
      .wscale_o(dest_wscale_6),
      .key_id_o(dest_key_id_6),
      .window_ts_o(dest_window_ts_6),
      .window_nots_o(dest_window_nots_6)
  );
  syngate_delay #(.Width(56), .Clocks(META - 1 - HEADERS - DESTINATION)) u_delay_dest (
      .clk_i, .rst_ni,
      .data_i({dest_mss_6, dest_wscale_6, dest_key_id_6, dest_window_ts_6, dest_window_nots_6}),
      .data_o({dest_mss_16, dest_wscale_16, dest_key_id_16, dest_window_ts_16, dest_window_nots_16})
  );
  assign key_id_o = dest_key_id_16;

  // ---- rules ----
  syngate_pkg::pre_e    pre_7, pre_16, pre_17;
  syngate_pkg::reason_e reason_7, reason_16, reason_17;
  logic first_7, has_payload_7, ecn_ok_7, first_16, has_payload_16, ecn_ok_16;
  syngate_parse_classify u_classify (
      .clk_i,
      .valid_i(valid_2),
      .group_i(group_2),
      .bad_fcs_i(bad_fcs_2),
      .bad_length_i(bad_length_2),
      .is4_i(is4_2),
      .is6_i(is6_2),
      .ip_checksum_ok_i(ip_checksum_ok_2),
      .tcp_checksum_ok_i(tcp_checksum_ok_2),
      .ip_i(ip_2),
      .saddr_be_i(saddr_2),
      .daddr_be_i(daddr_2),
      .l3_length_i(l3_length_2),
      .ip_length_i(ip_length_2),
      .tcp_i(tcp_2),
      .icmp_i(icmp_2),
      .l4_i(l4_2),
      .policy_i(policy_2),
      .ip_always_i(ip_always_6),
      .tcp_always_i(tcp_always_6),
      .pre_o(pre_7),
      .reason_o(reason_7),
      .first_o(first_7),
      .has_payload_o(has_payload_7),
      .ecn_ok_o(ecn_ok_7)
  );
  syngate_delay #(.Width(11), .Clocks(META - 1 - HEADERS - CLASSIFY)) u_delay_rules (
      .clk_i, .rst_ni,
      .data_i({pre_7, reason_7, first_7, has_payload_7, ecn_ok_7}),
      .data_o({pre_16, reason_16, first_16, has_payload_16, ecn_ok_16})
  );

  // ---- options ----
  logic        stamp_16, sack_ok_16, ts_ok_16, wscale_ok_16, mss_ok_16;
  logic [31:0] tsval_16, tsecr_16;
  logic [7:0]  wscale_16;
  logic [15:0] mss_16;
  syngate_parse_options u_options (
      .clk_i, .rst_ni,
      .valid_i(valid_2 && tcp_2),
      .length_i(options_length_2),
      .bytes_i(l4_2[479:160]),
      .exid_i(exid_2),
      .stamp_o(stamp_16),
      .sack_ok_o(sack_ok_16),
      .ts_ok_o(ts_ok_16),
      .tsval_be_o(tsval_16),
      .tsecr_be_o(tsecr_16),
      .wscale_ok_o(wscale_ok_16),
      .wscale_o(wscale_16),
      .mss_ok_o(mss_ok_16),
      .mss_o(mss_16)
  );

  // ---- what only waits ----
  // From the input: identity, layer 2, time. From the headers: what replies and hand-offs copy.
  logic [6:0]  beats;
  logic [63:0] vlan;
  assign beats = frame_i.length > 14'(syngate_pkg::FRAME_BYTES_MAX) ? 7'(syngate_pkg::FRAME_BEATS_MAX) :
      syngate_pkg::beats_of(frame_i.length);
  assign vlan = frame_i.tags == 2'd0 ? 64'd0 : frame_i.tags == 2'd1 ? {32'd0, data_i[127:96]} : data_i[159:96];
  logic [31:0] id_17, count_17, ms_17;
  logic [6:0]  beats_17;
  logic [1:0]  tags_17;
  logic [95:0] macs_17;
  logic [63:0] vlan_17;
  syngate_delay #(.Width(265), .Clocks(META)) u_delay_frame (
      .clk_i, .rst_ni,
      .data_i({beats, frame_i.tags, frame_i.id, vlan, data_i[95:0], now_i.count, now_i.ms}),
      .data_o({beats_17, tags_17, id_17, vlan_17, macs_17, count_17, ms_17})
  );

  logic [35:0]  ip_bytes;  // TTL, traffic class, flow label
  assign ip_bytes = is6_2 ? {ip_2[63:56], ip_2[3:0], ip_2[15:12], ip_2[11:8], ip_2[23:16], ip_2[31:24]} :
      {ip_2[71:64], ip_2[15:8], 20'd0};
  logic         is6_16, is6_17;
  logic [127:0] saddr_17, daddr_17;
  logic [127:0] tcp_17;  // first 16 bytes of the TCP header
  logic [35:0]  ip_bytes_17;
  syngate_delay #(.Width(420), .Clocks(META - HEADERS)) u_delay_headers (
      .clk_i, .rst_ni,
      .data_i({ip_bytes, saddr_2, daddr_2, l4_2[127:0]}),
      .data_o({ip_bytes_17, saddr_17, daddr_17, tcp_17})
  );
  syngate_delay #(.Width(1), .Clocks(META - 1 - HEADERS)) u_delay_family (
      .clk_i, .rst_ni, .data_i(is6_2), .data_o(is6_16)
  );

  // ---- rule 2, and what options and destination make together ----
  logic        has_payload_17, ecn_ok_17, wscale_ok_17, sack_ok_17, ts_ok_17;
  logic [1:0]  mss_index_17;
  logic [3:0]  wscale_17, dest_wscale_17, dest_key_id_17;
  logic [31:0] tsval_17, tsecr_17;
  logic [15:0] dest_mss_17, dest_window_17;
  always_ff @(posedge clk_i) begin
    if (stamp_16 && !first_16) begin
      pre_17    <= syngate_pkg::PreDrop;
      reason_17 <= syngate_pkg::ReasonForgedStamp;
    end else begin
      pre_17    <= pre_16;
      reason_17 <= reason_16;
    end
    is6_17         <= is6_16;
    has_payload_17 <= has_payload_16;
    ecn_ok_17      <= ecn_ok_16;
    // Without the option 536 or 1220, the lowest value of either table.
    mss_index_17   <= mss_ok_16 ? syngate_pkg::index_of_mss(is6_16, mss_16) : 2'd0;
    wscale_ok_17   <= wscale_ok_16;
    wscale_17      <= wscale_16 > 8'd14 ? 4'd14 : wscale_16[3:0];
    sack_ok_17     <= sack_ok_16;
    ts_ok_17       <= ts_ok_16;
    tsval_17       <= tsval_16;
    tsecr_17       <= tsecr_16;
    dest_mss_17    <= dest_mss_16;
    dest_wscale_17 <= dest_wscale_16;
    dest_key_id_17 <= dest_key_id_16;
    dest_window_17 <= ts_ok_16 ? dest_window_ts_16 : dest_window_nots_16;
  end

  // ---- output ----
  always_comb begin
    meta_o.id            = id_17;
    meta_o.beats         = beats_17;
    meta_o.pre           = pre_17;
    meta_o.reason        = reason_17;
    meta_o.tags          = tags_17;
    meta_o.is6           = is6_17;
    meta_o.dmac_be       = macs_17[47:0];
    meta_o.smac_be       = macs_17[95:48];
    meta_o.vlan_be       = vlan_17;
    meta_o.saddr_be      = saddr_17;
    meta_o.daddr_be      = daddr_17;
    meta_o.sport_be      = tcp_17[15:0];
    meta_o.dport_be      = tcp_17[31:16];
    meta_o.seq           = syngate_pkg::bswap32(tcp_17[63:32]);
    meta_o.ack           = syngate_pkg::bswap32(tcp_17[95:64]);
    meta_o.window_be     = tcp_17[127:112];
    meta_o.ttl           = ip_bytes_17[35:28];
    meta_o.traffic_class = ip_bytes_17[27:20];
    meta_o.flow_label    = ip_bytes_17[19:0];
    meta_o.flag_syn      = tcp_17[105];
    meta_o.flag_ack      = tcp_17[108];
    meta_o.flag_rst      = tcp_17[106];
    meta_o.flag_fin      = tcp_17[104];
    meta_o.has_payload   = has_payload_17;
    meta_o.ecn_ok        = ecn_ok_17;
    meta_o.mss_index     = mss_index_17;
    meta_o.wscale_ok     = wscale_ok_17;
    meta_o.wscale        = wscale_17;
    meta_o.sack_ok       = sack_ok_17;
    meta_o.ts_ok         = ts_ok_17;
    meta_o.tsval_be      = tsval_17;
    meta_o.tsecr_be      = tsecr_17;
    meta_o.dest_mss      = dest_mss_17;
    meta_o.dest_wscale   = dest_wscale_17;
    meta_o.dest_key_id   = dest_key_id_17;
    meta_o.dest_window   = dest_window_17;
    meta_o.count         = count_17;
    meta_o.ms            = ms_17;
  end

  logic unused_x;
  assign unused_x = &{1'b0, policy_i[15:10], tcp_17[103:96], tcp_17[107], tcp_17[111:109]};
endmodule : syngate_parse
`default_nettype wire
