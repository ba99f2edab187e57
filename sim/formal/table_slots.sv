// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// What a lookup knows of its six slots: read from a row (table_slot), changed by a lookup ahead (table_patch), and what it writes
// (table_decide). Assumed: a lookup writes one slot at most, as slots_one shows, and the facts of pairs of slots come from ages.
module formal_table_slots (
    input wire                              clk_i,
    // table_slot: one slot as an insert or reopen wrote it, and a lookup
    input wire [2:0]                        first_i,
    input wire [7:0]                        written_i,      // epoch in the slot
    input wire [31:0]                       tag_i,
    input wire [31:0]                       asked_tag_i,
    input wire [7:0]                        epoch_i,
    input wire [7:0]                        life_i,
    input wire [7:0]                        life_closing_i,
    input wire [7:0]                        gap_i,
    // table_patch
    input wire syngate_pkg::table_slots_t   before_i,
    input wire syngate_pkg::table_write_t   ahead_i,
    input wire syngate_pkg::table_pair_t    pair_i,
    input wire syngate_pkg::table_gap_t     facts_i,
    // table_decide
    input wire [47:0]                       ages_i,
    input wire syngate_pkg::table_slots_t   known_i,
    input wire syngate_pkg::table_ask_t     ask_i
);
  // ---- table_slot ----
  logic [47:0] slot;
  logic [46:0] rest;
  assign rest = {syngate_pkg::SlotStateNew3, 1'b0, first_i, written_i, tag_i};
  assign slot = {^rest, rest};
  logic [7:0] raw, age;
  logic future, hit, live, stale, fresh, closing, used, error, parity_first, parity_epoch, aged, below, above;
  logic [1:0] repeats;
  syngate_table_slot u_slot (
      .clk_i, .slot_i(slot), .tag_i(asked_tag_i), .first_i, .epoch_i, .gap_i, .life_i, .life_closing_i, .raw_o(raw), .future_o(future),
      .hit_o(hit), .live_o(live), .stale_o(stale), .fresh_o(fresh), .repeats_o(repeats), .closing_o(closing), .used_o(used),
      .error_o(error), .parity_first_o(parity_first), .parity_epoch_o(parity_epoch), .aged_o(aged), .below_gap_o(below),
      .above_gap_o(above));
  assign age = epoch_i - written_i;
  logic [7:0] age_q, life_q;
  logic same_q, same_q2, lives_q2;
  logic [1:0] filled = 2'd0;
  always_ff @(posedge clk_i) begin
    filled   <= {filled[0], 1'b1};
    age_q    <= age;
    same_q   <= tag_i == asked_tag_i;
    same_q2  <= same_q;
    lives_q2 <= age_q <= life_i || age_q >= 8'(256 - syngate_pkg::TABLE_FUTURE);
  end

  // ---- table_patch ----
  syngate_pkg::table_slots_t after;
  syngate_table_patch u_patch (.slots_i(before_i), .write_i(ahead_i), .pair_i, .gap_i(facts_i), .slots_o(after));
  logic [5:0] same_row, same_tag, moved, swept;
  assign same_row = {{3{pair_i.same_row1}}, {3{pair_i.same_row0}}};
  assign same_tag = {{3{pair_i.same_tag1}}, {3{pair_i.same_tag0}}};
  assign moved    = ahead_i.at & same_row & ~ahead_i.repeated;
  assign swept    = ahead_i.swept & same_row;
  always_comb begin
    assume ((ahead_i.at & (ahead_i.at - 6'd1)) == 6'd0 && (ahead_i.at == 6'd0 || ahead_i.swept == 6'd0));
  end

  // ---- table_decide ----
  syngate_pkg::table_slots_t known;
  syngate_pkg::table_write_t write;
  logic [14:0] older;
  logic hit_any, repeated, free;
  always_comb begin
    for (int i = 0; i < 5; i++) begin
      for (int j = i + 1; j < 6; j++) older[i*(11-i)/2+j-i-1] = ages_i[8*j+:8] > ages_i[8*i+:8];
    end
    known       = known_i;
    known.older = older;
  end
  syngate_table_decide u_decide (
      .slots_i(known), .ask_i, .parity_first_i(1'b0), .parity_epoch_i(1'b0), .write_o(write), .hit_o(hit_any), .repeat_o(repeated),
      .free_o(free));
  // A slot that hits lives; the sweep comes alone in its slot of time, and so does each command but refresh with may_repeat.
  always_comb begin
    assume ((known_i.hit & ~known_i.live) == 6'd0);
    assume (!ask_i.sweep || {ask_i.reopen, ask_i.close, ask_i.refresh, ask_i.may_repeat, ask_i.insert} == 5'd0);
  end
  logic [5:0] oldest;
  always_comb begin
    for (int i = 0; i < 6; i++) begin
      oldest[i] = 1'b1;
      for (int j = 0; j < 6; j++) begin
        if (j < i && ages_i[8*j+:8] >= ages_i[8*i+:8]) oldest[i] = 1'b0;
        if (j > i && ages_i[8*j+:8] > ages_i[8*i+:8]) oldest[i] = 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (filled[1]) begin
      // A slot as insert and reopen write it is found by every lookup with its tag as long as its age is within the life or up to 8
      // epochs in the future, and by no other.
      slot_found : assert (hit == (same_q2 && lives_q2) && live == lives_q2 && !error && repeats == 2'd3);
    end
    // A lookup of the same row and tag that is one to six behind an insert or reopen hits the slot, unless a commit of the time in between
    // has ended its life.
    patch_found : assert (!(ahead_i.fresh && (!pair_i.gap || facts_i.live)) || (moved & same_tag & ~swept & ~after.hit) == 6'd0);
    // A slot goes on to hit, and to live, unless a lookup ahead writes over just this slot or the sweep clears it.
    patch_kept : assert ((((before_i.hit ^ after.hit) | (before_i.live ^ after.live)) & ~moved & ~swept) == 6'd0);
    // A slot written or cleared by a lookup ahead never hits for another tag.
    patch_not_found : assert ((after.hit & ((moved & ~same_tag) | swept)) == 6'd0);
    // A lookup writes one slot at most, and exactly one for an insert that misses.
    slots_one : assert ((write.at & (write.at - 6'd1)) == 6'd0 && (!(ask_i.insert && !hit_any) || write.at != 6'd0)
        && (write.at == 6'd0 || write.swept == 6'd0));
    // A flow that is in the table is never inserted again: with a hit only a slot that hits is written.
    slots_no_double : assert (!hit_any || (write.at & ~known_i.hit) == 6'd0);
    // A living flow of somebody else is written over only by an insert that finds six living slots, and then it is the oldest, the lower
    // slot on a tie; the sweep clears nothing that lives.
    slots_evict : assert ((hit_any || (write.at & known_i.live) == 6'd0 || (ask_i.insert && known_i.live == '1 && write.at == oldest))
        && (write.swept & known_i.live) == 6'd0);
    cover (filled[1] && hit);
    cover (ahead_i.fresh && |(moved & same_tag) && |after.hit && pair_i.gap);
    cover (ask_i.insert && write.at == 6'd32 && !free);
    cover (|write.swept);
  end
  logic unused;
  assign unused = &{1'b0, raw, future, stale, fresh, closing, used, parity_first, parity_epoch, aged, below, above, repeated};
endmodule : formal_table_slots
`default_nettype wire
