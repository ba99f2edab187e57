// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// The flow table: two channels of SRAM rows, one lookup and at most one update per clock, and the sweep in idle slots.
//   clock  0 request   1 read address   18 rows back   20 slots judged   21, 22 what the lookups ahead wrote since   22 decide
//         23 result    25 write
// A lookup sees every earlier update: rows written by the lookups 7 and more ahead are laid over what the memory read
// (syngate_table_pending), what the last six wrote is laid over the judgement (syngate_table_patch).
// Does not: know what a verdict is; what to do on a hit or a miss arrives in clock 21, from syngate_verdict.
// Latency: 23 clocks from req_*_i to hit_o. Throughput: one lookup a clock. Backpressure: none. Drops: none; a full pair
// of rows loses its oldest flow (TableOpEvict). The sweep starves while every clock carries a lookup.
module syngate_table (
    input  wire                             clk_i,
    input  wire                             rst_ni,
    // settings
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] mask_i,
    input  wire  [7:0]                      life_i,
    input  wire  [7:0]                      life_closing_i,
    input  wire  [7:0]                      now_epoch_i,    // committed time, for the sweep
    // request
    input  wire                             req_valid_i,
    input  wire  [63:0]                     req_hash_i,
    input  wire  [7:0]                      req_epoch_i,
    input  wire  [2:0]                      req_first_i,    // stored by insert and reopen, compared by repeat
    // SRAM channels: read data SRAM_READ_LATENCY clocks after the address
    output logic                            sram_read_o,    // both channels
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_read_addr_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_read_addr_o,
    input  wire  [143:0]                    sram0_read_data_i,
    input  wire  [143:0]                    sram1_read_data_i,
    output logic                            sram0_write_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_write_addr_o,
    output logic [143:0]                    sram0_write_data_o,
    output logic                            sram1_write_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_write_addr_o,
    output logic [143:0]                    sram1_write_data_o,
    // clock 21: what to do (sweep is not asked for here)
    input  wire  syngate_pkg::table_ask_t   ask_i,
    // clock 23: what was found and done
    output logic                            hit_o,
    output logic                            repeat_o,       // the hand-off is repeated
    output syngate_pkg::table_op_e          op_o,
    output logic [2:0]                      error_count_o,  // slots with wrong parity in this lookup
    // clock 24: what the sweep cleared
    output logic                            sweep_valid_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sweep_row_o,
    output logic [5:0]                      sweep_mask_o,
    output logic [7:0]                      sweep_epoch_o
);
  localparam int unsigned AddressBits = syngate_pkg::TABLE_ADDRESS_BITS;
  localparam int unsigned Pairs = syngate_pkg::TABLE_PAIRS;
  localparam int unsigned PairBits = syngate_pkg::TABLE_PAIR_BITS;

  // ---- sweep: one row per period, in the first idle slot ----
  logic [$clog2(syngate_pkg::SWEEP_PERIOD)-1:0] period_q;
  logic due_q, sweep_now;
  logic [AddressBits-1:0] sweep_row_q;
  assign sweep_now = due_q && !req_valid_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      period_q    <= '0;
      due_q       <= 1'b0;
      sweep_row_q <= '0;
    end else begin
      period_q <= period_q + 1'b1;
      if (&period_q) due_q <= 1'b1;
      else if (sweep_now) due_q <= 1'b0;
      if (sweep_now) sweep_row_q <= (sweep_row_q + 1'b1) & mask_i;
    end
  end

  // ---- request ----
  logic [24:1] valid_q, sweep_q;  // by clock
  logic [AddressBits-1:0] row0_1, row1_1;
  logic [31:0] tag0_1, tag1_1;
  logic [7:0]  epoch_1;
  logic [2:0]  first_1;
  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni ? {valid_q[23:1], req_valid_i} : '0;
    sweep_q <= rst_ni ? {sweep_q[23:1], sweep_now} : '0;
    row0_1  <= (req_valid_i ? req_hash_i[AddressBits-1:0] : sweep_row_q) & mask_i;
    row1_1  <= (req_valid_i ? req_hash_i[20+:AddressBits] : sweep_row_q) & mask_i;
    tag0_1  <= {req_hash_i[63:40], req_hash_i[27:20]};
    tag1_1  <= {req_hash_i[63:40], req_hash_i[7:0]};
    epoch_1 <= req_valid_i ? req_epoch_i : now_epoch_i;
    first_1 <= req_first_i;
  end
  assign sram_read_o       = valid_q[1] || sweep_q[1];
  assign sram0_read_addr_o = row0_1;
  assign sram1_read_addr_o = row1_1;

  // ---- what it has in common with the lookups ahead ----
  logic [23:0] same0_2, same1_2;
  logic [Pairs*PairBits-1:0] pairs_2, pairs_3, pairs_20;
  logic [2*PairBits-1:0] pairs_21;
  logic [7:0] gap_5, gap_19;
  syngate_pkg::table_gap_t gap_6, facts_20, facts_21;
  logic [syngate_pkg::TABLE_GAP_BITS-1:0] facts_bits_20;
  syngate_table_ahead u_ahead (
      .clk_i, .rst_ni, .life_i, .life_closing_i, .valid_i(valid_q[1]), .row0_i(row0_1), .row1_i(row1_1),
      .tag0_i(tag0_1), .tag1_i(tag1_1), .epoch_i(epoch_1), .first_i(first_1),
      .same_row0_o(same0_2), .same_row1_o(same1_2), .pairs_o(pairs_2), .gap_o(gap_5), .gap_facts_o(gap_6));
  syngate_delay #(.Width(Pairs * PairBits), .Clocks(1)) u_delay_pairs_3 (.clk_i, .rst_ni, .data_i(pairs_2), .data_o(pairs_3));
  syngate_delay #(.Width(Pairs * PairBits), .Clocks(17)) u_delay_pairs (.clk_i, .rst_ni, .data_i(pairs_3), .data_o(pairs_20));
  syngate_delay #(.Width(8), .Clocks(14)) u_delay_gap (.clk_i, .rst_ni, .data_i(gap_5), .data_o(gap_19));
  syngate_delay #(.Width(syngate_pkg::TABLE_GAP_BITS), .Clocks(14)) u_delay_facts (
      .clk_i, .rst_ni, .data_i(gap_6), .data_o(facts_bits_20));
  assign facts_20 = facts_bits_20;

  // ---- wait for the memory ----
  logic [31:0] tag0_18, tag1_18, tag0_23, tag1_23;
  logic [7:0]  epoch_18, epoch_23, epoch_24;
  logic [2:0]  first_18, first_23;
  logic [AddressBits-1:0] row0_18, row1_18;
  syngate_delay #(.Width(75), .Clocks(17)) u_delay_frame_18 (
      .clk_i, .rst_ni, .data_i({tag0_1, tag1_1, epoch_1, first_1}), .data_o({tag0_18, tag1_18, epoch_18, first_18}));
  syngate_delay #(.Width(75), .Clocks(5)) u_delay_frame_23 (
      .clk_i, .rst_ni, .data_i({tag0_18, tag1_18, epoch_18, first_18}), .data_o({tag0_23, tag1_23, epoch_23, first_23}));
  syngate_delay #(.Width(2 * AddressBits), .Clocks(17)) u_delay_row_18 (
      .clk_i, .rst_ni, .data_i({row0_1, row1_1}), .data_o({row0_18, row1_18}));
  logic [AddressBits-1:0] row0_24, row1_24;
  syngate_delay #(.Width(2 * AddressBits), .Clocks(6)) u_delay_row_24 (
      .clk_i, .rst_ni, .data_i({row0_18, row1_18}), .data_o({row0_24, row1_24}));
  always_ff @(posedge clk_i) begin
    sram0_write_addr_o <= row0_24;
    sram1_write_addr_o <= row1_24;
  end

  logic [143:0] data0_18, data1_18;
  logic [47:0]  slot_24;
  logic [5:0]   at_24, swept_24;
  logic         keep_first_24, keep_epoch_24;
  logic [1:0]   wrote_23;
  syngate_table_pending u_pending0 (
      .clk_i, .rst_ni, .same_i(same0_2), .read_data_i(sram0_read_data_i), .row_o(data0_18), .wrote_i(wrote_23[0]),
      .at_i(at_24[2:0]), .swept_i(swept_24[2:0]), .slot_i(slot_24), .keep_first_i(keep_first_24), .keep_epoch_i(keep_epoch_24),
      .write_o(sram0_write_o), .write_data_o(sram0_write_data_o));
  syngate_table_pending u_pending1 (
      .clk_i, .rst_ni, .same_i(same1_2), .read_data_i(sram1_read_data_i), .row_o(data1_18), .wrote_i(wrote_23[1]),
      .at_i(at_24[5:3]), .swept_i(swept_24[5:3]), .slot_i(slot_24), .keep_first_i(keep_first_24), .keep_epoch_i(keep_epoch_24),
      .write_o(sram1_write_o), .write_data_o(sram1_write_data_o));

  // ---- 18 to 20: the slots as the memory and the ring have them ----
  syngate_pkg::table_slots_t judged_20, patched3_20, patched4_20, patched5_20, patched6_20, slots_21, patched2_21, patched1_21,
      slots_22;
  logic [5:0] hit, live, stale, fresh, repeats_1, repeats_0, closing, used, error, parity_first, parity_epoch, aged, below, above;
  logic [14:0] older_20;
  logic [47:0] raw_19;
  logic [5:0]  future_19;
  for (genvar s = 0; s < 6; s++) begin : gen_slot
    logic [47:0] slot;
    logic [31:0] tag;
    if (s < 3) begin : gen_channel0
      assign slot = data0_18[48*s+:48];
      assign tag  = tag0_18;
    end else begin : gen_channel1
      assign slot = data1_18[48*(s-3)+:48];
      assign tag  = tag1_18;
    end
    syngate_table_slot u_slot (
        .clk_i, .slot_i(slot), .tag_i(tag), .first_i(first_18), .epoch_i(epoch_18), .gap_i(gap_19), .life_i, .life_closing_i,
        .raw_o(raw_19[8*s+:8]), .future_o(future_19[s]), .hit_o(hit[s]), .live_o(live[s]), .stale_o(stale[s]), .fresh_o(fresh[s]),
        .repeats_o({repeats_1[s], repeats_0[s]}), .closing_o(closing[s]), .used_o(used[s]), .error_o(error[s]),
        .parity_first_o(parity_first[s]), .parity_epoch_o(parity_epoch[s]), .aged_o(aged[s]), .below_gap_o(below[s]),
        .above_gap_o(above[s]));
  end
  for (genvar i = 0; i < 5; i++) begin : gen_first
    for (genvar j = i + 1; j < 6; j++) begin : gen_second
      localparam int unsigned Pair = i * (11 - i) / 2 + j - i - 1;
      always_ff @(posedge clk_i) begin
        older_20[Pair] <= !future_19[j] && (future_19[i] ? raw_19[8*j+:8] != 8'd0 : raw_19[8*j+:8] > raw_19[8*i+:8]);
      end
    end
  end
  assign judged_20 = {hit, live, stale, fresh, repeats_1, repeats_0, closing, used, error, parity_first, parity_epoch, aged,
      below, above, older_20};

  // ---- 20 and 21: what the six lookups ahead wrote, the oldest first ----
  syngate_pkg::table_write_t write_22, write_23, write_24, write_25, write_26;
  syngate_table_patch u_patch6 (
      .slots_i(judged_20), .write_i(write_26), .pair_i(pairs_20[5*PairBits+:PairBits]), .gap_i(facts_20), .slots_o(patched6_20));
  syngate_table_patch u_patch5 (
      .slots_i(patched6_20), .write_i(write_25), .pair_i(pairs_20[4*PairBits+:PairBits]), .gap_i(facts_20), .slots_o(patched5_20));
  syngate_table_patch u_patch4 (
      .slots_i(patched5_20), .write_i(write_24), .pair_i(pairs_20[3*PairBits+:PairBits]), .gap_i(facts_20), .slots_o(patched4_20));
  syngate_table_patch u_patch3 (
      .slots_i(patched4_20), .write_i(write_23), .pair_i(pairs_20[2*PairBits+:PairBits]), .gap_i(facts_20), .slots_o(patched3_20));
  syngate_table_patch u_patch2 (
      .slots_i(slots_21), .write_i(write_23), .pair_i(pairs_21[PairBits+:PairBits]), .gap_i(facts_21), .slots_o(patched2_21));
  syngate_table_patch u_patch1 (
      .slots_i(patched2_21), .write_i(write_22), .pair_i(pairs_21[0+:PairBits]), .gap_i(facts_21), .slots_o(patched1_21));
  always_ff @(posedge clk_i) begin
    slots_21 <= patched3_20;
    facts_21 <= facts_20;
    pairs_21 <= pairs_20[2*PairBits-1:0];
    slots_22 <= patched1_21;
    write_23 <= write_22;
    write_24 <= write_23;
    write_25 <= write_24;
    write_26 <= write_25;
  end

  // ---- 22: decide ----
  syngate_pkg::table_ask_t ask_22;
  logic [22:19] parity_first_q, parity_epoch_q;  // of what the frame would write
  logic hit_22, repeat_22, free_22, free_23, reopen_23;
  syngate_pkg::table_slots_t slots_23;
  syngate_table_decide u_decide (
      .slots_i(slots_22), .ask_i(ask_22), .parity_first_i(parity_first_q[22]), .parity_epoch_i(parity_epoch_q[22]),
      .write_o(write_22), .hit_o(hit_22), .repeat_o(repeat_22), .free_o(free_22));
  always_ff @(posedge clk_i) begin
    ask_22       <= rst_ni ? ask_i : '0;
    ask_22.sweep <= rst_ni && sweep_q[21];
    parity_first_q <= {parity_first_q[21:19], ^first_18};
    parity_epoch_q <= {parity_epoch_q[21:19], ^epoch_18};
    reopen_23 <= ask_22.reopen;
    hit_o     <= hit_22 && valid_q[22];
    repeat_o  <= repeat_22 && ask_22.refresh;
    free_23   <= free_22;
    slots_23  <= slots_22;
  end

  // ---- 23: the result, and the slot to be written ----
  logic [2:0] state;
  logic repeated, parity;
  logic [31:0] tag;
  always_comb begin
    op_o = syngate_pkg::TableOpNone;
    if (|write_23.at) begin
      if (reopen_23) op_o = syngate_pkg::TableOpReopen;
      else if (write_23.fresh) op_o = free_23 ? syngate_pkg::TableOpInsert : syngate_pkg::TableOpEvict;
      else if (write_23.closed) op_o = syngate_pkg::TableOpClose;
      else op_o = repeat_o ? syngate_pkg::TableOpRepeat : syngate_pkg::TableOpRefresh;
    end
    error_count_o = valid_q[23] ? 3'($countones(slots_23.error)) : 3'd0;
    wrote_23 = {|write_23.at[5:3] || |write_23.swept[5:3], |write_23.at[2:0] || |write_23.swept[2:0]};

    repeated = |(write_23.at & write_23.repeated);
    if (write_23.fresh) state = syngate_pkg::SlotStateNew3;
    else if (repeated) state = {1'b1, {|(write_23.at & slots_23.repeats_1), |(write_23.at & slots_23.repeats_0)} - 2'd1};
    else if (write_23.closed || |(write_23.at & slots_23.closing)) state = syngate_pkg::SlotStateClosing;
    else state = syngate_pkg::SlotStateLive;
    tag    = |write_23.at[2:0] ? tag0_23 : tag1_23;
    parity = ^{state, tag, write_23.fresh ? write_23.parity_first : |(write_23.at & slots_23.parity_first),
        repeated ? |(write_23.at & slots_23.parity_epoch) : write_23.parity_epoch};
  end
  always_ff @(posedge clk_i) begin
    slot_24       <= {parity, state, 1'b0, first_23, epoch_23, tag};
    keep_first_24 <= !write_23.fresh;
    keep_epoch_24 <= repeated;
    at_24         <= write_23.at;
    swept_24      <= write_23.swept;
    epoch_24      <= epoch_23;
  end
  assign sweep_valid_o = sweep_q[24] && |swept_24;
  assign sweep_mask_o  = swept_24;
  assign sweep_epoch_o = epoch_24;
  assign sweep_row_o   = row0_24;

  // ---- promises ----
  // A frame never meets the sweep in its slot.
  `SYNGATE_ASSERT(table_one_user, !(valid_q[22] && sweep_q[22]))
  // Only a frame in its slot may command.
  `SYNGATE_ASSERT(table_command_valid, ask_i == '0 || valid_q[21])
  // At most one slot is written.
  `SYNGATE_ASSERT(table_one_slot, (write_22.at & (write_22.at - 6'd1)) == 6'd0)
  logic unused_table;
  assign unused_table = &{1'b0, valid_q, sweep_q, slots_23};
endmodule : syngate_table
`default_nettype wire
