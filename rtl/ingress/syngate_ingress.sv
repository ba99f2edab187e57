// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// Store and forward: takes beats from the wire, releases whole frames gap-free with their length, numbers and checksum results,
// one frame a clock when they have one beat. Beats beyond the 72nd are not stored, so a frame without end cannot fill the
// memory; nor is a last beat without bytes (tkeep 0).
// Does not: drop; bad and oversized frames go on with their flags and meet rule 1.
// Latency: 25 clocks from the last beat accepted to out_valid_o with an empty FIFO. Throughput: one beat a clock.
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

  // ---- 1: types at the three places, bytes by eighths ----
  // A VLAN TPID at byte 12 or 16; IPv4 or IPv6 at byte 12, 16 or 20.
  function automatic logic is_vlan(input logic [15:0] bytes_be);
    is_vlan = bytes_be == 16'h0081 || bytes_be == 16'ha888 || bytes_be == 16'h0091;
  endfunction
  logic        valid_2, last_2, bad_2, first_2, vlan_a_2, vlan_b_2;
  logic [2:0]  is4_2, is6_2;
  logic [7:0]  full_2;      // eighths with all their bytes
  logic [15:0] part_2;      // keep bits of the eighth that has not
  logic        no_byte_2;
  logic [1023:0] data_2;
  always_ff @(posedge clk_i) begin
    valid_2  <= rst_ni && valid_1;
    last_2   <= last_1;
    bad_2    <= bad_1;
    first_2  <= first_1;
    data_2   <= data_1;
    vlan_a_2 <= is_vlan(data_1[8*12+:16]);
    vlan_b_2 <= is_vlan(data_1[8*16+:16]);
    for (int i = 0; i < 3; i++) begin
      is4_2[i] <= data_1[8*12+32*i+:16] == 16'h0008;
      is6_2[i] <= data_1[8*12+32*i+:16] == 16'hdd86;
    end
    for (int i = 0; i < 8; i++) full_2[i] <= keep_1[16*i+15];
    no_byte_2 <= !keep_1[0];
    case (1'b0)
      keep_1[15]: part_2 <= keep_1[15:0];
      keep_1[31]: part_2 <= keep_1[31:16];
      keep_1[47]: part_2 <= keep_1[47:32];
      keep_1[63]: part_2 <= keep_1[63:48];
      keep_1[79]: part_2 <= keep_1[79:64];
      keep_1[95]: part_2 <= keep_1[95:80];
      keep_1[111]: part_2 <= keep_1[111:96];
      default: part_2 <= keep_1[127:112];
    endcase
  end

  // ---- 2: layer 2, from beat 0; bytes of the beat ----
  logic         valid_3, last_3, bad_3, first_3, is4_3, is6_3, none_3;
  logic [1:0]   tags_3;
  logic [159:0] ip_header_3;
  logic [7:0]   bytes_3;
  logic [3:0]   eighths, rest;
  always_comb begin
    eighths = 4'd0;
    rest    = 4'd0;
    for (int i = 0; i < 8; i++) if (full_2[i]) eighths = 4'(i + 1);
    for (int i = 0; i < 15; i++) if (part_2[i]) rest = 4'(i + 1);
  end
  always_ff @(posedge clk_i) begin
    valid_3 <= rst_ni && valid_2;
    last_3  <= last_2;
    bad_3   <= bad_2;
    first_3 <= first_2;
    none_3  <= last_2 && !first_2 && no_byte_2;
    tags_3  <= !vlan_a_2 ? 2'd0 : vlan_b_2 ? 2'd2 : 2'd1;
    is4_3   <= !vlan_a_2 ? is4_2[0] : vlan_b_2 ? is4_2[2] : is4_2[1];
    is6_3   <= !vlan_a_2 ? is6_2[0] : vlan_b_2 ? is6_2[2] : is6_2[1];
    ip_header_3 <= !vlan_a_2 ? data_2[8*14+:160] : vlan_b_2 ? data_2[8*22+:160] : data_2[8*18+:160];
    bytes_3 <= !last_2 || eighths[3] ? 8'd128 : {1'b0, eighths[2:0], rest};
  end

  logic ok_valid, ok_ip, ok_tcp;
  logic [1023:0] data_10;
  syngate_delay #(.Width(1024), .Clocks(8)) u_delay_data (.clk_i, .rst_ni, .data_i(data_2), .data_o(data_10));
  syngate_ingress_checksum u_checksum (
      .clk_i, .rst_ni, .beat_valid_i(valid_3), .beat_first_i(first_3), .beat_last_i(last_3), .beat_bytes_i(bytes_3),
      .tags_i(tags_3), .is6_i(is6_3), .ip_header_i(ip_header_3), .beat_data_i(data_10),
      .ok_valid_o(ok_valid), .ok_ip_o(ok_ip), .ok_tcp_o(ok_tcp));

  // ---- 3: store ----
  (* ram_style = "block", no_rw_check *) logic [1023:0] memory[Depth];
  logic [7:0] write_q, read_q;
  logic [6:0] beats_q, beats_now;  // beats of this frame before this one
  logic at_end_q, over_q;          // they are FRAME_BEATS_MAX, more than that
  logic store, pop, store_q, pop_q;
  logic [8:0] used_q;              // beats that are or will be in the memory, as of one clock ago
  logic [1023:0] data_3;
  assign beats_now = first_3 ? 7'd0 : beats_q;
  assign store     = valid_3 && (first_3 || !(at_end_q || over_q)) && !none_3;
  always_ff @(posedge clk_i) begin
    data_3 <= data_2;
    if (store) memory[write_q] <= data_3;
    if (!rst_ni) begin
      write_q <= '0;
      used_q  <= '0;
      store_q <= 1'b0;
      pop_q   <= 1'b0;
      s_axis_tready <= 1'b0;
    end else begin
      if (store) write_q <= write_q + 8'd1;
      store_q <= store;
      pop_q   <= pop;
      if (store_q != pop_q) used_q <= used_q + {{8{pop_q}}, 1'b1};
      s_axis_tready <= used_q < 9'(Depth - Reserve);
    end
    if (valid_3) begin
      beats_q  <= beats_now + 7'd1;
      at_end_q <= !first_3 && !at_end_q && !over_q && beats_q == 7'(syngate_pkg::FRAME_BEATS_MAX - 1);
      over_q   <= !first_3 && (at_end_q || over_q);
    end
  end

  // ---- 4 to 20: what is known at the last beat waits for the checksum ----
  logic        over_4, none_4;
  logic [6:0]  beats_4;
  logic [7:0]  bytes_4;
  logic [1:0]  tags_q, tags_4;
  logic        is4_q, is6_q, bad_4, is4_4, is6_4;
  logic [26:0] info_5, info_20;
  logic [13:0] length_4;
  logic [6:0]  stored_4;
  always_comb begin
    if (over_4) stored_4 = 7'(syngate_pkg::FRAME_BEATS_MAX);
    else stored_4 = none_4 ? beats_4 : beats_4 + 7'd1;
    // Only a whole beat has bit 7.
    length_4 = bytes_4[7] ? {beats_4 + 7'd1, 7'd0} : {beats_4, bytes_4[6:0]};
    if (over_4) length_4 = 14'(syngate_pkg::FRAME_BYTES_MAX + 1);
  end
  always_ff @(posedge clk_i) begin
    over_4  <= !first_3 && (over_q || (at_end_q && !none_3));
    none_4  <= none_3;
    beats_4 <= beats_now;
    bytes_4 <= none_3 ? 8'd0 : bytes_3;
    bad_4   <= bad_3;
    tags_4  <= first_3 ? tags_3 : tags_q;
    is4_4   <= first_3 ? is4_3 : is4_q;
    is6_4   <= first_3 ? is6_3 : is6_q;
    info_5  <= {stored_4 == 7'd1, stored_4, length_4, bad_4, tags_4, is4_4, is6_4};
    if (valid_3 && first_3) begin
      tags_q <= tags_3;
      is4_q  <= is4_3;
      is6_q  <= is6_3;
    end
  end
  syngate_delay #(.Width(27), .Clocks(15)) u_delay_info (.clk_i, .rst_ni, .data_i(info_5), .data_o(info_20));

  // ---- descriptors of whole frames ----
  logic [28:0] descriptor;
  logic [8:0]  descriptors_free;
  logic        waiting, take;
  syngate_fifo #(.Width(29), .Depth(Depth)) u_descriptors (
      .clk_i, .rst_ni, .write_i(ok_valid), .data_i({info_20, ok_ip, ok_tcp}), .free_o(descriptors_free),
      .valid_o(waiting), .data_o(descriptor), .read_i(take));

  // ---- release: beats come out of the memory two clocks after pop ----
  logic [6:0] more_q;
  logic       busy_q;  // more_q is not 0
  logic [2:0] valid_q, sop_q, eop_q;
  logic [20:0] frame_q, frame_q2;
  logic [31:0] id_q;
  logic [1023:0] read_data_q;
  assign take = waiting && !busy_q;
  assign pop  = take || busy_q;
  always_ff @(posedge clk_i) begin
    if (pop) read_data_q <= memory[read_q];
    out_data_o <= read_data_q;
    frame_q    <= descriptor[20:0];
    if (sop_q[0]) frame_q2 <= frame_q;
    if (!rst_ni) begin
      valid_q <= '0;
      sop_q   <= '0;
      eop_q   <= '0;
      more_q  <= '0;
      busy_q  <= 1'b0;
      read_q  <= '0;
      id_q    <= '0;
    end else begin
      valid_q <= {valid_q[1:0], pop};
      sop_q   <= {sop_q[1:0], take};
      eop_q   <= {eop_q[1:0], take ? descriptor[28] : more_q == 7'd1};
      if (take) begin
        more_q <= descriptor[27:21] - 7'd1;
        busy_q <= !descriptor[28];
      end else if (busy_q) begin
        more_q <= more_q - 7'd1;
        busy_q <= more_q != 7'd1;
      end
      if (pop) read_q <= read_q + 8'd1;
      if (sop_q[1]) id_q <= id_q + 32'd1;
    end
  end
  assign out_valid_o = valid_q[1];
  assign out_sop_o   = sop_q[1];
  assign out_eop_o   = eop_q[1];
  assign out_frame_o = {id_q, frame_q2};
  logic unused_ingress;
  assign unused_ingress = &{1'b0, valid_q[2], sop_q[2], eop_q[2], descriptors_free};

  // ---- promises ----
  // The memory never overflows, because tready falls in time.
  `SYNGATE_ASSERT(ingress_no_overflow, used_q <= 9'(Depth))
  // A frame is released only when all its beats have been stored.
  `SYNGATE_ASSERT(ingress_complete, !pop || used_q + 9'(store_q) != 9'(pop_q))
  // Frames leave gap-free: a started frame goes on until its last beat.
  `SYNGATE_ASSERT(ingress_gap_free, !busy_q || pop)
endmodule : syngate_ingress
`default_nettype wire
