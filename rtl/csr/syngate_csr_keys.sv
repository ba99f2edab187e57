// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// All secrets: a staged key of 16 bytes in memory order that a commit moves to its slot. The stamp keys lie in a memory that is read here,
// one key a clock: registers would need a 16:1 choice of 128 bits.
// Keys cannot be read by the bus; the staged key is wiped by every commit, accepted or not. Reset wipes what is in registers, and no stamp
// key from before it is read again.
// Does not: know which slots are in use.
// Latency: 1 clock from commit; 1 clock from stamp_id_i to its key. Throughput: one write a clock. Backpressure: none. Drops: none.
module syngate_csr_keys (
    input  wire           clk_i,
    input  wire           rst_ni,
    // staging: word w holds bytes 4w to 4w + 3
    input  wire           stage_i,
    input  wire  [1:0]    stage_word_i,
    input  wire  [31:0]   data_i,
    // commit
    input  wire           commit_i,
    input  wire  [5:0]    slot_i,
    output logic          slot_ok_o,       // same clock: the slot exists
    // keys, k0 in the low half; bank n at [128*n +: 128]
    output logic [127:0]  secret0_v4_o,
    output logic [127:0]  secret0_v6_o,
    output logic [511:0]  secret1_v4_o,
    output logic [511:0]  secret1_v6_o,
    input  wire  [3:0]    stamp_id_i,
    output logic [127:0]  stamp_key_o      // of the id the clock before, 0 if none was committed since reset
);
  logic [127:0] staged_q;
  logic         is_secret0_v4, is_secret0_v6, is_secret1_v4, is_secret1_v6, is_stamp;
  assign is_secret0_v4 = slot_i == syngate_pkg::KeySlotSecret0V4;
  assign is_secret0_v6 = slot_i == syngate_pkg::KeySlotSecret0V6;
  assign is_secret1_v4 = {slot_i[5:2], 2'b00} == syngate_pkg::KeySlotSecret1V4;
  assign is_secret1_v6 = {slot_i[5:2], 2'b00} == syngate_pkg::KeySlotSecret1V6;
  assign is_stamp      = {slot_i[5:4], 4'd0} == syngate_pkg::KeySlotStamp;
  assign slot_ok_o     = is_secret0_v4 || is_secret0_v6 || is_secret1_v4 || is_secret1_v6 || is_stamp;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      staged_q     <= '0;
      secret0_v4_o <= '0;
      secret0_v6_o <= '0;
      secret1_v4_o <= '0;
      secret1_v6_o <= '0;
    end else if (commit_i) begin
      staged_q <= '0;
      if (is_secret0_v4) secret0_v4_o <= staged_q;
      if (is_secret0_v6) secret0_v6_o <= staged_q;
      for (int b = 0; b < syngate_pkg::SECRET1_BANKS; b++) begin
        if (is_secret1_v4 && slot_i[1:0] == 2'(b)) secret1_v4_o[128*b+:128] <= staged_q;
        if (is_secret1_v6 && slot_i[1:0] == 2'(b)) secret1_v6_o[128*b+:128] <= staged_q;
      end
    end else if (stage_i) begin
      if (stage_word_i == 2'd0) staged_q[31:0] <= data_i;
      if (stage_word_i == 2'd1) staged_q[63:32] <= data_i;
      if (stage_word_i == 2'd2) staged_q[95:64] <= data_i;
      if (stage_word_i == 2'd3) staged_q[127:96] <= data_i;
    end
  end

  (* ram_style = "distributed" *) logic [127:0] stamp_keys[syngate_pkg::STAMP_KEYS];
  logic [syngate_pkg::STAMP_KEYS-1:0] stamp_set_q;  // committed since reset
  always_ff @(posedge clk_i) begin
    if (commit_i && is_stamp) stamp_keys[slot_i[3:0]] <= staged_q;
    for (int k = 0; k < syngate_pkg::STAMP_KEYS; k++) begin
      if (!rst_ni) stamp_set_q[k] <= 1'b0;
      else if (commit_i && is_stamp && slot_i[3:0] == 4'(k)) stamp_set_q[k] <= 1'b1;
    end
    if (!rst_ni || !stamp_set_q[stamp_id_i]) stamp_key_o <= '0;
    else stamp_key_o <= stamp_keys[stamp_id_i];
  end
endmodule : syngate_csr_keys
`default_nettype wire
