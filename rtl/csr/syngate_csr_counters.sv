// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The 64-bit counters: verdicts, drop reasons, table operations, valid cookies by age, cleared slots, parity errors. One bank for
// what can happen once a clock, read by its number in docs/reference/registers.md.
// Does not: latch high words (syngate_csr does), or count in the first 32 clocks after reset.
// Latency: COUNTER_READ (4) clocks from index_i (held) to value_o. Throughput: one event of each kind a clock. Backpressure: none.
// Drops: none.
module syngate_csr_counters (
    input  wire                             clk_i,
    input  wire                             rst_ni,
    // events
    input  wire                             done_valid_i,
    input  wire syngate_pkg::verdict_e      done_verdict_i,
    input  wire syngate_pkg::reason_e       done_reason_i,
    input  wire                             op_valid_i,
    input  wire syngate_pkg::table_op_e     op_i,
    input  wire                             cookie_valid_i,
    input  wire                             cookie_age_i,
    input  wire  [2:0]                      sweep_count_i,
    input  wire  [2:0]                      sram_error_count_i,
    // read
    input  wire  [5:0]                      index_i,
    output logic [63:0]                     value_o
);
  localparam logic [5:0] REASON_FIRST = 6'(syngate_pkg::COUNTER_REASON_BASE);
  localparam logic [5:0] REASON_END = 6'(syngate_pkg::COUNTER_COOKIE_AGE0);
  localparam logic [5:0] OP_FIRST = 6'(syngate_pkg::COUNTER_TABLE_INSERT);  // operation 1
  localparam logic [5:0] OP_LAST = 6'(syngate_pkg::COUNTER_TABLE_REOPEN);

  logic        drop, op;
  logic [5:0]  reason_index, op_index;
  logic [63:0] verdict_value, reason_value, op_value, cookie_value, sweep_value, sram_error_value;
  assign drop = done_valid_i && done_verdict_i == syngate_pkg::VerdictDrop;
  assign op = op_valid_i && op_i != syngate_pkg::TableOpNone;
  assign reason_index = index_i - REASON_FIRST;
  assign op_index = index_i - OP_FIRST + 6'd1;

  syngate_csr_counter_bank #(.IndexBits(3)) u_verdict (
      .clk_i, .rst_ni, .valid_i(done_valid_i), .index_i(done_verdict_i), .amount_i(3'd1),
      .read_index_i(index_i[2:0]), .value_o(verdict_value)
  );
  syngate_csr_counter_bank #(.IndexBits(5)) u_reason (
      .clk_i, .rst_ni, .valid_i(drop), .index_i(done_reason_i), .amount_i(3'd1),
      .read_index_i(reason_index[4:0]), .value_o(reason_value)
  );
  syngate_csr_counter_bank #(.IndexBits(3)) u_op (
      .clk_i, .rst_ni, .valid_i(op), .index_i(op_i[2:0]), .amount_i(3'd1),
      .read_index_i(op_index[2:0]), .value_o(op_value)
  );
  syngate_csr_counter_bank #(.IndexBits(1)) u_cookie (
      .clk_i, .rst_ni, .valid_i(cookie_valid_i), .index_i(cookie_age_i), .amount_i(3'd1),
      .read_index_i(index_i[0]), .value_o(cookie_value)
  );
  syngate_csr_counter_bank #(.IndexBits(1)) u_sweep (
      .clk_i, .rst_ni, .valid_i(sweep_count_i != 3'd0), .index_i(1'b0), .amount_i(sweep_count_i),
      .read_index_i(1'b0), .value_o(sweep_value)
  );
  syngate_csr_counter_bank #(.IndexBits(1)) u_sram_error (
      .clk_i, .rst_ni, .valid_i(sram_error_count_i != 3'd0), .index_i(1'b0), .amount_i(sram_error_count_i),
      .read_index_i(1'b0), .value_o(sram_error_value)
  );

  always_ff @(posedge clk_i) begin
    if (index_i < REASON_FIRST) value_o <= verdict_value;
    else if (index_i < REASON_END) value_o <= reason_value;
    else if (index_i == 6'(syngate_pkg::COUNTER_COOKIE_AGE0) || index_i == 6'(syngate_pkg::COUNTER_COOKIE_AGE1))
      value_o <= cookie_value;
    else if (index_i >= OP_FIRST && index_i <= OP_LAST) value_o <= op_value;
    else if (index_i == 6'(syngate_pkg::COUNTER_TABLE_SWEEP)) value_o <= sweep_value;
    else if (index_i == 6'(syngate_pkg::COUNTER_TABLE_SRAM_ERROR)) value_o <= sram_error_value;
    else value_o <= 64'd0;
  end

  logic unused_x;
  assign unused_x = &{1'b0, reason_index[5], op_index[5:3], op_i[3]};
endmodule : syngate_csr_counters
`default_nettype wire
