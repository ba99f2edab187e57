// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_csr_keys, seen at one slot that the solver chooses. Assumed: staging and commit are never in one clock (one bus write). The stamp
// keys are read at the watched id in every clock, which takes nothing away: a read port has no memory of what it was asked before.
module formal_csr_keys (
    input wire        clk_i,
    input wire        rst_ni,
    input wire        stage_i,
    input wire [1:0]  word_i,
    input wire [31:0] data_i,
    input wire        commit_i,
    input wire [5:0]  slot_i
);
  // The slots by number: 0 and 1 secret0, 4 to 7 and 8 to 11 the banks of secret1, 16 to 31 the stamp keys.
  (* anyconst *) logic [5:0] watched;
  logic slot_ok;
  logic [127:0] secret0_v4, secret0_v6;
  logic [511:0] secret1_v4, secret1_v6;
  logic [127:0] stamp_key;
  syngate_csr_keys u_dut (
      .clk_i, .rst_ni, .stage_i, .stage_word_i(word_i), .data_i, .commit_i, .slot_i, .slot_ok_o(slot_ok),
      .secret0_v4_o(secret0_v4), .secret0_v6_o(secret0_v6), .secret1_v4_o(secret1_v4), .secret1_v6_o(secret1_v6),
      .stamp_id_i(watched[3:0]), .stamp_key_o(stamp_key));

  logic [127:0] key;
  logic exists;
  assign exists = watched <= 6'd1 || (watched >= 6'd4 && watched <= 6'd11) || (watched >= 6'd16 && watched <= 6'd31);
  always_comb begin
    if (watched == 6'd0) key = secret0_v4;
    else if (watched == 6'd1) key = secret0_v6;
    else if (watched < 6'd8) key = secret1_v4[128*watched[1:0]+:128];
    else if (watched < 6'd12) key = secret1_v6[128*watched[1:0]+:128];
    else key = stamp_key;
  end

  logic started = 1'b0;
  logic [127:0] staged_q, want_q, before_q;
  logic slot_exists;
  assign slot_exists = slot_i <= 6'd1 || (slot_i >= 6'd4 && slot_i <= 6'd11) || (slot_i >= 6'd16 && slot_i <= 6'd31);
  always_ff @(posedge clk_i) begin
    started  <= 1'b1;
    before_q <= !rst_ni ? '0 : want_q;
    if (!rst_ni) begin
      staged_q <= '0;
      want_q   <= '0;
    end else if (commit_i) begin
      staged_q <= '0;
      if (slot_i == watched) want_q <= staged_q;
    end else if (stage_i) begin
      staged_q <= (staged_q & ~(128'hffffffff << {word_i, 5'd0})) | (128'(data_i) << {word_i, 5'd0});
    end
  end
  always_comb begin
    assume (started || !rst_ni);
    assume (exists);
    assume (!(stage_i && commit_i));
  end

  logic [127:0] staged;  // inside the module
  always_ff @(posedge clk_i) begin
    if (started) begin
      // A key changes only by a commit to its own slot, and then all 128 bits at once: what was staged for it since the commit before.
      keys_whole : assert (key == (watched >= 6'd16 ? before_q : want_q));
      // Every commit, also a refused one, wipes the staged key.
      keys_wiped : assert (staged == staged_q);
      // Exactly the slots that exist accept a commit.
      keys_slots : assert (slot_ok == slot_exists);
      cover (key != 128'd0 && key[127:96] != key[31:0]);
    end
  end
endmodule : formal_csr_keys
`default_nettype wire
