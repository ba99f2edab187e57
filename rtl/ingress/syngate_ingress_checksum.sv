// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Checks the IPv4 header checksum and the TCP checksum of frames as their beats go by, whatever the frame turns out to be.
// The addresses of the pseudo header lie right before the TCP header, so one sum from the first address byte to the end of the
// IP packet covers both; only the protocol and the length are added. Words are summed as they lie: a one's complement sum does
// not care about byte order.
//   clock  3 header   4 end of the sum   5 end in this beat   6, 7 limit   8 words that count   9 bytes   10 to 15 sums by twos
//         16 to 18 fold   19 sum
// Does not: judge whether the frame is TCP at all. Latency: 17 clocks from the beat's clock 3 to ok_*. Throughput: one beat a clock.
// Backpressure: none. Drops: none.
module syngate_ingress_checksum (
    input  wire           clk_i,
    input  wire           rst_ni,
    // clock 3, what is known of the beat
    input  wire           beat_valid_i,
    input  wire           beat_first_i,
    input  wire           beat_last_i,
    input  wire  [   7:0] beat_bytes_i,       // valid bytes, 1..128
    // of the first beat
    input  wire  [   1:0] tags_i,             // layer 2 header of 14, 18 or 22 bytes
    input  wire           is6_i,
    input  wire  [ 159:0] ip_header_i,        // the first 20 bytes behind it
    // clock 10, the beat
    input  wire  [1023:0] beat_data_i,
    // after the last beat, clock 20
    output logic          ok_valid_o,
    output logic          ok_ip_o,
    output logic          ok_tcp_o
);
  // ---- 3, 4: where the sum of this frame ends; header words ----
  logic [15:0]  ip_length_4, length_5;
  logic [159:0] ip_header_4;
  logic [1:0]   tags_4, tags_5;
  logic         is6_4, is6_5;
  logic [7:0]   bytes_4, bytes_5;
  logic [17:0]  end_5;
  logic [32:0]  ip_a_5, ip_b_5;
  logic [31:0]  ip_c_5;
  always_ff @(posedge clk_i) begin
    ip_length_4 <= is6_i ? syngate_pkg::bswap16(ip_header_i[47:32]) : syngate_pkg::bswap16(ip_header_i[31:16]);
    ip_header_4 <= ip_header_i;
    tags_4      <= tags_i;
    is6_4       <= is6_i;
    bytes_4     <= beat_bytes_i;

    end_5    <= {2'd0, ip_length_4} + (is6_4 ? 18'd54 : 18'd14) + {14'd0, tags_4, 2'd0};
    bytes_5  <= bytes_4;
    tags_5   <= tags_4;
    is6_5    <= is6_4;
    length_5 <= is6_4 ? ip_length_4 : ip_length_4 - 16'd20;
    ip_a_5   <= 33'(ip_header_4[31:0]) + 33'(ip_header_4[63:32]);
    ip_b_5   <= 33'(ip_header_4[95:64]) + 33'(ip_header_4[127:96]);
    ip_c_5   <= ip_header_4[159:128];
  end

  // ---- valid, first and last by clock ----
  logic [19:4] valid_q, first_q, last_q;
  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni ? {valid_q[18:4], beat_valid_i} : '0;
    first_q <= {first_q[18:4], beat_first_i};
    last_q  <= {last_q[18:4], beat_last_i};
  end

  // ---- 5: where it ends in this beat; negative when it ended before ----
  logic [18:0] end_here, end_6, end_next_q;
  logic [7:0]  bytes_6;
  logic [3:0]  start_6;  // word of the first address: IPv4 at byte 26, IPv6 at 22, plus 4 for each tag
  logic [15:0] length_6;
  logic [33:0] ip_sum_6;
  logic [34:0] ip_sum_7, ip_sum_8;
  logic [31:0] ip_c_6;
  assign end_here = first_q[5] ? {1'b0, end_5} : end_next_q;
  always_ff @(posedge clk_i) begin
    end_6 <= end_here;
    if (valid_q[5]) end_next_q <= {end_here[18:7] - 12'd1, end_here[6:0]};
    bytes_6  <= bytes_5;
    start_6  <= 4'(is6_5 ? 4'd5 : 4'd6) + {2'd0, tags_5};
    length_6 <= length_5;
    ip_sum_6 <= 34'(ip_a_5) + 34'(ip_b_5);
    ip_c_6   <= ip_c_5;
    ip_sum_7 <= 35'(ip_sum_6) + 35'(ip_c_6);
    ip_sum_8 <= ip_sum_7;
  end

  // ---- 6, 7: bytes of this beat that count, 0..128 ----
  logic       past_7, beyond_7;  // ended before this beat, goes on behind it
  logic [7:0] end_7, bytes_7, limit_8;
  logic [3:0] start_7, start_8;
  always_ff @(posedge clk_i) begin
    past_7   <= end_6[18];
    beyond_7 <= |end_6[17:8] || end_6[7:0] > bytes_6;
    end_7    <= end_6[7:0];
    bytes_7  <= bytes_6;
    start_7  <= first_q[6] ? start_6 : 4'd0;
    if (past_7) limit_8 <= 8'd0;
    else limit_8 <= beyond_7 ? bytes_7 : end_7;
    start_8  <= start_7;
  end

  // ---- 8: by word, for its lower and upper half: counts, or ends the sum ----
  logic [31:0] lower_9, upper_9, lower_ends_9, upper_ends_9;
  logic [2:0]  tail_9;  // bytes of the word in which the sum ends
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 32; i++) begin
      lower_9[i]      <= limit_8[7:2] > 6'(i) && (i > 8 || start_8 == 4'd0 || start_8 < 4'(i));
      upper_9[i]      <= limit_8[7:2] > 6'(i) && (i > 8 || start_8 <= 4'(i));
      lower_ends_9[i] <= limit_8[7:2] == 6'(i) && (i > 8 || start_8 == 4'd0 || start_8 < 4'(i));
      upper_ends_9[i] <= limit_8[7:2] == 6'(i) && (i > 8 || start_8 <= 4'(i));
    end
    tail_9 <= {limit_8[1:0] == 2'd3, limit_8[1], limit_8[1:0] != 2'd0};
  end

  // ---- 9: by byte ----
  logic [127:0] keep_10;
  for (genvar i = 0; i < 32; i++) begin : gen_keep
    always_ff @(posedge clk_i) begin
      keep_10[4*i+:4] <= {upper_9[i], upper_9[i] || (upper_ends_9[i] && tail_9[2]), lower_9[i] || (lower_ends_9[i] && tail_9[1]),
          lower_9[i] || (lower_ends_9[i] && tail_9[0])};
    end
  end

  // ---- 10 to 15: sums by twos, at first of the bytes that count, at last protocol and length for the first beat ----
  logic [32:0] two_11[16];
  logic [33:0] four_12[8];
  logic [34:0] eight_13[4];
  logic [35:0] half_14[2];
  logic [36:0] sum_15;
  logic [37:0] sum_16;
  logic [16:0] extra_7, extra_15;
  for (genvar i = 0; i < 16; i++) begin : gen_two
    logic [32:0] sum;
    syngate_add_masked u_sum (
        .a_i(beat_data_i[64*i+:32]), .a_keep_i(keep_10[8*i+:4]), .b_i(beat_data_i[64*i+32+:32]), .b_keep_i(keep_10[8*i+4+:4]),
        .sum_o(sum));
    always_ff @(posedge clk_i) two_11[i] <= sum;
  end
  for (genvar i = 0; i < 8; i++) begin : gen_four
    always_ff @(posedge clk_i) four_12[i] <= 34'(two_11[2*i]) + 34'(two_11[2*i+1]);
  end
  for (genvar i = 0; i < 4; i++) begin : gen_eight
    always_ff @(posedge clk_i) eight_13[i] <= 35'(four_12[2*i]) + 35'(four_12[2*i+1]);
  end
  for (genvar i = 0; i < 2; i++) begin : gen_half
    always_ff @(posedge clk_i) half_14[i] <= 36'(eight_13[2*i]) + 36'(eight_13[2*i+1]);
  end
  syngate_delay #(.Width(17), .Clocks(8)) u_delay_extra (.clk_i, .rst_ni, .data_i(extra_7), .data_o(extra_15));
  always_ff @(posedge clk_i) begin
    extra_7 <= {1'b0, syngate_pkg::bswap16(length_6)} + 17'h0600;
    sum_15  <= 37'(half_14[0]) + 37'(half_14[1]);
    sum_16  <= 38'(sum_15) + (first_q[15] ? 38'(extra_15) : 38'd0);
  end

  // ---- 16 to 18: fold to 16 bits ----
  logic [16:0] fold_17, fold_18;
  logic [5:0]  carry_17;
  logic [15:0] folded_19;
  always_ff @(posedge clk_i) begin
    fold_17   <= {1'b0, sum_16[15:0]} + {1'b0, sum_16[31:16]};
    carry_17  <= sum_16[37:32];
    fold_18   <= 17'(({1'b0, fold_17[15:0], 1'b1} + {11'd0, carry_17, fold_17[16]}) >> 1);  // one carry chain
    folded_19 <= fold_18[15:0] + {15'd0, fold_18[16]};
  end

  // ---- 19: sum of the frame, one carry behind ----
  logic [16:0] total_q;
  logic        ip_ok_q, last_20;
  logic [16:0] ip_fold_9, ip_fold_10;
  logic [2:0]  ip_carry_9;
  logic        ip_ok_11, ip_ok_19;
  always_ff @(posedge clk_i) begin
    ip_fold_9  <= {1'b0, ip_sum_8[15:0]} + {1'b0, ip_sum_8[31:16]};
    ip_carry_9 <= ip_sum_8[34:32];
    ip_fold_10  <= {1'b0, ip_fold_9[15:0]} + {14'd0, ip_carry_9} + {16'd0, ip_fold_9[16]};
    ip_ok_11    <= ip_fold_10 == 17'h0ffff || ip_fold_10 == 17'h1fffe;
  end
  syngate_delay #(.Width(1), .Clocks(8)) u_delay_ip_ok (.clk_i, .rst_ni, .data_i(ip_ok_11), .data_o(ip_ok_19));
  always_ff @(posedge clk_i) begin
    if (valid_q[19]) begin
      total_q <= 17'(({1'b0, first_q[19] ? 16'd0 : total_q[15:0], 1'b1} + {1'b0, folded_19, total_q[16] && !first_q[19]}) >> 1);
      if (first_q[19]) ip_ok_q <= ip_ok_19;
    end
    last_20 <= rst_ni && valid_q[19] && last_q[19];
  end

  // ---- 20: ffff, in either of its folded forms ----
  assign ok_valid_o = last_20;
  assign ok_ip_o    = ip_ok_q;
  assign ok_tcp_o   = total_q == 17'h0ffff || total_q == 17'h1fffe;
endmodule : syngate_ingress_checksum
`default_nettype wire
