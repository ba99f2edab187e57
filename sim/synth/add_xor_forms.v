// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0

// syngate_add_xor with the operands that a SipRound gives it, and with single constant bits: what `scripts/synth maps` proves.
module add_xor_forms (
    input  [63:0] a, b, c, d,
    output [63:0] all, without_b, constant_b, mixed, both
);
  syngate_add_xor u_all (.a_i(a), .b_i(b), .c_i(c), .d_i(d), .sum_o(all));
  syngate_add_xor u_without_b (.a_i(a), .b_i(64'd0), .c_i(c), .d_i(d), .sum_o(without_b));
  syngate_add_xor u_constant_b (.a_i(a), .b_i(64'hff), .c_i(c), .d_i(d), .sum_o(constant_b));
  syngate_add_xor u_mixed (.a_i(a), .b_i({b[63:32], 32'h1234f0f0}), .c_i(c), .d_i({32'hdeadbeef, d[31:0]}), .sum_o(mixed));
  syngate_add_xor u_both (.a_i(a), .b_i({32'hff00ff00, b[31:0]}), .c_i(c), .d_i({32'hf0f0f0f0, 32'd0}), .sum_o(both));
endmodule
