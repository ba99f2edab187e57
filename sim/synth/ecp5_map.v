// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0

// (a ^ b) + (c ^ d) for ECP5: one CCU2C for two bits. A bit's LUT is the XOR of all four; where that is 0, both operands of the sum are
// equal and the carry out is the first, a ^ b. CCU2C takes it from the lowest four bits of the LUT, its value for D = C = 0.
// A constant b or d is written into the LUT and its input tied to 1, which costs no net.
(* techmap_celltype = "syngate_add_xor" *)
module ecp5_add_xor (a_i, b_i, c_i, d_i, sum_o);
  input  [63:0] a_i, b_i, c_i, d_i;
  output [63:0] sum_o;
  parameter [63:0] _TECHMAP_CONSTMSK_b_i_ = 0;
  parameter [63:0] _TECHMAP_CONSTVAL_b_i_ = 0;
  parameter [63:0] _TECHMAP_CONSTMSK_d_i_ = 0;
  parameter [63:0] _TECHMAP_CONSTVAL_d_i_ = 0;

  wire [63:0] b = _TECHMAP_CONSTMSK_b_i_ | b_i;
  wire [63:0] d = _TECHMAP_CONSTMSK_d_i_ | d_i;

  // Bit {D, C, B, A} of a LUT. D tied to 1 never looks at the lower half, which is then free for the carry.
  function [15:0] init;
    input b_flips, d_constant, d_value;
    begin
      if (!d_constant) init = b_flips ? 16'h9669 : 16'h6996;
      else init = {b_flips ^ d_value ? 8'h69 : 8'h96, 4'h0, b_flips ? 4'h9 : 4'h6};
    end
  endfunction
  localparam [63:0] FLIP = _TECHMAP_CONSTMSK_b_i_ & ~_TECHMAP_CONSTVAL_b_i_;

  wire [32:0] carry;
  assign carry[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < 64; i = i + 2) begin : pair
      CCU2C #(
          .INIT0(init(FLIP[i], _TECHMAP_CONSTMSK_d_i_[i], _TECHMAP_CONSTVAL_d_i_[i])),
          .INIT1(init(FLIP[i+1], _TECHMAP_CONSTMSK_d_i_[i+1], _TECHMAP_CONSTVAL_d_i_[i+1])),
          .INJECT1_0("NO"),
          .INJECT1_1("NO")
      ) two (
          .CIN(carry[i/2]),
          .A0(a_i[i]), .B0(b[i]), .C0(c_i[i]), .D0(d[i]),
          .A1(a_i[i+1]), .B1(b[i+1]), .C1(c_i[i+1]), .D1(d[i+1]),
          .S0(sum_o[i]), .S1(sum_o[i+1]), .COUT(carry[i/2+1])
      );
    end
  endgenerate
endmodule

// A word of which some bytes count plus another: the LUT of a bit is (a and its keep) xor (b and its keep). Where that is 0 both are equal
// and the carry out is the first, again the value of the lowest four bits of the LUT.
(* techmap_celltype = "syngate_add_masked" *)
module ecp5_add_masked (a_i, a_keep_i, b_i, b_keep_i, sum_o);
  input  [31:0] a_i, b_i;
  input  [3:0]  a_keep_i, b_keep_i;
  output [32:0] sum_o;

  // nextpnr wants the carry out of the last CCU2C to be a net as well.
  wire [17:0] carry;
  wire unused;
  assign carry[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < 32; i = i + 2) begin : pair
      CCU2C #(.INIT0(16'h7888), .INIT1(16'h7888), .INJECT1_0("NO"), .INJECT1_1("NO")) two (
          .CIN(carry[i/2]),
          .A0(a_i[i]), .B0(a_keep_i[i/8]), .C0(b_i[i]), .D0(b_keep_i[i/8]),
          .A1(a_i[i+1]), .B1(a_keep_i[i/8]), .C1(b_i[i+1]), .D1(b_keep_i[i/8]),
          .S0(sum_o[i]), .S1(sum_o[i+1]), .COUT(carry[i/2+1])
      );
    end
  endgenerate
  CCU2C #(.INIT0(16'h0000), .INIT1(16'h0000), .INJECT1_0("NO"), .INJECT1_1("NO")) top (
      .CIN(carry[16]), .A0(1'b0), .B0(1'b0), .C0(1'b0), .D0(1'b0), .A1(1'b0), .B1(1'b0), .C1(1'b0), .D1(1'b0),
      .S0(sum_o[32]), .S1(unused), .COUT(carry[17])
  );
endmodule
