// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_ingress from the port to the release, without the bytes. Rings are shift registers (proofs "delay_ring", "delay_block").
// The FIFO of descriptors and the 17 clocks in front of it are one queue here, kept by its account: frames come out in their order, as
// late as they like, with the words that went in (proof "fifo").
// The watched frame is any one, chosen by the solver when the one before it ends, or the first one after a reset. What is asserted of it
// is assumed of those before it: an induction over frames. Nothing is assumed of the sender. Reset may come at any time.
module formal_ingress (
    input wire          clk_i,
    input wire          rst_ni,
    input wire [1023:0] data_i,
    input wire [ 127:0] keep_i,
    input wire          valid_i,
    input wire          last_i,
    input wire          bad_i,
    input wire          choose_i,
    input wire          alone_i    // the first frame as the watched one, not as the one before
);
  logic ready, out_valid, out_sop, out_eop;
  syngate_pkg::frame_t frame;
  logic [1023:0] unused_data;
  syngate_ingress u_dut (
      .clk_i, .rst_ni, .s_axis_tdata(data_i), .s_axis_tkeep(keep_i), .s_axis_tvalid(valid_i), .s_axis_tready(ready),
      .s_axis_tlast(last_i), .s_axis_tuser(bad_i), .out_valid_o(out_valid), .out_sop_o(out_sop), .out_eop_o(out_eop),
      .out_data_o(unused_data), .out_frame_o(frame));

  // ---- inside the module ----
  logic valid_1, valid_2, valid_3, last_1, last_2, last_3, first_1, first_2, first_3, first_next, none_3, no_byte_2, byte_1;
  logic store, pop, take, waiting, busy, at_end, over, write, reading, reading_sop, reading_eop;
  logic [7:0] write_at, read_at;
  logic stored, popped;                   // a clock ago
  logic [8:0] counted, used;              // beats in the memory: the module's count, which is a clock late; now
  assign used = counted + 9'(stored) - 9'(popped);
  logic [6:0] more, beats, stored_4;
  logic [26:0] info_5;
  logic [27*15-1:0] info_shift;
  logic [28:0] word, descriptor;  // into and out of the FIFO: {one beat, beats, what the harness does not look at}
  logic [15:0] checksum_valid, checksum_last;

  // ---- beats at the port, three clocks before they are stored ----
  logic started = 1'b0;
  logic [2:0] accepted_q, accepted_last_q, accepted_empty_q;
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    accepted_q       <= rst_ni ? {accepted_q[1:0], valid_i && ready} : 3'd0;
    accepted_last_q  <= {accepted_last_q[1:0], last_i};
    accepted_empty_q <= {accepted_empty_q[1:0], !keep_i[0]};
  end

  // ---- the frame that is being stored ----
  logic begin_q;                  // the next beat begins one
  logic [6:0] seen_q, seen;       // beats of it so far, at most 73
  logic [6:0] kept_q, kept;       // those that must have been stored, after the one that is there now
  logic ends, empty_last;
  assign seen       = begin_q ? 7'd0 : seen_q;
  assign ends       = valid_3 && last_3;
  assign empty_last = accepted_empty_q[2] && last_3 && !begin_q;
  assign kept       = seen >= 7'd72 ? 7'd72 : empty_last ? seen : seen + 7'd1;
  assign kept_q     = begin_q ? 7'd0 : seen_q >= 7'd72 ? 7'd72 : seen_q;
  // What the stages in front must say of their beats.
  logic begin_2, begin_1, begin_0;
  assign begin_2 = valid_3 ? last_3 : begin_q;
  assign begin_1 = valid_2 ? last_2 : begin_2;
  assign begin_0 = valid_1 ? last_1 : begin_1;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin_q <= 1'b1;
    else if (valid_3) begin_q <= last_3;
    if (valid_3) seen_q <= seen >= 7'd73 ? 7'd73 : seen + 7'd1;
  end

  // ---- the 17 clocks between the last beat and the descriptor ----
  logic [16:0] way_q;
  logic [7*17-1:0] kept_way_q;
  always_ff @(posedge clk_i) begin
    way_q      <= rst_ni ? {way_q[15:0], ends} : '0;
    kept_way_q <= {kept_way_q[7*16-1:0], kept};
  end

  // ---- the queue: frames that have ended and were not taken, and two of them ----
  // phase_q: 0 none has been chosen, 1 the one before has ended, 2 the watched one too. What comes when the frame behind it is taken is
  // that one's affair.
  logic [1:0] phase_q;
  logic fresh_q;                          // no frame has ended since the reset
  logic chosen_before, chosen;            // ends now: the one before, the watched one
  logic before_taken_q, taken_q;          // they have been taken; no frame before: as if it had been
  logic at_before, at_watched;            // are in front
  logic [9:0] ended_q, older_q, frames_q; // all, those in front of both, those behind the last chosen one
  logic [8:0] behind_q;                   // beats stored behind the last chosen one
  logic [7:0] current_at_q, current_at;   // where the frame begins that is being stored
  logic [7:0] before_at_q, at_q, end_at_q; // where the one before begins, where the watched one begins and ends
  logic [6:0] before_beats_q, beats_q;
  assign chosen_before = ends && phase_q == 2'd0 && choose_i && !chosen;
  assign chosen        = ends && (phase_q == 2'd1 || (phase_q == 2'd0 && fresh_q && choose_i && alone_i));
  assign current_at    = begin_q ? write_at : current_at_q;
  assign at_before     = phase_q != 2'd0 && !before_taken_q && older_q == 10'd0;
  assign at_watched    = phase_q == 2'd2 && before_taken_q && !taken_q;
  always_ff @(posedge clk_i) begin
    if (valid_3 && begin_q) current_at_q <= write_at;
    if (!rst_ni) begin
      phase_q        <= 2'd0;
      fresh_q        <= 1'b1;
      before_taken_q <= 1'b0;
      taken_q        <= 1'b0;
      ended_q        <= 10'd0;
    end else begin
      if (ends) fresh_q <= 1'b0;
      if (chosen) begin
        phase_q  <= 2'd2;
        at_q     <= current_at;
        end_at_q <= write_at + 8'(store);
        beats_q  <= kept;
      end
      if (chosen_before) begin
        phase_q        <= 2'd1;
        before_at_q    <= current_at;
        at_q           <= write_at + 8'(store);
        before_beats_q <= kept;
      end
      before_taken_q <= before_taken_q || (take && at_before) || (chosen && phase_q == 2'd0);
      taken_q        <= taken_q || (take && at_watched);
      ended_q        <= ended_q + 10'(ends) - 10'(take);
    end
    behind_q <= chosen || chosen_before ? 9'd0 : behind_q + 9'(store);
    frames_q <= chosen || chosen_before ? 10'd0 : frames_q + 10'(ends);
    older_q  <= (chosen_before ? ended_q : older_q) - 10'(take);
  end

  // ---- what is assumed of the frames before the watched one, and asserted of it ----
  logic in_question, has_room, word_right;
  logic [10:0] to_come;                   // beats of the one before and behind it
  assign in_question = phase_q == 2'd2 && before_taken_q;
  assign has_room    = ended_q + 10'(more) <= 10'(used);
  assign to_come     = 11'(before_beats_q) + 11'(behind_q) + (phase_q == 2'd2 ? 11'(beats_q) : 11'd0);
  assign word_right  = descriptor[27:21] >= 7'd1 && descriptor[27:21] <= 7'd72 && descriptor[28] == (descriptor[27:21] == 7'd1);
  always_comb begin
    assume (started || !rst_ni);
    assume (!(take && taken_q));
    if (!in_question && !fresh_q) assume (has_room);
    if (phase_q != 2'd0 && !before_taken_q) assume (to_come <= 11'(used));
    if (take && at_before) assume (read_at == before_at_q && 11'(used) == to_come);
    // The queue.
    if (waiting) assume (ended_q != 10'd0 && word_right && (!at_before || descriptor[27:21] == before_beats_q)
        && (!at_watched || descriptor[27:21] == beats_q));
  end

  // ---- the frame that leaves; the same a clock earlier, when the memory is read, and two, when it is addressed ----
  logic open_q, open_1, open_0;           // it has begun and not ended
  logic [6:0] left_q, left, left_1, left_0;  // its beats still to come
  logic [13:0] left_way_q;
  logic [31:0] number_q;
  assign left   = out_sop ? left_way_q[13:7] : left_q;
  assign left_1 = out_valid ? left - 7'd1 : left_q;
  assign left_0 = reading ? (reading_sop ? left_way_q[6:0] : left_1) - 7'd1 : left_1;
  assign open_1 = out_valid ? !out_eop : open_q;
  assign open_0 = reading ? !reading_eop : open_1;
  always_ff @(posedge clk_i) begin
    open_q     <= rst_ni && open_1;
    left_way_q <= {left_way_q[6:0], descriptor[27:21]};
    left_q     <= left_1;
    number_q   <= !rst_ni ? 32'd0 : number_q + 32'(out_sop);
  end

  always_ff @(posedge clk_i) begin
    if (started) begin
      // Every beat that the port takes is at the memory three clocks later, as the first or last of its frame as the port saw it, and
      // no other is.
      ingress_accepted : assert (valid_3 == accepted_q[2] && (!valid_3 || (last_3 == accepted_last_q[2] && first_3 == begin_q)));
      // Every frame gets its descriptor, exactly 17 clocks behind its last beat; nothing else gets one.
      ingress_descriptor : assert (write == way_q[16]);
      // A descriptor says how many beats of its frame were stored: those with bytes, and of them the first 72.
      ingress_beats : assert (!write || (word[27:21] == kept_way_q[7*16+:7] && word[28] == (word[27:21] == 7'd1)));
      // Neither the memory nor the FIFO of descriptors, of 256 entries each, ever overflows, whatever the sender does.
      ingress_room : assert (used <= 9'd245 && ended_q <= 10'd245);
      // A frame is released from the place of its first beat on, and all its beats are stored by then.
      ingress_in_place : assert (!(take && at_watched) || (read_at == at_q && 11'(used) == 11'(behind_q) + 11'(beats_q)));
      // What is stored has a beat at least for each frame that waits, and all that are left of the frame that is leaving.
      ingress_account : assert (!in_question || has_room);
      // A frame leaves gap-free, with as many beats as its descriptor says, the first and the last marked and no other.
      ingress_gap_free : assert (out_valid == (out_sop || open_q) && !(out_sop && open_q) && (!out_eop || out_valid)
          && (!out_valid || out_eop == (left == 7'd1)));
      // Frames are numbered as they leave, from 0.
      ingress_number : assert (frame.id == number_q);
      // A frame that waits while none is leaving is taken at once.
      ingress_prompt : assert (take == (waiting && !busy) && pop == (take || busy));

      // Helpers of the induction. Stages in front of the memory:
      assert (valid_1 == accepted_q[0] && valid_2 == accepted_q[1]);
      assert ((!valid_1 || (last_1 == accepted_last_q[0] && !byte_1 == accepted_empty_q[0]))
          && (!valid_2 || (last_2 == accepted_last_q[1] && no_byte_2 == accepted_empty_q[1])));
      assert (first_next == begin_0 && (!valid_1 || first_1 == begin_1) && (!valid_2 || first_2 == begin_2));
      assert (!valid_3 || none_3 == empty_last);
      assert (begin_q || (seen_q >= 7'd1 && seen_q <= 7'd73 && at_end == (seen_q == 7'd72) && over == (seen_q == 7'd73)
          && (seen_q == 7'd73 || beats == seen_q)));
      // The way to the FIFO:
      assert ({write, checksum_valid & checksum_last} == way_q);
      assert (!way_q[0] || (stored_4 == kept_way_q[6:0] && stored_4 >= 7'd1 && stored_4 <= 7'd72));
      assert (!way_q[1] || (info_5[25:19] == kept_way_q[7+:7] && info_5[26] == (info_5[25:19] == 7'd1)));
      for (int c = 0; c < 15; c++)
        assert (!way_q[c+2] || (info_shift[27*c+19+:7] == kept_way_q[7*(c+2)+:7]
            && info_shift[27*c+26] == (info_shift[27*c+19+:7] == 7'd1)));
      // The queue:
      assert (phase_q != 2'd3 && (!taken_q || before_taken_q) && (phase_q != 2'd0 || !before_taken_q) && (phase_q == 2'd2 || !taken_q));
      assert (phase_q == 2'd0 || before_taken_q || ended_q == older_q + 10'd1 + (phase_q == 2'd2 ? 10'd1 + frames_q : 10'd0));
      assert (!(phase_q == 2'd1 && before_taken_q) || ended_q == 10'd0);
      assert (!(phase_q == 2'd2 && before_taken_q) || ended_q == frames_q + 10'(!taken_q));
      assert (phase_q != 2'd1 || (frames_q == 10'd0 && behind_q == 9'(kept_q)));
      assert (phase_q != 2'd2 || frames_q + 10'(!begin_q) <= 10'(behind_q));
      // Where the memory is written and read:
      assert (used[7:0] == write_at - read_at);
      assert (busy == (more != 7'd0) && more <= 7'd71);
      assert (begin_q || current_at_q + 8'(kept_q) == write_at);
      assert (phase_q == 2'd0 || (phase_q == 2'd1 ? at_q : end_at_q) + behind_q[7:0] == write_at);
      assert (phase_q != 2'd2 || (at_q + 8'(beats_q) == end_at_q && beats_q >= 7'd1 && beats_q <= 7'd72));
      assert (phase_q == 2'd0 || before_taken_q || (before_at_q + 8'(before_beats_q) == at_q
          && before_beats_q >= 7'd1 && before_beats_q <= 7'd72));
      assert (phase_q == 2'd0 || !before_taken_q || (taken_q ? end_at_q : at_q) == read_at + 8'(more));
      assert (phase_q == 2'd0 || !before_taken_q
          || 11'(used) == 11'(more) + 11'(behind_q) + (phase_q == 2'd2 && !taken_q ? 11'(beats_q) : 11'd0));
      assert (!fresh_q || (phase_q == 2'd0 && ended_q == 10'd0 && more == 7'd0 && read_at == 8'd0 && used == 9'(kept_q)));
      assert (used + 9'(valid_1) + 9'(valid_2) + 9'(valid_3) + 9'(ready) <= 9'd245);
      assert (reading == (reading_sop || open_1) && !(reading_sop && open_1) && (!reading_eop || reading)
          && (!reading || reading_eop == ((reading_sop ? left_way_q[6:0] : left_1) == 7'd1)));
      assert (busy == open_0 && (!busy || left_0 == more));
      cover (taken_q && more == 7'd1 && at_q != 8'd0);
      cover (taken_q && !busy && ended_q != 10'd0);
      cover (write && word[28]);
    end
  end
  logic unused;
  assign unused = &{1'b0, frame.length, unused_data, word[20:0]};
endmodule : formal_ingress
`default_nettype wire
