// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// When things happen in syngate_core: what is between the release by ingress and the entry of egress is a matter of clocks alone. Ingress,
// registers, cookie, table, stamp and egress are cut away: what leaves them may be anything at any time. Parse is the real one.
module formal_core (
    input wire clk_i,
    input wire rst_ni
);
  localparam int unsigned HashClock   = syngate_pkg::PARSE_HASH_LATENCY;
  localparam int unsigned MetaClock   = syngate_pkg::PARSE_META_LATENCY;
  localparam int unsigned DecideClock = HashClock + 76;
  localparam int unsigned EgressClock = 98;
  localparam int unsigned BeatClock   = 108;
  syngate_core u_dut (.clk_i, .rst_ni);

  // ---- inside the module ----
  logic in_valid, in_sop, in_eop;                       // out of ingress
  logic hash_valid, meta_valid, decided_valid;
  logic lookup, asked;                                  // into the table
  logic egress_valid, egress_beat, egress_sop, egress_eop;
  logic [MetaClock-1:0] parse_way;                      // the registers between
  logic [EgressClock-MetaClock-1:0] core_way, lookup_way;
  logic [BeatClock-1:0] core_beat, core_sop, core_eop;

  // ---- what left ingress, clock by clock ----
  logic started = 1'b0;
  logic [BeatClock:0] beat, sop, eop;
  logic [BeatClock:1] beat_q, sop_q, eop_q;
  assign beat = {beat_q, in_valid};
  assign sop  = {sop_q, in_valid && in_sop};
  assign eop  = {eop_q, in_valid && in_eop};
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    beat_q  <= rst_ni ? beat[BeatClock-1:0] : '0;
    sop_q   <= rst_ni ? sop[BeatClock-1:0] : '0;
    eop_q   <= rst_ni ? eop[BeatClock-1:0] : '0;
  end
  always_comb assume (started || !rst_ni);

  always_ff @(posedge clk_i) begin
    if (started) begin
      // Parse answers for each frame that leaves ingress, and for nothing else, exactly 4 clocks later with what is hashed and 17 clocks
      // later with the rest.
      core_parse : assert (hash_valid == sop[HashClock] && meta_valid == sop[MetaClock]);
      // The rules decide each frame that leaves ingress exactly once, 83 clocks later, and nothing else.
      core_decided : assert (decided_valid == sop[DecideClock+3]);
      // The table is only asked for frames, 59 clocks after they leave ingress, and is told what to do with its answer 21 clocks later.
      core_table : assert ((!lookup || sop[DecideClock-21]) && (!asked || sop[DecideClock]));
      // Each frame that leaves ingress enters egress once, 98 clocks later, and nothing else does: with the proofs of ingress and egress,
      // every frame that the port takes gets exactly one final verdict.
      core_latency : assert (egress_valid == sop[EgressClock]);
      // Its beats enter egress 108 clocks after they leave ingress, first and last marked as there.
      core_beats : assert (egress_beat == beat[BeatClock] && egress_sop == sop[BeatClock] && egress_eop == eop[BeatClock]);
      // Helpers of the induction: all registers between.
      for (int c = 1; c <= MetaClock; c++) assert (parse_way[c-1] == sop[c]);
      for (int c = 1; c <= EgressClock - MetaClock; c++) begin
        assert (core_way[c-1] == sop[c+MetaClock]);
        assert (!lookup_way[c-1] || core_way[c-1]);
      end
      assert (core_beat == beat_q && core_sop == sop_q && core_eop == eop_q);
      cover (lookup_way[1] && core_way[0] && !core_eop[MetaClock+1]);
    end
  end
endmodule : formal_core
`default_nettype wire
