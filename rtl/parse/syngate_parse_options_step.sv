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

  // Does an option start here: because one before these four ends here, or one of these four.
  logic start0, start1, start2, start3;
  assign start0 = state_i[5:0] == P0;
  assign start1 = state_i[5:0] == P1 || (start0 && class_i[5:0] == P1);
  assign start2 = state_i[5:0] == P2 || (start0 && class_i[5:0] == P2) || (start1 && class_i[16:11] == P2);
  assign start3 = state_i[5:0] == P3 || (start0 && class_i[5:0] == P3) || (start1 && class_i[16:11] == P3)
      || (start2 && class_i[27:22] == P3);

  // Kinds of what starts: bit 4 stamp, 3 SACK, 2 timestamps, 1 window scale, 0 MSS.
  logic [4:0] kind0, kind1, kind2, kind3;
  assign kind0 = class_i[10:6] & {5{start0}};
  assign kind1 = class_i[21:17] & {5{start1}};
  assign kind2 = class_i[32:28] & {5{start2}};
  assign kind3 = class_i[43:39] & {5{start3}};

  // The last occurrence wins.
  function automatic logic [5:0] last_of(input logic [3:0] seen, input logic [5:0] earlier);
    if (seen[3]) last_of = P3;
    else if (seen[2]) last_of = P2;
    else if (seen[1]) last_of = P1;
    else if (seen[0]) last_of = P0;
    else last_of = earlier;
  endfunction

  always_ff @(posedge clk_i) begin
    if (start3) state_o[5:0] <= class_i[38:33];
    else if (start2) state_o[5:0] <= class_i[27:22];
    else if (start1) state_o[5:0] <= class_i[16:11];
    else if (start0) state_o[5:0] <= class_i[5:0];
    else state_o[5:0] <= state_i[5:0];
    state_o[11:6]  <= last_of({kind3[0], kind2[0], kind1[0], kind0[0]}, state_i[11:6]);
    state_o[17:12] <= last_of({kind3[1], kind2[1], kind1[1], kind0[1]}, state_i[17:12]);
    state_o[23:18] <= last_of({kind3[2], kind2[2], kind1[2], kind0[2]}, state_i[23:18]);
    state_o[24]    <= state_i[24] || kind3[3] || kind2[3] || kind1[3] || kind0[3];
    state_o[25]    <= state_i[25] || kind3[4] || kind2[4] || kind1[4] || kind0[4];
  end
endmodule : syngate_parse_options_step
`default_nettype wire
