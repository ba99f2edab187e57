// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// The flow table: two channels of SRAM rows, one lookup and at most one update per clock, and the sweep in idle slots.
//   clock  0 request   1 read address   17 rows back, newest pending write laid over them   18 decide   19 write
// A lookup sees every earlier update: pending writes younger than the read are forwarded as whole rows (syngate_table_pending).
// Does not: know what a verdict is; the command arrives in clock 18, by syngate_verdict from hit_*_o.
// Latency: 18 clocks from req_*_i to hit_*_o. Throughput: one lookup a clock. Backpressure: none. Drops: none; a full pair
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
    // clock 18: the slot found, and the command for it
    input  wire  [7:0]                      epoch_i,        // of the frame
    output logic                            hit_o,
    output logic                            hit_new_o,
    output logic [1:0]                      hit_repeats_o,
    output logic [2:0]                      hit_first_o,
    input  wire  syngate_pkg::table_op_e    command_i,
    input  wire  [2:0]                      first_i,
    output syngate_pkg::table_op_e          op_o,
    output logic [2:0]                      error_count_o,  // slots with wrong parity in this lookup
    // clock 19: what the sweep cleared
    output logic                            sweep_valid_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sweep_row_o,
    output logic [5:0]                      sweep_mask_o,
    output logic [7:0]                      sweep_epoch_o
);
  localparam int unsigned AddressBits = syngate_pkg::TABLE_ADDRESS_BITS;
  localparam int unsigned Latency = syngate_pkg::SRAM_READ_LATENCY;

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
  logic valid_1, sweep_1;
  logic [AddressBits-1:0] row0_1, row1_1;
  logic [31:0] tag0_1, tag1_1;
  always_ff @(posedge clk_i) begin
    valid_1 <= rst_ni && req_valid_i;
    sweep_1 <= rst_ni && sweep_now;
    row0_1  <= req_valid_i ? req_hash_i[AddressBits-1:0] & mask_i : sweep_row_q & mask_i;
    row1_1  <= req_valid_i ? req_hash_i[20+:AddressBits] & mask_i : sweep_row_q & mask_i;
    tag0_1  <= {req_hash_i[63:40], req_hash_i[27:20]};
    tag1_1  <= {req_hash_i[63:40], req_hash_i[7:0]};
  end
  assign sram_read_o       = valid_1 || sweep_1;
  assign sram0_read_addr_o = row0_1;
  assign sram1_read_addr_o = row1_1;

  // ---- wait for the memory ----
  logic valid_18, sweep_18;
  logic [31:0] tag0_18, tag1_18;
  logic [Latency:0] valid_q, sweep_q;  // bit k: clock k + 2
  syngate_delay #(.Width(64), .Clocks(Latency + 1)) u_delay_tag (
      .clk_i, .rst_ni, .data_i({tag0_1, tag1_1}), .data_o({tag0_18, tag1_18}));
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= '0;
      sweep_q <= '0;
    end else begin
      valid_q <= {valid_q[Latency-1:0], valid_1};
      sweep_q <= {sweep_q[Latency-1:0], sweep_1};
    end
  end
  assign valid_18 = valid_q[Latency];
  assign sweep_18 = sweep_q[Latency];

  // ---- pending writes over the rows that came back ----
  logic [143:0] row0_18, row1_18, new0_18, new1_18;
  logic [1:0] write, write_18;
  logic [AddressBits-1:0] row0_addr_19, row1_addr_19;
  syngate_table_pending u_pending0 (
      .clk_i, .rst_ni, .row_i(row0_1), .read_data_i(sram0_read_data_i), .write_i(write_18[0]), .write_data_i(new0_18),
      .row_data_o(row0_18), .row_o(row0_addr_19));
  syngate_table_pending u_pending1 (
      .clk_i, .rst_ni, .row_i(row1_1), .read_data_i(sram1_read_data_i), .write_i(write_18[1]), .write_data_i(new1_18),
      .row_data_o(row1_18), .row_o(row1_addr_19));

  // ---- decide ----
  logic [5:0] swept, error;
  logic [7:0] epoch;
  logic hit;
  assign epoch = sweep_18 ? now_epoch_i : epoch_i;
  syngate_table_update u_update (
      .row0_i(row0_18), .row1_i(row1_18), .tag0_i(tag0_18), .tag1_i(tag1_18), .epoch_i(epoch), .life_i, .life_closing_i,
      .hit_o(hit), .hit_new_o, .hit_repeats_o, .hit_first_o,
      .command_i, .first_i, .sweep_i(sweep_18),
      .op_o, .write_o(write), .row0_o(new0_18), .row1_o(new1_18), .swept_o(swept), .error_o(error));
  assign hit_o         = hit && valid_18;
  assign write_18      = valid_18 || sweep_18 ? write : 2'd0;
  assign error_count_o = valid_18 ? 3'($countones(error)) : 3'd0;

  // ---- write ----
  always_ff @(posedge clk_i) begin
    sram0_write_o      <= rst_ni && write_18[0];
    sram1_write_o      <= rst_ni && write_18[1];
    sram0_write_data_o <= new0_18;
    sram1_write_data_o <= new1_18;
    sweep_valid_o      <= rst_ni && sweep_18 && |swept;
    sweep_mask_o       <= swept;
    sweep_epoch_o      <= epoch;
  end
  assign sram0_write_addr_o = row0_addr_19;
  assign sram1_write_addr_o = row1_addr_19;
  assign sweep_row_o        = row0_addr_19;

  // ---- promises ----
  // A frame never meets the sweep in its slot.
  `SYNGATE_ASSERT(table_one_user, !(valid_18 && sweep_18))
  // Only a frame in its slot may command.
  `SYNGATE_ASSERT(table_command_valid, command_i == syngate_pkg::TableOpNone || valid_18)
endmodule : syngate_table
`default_nettype wire
