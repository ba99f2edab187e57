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
