// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Linux's SYN cookie, made for SYNs and checked for ACKs by one pipe: h0 -> age and count -> h1 -> cookie or data.
//   cookie = h0 + seq + (count << 24) + ((h1(count) + mss_index) & 0xffffff)
//   check:  x = ack - seq - h0;  age = count - (x >> 24) < 2;  data = (x - h1(count - age)) & 0xffffff < 4
// The minute of an ACK is known only after h0, and with it the bank of secret1: h1 therefore starts after h0 instead of running
// beside it, which costs latency but no second pipe. Does not: decide; results are meaningless for frames that are not TCP.
// Latency: COOKIE_LATENCY (76) clocks from hash_i to the results; the offset comes at 35, the table hash at 44.
// Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_cookie (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    // from parse
    input  wire syngate_pkg::hash_t    hash_i,
    input  wire  [1:0]                 mss_index_i,   // of the SYN, 75 clocks after hash_i
    // keys, k0 in the low half; bank b at [128*b +: 128]
    input  wire  [127:0]               secret0_v4_i,
    input  wire  [127:0]               secret0_v6_i,
    input  wire  [511:0]               secret1_v4_i,
    input  wire  [511:0]               secret1_v6_i,
    // results
    output logic [25:0]                offset_o,      // 35 clocks: h0[63:38], the flow's timestamp offset / 64
    output logic [63:0]                table_hash_o,  // 44 clocks
    output logic                       valid_o,       // 76 clocks: ACK with a valid cookie
    output logic                       age_o,         // of a valid cookie, in minutes
    output logic [1:0]                 mss_index_o,   // encoded (SYN) or decoded
    output logic [31:0]                cookie_o       // SYN: made; else: ack - 1
);
  // ---- h0 ----
  logic [63:0] h0_s0, h0_s1, h0_s2, h0_s3, h0;
  logic [63:0] v4_word3, v4_word4, v6_word4;
  assign v4_word3 = {hash_i.daddr_be[31:0], hash_i.saddr_be[31:0]};
  assign v4_word4 = {32'd0, hash_i.sport_be, hash_i.dport_be};
  assign v6_word4 = {hash_i.dport_be, hash_i.sport_be, 32'd0};
  syngate_cookie_hash u_h0 (
      .clk_i, .rst_ni,
      .is6_i(hash_i.is6),
      .word0_i(hash_i.saddr_be[63:0]),
      .word1_i(hash_i.saddr_be[127:64]),
      .word2_i(hash_i.daddr_be[63:0]),
      .word3_i(hash_i.is6 ? hash_i.daddr_be[127:64] : v4_word3),
      .word4_i(hash_i.is6 ? v6_word4 : v4_word4),
      .key_v6_i(secret0_v6_i),
      .key_v4_i(secret0_v4_i),
      .s0_o(h0_s0), .s1_o(h0_s1), .s2_o(h0_s2), .s3_o(h0_s3)
  );

  assign h0 = syngate_pkg::sip_hash(h0_s1, h0_s2, h0_s3);

  // ---- second squeeze of h0's state: row addresses and tags of the flow table ----
  syngate_cookie_squeeze u_squeeze (
      .clk_i, .s0_i(h0_s0), .s1_i(h0_s1), .s2_i(h0_s2), .s3_i(h0_s3), .hash_o(table_hash_o)
  );

  // ---- what waits for h0 ----
  // syn, seq, ack - seq and count go to the glue; addresses and ports to h1.
  logic        is_syn_35;
  logic [31:0] seq_35, delta_35, count_35, delta;
  assign delta = hash_i.ack - hash_i.seq;
  syngate_delay #(.Width(97), .Clocks(35)) u_delay_glue (
      .clk_i, .rst_ni,
      .data_i({hash_i.is_syn, hash_i.seq, delta, hash_i.count}),
      .data_o({is_syn_35, seq_35, delta_35, count_35})
  );
  logic         is6_39;
  logic [127:0] saddr_39, daddr_39;
  logic [15:0]  sport_39, dport_39;
  syngate_delay #(.Width(289), .Clocks(39)) u_delay_flow (
      .clk_i, .rst_ni,
      .data_i({hash_i.is6, hash_i.saddr_be, hash_i.daddr_be, hash_i.sport_be, hash_i.dport_be}),
      .data_o({is6_39, saddr_39, daddr_39, sport_39, dport_39})
  );

  // ---- glue: minute and bank ----
  logic [31:0] h0_q;                               // 35
  logic [31:0] base_q, x_q, count_36, count_prev_q;  // 36
  logic        is_syn_36;
  logic [7:0]  diff_q;                             // 37
  logic [31:0] base_37, x_37, count_37, count_prev_37;
  logic        is_syn_37;
  logic [31:0] sum_q, c_q;                         // 38: SYN: base + (count << 24), else x
  logic        age_ok_q, age_q, is_syn_38;
  logic [31:0] sum_39, c_39;                       // 39
  logic        age_ok_39, age_39, is_syn_39;
  logic [127:0] key6_39;

  always_ff @(posedge clk_i) begin
    h0_q     <= h0[31:0];
    offset_o <= h0[63:38];

    base_q       <= h0_q + seq_35;
    x_q          <= delta_35 - h0_q;
    count_36     <= count_35;
    count_prev_q <= count_35 - 32'd1;
    is_syn_36    <= is_syn_35;

    diff_q        <= count_36[7:0] - x_q[31:24];
    base_37       <= base_q;
    x_37          <= x_q;
    count_37      <= count_36;
    count_prev_37 <= count_prev_q;
    is_syn_37     <= is_syn_36;

    age_ok_q  <= diff_q < 8'd2;
    age_q     <= diff_q == 8'd1;
    c_q       <= !is_syn_37 && diff_q == 8'd1 ? count_prev_37 : count_37;
    sum_q     <= is_syn_37 ? {base_37[31:24] + count_37[7:0], base_37[23:0]} : x_37;
    is_syn_38 <= is_syn_37;

    c_39      <= c_q;
    sum_39    <= sum_q;
    age_ok_39 <= age_ok_q;
    age_39    <= age_q;
    is_syn_39 <= is_syn_38;
    case (c_q[1:0])
      2'd0: key6_39 <= secret1_v6_i[127:0];
      2'd1: key6_39 <= secret1_v6_i[255:128];
      2'd2: key6_39 <= secret1_v6_i[383:256];
      default: key6_39 <= secret1_v6_i[511:384];
    endcase
  end

  // ---- h1 ----
  logic [63:0] h1_s0, h1_s1, h1_s2, h1_s3, h1;
  logic [1:0] bank_51;
  logic [127:0] key4_52;
  syngate_delay #(.Width(2), .Clocks(12)) u_delay_bank (.clk_i, .rst_ni, .data_i(c_39[1:0]), .data_o(bank_51));
  always_ff @(posedge clk_i) begin
    case (bank_51)
      2'd0: key4_52 <= secret1_v4_i[127:0];
      2'd1: key4_52 <= secret1_v4_i[255:128];
      2'd2: key4_52 <= secret1_v4_i[383:256];
      default: key4_52 <= secret1_v4_i[511:384];
    endcase
  end
  syngate_cookie_hash u_h1 (
      .clk_i, .rst_ni,
      .is6_i(is6_39),
      .word0_i(saddr_39[63:0]),
      .word1_i(saddr_39[127:64]),
      .word2_i(daddr_39[63:0]),
      .word3_i(is6_39 ? daddr_39[127:64] : {daddr_39[31:0], saddr_39[31:0]}),
      .word4_i(is6_39 ? {dport_39, sport_39, c_39} : {c_39, sport_39, dport_39}),
      .key_v6_i(key6_39),
      .key_v4_i(key4_52),
      .s0_o(h1_s0), .s1_o(h1_s1), .s2_o(h1_s2), .s3_o(h1_s3)
  );

  // ---- cookie or data ----
  logic [31:0] sum_74, sum_75;
  logic        age_ok_74, age_74, is_syn_74, age_ok_75, age_75, is_syn_75;
  logic [23:0] h1_q, add_q, data_q;
  logic [1:0]  mss_index_75;
  logic [31:0] ack_prev_75;
  syngate_delay #(.Width(35), .Clocks(35)) u_delay_sum (
      .clk_i, .rst_ni, .data_i({sum_39, age_ok_39, age_39, is_syn_39}), .data_o({sum_74, age_ok_74, age_74, is_syn_74})
  );
  syngate_delay #(.Width(32), .Clocks(75)) u_delay_ack (
      .clk_i, .rst_ni, .data_i(hash_i.ack - 32'd1), .data_o(ack_prev_75)
  );
  logic unused_h1;
  assign h1 = syngate_pkg::sip_hash(h1_s1, h1_s2, h1_s3);
  assign unused_h1 = &{1'b0, h0[37:32], h1[63:24], h1_s0};
  // mss_index_i arrives with cycle 75, so the addition for SYNs is done in the last stage.
  assign mss_index_75 = mss_index_i;
  always_ff @(posedge clk_i) begin
    h1_q <= h1[23:0];

    add_q     <= h1_q;
    data_q    <= sum_74[23:0] - h1_q;
    sum_75    <= sum_74;
    age_ok_75 <= age_ok_74;
    age_75    <= age_74;
    is_syn_75 <= is_syn_74;

    valid_o     <= age_ok_75 && data_q < 24'd4 && !is_syn_75;
    age_o       <= age_75;
    mss_index_o <= is_syn_75 ? mss_index_75 : data_q[1:0];
    cookie_o    <= is_syn_75 ? sum_75 + {8'd0, add_q + {22'd0, mss_index_75}} : ack_prev_75;
  end
endmodule : syngate_cookie
`default_nettype wire
