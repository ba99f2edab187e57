// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Checks the IPv4 header checksum and the TCP checksum of frames as their beats go by, whatever the frame turns out to be.
// The addresses of the pseudo header lie right before the TCP header, so one sum from the first address byte to the end of the
// IP packet covers both; only the protocol and the length are added. Words are summed as they lie: a one's complement sum does
// not care about byte order.
// Does not: judge whether the frame is TCP at all. Latency: 5 clocks from beat_*_i to ok_*. Throughput: one beat a clock.
// Backpressure: none. Drops: none.
module syngate_ingress_checksum (
    input  wire           clk_i,
    input  wire           rst_ni,
    input  wire           beat_valid_i,
    input  wire           beat_first_i,
    input  wire           beat_last_i,
    input  wire  [1023:0] beat_data_i,
    input  wire  [   7:0] beat_bytes_i,       // valid bytes, 1..128
    // of the first beat
    input  wire  [   1:0] tags_i,             // layer 2 header of 14, 18 or 22 bytes
    input  wire           is6_i,
    input  wire  [ 159:0] ip_header_i,        // the first 20 bytes behind it
    // after the last beat
    output logic          ok_valid_o,
    output logic          ok_ip_o,
    output logic          ok_tcp_o
);
  // ---- 1: where the sum starts and ends ----
  logic [15:0] ip_length;
  logic [17:0] end_first, end_next_q;
  logic [17:0] end_here;
  assign ip_length = is6_i ? syngate_pkg::bswap16(ip_header_i[47:32]) : syngate_pkg::bswap16(ip_header_i[31:16]);
  assign end_first = 18'(ip_length) + (is6_i ? 18'd54 : 18'd14) + {14'd0, tags_i, 2'd0};
  assign end_here  = beat_first_i ? end_first : end_next_q;

  logic valid_2, first_2, last_2, is6_2;
  logic [1:0] tags_2;
  logic [1023:0] data_2;
  logic [7:0] end_2;  // bytes of this beat that count, 0..128
  logic [15:0] length_2;
  logic [34:0] ip_sum_2;
  logic [7:0] limit;
  assign limit = end_here > 18'(beat_bytes_i) ? beat_bytes_i : end_here[7:0];
  always_ff @(posedge clk_i) begin
    valid_2 <= rst_ni && beat_valid_i;
    first_2 <= beat_first_i;
    last_2  <= beat_last_i;
    is6_2   <= is6_i;
    tags_2  <= tags_i;
    if (beat_valid_i) data_2 <= beat_data_i;
    end_2    <= limit;
    length_2 <= is6_i ? ip_length : ip_length - 16'd20;
    ip_sum_2 <= 35'(ip_header_i[31:0]) + 35'(ip_header_i[63:32]) + 35'(ip_header_i[95:64]) + 35'(ip_header_i[127:96])
        + 35'(ip_header_i[159:128]);
    if (beat_valid_i) end_next_q <= end_here > 18'd128 ? end_here - 18'd128 : 18'd0;
  end

  // ---- 2: mask. IPv4 starts at byte 26, IPv6 at 22, plus 4 for each tag ----
  logic [3:0] start_word;
  assign start_word = 4'(is6_2 ? 4'd5 : 4'd6) + {2'd0, tags_2};
  logic [31:0] tail;
  always_comb begin
    case (end_2[1:0])
      2'd1: tail = 32'h000000ff;
      2'd2: tail = 32'h0000ffff;
      2'd3: tail = 32'h00ffffff;
      default: tail = 32'h00000000;
    endcase
  end
  logic [31:0] masked_3[32];
  logic valid_3, first_3, last_3;
  logic [15:0] length_3;
  logic [16:0] ip_sum_3;
  logic [17:0] ip_fold;
  assign ip_fold = {2'd0, ip_sum_2[15:0]} + {2'd0, ip_sum_2[31:16]} + {15'd0, ip_sum_2[34:32]};
  for (genvar i = 0; i < 32; i++) begin : gen_mask
    logic [31:0] kept, started;
    assign kept = end_2[7:2] > 6'(i) ? data_2[32*i+:32] : end_2[7:2] == 6'(i) ? data_2[32*i+:32] & tail : 32'd0;
    if (i < 5) begin : gen_before
      assign started = first_2 ? 32'd0 : kept;
    end else if (i > 8) begin : gen_after
      assign started = kept;
    end else begin : gen_start
      assign started = !first_2 || start_word < 4'(i) ? kept : start_word == 4'(i) ? {kept[31:16], 16'd0} : 32'd0;
    end
    always_ff @(posedge clk_i) masked_3[i] <= started;
  end
  always_ff @(posedge clk_i) begin
    valid_3  <= rst_ni && valid_2;
    first_3  <= first_2;
    last_3   <= last_2;
    length_3 <= length_2;
    ip_sum_3 <= ip_fold[16:0] + {16'd0, ip_fold[17]};
  end

  // ---- 3: eight sums of four words ----
  logic [33:0] group_4[8];
  logic valid_4, first_4, last_4, ip_ok_4;
  logic [15:0] length_4;
  for (genvar g = 0; g < 8; g++) begin : gen_group
    always_ff @(posedge clk_i) begin
      group_4[g] <= 34'(masked_3[4*g]) + 34'(masked_3[4*g+1]) + 34'(masked_3[4*g+2]) + 34'(masked_3[4*g+3]);
    end
  end
  always_ff @(posedge clk_i) begin
    valid_4  <= rst_ni && valid_3;
    first_4  <= first_3;
    last_4   <= last_3;
    length_4 <= length_3;
    ip_ok_4  <= ip_sum_3 == 17'h0ffff || ip_sum_3 == 17'h1fffe;
  end

  // ---- 4: one sum of the beat, with protocol and length for the first ----
  logic [37:0] sum_5;
  logic valid_5, first_5, last_5, ip_ok_5;
  always_ff @(posedge clk_i) begin
    sum_5 <= 38'(group_4[0]) + 38'(group_4[1]) + 38'(group_4[2]) + 38'(group_4[3]) + 38'(group_4[4]) + 38'(group_4[5])
        + 38'(group_4[6]) + 38'(group_4[7])
        + (first_4 ? 38'(syngate_pkg::bswap16(length_4)) + 38'h0600 : 38'd0);
    valid_5 <= rst_ni && valid_4;
    first_5 <= first_4;
    last_5  <= last_4;
    ip_ok_5 <= ip_ok_4;
  end

  // ---- 5: sum of the frame, kept folded to 17 bits ----
  logic [18:0] fold, total;
  logic [16:0] total_q;
  logic ip_ok_q, last_6;
  assign fold  = 19'(sum_5[15:0]) + 19'(sum_5[31:16]) + 19'(sum_5[37:32]);
  assign total = fold + (first_5 ? 19'd0 : 19'(total_q));
  always_ff @(posedge clk_i) begin
    if (valid_5) begin
      total_q <= 17'(total[15:0]) + 17'(total[18:16]);
      if (first_5) ip_ok_q <= ip_ok_5;
    end
    last_6 <= rst_ni && valid_5 && last_5;
  end

  // ---- 6: ffff, in either of its folded forms ----
  assign ok_valid_o = last_6;
  assign ok_ip_o    = ip_ok_q;
  assign ok_tcp_o   = total_q == 17'h0ffff || total_q == 17'h1fffe;
endmodule : syngate_ingress_checksum
`default_nettype wire
