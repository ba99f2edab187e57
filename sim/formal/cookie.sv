// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The arithmetic of syngate_cookie around its two hashes, which here give any values at any time, as do the rings (stubs): proved is
// what the stages do with what they get, not that the words of one frame meet (the simulation's differential test shows that).
module formal_cookie (
    input wire         clk_i,
    input wire         rst_ni,
    input wire syngate_pkg::hash_t hash_i,
    input wire [1:0]   mss_index_i,
    input wire [511:0] secret1_v4_i,
    input wire [511:0] secret1_v6_i,
    // a frame's life on paper, for the round trip
    input wire [31:0]  h0_i,
    input wire [31:0]  seq_i,
    input wire [31:0]  count_i,
    input wire [7:0]   minutes_i,
    input wire [23:0]  h1_i,
    input wire [1:0]   index_i
);
  logic [25:0] offset;
  logic [63:0] table_hash;
  logic valid, age;
  logic [1:0] mss_index;
  logic [31:0] cookie;
  syngate_cookie u_dut (
      .clk_i, .rst_ni, .hash_i, .mss_index_i, .secret0_v4_i(128'd0), .secret0_v6_i(128'd0), .secret1_v4_i, .secret1_v6_i,
      .offset_o(offset), .table_hash_o(table_hash), .valid_o(valid), .age_o(age), .mss_index_o(mss_index), .cookie_o(cookie));

  // ---- inside the module; the number is the clock of the frame ----
  logic [31:0] h0_35, seq_35, delta_35, count_35, c_38, sum_38, c_39, sum_75;
  logic syn_35, age_ok_38, age_38, age_ok_75, syn_75;
  logic [127:0] key6_39, key4_52;
  logic [1:0] bank_51;
  logic [23:0] h1_74;
  logic [34:0] glue_74;

  // ---- history ----
  logic [5:0] filled = 6'd0;
  logic [127:0] glue_36, glue_37, glue_38;
  logic syn_36, syn_37, syn_38;
  logic [511:0] v6_q, v4_q;
  logic [1:0] bank_q, index_q;
  logic [31:0] c_q;
  logic [31:0] sum_q, sum_q2;
  logic [23:0] h1_q, h1_q2;
  logic age_ok_q, syn_q;
  always_ff @(posedge clk_i) begin
    filled  <= {filled[4:0], 1'b1};
    glue_36 <= {h0_35, seq_35, delta_35, count_35};
    glue_37 <= glue_36;
    glue_38 <= glue_37;
    {syn_36, syn_37, syn_38} <= {syn_35, syn_36, syn_37};
    {v6_q, v4_q, bank_q, c_q, index_q} <= {secret1_v6_i, secret1_v4_i, bank_51, c_38, mss_index_i};
    {sum_q, age_ok_q, syn_q} <= {sum_75, age_ok_75, syn_75};
    h1_q  <= h1_74;
    h1_q2 <= h1_q;
  end

  // ---- clocks 35 to 38: what the frame's numbers say ----
  logic [31:0] x_38, made_38, count_38;
  logic [7:0] diff_38;
  logic accepted_38;
  assign count_38    = glue_38[31:0];
  assign x_38        = glue_38[63:32] - glue_38[127:96];
  assign made_38     = glue_38[127:96] + glue_38[95:64] + {count_38[7:0], 24'd0};
  assign diff_38     = count_38[7:0] - x_38[31:24];
  assign accepted_38 = diff_38 == 8'd0 || diff_38 == 8'd1;

  // ---- the round trip on paper: docs/reference/datapath.md, cookie ----
  logic [31:0] paper_cookie, paper_x, later;
  logic [7:0] paper_diff;
  logic [23:0] paper_data;
  logic paper_valid;
  assign paper_cookie = h0_i + seq_i + {count_i[7:0], 24'd0} + {8'd0, h1_i + {22'd0, index_i}};
  assign later        = count_i + {24'd0, minutes_i};
  assign paper_x      = paper_cookie - seq_i - h0_i;  // ack - 1 = cookie, seq - 1 = the SYN's
  assign paper_diff   = later[7:0] - paper_x[31:24];
  assign paper_data   = paper_x[23:0] - h1_i;
  assign paper_valid  = paper_diff < 8'd2 && paper_data < 24'd4;

  always_ff @(posedge clk_i) begin
    if (filled[3]) begin
      // A cookie's minute is accepted exactly when it is this one or the last, modulo 256, also where the count wraps.
      cookie_window : assert (syn_38 || (age_ok_38 == accepted_38 && age_38 == (diff_38 == 8'd1)));
      // The second hash of an ACK is computed with the minute that its cookie names, that of a SYN with the present one.
      cookie_minute : assert (c_38 == (!syn_38 && diff_38 == 8'd1 ? count_38 - 32'd1 : count_38));
      // Before the second hash a SYN's number is h0 + seq + (count << 24), an ACK's is ack - seq - h0.
      cookie_sum : assert (sum_38 == (syn_38 ? made_38 : x_38));
      // The key of an IPv6 frame is the whole bank of its own minute, read in one clock.
      cookie_bank_v6 : assert (c_39 == c_q && key6_39 == v6_q[128*c_39[1:0]+:128]);
      // So is the key of an IPv4 frame: the bank that its minute chose thirteen clocks before.
      cookie_bank_v4 : assert (key4_52 == v4_q[128*bank_q+:128]);
      // An ACK's cookie is valid exactly when its minute was accepted and its data is one of the four MSS indices.
      cookie_valid : assert (valid == (age_ok_q && !syn_q && sum_q[23:0] - h1_q2 < 24'd4));
      // The MSS index is the data of an ACK's cookie; the cookie of a SYN is the sum plus 24 bits of second hash and MSS index.
      cookie_made : assert (syn_q ? mss_index == index_q && cookie == sum_q + {8'd0, h1_q2 + {22'd0, index_q}}
          : mss_index == sum_q[1:0] - h1_q2[1:0]);
      // A lemma on paper, inside the proof: with these formulas a cookie is accepted in its minute and the next with the MSS index that
      // went in, and in no other minute of the 256, whatever the hashes, numbers and counts are.
      assert (paper_valid == (minutes_i < 8'd2) && paper_data == {22'd0, index_i});
      cover (valid && age_38);
      cover (accepted_38 && count_38 == 32'd0 && c_38 == 32'hffff_ffff && !syn_38);
    end
  end
  logic unused;
  assign unused = &{1'b0, offset, table_hash, age, glue_74, sum_q2};
endmodule : formal_cookie
`default_nettype wire
