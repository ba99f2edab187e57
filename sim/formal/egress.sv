// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Admission and the two ports of syngate_egress, with FIFOs that keep their account and may give any word as late as they like
// (stubs; proof "fifo" is about the words). Assumed of the pipeline: a frame has 1 to 72 beats, gap-free, the first in the clock of its
// metadata; rules drop with a reason and only then. Anything may stand ready or not at any time; reset may come at any time.
module formal_egress #(
    parameter int unsigned Heads = 64   // fewer only where a mutation must fill a FIFO
) (
    input wire          clk_i,
    input wire          rst_ni,
    input wire          valid_i,
    input wire          beat_valid_i,
    input wire          beat_sop_i,
    input wire          beat_eop_i,
    input wire [1023:0] beat_data_i,
    input wire [13:0]   beat_length_i,
    input wire [15:0]   reply_cap_i,
    input wire          reply_ready_i,
    input wire          forward_ready_i
);
  logic [1023:0] reply_data, forward_data;
  logic [127:0] reply_keep, forward_keep;
  logic reply_valid, reply_last, forward_valid, forward_last, done_valid;
  logic [31:0] done_id;
  syngate_pkg::verdict_e done_verdict;
  syngate_pkg::reason_e done_reason;
  syngate_pkg::meta_t meta;
  syngate_pkg::decision_t decision;
  assign meta     = '0;
  assign decision = '0;
  syngate_egress #(.Heads(Heads)) u_dut (
      .clk_i, .rst_ni, .valid_i, .meta_i(meta), .decision_i(decision), .exid_i(16'd0), .beat_valid_i, .beat_sop_i, .beat_eop_i,
      .beat_data_i, .beat_length_i, .reply_cap_i,
      .m_axis_reply_tdata(reply_data), .m_axis_reply_tkeep(reply_keep), .m_axis_reply_tvalid(reply_valid),
      .m_axis_reply_tready(reply_ready_i), .m_axis_reply_tlast(reply_last), .m_axis_forward_tdata(forward_data),
      .m_axis_forward_tkeep(forward_keep), .m_axis_forward_tvalid(forward_valid), .m_axis_forward_tready(forward_ready_i),
      .m_axis_forward_tlast(forward_last), .done_valid_o(done_valid), .done_id_o(done_id), .done_verdict_o(done_verdict),
      .done_reason_o(done_reason));

  // ---- inside the module ----
  // Admission is in clock 9; what is called admitted here is so in clock 10, with the frame's first beat.
  logic valid_9, meta_valid, admit_reply, admit_handoff, admit_pass, write_beat, write_last;
  logic order_valid, order_handoff, order_pass, order_pop, handoff_pop, pass_pop, pass_last, handed, passing;
  logic [31:0] id;
  logic [$clog2(Heads):0] reply_free, handoff_free, reply_account, handoff_account;  // of the FIFO; of its account, which is ahead of it
  logic [8:0] room, pass_free, order_free, order_account;
  logic reply_full, handoff_full, order_full, reply_given, handoff_given, order_given;
  logic room_ok, popped, ask_reply, ask_handoff, ask_pass;
  logic [7:0] both;
  logic [6:0] beats_9, beats_8;
  logic [4:0] reason_9, final_reason;
  logic [2:0] verdict_9, final_verdict;

  // ---- the frame that was in clock 9, a clock later ----
  logic [6:0] beats;
  logic [4:0] reason;
  logic [2:0] verdict;
  always_ff @(posedge clk_i) {beats, reason, verdict} <= {beats_9, reason_9, verdict_9};

  // ---- the pipeline in front ----
  logic started = 1'b0;
  logic [6:0] left_q;  // beats of this frame still to come
  logic admitted_q;    // it was admitted as it is
  logic handed_q;      // of the frame at the forward port: its hand-off has been taken
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (!rst_ni) left_q <= 7'd0;
    else if (beat_valid_i) left_q <= beat_sop_i ? beats - 7'd1 : left_q - 7'd1;
    if (!rst_ni) admitted_q <= 1'b0;
    else if (beat_valid_i && beat_sop_i) admitted_q <= admit_pass;
    if (!rst_ni || order_pop) handed_q <= 1'b0;
    else if (handoff_pop) handed_q <= 1'b1;
  end
  always_comb begin
    assume (started || !rst_ni);
    assume (!valid_9 || (beats_9 >= 7'd1 && beats_9 <= 7'd72));
    assume (!valid_9 || verdict_9 <= 3'd4);
    assume ((verdict_9 == 3'd4) == (reason_9 != 5'd0));
    if (rst_ni) begin
      assume (meta_valid == (beat_valid_i && beat_sop_i));
      assume (beat_valid_i == (beat_sop_i || left_q != 7'd0));
      assume (!(beat_sop_i && left_q != 7'd0));
      assume (!beat_valid_i || beat_eop_i == ((beat_sop_i ? beats : left_q) == 7'd1));
    end
  end

  // ---- history ----
  logic running, meta_q;
  logic [10:0] was_q;      // what was decided in the clock before
  logic [31:0] id_q;
  logic [1153:0] reply_q;
  logic [1153:0] forward_q;
  logic reply_wait_q, forward_wait_q;
  always_ff @(posedge clk_i) begin
    running        <= started && rst_ni;
    meta_q         <= meta_valid;
    was_q          <= {verdict, reason, admit_reply, admit_handoff, admit_pass};
    id_q           <= id;
    reply_q        <= {reply_valid, reply_last, reply_keep, reply_data};
    forward_q      <= {forward_valid, forward_last, forward_keep, forward_data};
    reply_wait_q   <= reply_valid && !reply_ready_i;
    forward_wait_q <= forward_valid && !forward_ready_i;
  end
  logic was_reply, was_handoff, was_pass;
  assign {was_reply, was_handoff, was_pass} = was_q[2:0];

  always_ff @(posedge clk_i) begin
    // Helpers of the induction.
    if (started) begin
      assert (handed == handed_q && passing == admitted_q);
      assert (ask_reply == (valid_9 && verdict_9 == syngate_pkg::VerdictReply));
      assert (ask_handoff == (valid_9 && (verdict_9 == syngate_pkg::VerdictHandoff || verdict_9 == syngate_pkg::VerdictHandoffPass)));
      assert (ask_pass == (valid_9 && (verdict_9 == syngate_pkg::VerdictPass || verdict_9 == syngate_pkg::VerdictHandoffPass)));
      assert (both == 8'(beats_9) + 8'(beats_8) && (!room_ok || room >= 9'(beats_9)));
      assert (!meta_valid || (beats >= 7'd1 && beats <= 7'd72 && verdict <= 3'd4 && (verdict == 3'd4) == (reason != 5'd0)));
      assert (!meta_valid || ((final_verdict == 3'd4) == (final_reason != 5'd0)
          && (final_verdict == 3'd4) == !(admit_reply || admit_handoff || admit_pass)
          && (final_verdict == 3'd4 || final_verdict == verdict)));
      // Accounts: what the FIFO has free, less what is being stored, less what was taken out a clock ago.
      assert (8'(reply_account) + 8'(reply_given) + 8'(admit_reply) == 8'(reply_free) && reply_full == (reply_account == '0));
      assert (8'(handoff_account) + 8'(handoff_given) + 8'(admit_handoff) == 8'(handoff_free)
          && handoff_full == (handoff_account == '0));
      assert (10'(order_account) + 10'(order_given) + 10'(admit_handoff || admit_pass) == 10'(order_free)
          && order_full == (order_account == 9'd0));
    end
    if (running && rst_ni) begin
      // What the reply port offers stays, every bit of it, until it is taken.
      reply_stable : assert (!reply_wait_q || reply_q == {reply_valid, reply_last, reply_keep, reply_data});
      // What the forward port offers stays, every bit of it, until it is taken.
      forward_stable : assert (!forward_wait_q || forward_q == {forward_valid, forward_last, forward_keep, forward_data});
      // The valid bytes of a beat are contiguous from byte 0, on both ports.
      egress_keep_contiguous : assert ((!reply_valid || (reply_keep & (reply_keep + 128'd1)) == 128'd0)
          && (!forward_valid || (forward_keep & (forward_keep + 128'd1)) == 128'd0));
      // Only the last beat of a frame is partial, and a reply is one beat.
      egress_partial_only_last : assert ((!forward_valid || forward_last || &forward_keep) && reply_last == reply_valid);
      // Every frame gets exactly one final verdict, under its own number, in the clock behind its admission; nothing else gets one.
      egress_done_once : assert (done_valid == meta_q && (!done_valid || done_id == id_q));
      // The final verdict is a drop exactly when there is a reason, and says what was admitted: otherwise it is that of the rules.
      egress_drop_has_reason : assert (!done_valid || ((done_verdict == syngate_pkg::VerdictDrop)
          == (done_reason != syngate_pkg::ReasonNone) && (done_verdict == syngate_pkg::VerdictDrop) == (was_q[2:0] == 3'b000)
          && (done_verdict == syngate_pkg::VerdictDrop || done_verdict == was_q[10:8])));
      // A hand-off and its original are admitted both or neither.
      egress_pair : assert (!done_valid || was_q[10:8] != syngate_pkg::VerdictHandoffPass || was_handoff == was_pass);
      // Nothing is admitted but what the rules said: a reply for reply, a hand-off for hand-off, the original for pass, both for a pair.
      egress_only_admitted : assert (!(admit_reply || admit_handoff || admit_pass) || (meta_valid
          && admit_reply == (verdict == syngate_pkg::VerdictReply)
          && admit_handoff == (verdict == syngate_pkg::VerdictHandoff || verdict == syngate_pkg::VerdictHandoffPass)
          && admit_pass == (verdict == syngate_pkg::VerdictPass || verdict == syngate_pkg::VerdictHandoffPass)));
      // No FIFO is written when it is full: neither that of replies, of hand-offs, of beats, nor that of the order.
      egress_no_overflow : assert (!(admit_reply && reply_free == '0) && !(admit_handoff && handoff_free == '0)
          && !(write_beat && pass_free == 9'd0) && !((admit_handoff || admit_pass) && order_free == 9'd0));
      // All beats of an admitted frame are stored, in their order and without a gap of other frames, the last one marked as last; of all
      // other frames none is.
      egress_whole : assert (write_beat == (beat_valid_i && (beat_sop_i ? admit_pass : admitted_q))
          && (!write_beat || write_last == ((beat_sop_i ? beats : left_q) == 7'd1)));
      // At the forward port each entry of the order FIFO is served whole before the next: its hand-off if it has one, then its beats up to
      // the last if it has some. So, with the order that FIFOs keep, frames leave in the order in which they were admitted.
      egress_order : assert ((!handoff_pop || (order_valid && order_handoff && !handed_q))
          && (!pass_pop || (order_valid && order_pass && (!order_handoff || handed_q)))
          && order_pop == ((handoff_pop && !order_pass) || (pass_pop && pass_last)) && !(handoff_pop && pass_pop));
      // The account of room is exact: free words of the beat FIFO less the beats of an admitted frame that are still to come; a beat that
      // left in the clock before is not counted yet.
      egress_room : assert (10'(room) + 10'(popped) + (admit_pass ? 10'(beats) : passing ? 10'(left_q) : 10'd0) == 10'(pass_free));
      cover (done_valid && was_handoff && was_pass);
      cover (forward_wait_q && forward_valid);
      cover (reply_wait_q && reply_valid);
    end
  end
  logic unused;
  assign unused = was_reply;
endmodule : formal_egress
`default_nettype wire
