// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0

// What `scripts/synth maps` proves: syngate_add_xor with the operands that a SipRound gives it, and with single constant bits;
// syngate_add_masked; a whole SipRound.
module adder_forms (
    input  [63:0] a, b, c, d,
    output [63:0] all, without_b, constant_b, mixed, both,
    output [32:0] masked
);
  syngate_add_xor u_all (.a_i(a), .b_i(b), .c_i(c), .d_i(d), .sum_o(all));
  syngate_add_xor u_without_b (.a_i(a), .b_i(64'd0), .c_i(c), .d_i(d), .sum_o(without_b));
  syngate_add_xor u_constant_b (.a_i(a), .b_i(64'hff), .c_i(c), .d_i(d), .sum_o(constant_b));
  syngate_add_xor u_mixed (.a_i(a), .b_i({b[63:32], 32'h1234f0f0}), .c_i(c), .d_i({32'hdeadbeef, d[31:0]}), .sum_o(mixed));
  syngate_add_xor u_both (.a_i(a), .b_i({32'hff00ff00, b[31:0]}), .c_i(c), .d_i({32'hf0f0f0f0, 32'd0}), .sum_o(both));
  syngate_add_masked u_masked (.a_i(a[31:0]), .a_keep_i(b[3:0]), .b_i(c[31:0]), .b_keep_i(d[3:0]), .sum_o(masked));
endmodule

module round_form (
    input         clk,
    input  [63:0] a, b, c, d, m0, m2, m3,
    output [63:0] s0, s1, s2, s3
);
  syngate_sip_round u_round (.clk_i(clk), .s0_i(a), .s1_i(b), .s2_i(c), .s3_i(d), .m0_i(m0), .m2_i(m2), .m3_i(m3),
                             .s0_o(s0), .s1_o(s1), .s2_o(s2), .s3_o(s3));
endmodule
