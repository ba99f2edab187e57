// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Up to 2^IndexBits counters of 64 bits, of which one grows a clock. The low 16 bits are added to at once; the carry fetches the
// high 48 bits one clock and writes them back the next, so that neither a 64-bit carry chain nor a hazard exists (the same counter
// cannot carry twice within three clocks).
// A read takes the low part in the clock in which index_i is given and the high part two clocks later, when the carries of all
// that it has seen have arrived: the 64 bits belong together.
// Does not: saturate, or count in the first 2^IndexBits clocks after reset (it clears itself then).
// Latency: 2 clocks from the event to the low part; 3 clocks from index_i (held) to value_o. Throughput: one event a clock.
// Backpressure: none. Drops: none.
module syngate_csr_counter_bank #(
    parameter int unsigned IndexBits = 3
) (
    input  wire                  clk_i,
    input  wire                  rst_ni,
    // event
    input  wire                  valid_i,
    input  wire  [IndexBits-1:0] index_i,
    input  wire  [2:0]           amount_i,
    // read
    input  wire  [IndexBits-1:0] read_index_i,
    output logic [63:0]          value_o
);
  localparam int unsigned ENTRIES = 2 ** IndexBits;
  logic [15:0] low_q[ENTRIES];
  logic [47:0] high_q[ENTRIES];

  // ---- reset: zeros go to one entry a clock, so that both parts are memories with one write port ----
  logic [IndexBits:0] clear_q;
  logic               clearing;
  assign clearing = !clear_q[IndexBits];
  always_ff @(posedge clk_i) begin
    if (!rst_ni) clear_q <= '0;
    else if (clearing) clear_q <= clear_q + 1'b1;
  end

  // ---- low part ----
  logic                 valid_q, carry_q, fetched_q;
  logic [IndexBits-1:0] index_q, carry_index_q, fetched_index_q;
  logic [2:0]           amount_q;
  logic [16:0]          sum;
  logic [47:0]          fetched_value_q;
  assign sum = {1'b0, low_q[index_q]} + {14'd0, amount_q};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q   <= 1'b0;
      carry_q   <= 1'b0;
      fetched_q <= 1'b0;
    end else begin
      valid_q   <= valid_i && !clearing;
      carry_q   <= valid_q && sum[16];
      fetched_q <= carry_q;
    end
    index_q         <= index_i;
    amount_q        <= amount_i;
    carry_index_q   <= index_q;
    fetched_index_q <= carry_index_q;
    fetched_value_q <= high_q[carry_index_q];
  end

  always_ff @(posedge clk_i) begin
    if (clearing || valid_q) low_q[clearing ? clear_q[IndexBits-1:0] : index_q] <= clearing ? 16'd0 : sum[15:0];
  end

  // ---- high part ----
  always_ff @(posedge clk_i) begin
    if (clearing || fetched_q)
      high_q[clearing ? clear_q[IndexBits-1:0] : fetched_index_q] <= clearing ? 48'd0 : fetched_value_q + 48'd1;
  end

  // ---- read ----
  logic [15:0] read_low_q, read_low_q2;
  always_ff @(posedge clk_i) begin
    read_low_q  <= low_q[read_index_i];
    read_low_q2 <= read_low_q;
    value_o     <= {high_q[read_index_i], read_low_q2};
  end
endmodule : syngate_csr_counter_bank
`default_nettype wire
