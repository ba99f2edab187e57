// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// A shift register and a tree of XORs, between which scripts/synth puts what it places and routes (wrapper.py), so that four pins are
// enough and nothing of it is optimised away.
// Every input comes from a register. Every output goes into a register of its own (Direct), or shares one with three others behind a
// four-input XOR, which takes a quarter of the registers and one level more.
// Does not: work as a box; it only gives scripts/synth something to measure.
module syngate_place_frame #(
    parameter int unsigned Inputs  = 1,
    parameter int unsigned Outputs = 1,
    parameter bit          Direct  = 1'b0
) (
    input  wire                clk_i,
    input  wire                rst_ni,
    input  wire                data_i,
    output logic               data_o,
    output logic               rst_no,
    output logic [ Inputs-1:0] inputs_o,
    input  wire  [Outputs-1:0] outputs_i
);
  logic [Inputs-1:0] shift_q;
  logic rst_q, rst_q2;
  always_ff @(posedge clk_i) begin
    shift_q <= Inputs'({shift_q, data_i});
    rst_q   <= rst_ni;
    rst_q2  <= rst_q;
  end
  assign inputs_o = shift_q;
  assign rst_no   = rst_q2;

  localparam int unsigned Level1 = (Outputs + 3) / 4, Level2 = (Level1 + 3) / 4, Level3 = (Level2 + 3) / 4,
      Level4 = (Level3 + 3) / 4, Level5 = (Level4 + 3) / 4;
  logic [4*Level1-1:0] outputs;
  logic [4*Level2-1:0] level1_q;
  logic [4*Level3-1:0] level2_q;
  logic [4*Level4-1:0] level3_q;
  logic [4*Level5-1:0] level4_q;
  logic [Level5-1:0] level5_q;
  generate
    if (Direct) begin : gen_direct
      logic [Outputs-1:0] outputs_q;
      always_ff @(posedge clk_i) outputs_q <= outputs_i;
      assign outputs = (4 * Level1)'(outputs_q);
    end else begin : gen_shared
      assign outputs = (4 * Level1)'(outputs_i);
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    level1_q <= '0;
    level2_q <= '0;
    level3_q <= '0;
    level4_q <= '0;
    for (int unsigned i = 0; i < Level1; i++) level1_q[i] <= ^outputs[4*i+:4];
    for (int unsigned i = 0; i < Level2; i++) level2_q[i] <= ^level1_q[4*i+:4];
    for (int unsigned i = 0; i < Level3; i++) level3_q[i] <= ^level2_q[4*i+:4];
    for (int unsigned i = 0; i < Level4; i++) level4_q[i] <= ^level3_q[4*i+:4];
    for (int unsigned i = 0; i < Level5; i++) level5_q[i] <= ^level4_q[4*i+:4];
    data_o <= ^level5_q;
  end
endmodule : syngate_place_frame
`default_nettype wire
