// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
`include "syngate_assert.svh"

// Admits whole frames to the two ports. Replies have one FIFO; the forward port has one for hand-offs, one for the beats of
// passed frames, and one that says in which order they leave. A hand-off and its original are admitted or dropped as a pair.
// Does not: reorder. Latency: meta_i to done_* 11 clocks; first beat offered three clocks later at an empty port.
// Throughput: one frame in a clock, one beat out a clock and port. Backpressure: none towards the pipeline.
// Drops: reply_cap, reply_full, handoff_full, forward_full, each reported on done_*.
module syngate_egress #(
    parameter int unsigned Heads = 64,   // replies, and as many hand-offs, that can wait
    parameter int unsigned Beats = 256   // beats of passed frames that can wait, and as many entries of the order
) (
    input  wire                          clk_i,
    input  wire                          rst_ni,
    // a frame: its metadata, and 10 clocks later (BUILD_LATENCY) its beats, gap-free
    input  wire                          valid_i,
    input  wire syngate_pkg::meta_t      meta_i,
    input  wire syngate_pkg::decision_t  decision_i,
    input  wire  [15:0]                  exid_i,
    input  wire                          beat_valid_i,
    input  wire                          beat_sop_i,
    input  wire                          beat_eop_i,
    input  wire  [1023:0]                beat_data_i,
    input  wire  [13:0]                  beat_length_i,  // of the frame, with sop
    input  wire  [15:0]                  reply_cap_i,
    output logic [1023:0]                m_axis_reply_tdata,
    output logic [127:0]                 m_axis_reply_tkeep,
    output logic                         m_axis_reply_tvalid,
    input  wire                          m_axis_reply_tready,
    output logic                         m_axis_reply_tlast,
    output logic [1023:0]                m_axis_forward_tdata,
    output logic [127:0]                 m_axis_forward_tkeep,
    output logic                         m_axis_forward_tvalid,
    input  wire                          m_axis_forward_tready,
    output logic                         m_axis_forward_tlast,
    output logic                         done_valid_o,
    output logic [31:0]                  done_id_o,
    output syngate_pkg::verdict_e        done_verdict_o,
    output syngate_pkg::reason_e         done_reason_o
);
  // ---- build ----
  logic [911:0] built;
  logic [6:0] built_length;
  syngate_egress_build u_build (
      .clk_i, .rst_ni, .meta_i, .decision_i, .exid_i, .frame_o(built), .length_o(built_length));

  // ---- clock 8: what admission needs of the frames; the frame that it decides is a clock further ----
  syngate_pkg::admit_t admit_7, admit_8, admit_9;
  logic [syngate_pkg::ADMIT_BITS-1:0] admit_bits_7, admit_bits_8, admit_bits_9;
  syngate_delay #(.Width(syngate_pkg::ADMIT_BITS), .Clocks(7)) u_delay (
      .clk_i, .rst_ni, .data_i({meta_i.id, decision_i.verdict, decision_i.reason, meta_i.beats}), .data_o(admit_bits_7));
  assign admit_7 = admit_bits_7;
  assign admit_8 = admit_bits_8;
  assign admit_9 = admit_bits_9;
  logic [9:0] valid_q;
  logic valid_10;
  logic ask_reply_q, ask_handoff_q, ask_pass_q;  // what the rules want of the frame that is here
  logic [7:0] both_q;                            // its beats and those of the frame behind it
  assign valid_10 = valid_q[9];
  always_ff @(posedge clk_i) begin
    admit_bits_8  <= admit_bits_7;
    admit_bits_9  <= admit_bits_8;
    ask_reply_q   <= rst_ni && valid_q[7] && admit_8.verdict == syngate_pkg::VerdictReply;
    ask_handoff_q <= rst_ni && valid_q[7]
        && (admit_8.verdict == syngate_pkg::VerdictHandoff || admit_8.verdict == syngate_pkg::VerdictHandoffPass);
    ask_pass_q    <= rst_ni && valid_q[7]
        && (admit_8.verdict == syngate_pkg::VerdictPass || admit_8.verdict == syngate_pkg::VerdictHandoffPass);
    both_q        <= 8'(admit_7.beats) + 8'(admit_8.beats);
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[8:0], valid_i};
  end

  // ---- egress cap: replies per window of 1024 clocks; capped_q says it of the next reply ----
  logic [9:0] window_q;
  logic [15:0] replies_q, below_cap_q;  // the cap less one
  logic capped_q, one_q;                // one_q: the cap is one
  logic admit_reply, admit_handoff, admit_pass;
  always_ff @(posedge clk_i) begin
    below_cap_q <= reply_cap_i - 16'd1;
    one_q       <= reply_cap_i == 16'd1;
    if (!rst_ni) begin
      window_q  <= '0;
      replies_q <= '0;
      capped_q  <= 1'b0;
    end else begin
      window_q <= window_q + 10'd1;
      if (&window_q) replies_q <= 16'(admit_reply);
      else if (admit_reply && !(&replies_q)) replies_q <= replies_q + 16'd1;
      if (reply_cap_i == 16'd0) capped_q <= 1'b0;
      else if (&window_q) capped_q <= admit_reply && one_q;
      else capped_q <= admit_reply ? replies_q >= below_cap_q : replies_q >= reply_cap_i;
    end
  end

  // ---- clock 9: admission, two LUTs behind registers, because the accounts that it changes come back to it in the next clock ----
  // It is a clock ahead of what it admits, so that the memories are written from registers. What leaves a FIFO is room two clocks later.
  logic reply_full, handoff_full, order_full;
  logic [$clog2(Heads):0] reply_free, handoff_free;
  logic [$clog2(Beats):0] order_free;
  logic reply_pop, order_pop, handoff_pop, pass_pop, pass_popped_q;
  syngate_egress_account #(.Depth(Heads)) u_reply_account (
      .clk_i, .rst_ni, .take_i(admit_reply), .give_i(reply_pop), .free_o(reply_free), .full_o(reply_full));
  syngate_egress_account #(.Depth(Heads)) u_handoff_account (
      .clk_i, .rst_ni, .take_i(admit_handoff), .give_i(handoff_pop), .free_o(handoff_free), .full_o(handoff_full));
  syngate_egress_account #(.Depth(Beats)) u_order_account (
      .clk_i, .rst_ni, .take_i(admit_handoff || admit_pass), .give_i(order_pop), .free_o(order_free), .full_o(order_full));
  localparam int unsigned Room = $clog2(Beats) + 1;
  logic [Room-1:0] room_q;          // beats of the pass FIFO that no admitted frame has claimed
  logic room_ok_q;                 // they are enough for the frame that is here
  syngate_pkg::verdict_e verdict;
  syngate_pkg::reason_e reason;
  assign admit_reply   = ask_reply_q && !capped_q && !reply_full;
  assign admit_handoff = ask_handoff_q && !order_full && !handoff_full && (!ask_pass_q || room_ok_q);
  assign admit_pass    = ask_pass_q && !order_full && room_ok_q && (!ask_handoff_q || !handoff_full);
  always_comb begin
    reason = admit_9.reason;
    case (admit_9.verdict)
      syngate_pkg::VerdictReply: begin
        if (capped_q) reason = syngate_pkg::ReasonReplyCap;
        else if (reply_full) reason = syngate_pkg::ReasonReplyFull;
      end
      syngate_pkg::VerdictHandoff: if (handoff_full || order_full) reason = syngate_pkg::ReasonHandoffFull;
      syngate_pkg::VerdictHandoffPass:
        if (handoff_full || order_full || !room_ok_q) reason = syngate_pkg::ReasonHandoffFull;
      syngate_pkg::VerdictPass: if (order_full || !room_ok_q) reason = syngate_pkg::ReasonForwardFull;
      default: ;
    endcase
    verdict = reason != syngate_pkg::ReasonNone ? syngate_pkg::VerdictDrop : admit_9.verdict;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      room_q        <= Room'(Beats);
      room_ok_q     <= 1'b0;
      pass_popped_q <= 1'b0;
    end else begin
      pass_popped_q <= pass_pop;
      room_q        <= admit_pass ? room_q + Room'(pass_popped_q) - Room'(admit_9.beats) : room_q + Room'(pass_popped_q);
      room_ok_q     <= admit_pass ? room_q >= Room'(both_q) : room_q >= Room'(admit_8.beats);
    end
  end

  // ---- clock 10: what was admitted is stored ----
  logic reply_q, handoff_q, pass_q, passing_q, write_beat;
  logic [31:0] id_q;
  syngate_pkg::verdict_e verdict_q;
  syngate_pkg::reason_e reason_q;
  logic [7:0] tail_q, tail;  // valid bytes of the last beat
  assign tail       = beat_sop_i ? (beat_length_i[6:0] == 7'd0 ? 8'd128 : {1'b0, beat_length_i[6:0]}) : tail_q;
  assign write_beat = beat_valid_i && (beat_sop_i ? pass_q : passing_q);
  always_ff @(posedge clk_i) begin
    reply_q        <= rst_ni && admit_reply;
    handoff_q      <= rst_ni && admit_handoff;
    pass_q         <= rst_ni && admit_pass;
    id_q           <= admit_9.id;
    verdict_q      <= verdict;
    reason_q       <= reason;
    done_valid_o   <= rst_ni && valid_10;
    done_id_o      <= id_q;
    done_verdict_o <= verdict_q;
    done_reason_o  <= reason_q;
    tail_q         <= tail;
    if (!rst_ni) passing_q <= 1'b0;
    else if (beat_valid_i && beat_sop_i) passing_q <= pass_q;
  end

  // ---- reply port ----
  logic reply_valid;
  logic [918:0] reply_word;
  syngate_fifo #(.Width(919), .Depth(Heads)) u_reply (
      .clk_i, .rst_ni, .write_i(reply_q), .data_i({built_length, built}), .free_o(free_reply),
      .valid_o(reply_valid), .data_o(reply_word), .read_i(reply_pop));
  assign reply_pop = reply_valid && (!m_axis_reply_tvalid || m_axis_reply_tready);
  assign m_axis_reply_tlast = m_axis_reply_tvalid;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) m_axis_reply_tvalid <= 1'b0;
    else if (reply_pop) m_axis_reply_tvalid <= 1'b1;
    else if (m_axis_reply_tready) m_axis_reply_tvalid <= 1'b0;
    if (!m_axis_reply_tvalid || m_axis_reply_tready) begin
      m_axis_reply_tdata <= {112'd0, reply_word[911:0]};
      m_axis_reply_tkeep <= syngate_pkg::keep_of({1'b0, reply_word[918:912]});
    end
  end

  // ---- forward port ----
  logic order_valid, order_handoff, order_pass, handoff_valid, pass_valid, pass_last, handed_q;
  logic [918:0] handoff_word;
  logic [7:0] pass_bytes;
  logic [1023:0] pass_data;
  logic forward_ready, take_handoff, take_pass;
  syngate_fifo #(.Width(2), .Depth(Beats)) u_order (
      .clk_i, .rst_ni, .write_i(handoff_q || pass_q), .data_i({handoff_q, pass_q}), .free_o(free_order),
      .valid_o(order_valid), .data_o({order_handoff, order_pass}), .read_i(order_pop));
  syngate_fifo #(.Width(919), .Depth(Heads)) u_handoff (
      .clk_i, .rst_ni, .write_i(handoff_q), .data_i({built_length, built}), .free_o(free_handoff),
      .valid_o(handoff_valid), .data_o(handoff_word), .read_i(handoff_pop));
  logic [$clog2(Heads):0] free_reply, free_handoff;  // the FIFOs' own accounts, for the proofs
  logic [$clog2(Beats):0] free_order, free_pass;
  syngate_fifo #(.Width(1033), .Depth(Beats)) u_pass (
      .clk_i, .rst_ni, .write_i(write_beat), .data_i({beat_eop_i, tail, beat_data_i}), .free_o(free_pass),
      .valid_o(pass_valid), .data_o({pass_last, pass_bytes, pass_data}), .read_i(pass_pop));
  assign forward_ready = !m_axis_forward_tvalid || m_axis_forward_tready;
  assign take_handoff  = order_valid && order_handoff && !handed_q;
  assign take_pass     = order_valid && order_pass && (!order_handoff || handed_q);
  assign handoff_pop   = forward_ready && take_handoff && handoff_valid;
  assign pass_pop      = forward_ready && take_pass && pass_valid;
  assign order_pop     = (handoff_pop && !order_pass) || (pass_pop && pass_last);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      m_axis_forward_tvalid <= 1'b0;
      handed_q              <= 1'b0;
    end else begin
      if (handoff_pop || pass_pop) m_axis_forward_tvalid <= 1'b1;
      else if (m_axis_forward_tready) m_axis_forward_tvalid <= 1'b0;
      if (order_pop) handed_q <= 1'b0;
      else if (handoff_pop) handed_q <= 1'b1;
    end
    // What stands there while nothing is offered is of no account, so neither pop is waited for.
    if (forward_ready) begin
      m_axis_forward_tdata <= take_handoff ? {112'd0, handoff_word[911:0]} : pass_data;
      m_axis_forward_tkeep <= take_handoff ? syngate_pkg::keep_of({1'b0, handoff_word[918:912]})
          : pass_last ? syngate_pkg::keep_of(pass_bytes) : '1;
      m_axis_forward_tlast <= take_handoff || pass_last;
    end
  end
  logic unused_egress;
  assign unused_egress = &{1'b0, meta_i, decision_i, admit_7, admit_8, beat_length_i, reply_free, handoff_free, order_free, free_reply,
      free_handoff, free_order, free_pass};

  // ---- promises ----
  // AXI-Stream: what is offered stays until it is taken.
  `SYNGATE_ASSERT(egress_reply_stable, !($past(m_axis_reply_tvalid) && !$past(m_axis_reply_tready) && $past(rst_ni))
      || (m_axis_reply_tvalid && $stable(m_axis_reply_tdata) && $stable(m_axis_reply_tkeep)))
  `SYNGATE_ASSERT(egress_forward_stable, !($past(m_axis_forward_tvalid) && !$past(m_axis_forward_tready) && $past(rst_ni))
      || (m_axis_forward_tvalid && $stable(m_axis_forward_tdata) && $stable(m_axis_forward_tkeep)
          && $stable(m_axis_forward_tlast)))
  // The first beat of a frame meets its metadata.
  `SYNGATE_ASSERT(egress_together, valid_10 == (beat_valid_i && beat_sop_i))
  // Rules drop with a reason, and only drops have one.
  `SYNGATE_ASSERT(egress_reason, !done_valid_o
      || (done_verdict_o == syngate_pkg::VerdictDrop) == (done_reason_o != syngate_pkg::ReasonNone))
endmodule : syngate_egress
`default_nettype wire
