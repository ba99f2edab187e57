// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// What a lookup knows of its slots after one lookup ahead of it has written. All that is new about a written slot follows from who wrote
// it: its tag is that frame's, its age 0 or the gap between the two frames' epochs. A slot is found in no other way.
// Does not: hold state. Latency: combinational. Throughput: any. Backpressure: none. Drops: none.
module syngate_table_patch (
    input  wire syngate_pkg::table_slots_t  slots_i,
    input  wire syngate_pkg::table_write_t  write_i,
    input  wire syngate_pkg::table_pair_t   pair_i,
    input  wire syngate_pkg::table_gap_t    gap_i,
    output      syngate_pkg::table_slots_t  slots_o
);
  logic live_open, live_closing, fresh, stale, stale_fresh, aged;
  logic [5:0] same_row, same_tag, at, swept, moved, live;
  logic [14:0] older;
  always_comb begin
    live_open    = !pair_i.gap || gap_i.live;
    live_closing = !pair_i.gap || gap_i.live_closing;
    fresh        = pair_i.same_first && (!pair_i.gap || gap_i.fresh);
    stale        = pair_i.gap && gap_i.stale;
    stale_fresh  = pair_i.gap && gap_i.stale_fresh;
    aged         = pair_i.gap && gap_i.aged;
    same_row     = {{3{pair_i.same_row1}}, {3{pair_i.same_row0}}};
    same_tag     = {{3{pair_i.same_tag1}}, {3{pair_i.same_tag0}}};
    at           = write_i.at & same_row;
    swept        = write_i.swept & same_row;
    moved        = at & ~write_i.repeated;  // to the epoch of the writer
    live         = write_i.fresh ? {6{live_open}} : write_i.closed ? {6{live_closing}}
        : (slots_i.closing & {6{live_closing}}) | (~slots_i.closing & {6{live_open}});

    for (int i = 0; i < 5; i++) begin
      for (int j = i + 1; j < 6; j++) begin
        if (moved[i]) older[i*(11-i)/2+j-i-1] = pair_i.gap ? slots_i.above_gap[j] : slots_i.aged[j];
        else if (moved[j]) older[i*(11-i)/2+j-i-1] = pair_i.gap && slots_i.below_gap[i];
        else older[i*(11-i)/2+j-i-1] = slots_i.older[i*(11-i)/2+j-i-1];
      end
    end

    slots_o.live         = ((moved & live) | (~moved & slots_i.live)) & ~swept;
    slots_o.hit          = ((moved & live & same_tag) | (~moved & slots_i.hit)) & ~swept;
    slots_o.stale        = (moved & {6{write_i.fresh ? stale_fresh : stale}}) | (~moved & slots_i.stale);
    slots_o.fresh        = (moved & {6{write_i.fresh && fresh}}) | (~moved & slots_i.fresh);
    // Three repeats in a new flow; 3 -> 2 -> 1 -> 0 with each.
    slots_o.repeats_1    = moved | (at & slots_i.repeats_1 & slots_i.repeats_0) | (~at & slots_i.repeats_1);
    slots_o.repeats_0    = moved | (at & ~slots_i.repeats_0) | (~at & slots_i.repeats_0);
    slots_o.closing      = write_i.fresh ? slots_i.closing & ~moved : slots_i.closing | (moved & {6{write_i.closed}});
    slots_o.used         = (slots_i.used | at) & ~swept;
    slots_o.error        = slots_i.error & ~at & ~swept;
    slots_o.parity_first = write_i.fresh ? (moved & {6{write_i.parity_first}}) | (~moved & slots_i.parity_first)
        : slots_i.parity_first;
    slots_o.parity_epoch = (moved & {6{write_i.parity_epoch}}) | (~moved & slots_i.parity_epoch);
    slots_o.aged         = (moved & {6{aged}}) | (~moved & slots_i.aged);
    slots_o.below_gap    = (moved & {6{!pair_i.gap && gap_i.aged}}) | (~moved & slots_i.below_gap);
    slots_o.above_gap    = ~moved & slots_i.above_gap;
    slots_o.older        = older;
  end

endmodule : syngate_table_patch
`default_nettype wire
