// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Which events syngate_csr_counters gives to which bank (what a bank does with them: proof csr_counter_bank). Assumed: a drop has a
// reason and nothing else has one (egress_drop_has_reason).
module formal_csr_counters (
    input wire       clk_i,
    input wire       done_i,
    input wire syngate_pkg::verdict_e  verdict_i,
    input wire syngate_pkg::reason_e   reason_i,
    input wire       op_valid_i,
    input wire syngate_pkg::table_op_e op_i,
    input wire       cookie_i,
    input wire       age_i,
    input wire [2:0] sweep_i,
    input wire [2:0] error_i,
    input wire [5:0] read_i
);
  logic [63:0] value;
  syngate_csr_counters u_dut (
      .clk_i, .rst_ni(1'b1), .done_valid_i(done_i), .done_verdict_i(verdict_i), .done_reason_i(reason_i), .op_valid_i, .op_i,
      .cookie_valid_i(cookie_i), .cookie_age_i(age_i), .sweep_count_i(sweep_i), .sram_error_count_i(error_i), .index_i(read_i),
      .value_o(value));
  // Inside the module: events of the banks, where they are read, and what they give.
  logic verdict_event, reason_event;
  logic [2:0] verdict_index, verdict_amount, reason_amount, verdict_read;
  logic [4:0] reason_index, reason_read;
  logic [63:0] verdict_value, reason_value;
  always_comb assume (!done_i || (verdict_i <= 3'd4 && (verdict_i == 3'd4) == (reason_i != 5'd0)));

  logic filled = 1'b0;
  logic [5:0] read_q;
  logic [63:0] verdict_value_q, reason_value_q;
  always_ff @(posedge clk_i) begin
    filled          <= 1'b1;
    read_q          <= read_i;
    verdict_value_q <= verdict_value;
    reason_value_q  <= reason_value;
  end
  always_ff @(posedge clk_i) begin
    // Each frame is counted once, under its final verdict, and nothing else is.
    counters_one_verdict : assert (verdict_event == done_i && (!done_i || (verdict_index == verdict_i && verdict_amount == 3'd1)));
    // Each dropped frame is counted once more, under its reason, and no other frame is: every drop is in exactly one drop counter.
    counters_one_reason : assert (reason_event == (done_i && reason_i != 5'd0)
        && (!reason_event || (reason_index == reason_i && reason_amount == 3'd1)));
    // Counter 0 to 7 is that of the verdict, 8 to 39 that of the reason with the number less 8.
    counters_numbers : assert ((read_i >= 6'd8 || verdict_read == read_i[2:0])
        && (read_i < 6'd8 || read_i >= 6'd40 || 6'(reason_read) + 6'd8 == read_i)
        && (!filled || read_q >= 6'd40 || value == (read_q < 6'd8 ? verdict_value_q : reason_value_q)));
    cover (done_i && reason_event);
    cover (done_i && verdict_event && !reason_event);
  end
endmodule : formal_csr_counters
`default_nettype wire
