// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_csr_destination: what a commit lets through. Seen at one prefix bit that the solver chooses. No assumptions but a first reset.
module formal_csr_destination (
    input wire        clk_i,
    input wire        rst_ni,
    input wire        stage_i,
    input wire [2:0]  register_i,
    input wire [31:0] data_i,
    input wire [31:0] mask_i,
    input wire        commit_i
);
  logic ok, write;
  logic [3:0] index;
  logic [31:0] read_data, match_word;
  syngate_pkg::dest_t value;
  syngate_csr_destination u_dut (
      .clk_i, .rst_ni, .stage_i, .stage_register_i(register_i), .data_i, .mask_i, .read_register_i(3'd4), .read_data_o(read_data),
      .commit_i, .ok_o(ok), .write_o(write), .index_o(index), .value_o(value));
  assign match_word = read_data;

  // Bit b of the prefix, counted from the first bit on the wire, lies at 8*(b/8) + 7 - b%8.
  (* anyconst *) logic [6:0] b;
  logic [6:0] place;
  assign place = {b[6:3], ~b[2:0]};

  logic started = 1'b0, reset_q, commit_q, ok_q;
  logic [31:0] match_q;
  logic [3:0] index_q;
  syngate_pkg::dest_t value_q;
  always_ff @(posedge clk_i) begin
    started  <= 1'b1;
    reset_q  <= !rst_ni;
    commit_q <= commit_i;
    ok_q     <= ok;
    match_q  <= match_word;
    index_q  <= data_i[3:0];
    value_q  <= value;
  end
  always_comb assume (started || !rst_ni);

  logic [1:0] mode;
  assign mode = match_word[13:12];
  always_ff @(posedge clk_i) begin
    if (started) begin
      // A commit is accepted exactly when the mode is off or always and the prefix length fits the family.
      dest_refused : assert (ok == ((mode == 2'd0 || mode == 2'd3) && match_word[7:0] <= (match_word[8] ? 8'd128 : 8'd32)));
      // An entry is offered in the clock after an accepted commit, with its number, and never else.
      dest_write_once : assert (reset_q ? !write : write == (commit_q && ok_q) && (!write || index == index_q));
      // A mask has exactly its first bits set, as many as the prefix length says, and a prefix has no bit outside of its mask.
      dest_mask : assert (!write || (value.mask_be[place] == ({1'b0, b} < match_q[7:0])
          && (value.mask_be[place] || !value.prefix_be[place])));
      // Between commits the offered entry does not move.
      dest_held : assert ((commit_q && ok_q) || reset_q || value == value_q);
      cover (write && value.is6 && value.mask_be[place] && !value.mask_be[127] && value.used);
      cover (commit_i && !ok);
    end
  end
endmodule : formal_csr_destination
`default_nettype wire
