// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Finds the frame's slot among six and says which one is written, and how. This is the loop of the table: the next lookup may be for the
// same rows and must know it in the next clock, so everything else has been worked out before or is left for later.
// Does not: hold state. Latency: combinational. Throughput: any. Backpressure: none. Drops: none.
module syngate_table_decide (
    input  wire syngate_pkg::table_slots_t  slots_i,
    input  wire syngate_pkg::table_ask_t    ask_i,
    input  wire                             parity_first_i,  // of what the frame would write
    input  wire                             parity_epoch_i,
    output      syngate_pkg::table_write_t  write_o,
    output logic                            hit_o,
    output logic                            repeat_o,        // the hand-off is repeated
    output logic                            free_o           // a slot was free
);
  logic [5:0] found, repeats, oldest, place, written;
  logic [2:0] free0, free1, first0, first1;
  logic two0, two1, more0;  // at least two free; channel 0 has as many as channel 1
  always_comb begin
    // The first slot that hits.
    for (int s = 0; s < 6; s++) found[s] = slots_i.hit[s] && (slots_i.hit & 6'((1 << s) - 1)) == 6'd0;
    hit_o = |slots_i.hit;

    // On a hit.
    repeats = {6{ask_i.may_repeat}} & slots_i.fresh & (slots_i.repeats_1 | slots_i.repeats_0);
    written = {6{ask_i.reopen || ask_i.close}} | ({6{ask_i.refresh}} & (repeats | slots_i.stale));

    // On a miss: the channel with more free slots, its lowest free slot; else the oldest, the lower index on a tie.
    free0  = ~slots_i.live[2:0];
    free1  = ~slots_i.live[5:3];
    free_o = !(&slots_i.live);
    two0   = (free0[0] && free0[1]) || (free0[0] && free0[2]) || (free0[1] && free0[2]);
    two1   = (free1[0] && free1[1]) || (free1[0] && free1[2]) || (free1[1] && free1[2]);
    // Spelt out: a negation would be a carry chain.
    first0 = {free0[2] && !free0[1] && !free0[0], free0[1] && !free0[0], free0[0]};
    first1 = {free1[2] && !free1[1] && !free1[0], free1[1] && !free1[0], free1[0]};
    more0  = !((|free1 && !(|free0)) || (two1 && !two0) || (&free1 && !(&free0)));
    oldest = {
        slots_i.older[14] && slots_i.older[13] && slots_i.older[11] && slots_i.older[8] && slots_i.older[4],
        !slots_i.older[14] && slots_i.older[12] && slots_i.older[10] && slots_i.older[7] && slots_i.older[3],
        !slots_i.older[13] && !slots_i.older[12] && slots_i.older[9] && slots_i.older[6] && slots_i.older[2],
        !slots_i.older[11] && !slots_i.older[10] && !slots_i.older[9] && slots_i.older[5] && slots_i.older[1],
        !slots_i.older[8] && !slots_i.older[7] && !slots_i.older[6] && !slots_i.older[5] && slots_i.older[0],
        !(|slots_i.older[4:0])
    };
    place = free_o ? (more0 ? {3'd0, first0} : {first1, 3'd0}) : oldest;

    write_o.at           = (found & written) | ({6{ask_i.insert && !hit_o}} & place);
    write_o.repeated     = {6{hit_o}} & repeats;
    write_o.swept        = {6{ask_i.sweep}} & slots_i.used & ~slots_i.live;
    write_o.fresh        = ask_i.reopen || !hit_o;
    write_o.closed       = ask_i.close;
    write_o.parity_first = parity_first_i;
    write_o.parity_epoch = parity_epoch_i;
    repeat_o             = |(found & repeats);
  end
  logic unused_slots;
  assign unused_slots = &{1'b0, slots_i};
endmodule : syngate_table_decide
`default_nettype wire
