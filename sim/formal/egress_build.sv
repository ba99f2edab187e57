// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Frames that the box builds, as a receiver reads them: lengths and checksums by the bytes of frame_o alone. A case for each family and
// number of tags (Six, Tags) of the frame whose output it is; what is in front of it and behind it may be anything.
// A one's complement sum does not care about order; the sums here associate as those of the module do, which spares the solver the proof
// of that. It goes from stage to stage: the words of each frame wait beside the adders, and what an adder holds is the sum of its words.
module formal_egress_build #(
    parameter bit          Sums = 0,  // the case in which built_sums is proved, for frames of all kinds; the others assume part of it
    parameter bit          Six  = 0,
    parameter int unsigned Tags = 0
) (
    input wire        clk_i,
    input wire [15:0] exid_i
);
  (* anyseq *) logic [syngate_pkg::META_BITS-1:0] meta_bits;
  (* anyseq *) logic [syngate_pkg::DECISION_BITS-1:0] decision_bits;
  syngate_pkg::meta_t meta;
  syngate_pkg::decision_t decision;
  assign meta     = meta_bits;
  assign decision = decision_bits;

  logic [911:0] frame;
  logic [6:0] length;
  syngate_egress_build u_dut (
      .clk_i, .rst_ni(1'b1), .meta_i(meta), .decision_i(decision), .exid_i, .frame_o(frame), .length_o(length));

  // ---- inside the module: the adders, and words beside them, slice s - 2 at stage s ----
  localparam int unsigned WAIT = 906;
  logic [8*WAIT-1:0] wait_q;
  logic [319:0] ip_1;
  logic [415:0] tcp_1;
  logic [31:0] hops_1, ip_last_2, ip_last_3, ip_late;
  logic [15:0] tcp_bytes_1, tcp_sum_9, ip_sum_7;
  logic is6_1;
  logic [1:0] tags_1;
  logic [32:0] two_0, two_1, two_2, two_3, two_4, two_5, two_6, two_7, two_8, two_9, two_10, ip_two_0, ip_two_1;
  logic [33:0] four_0, four_1, four_2, four_3, four_4, four_5, ip_four;
  logic [34:0] eight_0, eight_1, eight_2, ip_sum_4;
  logic [35:0] most_5, rest_5;
  logic [36:0] total_6;
  logic [16:0] tcp_7, tcp_8, ip_5, ip_6;
  logic [4:0] tcp_carry_7;
  logic [2:0] ip_carry_5;

  // ---- which case the output is ----
  logic [29:0] asked_q;      // {family, tags} of the frame at stage 1 in 2:0, at stage 2 in 5:3, and so on
  logic [3:0] age_q = 4'd0;  // clocks so far, up to 10
  always_ff @(posedge clk_i) begin
    asked_q <= {asked_q[26:0], meta.is6, meta.tags};
    if (age_q != 4'd10) age_q <= age_q + 4'd1;
  end
  logic here;
  assign here = age_q == 4'd10 && asked_q[29:27] == {Six, 2'(Tags)};

  // ---- the frame by its bytes: numbers of more than one byte come first byte first ----
  localparam int unsigned L3 = 14 + 4 * Tags;
  localparam int unsigned L4 = L3 + (Six ? 40 : 20);
  logic [319:0] ip;
  logic [415:0] tcp;  // at most 52 bytes
  assign ip  = frame[8*L3+:320];
  assign tcp = frame[8*L4+:416];
  logic [15:0] ip_says, tcp_bytes;
  logic [3:0] doff;
  assign doff      = tcp[8*12+4+:4];
  assign tcp_bytes = {10'd0, doff, 2'b00};
  assign ip_says   = Six ? {ip[39:32], ip[47:40]} : {ip[23:16], ip[31:24]} - 16'd20;

  // ---- sums without the checksums, as words lie ----
  function automatic logic [16:0] once(input logic [36:0] sum);
    once = {1'b0, sum[15:0]} + {1'b0, sum[31:16]};
  endfunction
  function automatic logic [16:0] twice(input logic [36:0] sum);
    logic [16:0] first;
    first = once(sum);
    twice = {1'b0, first[15:0]} + {12'd0, sum[36:32]} + {16'd0, first[16]};
  endfunction
  function automatic logic [15:0] fold(input logic [36:0] sum);
    logic [16:0] second;
    second = twice(sum);
    fold   = second[15:0] + {15'd0, second[16]};
  endfunction
  function automatic logic good(input logic [15:0] sum, input logic [15:0] checksum);
    logic [16:0] all;
    all  = {1'b0, sum} + {1'b0, checksum};
    good = all == 17'h0ffff || all == 17'h1fffe;
  endfunction

  // ---- the trees: {ip, tcp, family, bytes of TCP} as one vector ----
  localparam int unsigned WORDS = 320 + 416 + 8;
  function automatic logic [WORDS-1:0] waiting(input logic [WAIT-1:0] slice);
    waiting = {slice[905:586], slice[585:314], 16'd0, slice[313:186], slice[7:0]};
  endfunction
  // What the module makes of any metadata: whole words, as many bytes as the headers say, zeros behind them and where checksums come.
  function automatic logic formed(input logic [WORDS-1:0] words);
    logic [319:0] iph;
    logic [415:0] tcph;
    logic [6:0] bytes;
    iph    = words[743:424];
    tcph   = words[423:8];
    bytes  = words[6:0];
    formed = bytes >= 7'd20 && bytes <= 7'd52 && bytes[1:0] == 2'd0 && tcph[100+:4] == bytes[5:2] && tcph >> {bytes, 3'd0} == '0
        && (words[7] ? iph[7:4] == 4'd6 && {iph[39:32], iph[47:40]} == 16'(bytes)
            : iph[319:160] == 160'd0 && iph[95:80] == 16'd0 && iph[7:0] == 8'h45 && {iph[23:16], iph[31:24]} == 16'(bytes) + 16'd20);
  endfunction
  // Each sum is one bit wider than what it adds: exact, as in the module.
  function automatic logic [32:0] two_of(input logic [WORDS-1:0] words, input logic [3:0] i);
    logic [319:0] iph;
    logic [31:0] hops;
    iph  = words[743:424];
    hops = words[7] ? iph[95:64] : 32'd0;
    case (i)
      4'd0: two_of = 33'(words[8+:32]) + 33'(words[40+:32]);
      4'd1: two_of = 33'(words[72+:32]) + 33'(words[104+:32]);
      4'd2: two_of = 33'(words[136+:32]) + 33'(words[168+:32]);
      4'd3: two_of = 33'(words[200+:32]) + 33'(words[232+:32]);
      4'd4: two_of = 33'(words[264+:32]) + 33'(words[296+:32]);
      4'd5: two_of = 33'(words[328+:32]) + 33'(words[360+:32]);
      // Protocol 6 and the length of the pseudo header.
      4'd6: two_of = 33'(words[392+:32]) + {17'd0, {1'b0, words[6:0]} + 8'd6, 8'd0};
      4'd7: two_of = 33'(iph[127:96]) + 33'(iph[159:128]);
      4'd8: two_of = 33'(hops) + 33'(iph[191:160]);
      4'd9: two_of = 33'(iph[223:192]) + 33'(iph[255:224]);
      default: two_of = 33'(iph[287:256]) + 33'(iph[319:288]);
    endcase
  endfunction
  function automatic logic [33:0] four(input logic [32:0] x, input logic [32:0] y);
    four = 34'(x) + 34'(y);
  endfunction
  function automatic logic [34:0] eight(input logic [33:0] x, input logic [33:0] y);
    eight = 35'(x) + 35'(y);
  endfunction
  function automatic logic [35:0] most(input logic [34:0] x, input logic [34:0] y);
    most = 36'(x) + 36'(y);
  endfunction
  function automatic logic [36:0] total(input logic [35:0] x, input logic [34:0] y);
    total = 37'(x) + 37'(y);
  endfunction
  function automatic logic [36:0] tcp_of(input logic [WORDS-1:0] words);
    tcp_of = total(most(eight(four(two_of(words, 4'd0), two_of(words, 4'd1)), four(two_of(words, 4'd2), two_of(words, 4'd3))),
        eight(four(two_of(words, 4'd4), two_of(words, 4'd5)), four(two_of(words, 4'd6), two_of(words, 4'd7)))),
        eight(four(two_of(words, 4'd8), two_of(words, 4'd9)), four(two_of(words, 4'd10), 33'd0)));
  endfunction
  function automatic logic [34:0] ip_of(input logic [159:0] iph);
    ip_of = eight(four(33'(iph[31:0]) + 33'(iph[63:32]), 33'(iph[95:64]) + 33'(iph[127:96])), {2'd0, iph[159:128]});
  endfunction

  logic [WORDS-1:0] w1, w2, w3, w4, w5, w6, w7, w8, w9, w10;
  always_comb begin
    w1 = {ip_1, tcp_1[415:144], 16'd0, tcp_1[127:0], is6_1, tcp_bytes_1[6:0]};
    w2 = waiting(wait_q[0*WAIT+:WAIT]);
    w3 = waiting(wait_q[1*WAIT+:WAIT]);
    w4 = waiting(wait_q[2*WAIT+:WAIT]);
    w5 = waiting(wait_q[3*WAIT+:WAIT]);
    w6 = waiting(wait_q[4*WAIT+:WAIT]);
    w7 = waiting(wait_q[5*WAIT+:WAIT]);
    w8 = waiting(wait_q[6*WAIT+:WAIT]);
    w9 = waiting(wait_q[7*WAIT+:WAIT]);
    // The same of the frame that is put out, without its checksums.
    w10 = {Six ? ip : {160'd0, ip[159:96], 16'd0, ip[79:0]}, tcp[415:144], 16'd0, tcp[127:0], Six, tcp_bytes[6:0]};
  end

  // The sums of the frames at each stage, taken where their words are made; the words once more when the frame is put out.
  logic [WORDS-1:0] words_10;
  logic [36:0] sum_2, sum_3, sum_4, sum_5, sum_6, sum_7, sum_8, sum_9, sum_10;
  logic [34:0] ip_sum_2, ip_sum_3, ip_sum_4s, ip_sum_5, ip_sum_6, ip_sum_7s, ip_sum_8, ip_sum_9, ip_sum_10;
  always_ff @(posedge clk_i) begin
    {sum_2, sum_3, sum_4, sum_5, sum_6} <= {tcp_of(w1), sum_2, sum_3, sum_4, sum_5};
    {sum_7, sum_8, sum_9, sum_10} <= {sum_6, sum_7, sum_8, sum_9};
    words_10 <= w9;
    {ip_sum_2, ip_sum_3, ip_sum_4s, ip_sum_5, ip_sum_6} <= {ip_of(w1[424+:160]), ip_sum_2, ip_sum_3, ip_sum_4s, ip_sum_5};
    {ip_sum_7s, ip_sum_8, ip_sum_9, ip_sum_10} <= {ip_sum_6, ip_sum_7s, ip_sum_8, ip_sum_9};
  end

  logic stage_1, waiting_right, sums_right, adders_right, folds_right, last_right, right;
  always_comb begin
    stage_1 = tcp_1[159:128] == 32'd0 && tcp_bytes_1[15:7] == 9'd0 && hops_1 == (is6_1 ? ip_1[95:64] : 32'd0) && formed(w1)
        && asked_q[2:0] == {is6_1, tags_1};
    waiting_right = 1'b1;
    for (int s = 2; s < 10; s++) begin
      if (age_q >= 4'(s)) begin
        waiting_right = waiting_right && formed(waiting(wait_q[(s-2)*WAIT+:WAIT]))
            && asked_q[3*(s-1)+:3] == {wait_q[(s-2)*WAIT+7], wait_q[(s-2)*WAIT+8+:2]};
      end
    end
    sums_right = (age_q < 4'd2 || (sum_2 == tcp_of(w2) && ip_sum_2 == ip_of(w2[424+:160])))
        && (age_q < 4'd3 || (sum_3 == tcp_of(w3) && ip_sum_3 == ip_of(w3[424+:160])))
        && (age_q < 4'd4 || (sum_4 == tcp_of(w4) && ip_sum_4s == ip_of(w4[424+:160])))
        && (age_q < 4'd5 || (sum_5 == tcp_of(w5) && ip_sum_5 == ip_of(w5[424+:160])))
        && (age_q < 4'd6 || (sum_6 == tcp_of(w6) && ip_sum_6 == ip_of(w6[424+:160])))
        && (age_q < 4'd7 || (sum_7 == tcp_of(w7) && ip_sum_7s == ip_of(w7[424+:160])))
        && (age_q < 4'd8 || (sum_8 == tcp_of(w8) && ip_sum_8 == ip_of(w8[424+:160])))
        && (age_q < 4'd9 || (sum_9 == tcp_of(w9) && ip_sum_9 == ip_of(w9[424+:160])))
        && (age_q < 4'd10 || (sum_10 == tcp_of(words_10) && ip_sum_10 == ip_of(words_10[424+:160])));
    adders_right = (age_q < 4'd2 || (sum_2 == total(most(eight(four(two_0, two_1), four(two_2, two_3)),
            eight(four(two_4, two_5), four(two_6, two_7))), eight(four(two_8, two_9), four(two_10, 33'd0)))
            && ip_sum_2 == eight(four(ip_two_0, ip_two_1), {2'd0, ip_last_2})))
        && (age_q < 4'd3 || (sum_3 == total(most(eight(four_0, four_1), eight(four_2, four_3)), eight(four_4, four_5))
            && ip_sum_3 == eight(ip_four, {2'd0, ip_last_3})))
        && (age_q < 4'd4 || (sum_4 == total(most(eight_0, eight_1), eight_2) && ip_sum_4s == ip_sum_4))
        && (age_q < 4'd5 || sum_5 == 37'(most_5) + 37'(rest_5))
        && (age_q < 4'd6 || sum_6 == total_6);
    last_right = age_q < 4'd9 || (formed(w9) && asked_q[24+:3] == {w9[7], wait_q[7*WAIT+8+:2]}
        && tcp_sum_9 == fold(sum_9) && ip_late[31:16] == fold(37'(ip_sum_9)));
    folds_right = (age_q < 4'd5 || (ip_5 == once(37'(ip_sum_5)) && ip_carry_5 == ip_sum_5[34:32]))
        && (age_q < 4'd6 || ip_6 == twice(37'(ip_sum_6)))
        && (age_q < 4'd7 || (tcp_7 == once(sum_7) && tcp_carry_7 == sum_7[36:32] && ip_sum_7 == fold(37'(ip_sum_7s))))
        && (age_q < 4'd8 || (tcp_8 == twice(sum_8) && ip_late[15:0] == fold(37'(ip_sum_8))))
        && last_right;
  end

  assign right = stage_1 && waiting_right && sums_right && adders_right && folds_right;
  // Part of built_sums, which knows nothing of Six and Tags.
  always_comb assume (Sums || last_right);

  always_ff @(posedge clk_i) begin
    if (age_q != 4'd0 && Sums) begin
      // What waits is formed as a frame must be, and at each stage the adders hold exactly the sum of the words of the frame that is
      // there, then that sum folded.
      built_sums : assert (right);
    end
    if (here && !Sums) begin
      // A built frame has as many bytes as its IP header says, and at least 60; what is behind them is zero.
      built_length : assert (length == (7'(L4) + 7'(tcp_bytes) < 7'd60 ? 7'd60 : 7'(L4) + 7'(tcp_bytes))
          && frame >> {7'(L4) + 7'(tcp_bytes), 3'd0} == '0);
      // Its IP header gives the TCP header with its options and nothing else, of 20 to 52 bytes.
      built_headers : assert (ip_says == tcp_bytes && tcp_bytes >= 16'd20 && tcp_bytes <= 16'd52
          && ip[7:0] == (Six ? {4'd6, ip[3:0]} : 8'h45));
      // A receiver that sums the pseudo header and the TCP header of a built frame finds its checksum right.
      built_tcp_checksum : assert (w10 == words_10 && good(fold(sum_10), tcp[8*16+:16]));
      // A receiver that sums the IPv4 header of a built frame finds its checksum right.
      built_ip_checksum : assert (Six || (w10 == words_10 && good(fold(37'(ip_sum_10)), ip[8*10+:16])));
    end
    cover (here && tcp_bytes == 16'd52);
    cover (here && tcp_bytes == 16'd24);
  end
endmodule : formal_egress_build
`default_nettype wire
