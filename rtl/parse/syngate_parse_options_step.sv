// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Walks over four byte positions of the TCP options. The state is where the next option starts and where the last MSS, window
// scale and timestamps option started (63: none), and whether SACK-permitted and the stamp were seen.
// Does not: look at option bytes; syngate_parse_options_class has.
// Latency: 1 clock. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_options_step #(
    parameter int unsigned First = 0  // first of the four positions
) (
    input  wire         clk_i,
    input  wire  [25:0] state_i,  // {stamp, sack, timestamps[5:0], wscale[5:0], mss[5:0], next[5:0]}
    input  wire  [43:0] class_i,
    output logic [25:0] state_o
);
  localparam logic [5:0] P0 = 6'(First), P1 = 6'(First + 1), P2 = 6'(First + 2), P3 = 6'(First + 3);

  // The last occurrence wins.
  function automatic logic [5:0] last_of(input logic [3:0] seen, input logic [5:0] earlier);
    if (seen[3]) last_of = P3;
    else if (seen[2]) last_of = P2;
    else if (seen[1]) last_of = P1;
    else if (seen[0]) last_of = P0;
    else last_of = earlier;
  endfunction

  function automatic logic [25:0] walk(input logic [25:0] state, input logic [43:0] classes);
    logic [5:0] next0, next1, next2, next3, next;
    logic       start0, start1, start2, start3;
    logic [4:0] kind0, kind1, kind2, kind3;
    next0 = classes[5:0];
    next1 = classes[16:11];
    next2 = classes[27:22];
    next3 = classes[38:33];
    // Does an option start here: because one before these four ends here, or one of these four.
    start0 = state[5:0] == P0;
    start1 = state[5:0] == P1 || (start0 && next0 == P1);
    start2 = state[5:0] == P2 || (start0 && next0 == P2) || (start1 && next1 == P2);
    start3 = state[5:0] == P3 || (start0 && next0 == P3) || (start1 && next1 == P3) || (start2 && next2 == P3);
    next = start3 ? next3 : start2 ? next2 : start1 ? next1 : next0;
    // Kinds of what starts: bit 4 stamp, 3 SACK, 2 timestamps, 1 window scale, 0 MSS.
    kind0 = start0 ? classes[10:6] : 5'd0;
    kind1 = start1 ? classes[21:17] : 5'd0;
    kind2 = start2 ? classes[32:28] : 5'd0;
    kind3 = start3 ? classes[43:39] : 5'd0;
    walk = {
      state[25:24] | kind0[4:3] | kind1[4:3] | kind2[4:3] | kind3[4:3],
      last_of({kind3[2], kind2[2], kind1[2], kind0[2]}, state[23:18]),
      last_of({kind3[1], kind2[1], kind1[1], kind0[1]}, state[17:12]),
      last_of({kind3[0], kind2[0], kind1[0], kind0[0]}, state[11:6]),
      next
    };
  endfunction

  always_ff @(posedge clk_i) begin
    if (state_i[5:2] == P0[5:2]) state_o <= walk(state_i, class_i);
    else state_o <= state_i;
  end
endmodule : syngate_parse_options_step
`default_nettype wire
