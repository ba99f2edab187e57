// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// How many words of a FIFO no admitted frame has claimed. A claim counts in the next clock; a word that leaves counts two clocks later,
// which keeps the FIFO's reader off the way to the next admission.
// Does not: hold words. Latency: 1 clock from take_i to full_o, 2 from give_i. Throughput: one claim and one return a clock.
// Backpressure: full_o, which whoever claims obeys. Drops: none.
module syngate_egress_account #(
    parameter int unsigned Depth = 64  // a power of two, at least 2
) (
    input  wire                    clk_i,
    input  wire                    rst_ni,
    input  wire                    take_i,
    input  wire                    give_i,
    output logic [$clog2(Depth):0] free_o,
    output logic                   full_o   // free_o is 0, a register of its own
);
  localparam int unsigned Bits = $clog2(Depth);
  logic given_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      free_o  <= (Bits + 1)'(Depth);
      full_o  <= 1'b0;
      given_q <= 1'b0;
    end else begin
      given_q <= give_i;
      if (given_q != take_i) free_o <= free_o + {{Bits{take_i}}, 1'b1};
      full_o  <= !given_q && (full_o || (take_i && free_o == (Bits + 1)'(1)));
    end
  end

  // Nothing is claimed when nothing is free.
  `SYNGATE_ASSERT(account_claim, !take_i || !full_o)
  `SYNGATE_ASSERT(account_full, full_o == (free_o == '0))
endmodule : syngate_egress_account
`default_nettype wire
