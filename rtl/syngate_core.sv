// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// The box: frames in from the wire, SYN-ACKs out to the clients, hand-offs and passed frames out to the servers.
// Wiring only: the stages in the order in which data meets them, and the constant delays between them.
//   clock   0 ingress releases beat 0   4 hash inputs   17 meta   39 offset   48 table hash   80 decide   98 egress
// Does not: route, learn MAC addresses, or hold the flow table's memory (two SRAM channels outside).
// Latency: constant inside; last beat accepted to first beat offered is in rtl/README.md and printed by the benchmark.
// Throughput: one frame a clock. Backpressure: s_axis_tready only when the ingress FIFO is nearly full. Drops: by verdict or by
// lack of room at egress, each with a reason and a counter.
module syngate_core (
    input  wire           clk_i,
    input  wire           rst_ni,   // synchronous, active low
    // frames in; tuser[0] with tlast: wrong FCS
    input  wire  [1023:0] s_axis_tdata,
    input  wire  [ 127:0] s_axis_tkeep,
    input  wire           s_axis_tvalid,
    output logic          s_axis_tready,
    input  wire           s_axis_tlast,
    input  wire  [   0:0] s_axis_tuser,
    // SYN-ACKs out, to the client side
    output logic [1023:0] m_axis_reply_tdata,
    output logic [ 127:0] m_axis_reply_tkeep,
    output logic          m_axis_reply_tvalid,
    input  wire           m_axis_reply_tready,
    output logic          m_axis_reply_tlast,
    // hand-offs and passed frames out, to the servers
    output logic [1023:0] m_axis_forward_tdata,
    output logic [ 127:0] m_axis_forward_tkeep,
    output logic          m_axis_forward_tvalid,
    input  wire           m_axis_forward_tready,
    output logic          m_axis_forward_tlast,
    // registers
    input  wire  [  11:0] s_axil_awaddr,
    input  wire           s_axil_awvalid,
    output logic          s_axil_awready,
    input  wire  [  31:0] s_axil_wdata,
    input  wire  [   3:0] s_axil_wstrb,
    input  wire           s_axil_wvalid,
    output logic          s_axil_wready,
    output logic [   1:0] s_axil_bresp,
    output logic          s_axil_bvalid,
    input  wire           s_axil_bready,
    input  wire  [  11:0] s_axil_araddr,
    input  wire           s_axil_arvalid,
    output logic          s_axil_arready,
    output logic [  31:0] s_axil_rdata,
    output logic [   1:0] s_axil_rresp,
    output logic          s_axil_rvalid,
    input  wire           s_axil_rready,
    // flow table memory, two channels of 144-bit rows, read data SRAM_READ_LATENCY clocks after the address
    output logic          sram_read_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_read_addr_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_read_addr_o,
    input  wire  [ 143:0] sram0_read_data_i,
    input  wire  [ 143:0] sram1_read_data_i,
    output logic          sram0_write_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_write_addr_o,
    output logic [ 143:0] sram0_write_data_o,
    output logic          sram1_write_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_write_addr_o,
    output logic [ 143:0] sram1_write_data_o,
    // observation port: outputs only, leave open when not wanted
    output syngate_pkg::event_t event_o
);
  localparam int unsigned HashClock   = syngate_pkg::PARSE_HASH_LATENCY;
  localparam int unsigned MetaClock   = syngate_pkg::PARSE_META_LATENCY;
  localparam int unsigned OffsetClock = HashClock + 35;
  localparam int unsigned DecideClock = HashClock + 76;
  localparam int unsigned TableClock  = DecideClock - syngate_pkg::SRAM_READ_LATENCY - 5;  // which asks in its clock 21
  localparam int unsigned ResultClock = DecideClock + 2;
  localparam int unsigned EgressClock = DecideClock + 18;
  localparam int unsigned BeatClock   = EgressClock + 10;

  // ---- ingress ----
  logic in_valid, in_sop, in_eop;
  logic [1023:0] in_data;
  syngate_pkg::frame_t in_frame;
  syngate_ingress u_ingress (
      .clk_i, .rst_ni,
      .s_axis_tdata, .s_axis_tkeep, .s_axis_tvalid, .s_axis_tready, .s_axis_tlast, .s_axis_tuser,
      .out_valid_o(in_valid), .out_sop_o(in_sop), .out_eop_o(in_eop), .out_data_o(in_data), .out_frame_o(in_frame)
  );

  // ---- registers ----
  syngate_pkg::now_t now;
  logic [15:0] generation, policy, exid, reply_cap;
  logic dest_write;
  logic [3:0] dest_index;
  syngate_pkg::dest_t dest_value;
  logic [127:0] secret0_v4, secret0_v6;
  logic [511:0] secret1_v4, secret1_v6;
  logic [3:0] stamp_id;  // of the frame whose metadata comes in the next clock
  logic [127:0] stamp_key;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] table_mask;
  logic [7:0] life, life_closing;
  syngate_pkg::table_op_e op_q;
  logic decided_valid_q, age_q;
  logic [2:0] error_count_q;
  syngate_csr u_csr (
      .clk_i, .rst_ni,
      .s_axil_awaddr, .s_axil_awvalid, .s_axil_awready, .s_axil_wdata, .s_axil_wstrb, .s_axil_wvalid, .s_axil_wready,
      .s_axil_bresp, .s_axil_bvalid, .s_axil_bready, .s_axil_araddr, .s_axil_arvalid, .s_axil_arready, .s_axil_rdata,
      .s_axil_rresp, .s_axil_rvalid, .s_axil_rready,
      .now_o(now), .generation_o(generation), .policy_o(policy), .exid_o(exid), .reply_cap_o(reply_cap),
      .dest_write_o(dest_write), .dest_index_o(dest_index), .dest_value_o(dest_value),
      .secret0_v4_o(secret0_v4), .secret0_v6_o(secret0_v6), .secret1_v4_o(secret1_v4), .secret1_v6_o(secret1_v6),
      .stamp_id_i(stamp_id), .stamp_key_o(stamp_key), .table_mask_o(table_mask), .life_o(life), .life_closing_o(life_closing),
      .done_valid_i(done_valid), .done_verdict_i(done_verdict), .done_reason_i(done_reason),
      .op_valid_i(decided_valid_q), .op_i(op_q),
      .cookie_valid_i(cookie_used_q), .cookie_age_i(age_q),
      .sweep_count_i(sweep_count), .sram_error_count_i(error_count_q)
  );

  // ---- parse ----
  syngate_pkg::hash_t hash;
  syngate_pkg::meta_t meta;
  logic hash_valid, meta_valid;
  syngate_parse u_parse (
      .clk_i, .rst_ni, .valid_i(in_valid && in_sop), .data_i(in_data), .frame_i(in_frame), .now_i(now),
      .dest_write_i(dest_write), .dest_index_i(dest_index), .dest_value_i(dest_value), .policy_i(policy), .exid_i(exid),
      .hash_valid_o(hash_valid), .hash_o(hash), .meta_valid_o(meta_valid), .key_id_o(stamp_id), .meta_o(meta)
  );

  // ---- cookie ----
  logic [1:0] syn_mss_index, mss_index;
  logic [25:0] offset;
  logic [63:0] table_hash, table_hash_59;
  logic cookie_valid, cookie_age;
  logic [31:0] cookie;
  syngate_delay #(.Width(2), .Clocks(DecideClock - 1 - MetaClock)) u_delay_mss (
      .clk_i, .rst_ni, .data_i(meta.mss_index), .data_o(syn_mss_index));
  syngate_cookie u_cookie (
      .clk_i, .rst_ni, .hash_i(hash), .mss_index_i(syn_mss_index),
      .secret0_v4_i(secret0_v4), .secret0_v6_i(secret0_v6), .secret1_v4_i(secret1_v4), .secret1_v6_i(secret1_v6),
      .offset_o(offset), .table_hash_o(table_hash), .valid_o(cookie_valid), .age_o(cookie_age),
      .mss_index_o(mss_index), .cookie_o(cookie)
  );
  logic [31:0] ms_39, tsval_41, clock_41, tsval_80, clock_80;
  logic wscale_ok_39, sack_ok_39, ecn_ok_39;
  logic [3:0] wscale_39;
  syngate_delay #(.Width(39), .Clocks(OffsetClock - MetaClock)) u_delay_options (
      .clk_i, .rst_ni, .data_i({meta.ms, meta.wscale_ok, meta.wscale, meta.sack_ok, meta.ecn_ok}),
      .data_o({ms_39, wscale_ok_39, wscale_39, sack_ok_39, ecn_ok_39}));
  syngate_cookie_timestamp u_timestamp (
      .clk_i, .ms_i(ms_39), .offset_i(offset), .wscale_ok_i(wscale_ok_39), .wscale_i(wscale_39), .sack_ok_i(sack_ok_39),
      .ecn_ok_i(ecn_ok_39), .tsval_o(tsval_41), .clock_o(clock_41));
  syngate_delay #(.Width(64), .Clocks(DecideClock - OffsetClock - 2)) u_delay_tsval (
      .clk_i, .rst_ni, .data_i({tsval_41, clock_41}), .data_o({tsval_80, clock_80}));

  // ---- table ----
  // Bit c of valid_q: a frame's clock c + MetaClock + 1. Frames decided by parse alone leave their slot to the sweep.
  logic [EgressClock-MetaClock-1:0] valid_q, lookup_q;
  logic lookup;
  assign lookup = meta_valid && meta.pre != syngate_pkg::PrePass && meta.pre != syngate_pkg::PreDrop;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q  <= '0;
      lookup_q <= '0;
    end else begin
      valid_q  <= {valid_q[EgressClock-MetaClock-2:0], meta_valid};
      lookup_q <= {lookup_q[EgressClock-MetaClock-2:0], lookup};
    end
  end
  syngate_delay #(.Width(64), .Clocks(TableClock - HashClock - 44)) u_delay_table_hash (
      .clk_i, .rst_ni, .data_i(table_hash), .data_o(table_hash_59));
  logic [7:0] epoch_59;
  logic [2:0] first_59;
  syngate_delay #(.Width(11), .Clocks(TableClock - MetaClock)) u_delay_request (
      .clk_i, .rst_ni, .data_i({meta.ms[23:16], meta.pre == syngate_pkg::PreSyn ? meta.seq[2:0] + 3'd1 : meta.seq[2:0]}),
      .data_o({epoch_59, first_59}));
  logic hit, repeated;
  logic [2:0] error_count;
  syngate_pkg::table_ask_t ask;
  syngate_pkg::table_op_e op;
  logic sweep_valid;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sweep_row;
  logic [5:0] sweep_mask;
  logic [7:0] sweep_epoch;
  logic [2:0] sweep_count;
  syngate_table u_table (
      .clk_i, .rst_ni, .mask_i(table_mask), .life_i(life), .life_closing_i(life_closing), .now_epoch_i(now.ms[23:16]),
      .req_valid_i(lookup_q[TableClock-MetaClock-1]), .req_hash_i(table_hash_59), .req_epoch_i(epoch_59), .req_first_i(first_59),
      .sram_read_o, .sram0_read_addr_o, .sram1_read_addr_o, .sram0_read_data_i, .sram1_read_data_i,
      .sram0_write_o, .sram0_write_addr_o, .sram0_write_data_o, .sram1_write_o, .sram1_write_addr_o, .sram1_write_data_o,
      .ask_i(lookup_80 ? ask : '0), .hit_o(hit), .repeat_o(repeated), .op_o(op), .error_count_o(error_count),
      .sweep_valid_o(sweep_valid), .sweep_row_o(sweep_row), .sweep_mask_o(sweep_mask), .sweep_epoch_o(sweep_epoch)
  );
  assign sweep_count = sweep_valid ? 3'($countones(sweep_mask)) : 3'd0;

  // ---- verdict: what to ask of the table at DecideClock, the rest at ResultClock ----
  logic valid_82, lookup_80, cookie_ok, hit_q, cookie_ok_q, cookie_used_q;
  syngate_pkg::late_t late, late_82;
  logic [syngate_pkg::LATE_BITS-1:0] late_bits, late_bits_82;
  syngate_pkg::reason_e reason, reason_q, done_reason;
  syngate_pkg::verdict_e verdict, verdict_q, done_verdict;
  logic [31:0] id_q, cookie_82, cookie_q, tsval_82, tsval_q;
  logic [1:0] mss_index_82, mss_index_q;
  logic cookie_valid_82, cookie_age_82, unused_cookie_ok;
  syngate_pkg::verdict_e unused_verdict;
  syngate_pkg::reason_e unused_reason;
  syngate_pkg::table_ask_t unused_ask;
  assign valid_82  = valid_q[ResultClock-MetaClock-1];
  assign lookup_80 = lookup_q[DecideClock-MetaClock-1];
  syngate_delay #(.Width(syngate_pkg::LATE_BITS), .Clocks(DecideClock - MetaClock)) u_delay_late (
      .clk_i, .rst_ni,
      .data_i({meta.id, meta.pre, meta.reason, meta.flag_syn, meta.flag_ack, meta.flag_rst, meta.flag_fin, meta.has_payload,
          meta.ts_ok, meta.is6}),
      .data_o(late_bits));
  syngate_delay #(.Width(syngate_pkg::LATE_BITS + 68), .Clocks(ResultClock - DecideClock)) u_delay_result (
      .clk_i, .rst_ni, .data_i({late_bits, cookie_valid, cookie_age, mss_index, cookie, tsval_80}),
      .data_o({late_bits_82, cookie_valid_82, cookie_age_82, mss_index_82, cookie_82, tsval_82}));
  assign late    = late_bits;
  assign late_82 = late_bits_82;
  syngate_verdict u_ask (
      .pre_i(late.pre), .reason_i(late.reason), .flag_syn_i(late.flag_syn), .flag_ack_i(late.flag_ack), .flag_rst_i(late.flag_rst),
      .flag_fin_i(late.flag_fin), .has_payload_i(late.has_payload), .cookie_ok_i(cookie_valid), .ask_o(ask),
      .hit_i(1'b0), .repeat_i(1'b0), .verdict_o(unused_verdict), .reason_o(unused_reason),
      .cookie_ok_o(unused_cookie_ok));
  syngate_verdict u_verdict (
      .pre_i(late_82.pre), .reason_i(late_82.reason), .flag_syn_i(late_82.flag_syn), .flag_ack_i(late_82.flag_ack),
      .flag_rst_i(late_82.flag_rst), .flag_fin_i(late_82.flag_fin), .has_payload_i(late_82.has_payload),
      .cookie_ok_i(cookie_valid_82), .ask_o(unused_ask), .hit_i(hit), .repeat_i(repeated),
      .verdict_o(verdict), .reason_o(reason), .cookie_ok_o(cookie_ok));
  always_ff @(posedge clk_i) begin
    decided_valid_q <= rst_ni && valid_82;
    id_q            <= late_82.id;
    verdict_q       <= verdict;
    reason_q        <= reason;
    op_q            <= op;
    hit_q           <= hit;
    cookie_ok_q     <= cookie_ok;
    cookie_used_q   <= rst_ni && valid_82 && (op == syngate_pkg::TableOpInsert || op == syngate_pkg::TableOpEvict
        || op == syngate_pkg::TableOpRepeat);
    age_q           <= cookie_ok && cookie_age_82;
    error_count_q   <= rst_ni ? error_count : 3'd0;
    mss_index_q     <= cookie_ok || late_82.pre == syngate_pkg::PreSyn ? mss_index_82 : 2'd0;
    cookie_q        <= late_82.pre == syngate_pkg::PreSyn || late_82.pre == syngate_pkg::PreTcp ? cookie_82 : 32'd0;
    tsval_q         <= late_82.pre == syngate_pkg::PreSyn && late_82.ts_ok ? tsval_82 : 32'd0;
  end

  // ---- stamp ----
  logic [63:0] mac_98;
  logic [15:0] mss_80;
  assign mss_80 = syngate_pkg::mss_of_index(late.is6, mss_index);
  syngate_stamp #(.HoldClocks(DecideClock - MetaClock - 17)) u_stamp (
      .clk_i, .rst_ni, .meta_i(meta), .stamp_key_i(stamp_key),
      .last_mss_i(mss_80), .last_is6_i(late.is6), .last_clock_i(clock_80), .mac_o(mac_98));

  // ---- egress: metadata at its clock, the beats when the builder is done ----
  logic [BeatClock-1:0] beat_valid_q, beat_sop_q, beat_eop_q;
  logic [1023:0] beat_data;
  logic [13:0] beat_length;
  logic [15:0] exid_98;
  syngate_pkg::meta_t meta_98;
  logic [syngate_pkg::META_BITS-1:0] meta_bits_98;
  syngate_pkg::decision_t decision_98;
  logic done_valid;
  logic [31:0] done_id;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_valid_q <= '0;
      beat_sop_q   <= '0;
      beat_eop_q   <= '0;
    end else begin
      beat_valid_q <= {beat_valid_q[BeatClock-2:0], in_valid};
      beat_sop_q   <= {beat_sop_q[BeatClock-2:0], in_valid && in_sop};
      beat_eop_q   <= {beat_eop_q[BeatClock-2:0], in_valid && in_eop};
    end
  end
  syngate_delay #(.Width(1038), .Clocks(BeatClock)) u_delay_data (
      .clk_i, .rst_ni, .data_i({in_frame.length, in_data}), .data_o({beat_length, beat_data}));
  syngate_delay #(.Width(16), .Clocks(EgressClock)) u_delay_exid (.clk_i, .rst_ni, .data_i(exid), .data_o(exid_98));
  syngate_delay #(.Width(syngate_pkg::META_BITS), .Clocks(EgressClock - MetaClock)) u_delay_meta (
      .clk_i, .rst_ni, .data_i(meta), .data_o(meta_bits_98));
  assign meta_98 = meta_bits_98;
  logic [2:0] verdict_bits_98;
  logic [4:0] reason_bits_98;
  syngate_delay #(.Width(8), .Clocks(EgressClock - ResultClock - 1)) u_delay_verdict (
      .clk_i, .rst_ni, .data_i({verdict_q, reason_q}), .data_o({verdict_bits_98, reason_bits_98}));
  logic [31:0] cookie_98, tsval_98, clock_98;
  logic [15:0] mss_98;
  syngate_delay #(.Width(112), .Clocks(EgressClock - DecideClock)) u_delay_results (
      .clk_i, .rst_ni, .data_i({cookie, tsval_80, clock_80, mss_80}), .data_o({cookie_98, tsval_98, clock_98, mss_98}));
  assign decision_98 = {verdict_bits_98, reason_bits_98, cookie_98, tsval_98, mss_98, clock_98, mac_98};
  syngate_egress u_egress (
      .clk_i, .rst_ni,
      .valid_i(valid_q[EgressClock-MetaClock-1]), .meta_i(meta_98), .decision_i(decision_98), .exid_i(exid_98),
      .beat_valid_i(beat_valid_q[BeatClock-1]), .beat_sop_i(beat_sop_q[BeatClock-1]), .beat_eop_i(beat_eop_q[BeatClock-1]),
      .beat_data_i(beat_data), .beat_length_i(beat_length), .reply_cap_i(reply_cap),
      .m_axis_reply_tdata, .m_axis_reply_tkeep, .m_axis_reply_tvalid, .m_axis_reply_tready, .m_axis_reply_tlast,
      .m_axis_forward_tdata, .m_axis_forward_tkeep, .m_axis_forward_tvalid, .m_axis_forward_tready, .m_axis_forward_tlast,
      .done_valid_o(done_valid), .done_id_o(done_id), .done_verdict_o(done_verdict), .done_reason_o(done_reason)
  );

  // ---- observation port ----
  always_comb begin
    event_o = '0;
    event_o.in_valid          = in_valid && in_sop;
    event_o.in_id             = in_frame.id;
    event_o.in_generation     = generation;
    event_o.decided_valid     = decided_valid_q;
    event_o.decided_id        = id_q;
    event_o.decided_verdict   = verdict_q;
    event_o.decided_reason    = reason_q;
    event_o.decided_op        = op_q;
    event_o.decided_hit       = hit_q;
    event_o.decided_cookie_ok = cookie_ok_q;
    event_o.decided_age       = age_q;
    event_o.decided_mss_index = mss_index_q;
    event_o.decided_cookie    = cookie_q;
    event_o.decided_tsval     = tsval_q;
    event_o.done_valid        = done_valid;
    event_o.done_id           = done_id;
    event_o.done_verdict      = done_verdict;
    event_o.done_reason       = done_reason;
    event_o.sweep_valid       = sweep_valid;
    event_o.sweep_row         = sweep_row;
    event_o.sweep_mask        = sweep_mask;
    event_o.sweep_epoch       = sweep_epoch;
  end

  // ---- promises ----
  // Parse answers at its two constant clocks, so what the delays bring together belongs to one frame.
  `SYNGATE_ASSERT(core_meta_clock, valid_q[EgressClock-MetaClock-1] == beat_sop_q[EgressClock-1])
  `SYNGATE_ASSERT(core_hash_clock, hash_valid == beat_sop_q[HashClock-1])
  logic unused_core;
  assign unused_core = &{1'b0, hash_valid, lookup_q, late, late_82, unused_verdict, unused_reason, unused_cookie_ok, unused_ask};
endmodule : syngate_core
`default_nettype wire
