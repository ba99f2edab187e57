// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_verdict against rules 4 and 6 to 9 of docs/reference/datapath.md, for all inputs. No assumptions but that parse hands over
// a reason with a drop and only there, which the proof "classify" shows.
module formal_verdict (
    input wire               clk_i,
    input wire syngate_pkg::pre_e    pre_i,
    input wire syngate_pkg::reason_e reason_i,
    input wire               syn_i,
    input wire               ack_i,
    input wire               rst_i,
    input wire               fin_i,
    input wire               payload_i,
    input wire               cookie_i,
    input wire               hit_i,
    input wire               repeat_i
);
  syngate_pkg::verdict_e verdict;
  syngate_pkg::reason_e reason;
  syngate_pkg::table_ask_t ask;
  logic cookie_ok;
  syngate_verdict u_dut (
      .pre_i, .reason_i, .flag_syn_i(syn_i), .flag_ack_i(ack_i), .flag_rst_i(rst_i), .flag_fin_i(fin_i), .has_payload_i(payload_i),
      .cookie_ok_i(cookie_i), .hit_i, .repeat_i,
      .verdict_o(verdict), .reason_o(reason), .ask_o(ask), .cookie_ok_o(cookie_ok));

  always_comb begin
    assume (pre_i <= syngate_pkg::PreTcp);
    assume ((pre_i == syngate_pkg::PreDrop) == (reason_i != syngate_pkg::ReasonNone));
  end

  // The table repeats a hand-off only where it was allowed to, and of a slot that hits.
  always_comb assume (!repeat_i || (hit_i && ask.may_repeat));

  logic drop, tcp, final_ack, valid_ack;
  assign drop      = verdict == syngate_pkg::VerdictDrop;
  assign tcp       = pre_i == syngate_pkg::PreTcp;
  assign final_ack = ack_i && !syn_i && !rst_i;
  assign valid_ack = final_ack && cookie_i;

  // The rules in their order, written down again: the first that matches gives the verdict.
  logic [2:0] want;
  always_comb begin
    if (pre_i == syngate_pkg::PrePass) want = syngate_pkg::VerdictPass;
    else if (pre_i == syngate_pkg::PreDrop) want = syngate_pkg::VerdictDrop;
    else if (pre_i == syngate_pkg::PreIcmp) want = hit_i ? syngate_pkg::VerdictPass : syngate_pkg::VerdictDrop;
    else if (pre_i == syngate_pkg::PreSyn) want = syngate_pkg::VerdictReply;
    else if (hit_i) want = repeat_i ? syngate_pkg::VerdictHandoffPass : syngate_pkg::VerdictPass;
    else if (valid_ack) want = payload_i || fin_i ? syngate_pkg::VerdictHandoffPass : syngate_pkg::VerdictHandoff;
    else want = syngate_pkg::VerdictDrop;
  end

  always_ff @(posedge clk_i) begin
    // A frame is dropped exactly when it has a reason: no drop without a counter, no counter without a drop.
    verdict_drop_has_reason : assert (drop == (reason != syngate_pkg::ReasonNone));
    // Rules 3 to 9 are applied in their order; the first that matches decides.
    verdict_first_match : assert (verdict == want);
    // A segment of an unknown flow is dropped as rst_unknown if it has RST, else as bad_cookie if it has ACK without SYN, else as
    // unknown_flow.
    verdict_reason_of_rule_9 : assert (!(tcp && drop) || reason == (rst_i ? syngate_pkg::ReasonRstUnknown :
        ack_i && !syn_i ? syngate_pkg::ReasonBadCookie : syngate_pkg::ReasonUnknownFlow));
    // A flow gets into the table only by a valid cookie in a segment with ACK and without SYN and RST.
    verdict_insert_needs_cookie : assert (!ask.insert || (tcp && valid_ack));
    // No frame whose flow is unknown and whose cookie is not valid reaches the server, SYN and ICMP included.
    verdict_nothing_unknown_passes : assert (pre_i == syngate_pkg::PrePass || hit_i || valid_ack || drop
        || verdict == syngate_pkg::VerdictReply);
    // A flow that is in the table is written only as the table's rules say: reopen by a SYN, close by RST or FIN, repeat, refresh.
    // (The table picks insert on a miss, the others on a hit, repeat before refresh.)
    verdict_command_of_hit : assert ({ask.reopen, ask.close, ask.refresh, ask.may_repeat, ask.sweep} ==
        {pre_i == syngate_pkg::PreSyn, tcp && (rst_i || fin_i), tcp && !rst_i && !fin_i, tcp && valid_ack && !fin_i, 1'b0});

    cover (verdict == syngate_pkg::VerdictHandoff);
    cover (verdict == syngate_pkg::VerdictHandoffPass && hit_i);
    cover (drop && reason == syngate_pkg::ReasonUnknownFlow);
  end
  logic unused;
  assign unused = &{1'b0, cookie_ok};
endmodule : formal_verdict
`default_nettype wire
