// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0

// (a ^ b) + (c ^ d) for an ALM in arithmetic mode: two LUTs in front of each bit's adder, of which the second is inverted.
(* techmap_celltype = "syngate_add_xor" *)
module cyclone10gx_add_xor (a_i, b_i, c_i, d_i, sum_o);
  input  [63:0] a_i, b_i, c_i, d_i;
  output [63:0] sum_o;
  wire [64:0] carry;
  assign carry[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < 64; i = i + 1) begin : digit
      MISTRAL_ALUT_ARITH #(
          .LUT0(16'h6666),  // A ^ B
          .LUT1(16'hf00f)   // not (C ^ D1)
      ) alut (
          .A(a_i[i]), .B(b_i[i]), .C(c_i[i]), .D0(1'b1), .D1(d_i[i]), .CI(carry[i]), .SO(sum_o[i]), .CO(carry[i+1])
      );
    end
  endgenerate
endmodule

// A word of which some bytes count plus another.
(* techmap_celltype = "syngate_add_masked" *)
module cyclone10gx_add_masked (a_i, a_keep_i, b_i, b_keep_i, sum_o);
  input  [31:0] a_i, b_i;
  input  [3:0]  a_keep_i, b_keep_i;
  output [32:0] sum_o;
  wire [33:0] carry;
  assign carry[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < 32; i = i + 1) begin : digit
      MISTRAL_ALUT_ARITH #(
          .LUT0(16'h8888),  // A & B
          .LUT1(16'h0fff)   // not (C & D1)
      ) alut (
          .A(a_i[i]), .B(a_keep_i[i/8]), .C(b_i[i]), .D0(1'b1), .D1(b_keep_i[i/8]), .CI(carry[i]), .SO(sum_o[i]), .CO(carry[i+1])
      );
    end
  endgenerate
  MISTRAL_ALUT_ARITH #(.LUT0(16'h0000), .LUT1(16'hffff)) top (
      .A(1'b0), .B(1'b0), .C(1'b0), .D0(1'b0), .D1(1'b0), .CI(carry[32]), .SO(sum_o[32]), .CO(carry[33])
  );
endmodule

// A SipRound whose XORs between its two stages are done by the adders too. An adder's operand may here be the XOR of three words, so v1
// and v3 of the first stage travel as two words each: 128 more registers, of which an ALM has plenty, and 128 LUTs less.
(* techmap_celltype = "syngate_sip_round" *)
module cyclone10gx_sip_round (clk_i, s0_i, s1_i, s2_i, s3_i, m0_i, m2_i, m3_i, s0_o, s1_o, s2_o, s3_o);
  input         clk_i;
  input  [63:0] s0_i, s1_i, s2_i, s3_i, m0_i, m2_i, m3_i;
  output [63:0] s0_o, s1_o, s2_o, s3_o;

  wire [63:0] s1_rotated = {s1_i[46:0], s1_i[63:47]};  // left by 17
  wire [63:0] s2_rotated = {s2_i[31:0], s2_i[63:32]};  // by 32
  wire [63:0] s3_rotated = {s3_i[42:0], s3_i[63:43]};  // by 21
  wire [63:0] sum0, sum2, v0_q, v2_q, v1_left, v1_right, v3_left, v3_right;
  syngate_add_xor sum0_adder (.a_i(s0_i), .b_i(m0_i), .c_i(s1_rotated), .d_i(s2_i), .sum_o(sum0));
  syngate_add_xor sum2_adder (.a_i(s2_rotated), .b_i(m2_i), .c_i(s3_rotated), .d_i(s0_i), .sum_o(sum2));
  \$dff #(.CLK_POLARITY(1'b1), .WIDTH(384)) middle (
      .CLK(clk_i), .D({sum0, sum2, s1_rotated, s2_i, s3_rotated, s0_i}), .Q({v0_q, v2_q, v1_left, v1_right, v3_left, v3_right})
  );

  wire [63:0] v0_rotated = {v0_q[31:0], v0_q[63:32]};
  wire [63:0] v1a = {v1_left[50:0], v1_left[63:51]};    // by 13
  wire [63:0] v1b = {v1_right[50:0], v1_right[63:51]};
  wire [63:0] v3a = {v3_left[47:0], v3_left[63:48]};    // by 16
  wire [63:0] v3b = {v3_right[47:0], v3_right[63:48]};
  wire [63:0] next0, next2;
  wire [64:0] carry0, carry2;
  assign carry0[0] = 1'b0;
  assign carry2[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < 64; i = i + 1) begin : digit
      MISTRAL_ALUT_ARITH #(
          .LUT0(16'hff00),  // D0
          .LUT1(16'h6969)   // not (A ^ B ^ C)
      ) alut0 (
          .A(v3a[i]), .B(v3b[i]), .C(v2_q[i]), .D0(v0_rotated[i]), .D1(1'b1), .CI(carry0[i]), .SO(next0[i]), .CO(carry0[i+1])
      );
      MISTRAL_ALUT_ARITH #(
          .LUT0(16'hff00),
          .LUT1(16'h6969)
      ) alut2 (
          .A(v1a[i]), .B(v1b[i]), .C(v0_q[i]), .D0(v2_q[i]), .D1(1'b1), .CI(carry2[i]), .SO(next2[i]), .CO(carry2[i+1])
      );
    end
  endgenerate
  // What is absorbed goes into s3 rotated back, as syngate_pkg::sip_into3 does.
  wire [63:0] into3 = {m3_i[20:0], m3_i[63:21]};
  \$dff #(.CLK_POLARITY(1'b1), .WIDTH(256)) last (
      .CLK(clk_i), .D({next0, v1a ^ v1b ^ v0_q, next2, v3a ^ v3b ^ v2_q ^ into3}), .Q({s0_o, s1_o, s2_o, s3_o})
  );
endmodule
