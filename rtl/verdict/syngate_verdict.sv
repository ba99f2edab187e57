// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Rules 4 and 6 to 9: what becomes of a frame, once parse, table and cookie have spoken, and before that what the table is to do.
// Does not: hold state or know about room at egress. Latency: combinational; ask_o does not depend on hit_i and repeat_i, which come
// later (syngate_core has one for each clock). Throughput: any. Backpressure: none. Drops: names the reason, egress counts it.
module syngate_verdict (
    input  wire syngate_pkg::pre_e        pre_i,
    input  wire syngate_pkg::reason_e     reason_i,      // with PreDrop
    input  wire                           flag_syn_i,
    input  wire                           flag_ack_i,
    input  wire                           flag_rst_i,
    input  wire                           flag_fin_i,
    input  wire                           has_payload_i,
    input  wire                           cookie_ok_i,   // the cookie arithmetic holds (flags not looked at)
    output      syngate_pkg::table_ask_t  ask_o,         // to syngate_table
    input  wire                           hit_i,         // its answer
    input  wire                           repeat_i,
    output syngate_pkg::verdict_e         verdict_o,
    output syngate_pkg::reason_e          reason_o,
    output logic                          cookie_ok_o    // ACK without SYN and RST with a valid cookie
);
  logic tcp, bare_ack;
  always_comb begin
    tcp         = pre_i == syngate_pkg::PreTcp;
    cookie_ok_o = tcp && flag_ack_i && !flag_syn_i && !flag_rst_i && cookie_ok_i;
    bare_ack    = !has_payload_i && !flag_fin_i;

    ask_o.reopen     = pre_i == syngate_pkg::PreSyn;
    ask_o.close      = tcp && (flag_rst_i || flag_fin_i);
    ask_o.refresh    = tcp && !flag_rst_i && !flag_fin_i;
    ask_o.may_repeat = cookie_ok_o && !flag_fin_i;
    ask_o.insert     = cookie_ok_o;
    ask_o.sweep      = 1'b0;

    verdict_o = syngate_pkg::VerdictPass;
    reason_o  = syngate_pkg::ReasonNone;
    case (pre_i)
      syngate_pkg::PrePass: ;
      syngate_pkg::PreDrop: begin
        verdict_o = syngate_pkg::VerdictDrop;
        reason_o  = reason_i;
      end
      syngate_pkg::PreIcmp: begin
        if (!hit_i) begin
          verdict_o = syngate_pkg::VerdictDrop;
          reason_o  = syngate_pkg::ReasonIcmpUnknown;
        end
      end
      syngate_pkg::PreSyn: verdict_o = syngate_pkg::VerdictReply;
      default: begin
        if (hit_i) begin
          if (repeat_i) verdict_o = syngate_pkg::VerdictHandoffPass;
        end else if (cookie_ok_o) begin
          verdict_o = bare_ack ? syngate_pkg::VerdictHandoff : syngate_pkg::VerdictHandoffPass;
        end else begin
          verdict_o = syngate_pkg::VerdictDrop;
          reason_o  = flag_rst_i ? syngate_pkg::ReasonRstUnknown
              : flag_ack_i && !flag_syn_i ? syngate_pkg::ReasonBadCookie : syngate_pkg::ReasonUnknownFlow;
        end
      end
    endcase
  end
endmodule : syngate_verdict
`default_nettype wire
