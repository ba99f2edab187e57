// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// Store and forward: takes beats from the wire, releases whole frames gap-free with their length, numbers and checksum results,
// one frame a clock when they have one beat. Beats beyond the 72nd are not stored, so a frame without end cannot fill the
// memory; nor is a last beat without bytes (tkeep 0).
// Does not: drop; bad and oversized frames go on with their flags and meet rule 1.
// Latency: 8 clocks from the last beat accepted to out_valid_o with an empty FIFO. Throughput: one beat a clock.
// Backpressure: s_axis_tready falls when fewer than 16 of 256 beats are free. Drops: none.
module syngate_ingress (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    input  wire  [1023:0]              s_axis_tdata,
    input  wire  [ 127:0]              s_axis_tkeep,
    input  wire                        s_axis_tvalid,
    output logic                       s_axis_tready,
    input  wire                        s_axis_tlast,
    input  wire  [   0:0]              s_axis_tuser,
    output logic                       out_valid_o,
    output logic                       out_sop_o,
    output logic                       out_eop_o,
    output logic [1023:0]              out_data_o,
    output syngate_pkg::frame_t        out_frame_o    // with sop
);
  localparam int unsigned Depth = 256;
  localparam int unsigned Reserve = 16;

  // ---- 1: the beat, as it came ----
  logic valid_1, last_1, bad_1, first_1, first_next_q;
  logic [1023:0] data_1;
  logic [127:0] keep_1;
  always_ff @(posedge clk_i) begin
    valid_1 <= rst_ni && s_axis_tvalid && s_axis_tready;
    last_1  <= s_axis_tlast;
    bad_1   <= s_axis_tuser[0];
    first_1 <= first_next_q;
    if (s_axis_tvalid) begin
      data_1 <= s_axis_tdata;
      keep_1 <= s_axis_tkeep;
    end
    if (!rst_ni) first_next_q <= 1'b1;
    else if (s_axis_tvalid && s_axis_tready) first_next_q <= s_axis_tlast;
  end

  // ---- 1: layer 2, from beat 0 ----
  logic tag_a, tag_b, is4, is6;
  logic [1:0] tags;
  logic [15:0] type_0, type_1, type_2, ethertype;
  logic [159:0] ip_header;
  logic [7:0] bytes;
  always_comb begin
    type_0 = syngate_pkg::bswap16(data_1[8*12+:16]);
    type_1 = syngate_pkg::bswap16(data_1[8*16+:16]);
    type_2 = syngate_pkg::bswap16(data_1[8*20+:16]);
    tag_a  = type_0 == 16'h8100 || type_0 == 16'h88a8 || type_0 == 16'h9100;
    tag_b  = tag_a && (type_1 == 16'h8100 || type_1 == 16'h88a8 || type_1 == 16'h9100);
    tags   = tag_b ? 2'd2 : tag_a ? 2'd1 : 2'd0;
    ethertype = tag_b ? type_2 : tag_a ? type_1 : type_0;
    is4    = ethertype == 16'h0800;
    is6    = ethertype == 16'h86dd;
    ip_header = tag_b ? data_1[8*22+:160] : tag_a ? data_1[8*18+:160] : data_1[8*14+:160];
    bytes  = last_1 ? 8'($countones(keep_1)) : 8'd128;
  end

  logic ok_valid, ok_ip, ok_tcp;
  syngate_ingress_checksum u_checksum (
      .clk_i, .rst_ni, .beat_valid_i(valid_1), .beat_first_i(first_1), .beat_last_i(last_1), .beat_data_i(data_1),
      .beat_bytes_i(bytes), .tags_i(tags), .is6_i(is6), .ip_header_i(ip_header),
      .ok_valid_o(ok_valid), .ok_ip_o(ok_ip), .ok_tcp_o(ok_tcp));

  // ---- 1: store ----
  logic [1023:0] memory[Depth];
  logic [7:0] write_q, read_q;
  logic [6:0] beats_q, beats_now;  // beats of this frame before this one
  logic store, pop, empty_1;
  logic [8:0] used_q;
  assign beats_now = first_1 ? 7'd0 : beats_q;
  assign empty_1   = last_1 && !first_1 && keep_1 == 128'd0;
  assign store     = valid_1 && beats_now < 7'(syngate_pkg::FRAME_BEATS_MAX) && !empty_1;
  always_ff @(posedge clk_i) begin
    if (store) memory[write_q] <= data_1;
    if (!rst_ni) begin
      write_q <= '0;
      used_q  <= '0;
      s_axis_tready <= 1'b0;
    end else begin
      if (store) write_q <= write_q + 8'd1;
      used_q <= used_q + 9'(store) - 9'(pop);
      s_axis_tready <= used_q < 9'(Depth - Reserve);
    end
    if (valid_1) beats_q <= beats_now == 7'd127 ? beats_now : beats_now + 7'd1;
  end

  // ---- 2 to 6: what is known at the last beat waits for the checksum ----
  logic [13:0] length_1;
  logic [6:0]  stored_1;
  logic [1:0]  tags_1, tags_q;
  logic        is4_1, is6_1, is4_q, is6_q;
  logic        over_1;
  logic [25:0] info_1, info_6;
  assign over_1   = beats_now > 7'(syngate_pkg::FRAME_BEATS_MAX)
      || (beats_now == 7'(syngate_pkg::FRAME_BEATS_MAX) && !empty_1);
  assign length_1 = over_1 ? 14'(syngate_pkg::FRAME_BYTES_MAX + 1) : {beats_now, 7'd0} + 14'(bytes);
  assign stored_1 = over_1 ? 7'(syngate_pkg::FRAME_BEATS_MAX) : empty_1 ? beats_now : beats_now + 7'd1;
  assign tags_1   = first_1 ? tags : tags_q;
  assign is4_1    = first_1 ? is4 : is4_q;
  assign is6_1    = first_1 ? is6 : is6_q;
  assign info_1   = {stored_1, length_1, bad_1, tags_1, is4_1, is6_1};
  always_ff @(posedge clk_i) begin
    if (valid_1 && first_1) begin
      tags_q <= tags;
      is4_q  <= is4;
      is6_q  <= is6;
    end
  end
  syngate_delay #(.Width(26), .Clocks(5)) u_delay_info (.clk_i, .rst_ni, .data_i(info_1), .data_o(info_6));

  // ---- descriptors ----
  logic [27:0] descriptors[Depth];
  logic [7:0] put_q, get_q;
  logic [8:0] waiting_q;
  logic take;
  always_ff @(posedge clk_i) begin
    if (ok_valid) descriptors[put_q] <= {info_6, ok_ip, ok_tcp};
    if (!rst_ni) begin
      put_q     <= '0;
      waiting_q <= '0;
    end else begin
      if (ok_valid) put_q <= put_q + 8'd1;
      waiting_q <= waiting_q + 9'(ok_valid) - 9'(take);
    end
  end

  // ---- release ----
  logic [6:0] more_q, stored;
  logic [27:0] descriptor;
  logic [31:0] id_q;
  assign descriptor = descriptors[get_q];
  assign stored     = descriptor[27:21];
  assign take       = more_q == 7'd0 && waiting_q != 9'd0;
  assign pop        = take || more_q != 7'd0;
  always_ff @(posedge clk_i) begin
    if (pop) out_data_o <= memory[read_q];
    out_frame_o <= {id_q, descriptor[20:0]};
    if (!rst_ni) begin
      out_valid_o <= 1'b0;
      out_sop_o   <= 1'b0;
      out_eop_o   <= 1'b0;
      more_q      <= '0;
      read_q      <= '0;
      get_q       <= '0;
      id_q        <= '0;
    end else begin
      out_valid_o <= pop;
      out_sop_o   <= take;
      out_eop_o   <= take ? stored == 7'd1 : more_q == 7'd1;
      if (take) more_q <= stored - 7'd1;
      else if (more_q != 7'd0) more_q <= more_q - 7'd1;
      if (pop) read_q <= read_q + 8'd1;
      if (take) begin
        get_q <= get_q + 8'd1;
        id_q  <= id_q + 32'd1;
      end
    end
  end

  // ---- promises ----
  // The memory never overflows, because tready falls in time.
  `SYNGATE_ASSERT(ingress_no_overflow, used_q <= 9'(Depth))
  // A frame is released only when all its beats have been stored.
  `SYNGATE_ASSERT(ingress_complete, !pop || used_q != 9'd0)
  // Frames leave gap-free: a started frame goes on until its last beat.
  `SYNGATE_ASSERT(ingress_gap_free, more_q == 7'd0 || pop)
endmodule : syngate_ingress
`default_nettype wire
