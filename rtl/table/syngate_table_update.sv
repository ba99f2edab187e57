// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Two rows, one frame: finds the frame's slot, reports it, and writes what the verdict commands.
// The command comes back in the same clock; hit_o and hit_slot_o do not depend on it.
// Does not: hold state. Latency: combinational. Throughput: any. Backpressure: none. Drops: none.
module syngate_table_update (
    input  wire  [143:0]                    row0_i,
    input  wire  [143:0]                    row1_i,
    input  wire  [ 31:0]                    tag0_i,
    input  wire  [ 31:0]                    tag1_i,
    input  wire  [  7:0]                    epoch_i,
    input  wire  [  7:0]                    life_i,
    input  wire  [  7:0]                    life_closing_i,
    // the slot found
    output logic                            hit_o,
    output logic                            hit_new_o,      // may repeat its hand-off
    output logic [  1:0]                    hit_repeats_o,  // repeats left
    output logic [  2:0]                    hit_first_o,    // low bits of the first segment's seq
    // the command
    input  wire  syngate_pkg::table_op_e    command_i,      // refresh: only if the slot is stale
    input  wire  [  2:0]                    first_i,        // to be stored by insert and reopen
    input  wire                             sweep_i,        // clear what is dead instead
    // what was done
    output syngate_pkg::table_op_e          op_o,
    output logic [  1:0]                    write_o,        // per channel
    output logic [143:0]                    row0_o,
    output logic [143:0]                    row1_o,
    output logic [  5:0]                    swept_o,        // slots cleared, channel 1 in 5:3
    output logic [  5:0]                    error_o         // slots with wrong parity
);
  logic [5:0] used, error, live, hit, is_new, stale, free;
  logic [47:0] slot0, slot1, slot2, slot3, slot4, slot5;
  logic [7:0] age0, age1, age2, age3, age4, age5;
  assign {slot2, slot1, slot0} = row0_i;
  assign {slot5, slot4, slot3} = row1_i;

  syngate_table_slot u_slot0 (.slot_i(slot0), .tag_i(tag0_i), .epoch_i, .life_i, .life_closing_i, .used_o(used[0]),
      .error_o(error[0]), .live_o(live[0]), .hit_o(hit[0]), .new_o(is_new[0]), .stale_o(stale[0]), .age_o(age0));
  syngate_table_slot u_slot1 (.slot_i(slot1), .tag_i(tag0_i), .epoch_i, .life_i, .life_closing_i, .used_o(used[1]),
      .error_o(error[1]), .live_o(live[1]), .hit_o(hit[1]), .new_o(is_new[1]), .stale_o(stale[1]), .age_o(age1));
  syngate_table_slot u_slot2 (.slot_i(slot2), .tag_i(tag0_i), .epoch_i, .life_i, .life_closing_i, .used_o(used[2]),
      .error_o(error[2]), .live_o(live[2]), .hit_o(hit[2]), .new_o(is_new[2]), .stale_o(stale[2]), .age_o(age2));
  syngate_table_slot u_slot3 (.slot_i(slot3), .tag_i(tag1_i), .epoch_i, .life_i, .life_closing_i, .used_o(used[3]),
      .error_o(error[3]), .live_o(live[3]), .hit_o(hit[3]), .new_o(is_new[3]), .stale_o(stale[3]), .age_o(age3));
  syngate_table_slot u_slot4 (.slot_i(slot4), .tag_i(tag1_i), .epoch_i, .life_i, .life_closing_i, .used_o(used[4]),
      .error_o(error[4]), .live_o(live[4]), .hit_o(hit[4]), .new_o(is_new[4]), .stale_o(stale[4]), .age_o(age4));
  syngate_table_slot u_slot5 (.slot_i(slot5), .tag_i(tag1_i), .epoch_i, .life_i, .life_closing_i, .used_o(used[5]),
      .error_o(error[5]), .live_o(live[5]), .hit_o(hit[5]), .new_o(is_new[5]), .stale_o(stale[5]), .age_o(age5));
  assign free    = ~live;
  assign error_o = error;

  // ---- the slot found: first hit ----
  logic [5:0] found;
  logic [47:0] slot;
  logic found_stale;
  always_comb begin
    found = hit & (~hit + 6'd1);
    slot  = ({48{found[0]}} & slot0) | ({48{found[1]}} & slot1) | ({48{found[2]}} & slot2)
        | ({48{found[3]}} & slot3) | ({48{found[4]}} & slot4) | ({48{found[5]}} & slot5);
    hit_o         = |hit;
    hit_new_o     = |(found & is_new);
    hit_repeats_o = slot[45:44];
    hit_first_o   = slot[42:40];
    found_stale   = |(found & stale);
  end

  // ---- the slot for an insert: a free one in the channel with more of them, else the oldest ----
  logic [1:0] free_count0, free_count1;
  logic [5:0] free_first, oldest, place;
  logic       old01, old3, old34, oldl, oldr;
  logic [7:0] age_l, age_r, age01, age34;
  always_comb begin
    free_count0 = 2'($countones(free[2:0]));
    free_count1 = 2'($countones(free[5:3]));
    if (free_count0 >= free_count1) free_first = {3'd0, free[2:0] & (~free[2:0] + 3'd1)};
    else free_first = {free[5:3] & (~free[5:3] + 3'd1), 3'd0};

    // Ties go to the lower index: a later slot must be strictly older.
    old01 = age1 > age0;
    age01 = old01 ? age1 : age0;
    oldl  = age2 > age01;
    age_l = oldl ? age2 : age01;
    old34 = age4 > age3;
    age34 = old34 ? age4 : age3;
    oldr  = age5 > age34;
    age_r = oldr ? age5 : age34;
    old3  = age_r > age_l;
    oldest = old3 ? (oldr ? 6'b100000 : old34 ? 6'b010000 : 6'b001000)
        : (oldl ? 6'b000100 : old01 ? 6'b000010 : 6'b000001);
    place = |free ? free_first : oldest;
  end

  // ---- what is written, and where ----
  logic [5:0]  at;
  logic [47:0] data;
  logic [2:0]  state, first;
  logic [7:0]  epoch;
  logic [31:0] tag;
  always_comb begin
    at    = found;
    state = slot[46:44];
    first = slot[42:40];
    epoch = epoch_i;
    op_o  = syngate_pkg::TableOpNone;
    case (command_i)
      syngate_pkg::TableOpInsert, syngate_pkg::TableOpEvict: begin
        op_o  = |free ? syngate_pkg::TableOpInsert : syngate_pkg::TableOpEvict;
        at    = place;
        state = syngate_pkg::SlotStateNew3;
        first = first_i;
      end
      syngate_pkg::TableOpReopen: begin
        op_o  = syngate_pkg::TableOpReopen;
        state = syngate_pkg::SlotStateNew3;
        first = first_i;
      end
      syngate_pkg::TableOpClose: begin
        op_o  = syngate_pkg::TableOpClose;
        state = syngate_pkg::SlotStateClosing;
      end
      syngate_pkg::TableOpRepeat: begin
        op_o  = syngate_pkg::TableOpRepeat;
        state = {1'b1, slot[45:44] - 2'd1};
        epoch = slot[39:32];
      end
      syngate_pkg::TableOpRefresh: begin
        if (found_stale) op_o = syngate_pkg::TableOpRefresh;
        if (state != syngate_pkg::SlotStateClosing) state = syngate_pkg::SlotStateLive;
      end
      default: ;
    endcase
    tag  = |at[2:0] ? tag0_i : tag1_i;
    data = {1'b0, state, 1'b0, first, epoch, tag};
    data[47] = ^data[46:0];
  end

  logic [5:0] mask, dead;
  always_comb begin
    dead    = sweep_i ? used & ~live : 6'd0;
    mask    = op_o != syngate_pkg::TableOpNone && !sweep_i ? at : 6'd0;
    swept_o = dead;
    row0_o = {mask[2] ? data : dead[2] ? 48'd0 : slot2, mask[1] ? data : dead[1] ? 48'd0 : slot1,
        mask[0] ? data : dead[0] ? 48'd0 : slot0};
    row1_o = {mask[5] ? data : dead[5] ? 48'd0 : slot5, mask[4] ? data : dead[4] ? 48'd0 : slot4,
        mask[3] ? data : dead[3] ? 48'd0 : slot3};
    write_o = {|mask[5:3] || |dead[5:3], |mask[2:0] || |dead[2:0]};
  end
  logic unused_slot;
  assign unused_slot = &{1'b0, slot[47], slot[43], slot[31:0]};
endmodule : syngate_table_update
`default_nettype wire
