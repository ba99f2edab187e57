// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Rules 4 and 6 to 9: what becomes of a frame, once parse, table and cookie have spoken.
// Does not: hold state or know about room at egress. Latency: combinational. Throughput: any. Backpressure: none.
// Drops: names the reason, egress counts it.
module syngate_verdict (
    input  wire syngate_pkg::pre_e        pre_i,
    input  wire syngate_pkg::reason_e     reason_i,      // with PreDrop
    input  wire                           flag_syn_i,
    input  wire                           flag_ack_i,
    input  wire                           flag_rst_i,
    input  wire                           flag_fin_i,
    input  wire                           has_payload_i,
    input  wire  [2:0]                    seq_i,         // low bits
    input  wire                           cookie_ok_i,   // the cookie arithmetic holds (flags not looked at)
    input  wire                           hit_i,
    input  wire                           hit_new_i,
    input  wire  [1:0]                    hit_repeats_i,
    input  wire  [2:0]                    hit_first_i,
    output syngate_pkg::verdict_e         verdict_o,
    output syngate_pkg::reason_e          reason_o,
    output syngate_pkg::table_op_e        command_o,     // to syngate_table_update
    output logic [2:0]                    first_o,
    output logic                          cookie_ok_o    // ACK without SYN and RST with a valid cookie
);
  logic bare_ack, repeats;
  always_comb begin
    verdict_o   = syngate_pkg::VerdictPass;
    reason_o    = syngate_pkg::ReasonNone;
    command_o   = syngate_pkg::TableOpNone;
    first_o     = pre_i == syngate_pkg::PreSyn ? seq_i + 3'd1 : seq_i;
    cookie_ok_o = pre_i == syngate_pkg::PreTcp && flag_ack_i && !flag_syn_i && !flag_rst_i && cookie_ok_i;
    bare_ack    = !has_payload_i && !flag_fin_i;
    repeats     = hit_new_i && hit_repeats_i != 2'd0 && hit_first_i == seq_i && cookie_ok_o && !flag_fin_i;
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
      syngate_pkg::PreSyn: begin
        verdict_o = syngate_pkg::VerdictReply;
        if (hit_i) command_o = syngate_pkg::TableOpReopen;
      end
      default: begin
        if (hit_i) begin
          if (flag_rst_i || flag_fin_i) command_o = syngate_pkg::TableOpClose;
          else if (repeats) begin
            command_o = syngate_pkg::TableOpRepeat;
            verdict_o = syngate_pkg::VerdictHandoffPass;
          end else command_o = syngate_pkg::TableOpRefresh;
        end else if (cookie_ok_o) begin
          command_o = syngate_pkg::TableOpInsert;
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
