// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Reads one 48-bit slot of the flow table against a frame's tag and time, in two steps: equalities and the age | comparisons with the age.
//   47     46:44  43     42:40  39:32  31:0
//   parity state  spare  first  epoch  tag
// An age of TABLE_FUTURE epochs or less in the future counts as 0; the comparisons take the raw difference and that fact side by side.
// Does not: know of other slots or of writes under way. Latency: 1 clock to raw_o and future_o, 2 to the others. Throughput: one slot
// a clock. Backpressure: none. Drops: none.
module syngate_table_slot (
    input  wire         clk_i,
    input  wire  [47:0] slot_i,
    input  wire  [31:0] tag_i,
    input  wire  [ 2:0] first_i,
    input  wire  [ 7:0] epoch_i,         // now
    input  wire  [ 7:0] gap_i,           // one clock later
    input  wire  [ 7:0] life_i,          // epochs
    input  wire  [ 7:0] life_closing_i,  // epochs
    // 1 clock
    output logic [ 7:0] raw_o,           // epochs since the slot was written
    output logic        future_o,        // age 0 instead
    // 2 clocks: the slot's bits of table_slots_t
    output logic        hit_o,
    output logic        live_o,
    output logic        stale_o,
    output logic        fresh_o,
    output logic [ 1:0] repeats_o,
    output logic        closing_o,
    output logic        used_o,
    output logic        error_o,
    output logic        parity_first_o,
    output logic        parity_epoch_o,
    output logic        aged_o,
    output logic        below_gap_o,
    output logic        above_gap_o
);
  // ---- equalities and the age ----
  logic same_tag_q, same_first_q, error_q, parity_first_q, parity_epoch_q;
  logic [2:0] state_q;
  always_ff @(posedge clk_i) begin
    raw_o          <= epoch_i - slot_i[39:32];
    same_tag_q     <= slot_i[31:0] == tag_i;
    same_first_q   <= slot_i[42:40] == first_i;
    error_q        <= ^slot_i;
    state_q        <= slot_i[46:44];
    parity_first_q <= ^slot_i[42:40];
    parity_epoch_q <= ^slot_i[39:32];
  end

  // ---- comparisons ----
  logic live, is_new, young, aged;
  always_comb begin
    future_o = raw_o >= 8'(256 - syngate_pkg::TABLE_FUTURE);
    aged     = !future_o && raw_o != 8'd0;
    young    = future_o || raw_o <= 8'(syngate_pkg::TABLE_NEW_EPOCHS);
    is_new   = state_q[2] && young;
    live     = !error_q && state_q != syngate_pkg::SlotStateEmpty
        && (future_o || (state_q == syngate_pkg::SlotStateClosing ? raw_o <= life_closing_i : raw_o <= life_i));
  end
  always_ff @(posedge clk_i) begin
    hit_o          <= live && same_tag_q;
    live_o         <= live;
    stale_o        <= future_o || (aged && !is_new);
    fresh_o        <= is_new && same_first_q;
    repeats_o      <= state_q[1:0];
    closing_o      <= state_q == syngate_pkg::SlotStateClosing;
    used_o         <= state_q != syngate_pkg::SlotStateEmpty;
    error_o        <= error_q;
    parity_first_o <= parity_first_q;
    parity_epoch_o <= parity_epoch_q;
    aged_o         <= aged;
    below_gap_o    <= future_o ? gap_i != 8'd0 : raw_o < gap_i;
    above_gap_o    <= !future_o && raw_o > gap_i;
  end
endmodule : syngate_table_slot
`default_nettype wire
