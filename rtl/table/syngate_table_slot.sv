// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Reads one 48-bit slot of the flow table against a frame's tag and time.
//   47     46:44  43     42:40  39:32  31:0
//   parity state  spare  first  epoch  tag
// Does not: hold state. Latency: combinational. Throughput: any. Backpressure: none. Drops: none.
module syngate_table_slot (
    input  wire  [47:0] slot_i,
    input  wire  [31:0] tag_i,
    input  wire  [ 7:0] epoch_i,         // now
    input  wire  [ 7:0] life_i,          // epochs
    input  wire  [ 7:0] life_closing_i,  // epochs
    output logic        used_o,          // state is not empty
    output logic        error_o,         // parity wrong
    output logic        live_o,
    output logic        hit_o,
    output logic        new_o,           // may repeat its hand-off (repeats left in slot_i[45:44])
    output logic        stale_o,         // a pass refreshes it
    output logic [ 7:0] age_o            // 0 for an epoch in the future
);
  logic [2:0] state;
  logic [7:0] raw;
  logic       future;
  always_comb begin
    state   = slot_i[46:44];
    raw     = epoch_i - slot_i[39:32];
    future  = raw >= 8'(256 - syngate_pkg::TABLE_FUTURE);
    age_o   = future ? 8'd0 : raw;
    error_o = ^slot_i;
    used_o  = state != syngate_pkg::SlotStateEmpty;
    live_o  = !error_o && used_o && age_o <= (state == syngate_pkg::SlotStateClosing ? life_closing_i : life_i);
    hit_o   = live_o && slot_i[31:0] == tag_i;
    new_o   = state[2] && age_o <= 8'(syngate_pkg::TABLE_NEW_EPOCHS);
    stale_o = future || (age_o != 8'd0 && !new_o);
  end
  logic unused_first;
  assign unused_first = &{1'b0, slot_i[43:40]};
endmodule : syngate_table_slot
`default_nettype wire
