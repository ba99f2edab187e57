// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The staged destination entry: registers DEST_ADDR0 to DEST_WINDOW, and the commit that checks it, makes the mask from the prefix
// length and offers the entry to parse, which keeps the entries. Index and value stay until the next commit.
// Does not: keep the entries.
// Latency: 1 clock from commit_i to write_o. Throughput: one write a clock. Backpressure: none. Drops: none.
module syngate_csr_destination (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    // staging: register r is at REG_DEST_ADDR0 + 4r, 0 to 7
    input  wire                        stage_i,
    input  wire  [2:0]                 stage_register_i,
    input  wire  [31:0]                data_i,
    input  wire  [31:0]                mask_i,
    input  wire  [2:0]                 read_register_i,
    output logic [31:0]                read_data_o,       // same clock
    // commit
    input  wire                        commit_i,
    output logic                       ok_o,              // same clock: mode and prefix length are allowed
    output logic                       write_o,
    output logic [3:0]                 index_o,
    output       syngate_pkg::dest_t   value_o
);
  // ---- staging ----
  logic [127:0] addr_q;
  logic [13:0]  match_q;   // bits 11:10 stay zero
  logic [31:0]  ports_q, window_q;
  logic [23:0]  tcp_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      addr_q   <= '0;
      match_q  <= '0;
      ports_q  <= '0;
      tcp_q    <= '0;
      window_q <= '0;
    end else if (stage_i) begin
      case (stage_register_i)
        3'd0: addr_q[31:0] <= (addr_q[31:0] & ~mask_i) | (data_i & mask_i);
        3'd1: addr_q[63:32] <= (addr_q[63:32] & ~mask_i) | (data_i & mask_i);
        3'd2: addr_q[95:64] <= (addr_q[95:64] & ~mask_i) | (data_i & mask_i);
        3'd3: addr_q[127:96] <= (addr_q[127:96] & ~mask_i) | (data_i & mask_i);
        3'd4: match_q <= ((match_q & ~mask_i[13:0]) | (data_i[13:0] & mask_i[13:0])) & 14'h33ff;
        3'd5: ports_q <= (ports_q & ~mask_i) | (data_i & mask_i);
        3'd6: tcp_q <= (tcp_q & ~mask_i[23:0]) | (data_i[23:0] & mask_i[23:0]);
        default: window_q <= (window_q & ~mask_i) | (data_i & mask_i);
      endcase
    end
  end

  always_comb begin
    case (read_register_i)
      3'd0: read_data_o = addr_q[31:0];
      3'd1: read_data_o = addr_q[63:32];
      3'd2: read_data_o = addr_q[95:64];
      3'd3: read_data_o = addr_q[127:96];
      3'd4: read_data_o = {18'd0, match_q};
      3'd5: read_data_o = ports_q;
      3'd6: read_data_o = {8'd0, tcp_q};
      default: read_data_o = window_q;
    endcase
  end

  // ---- commit ----
  logic [7:0] prefix_length;
  logic       is6;
  logic [1:0] mode;
  assign prefix_length = match_q[7:0];
  assign is6           = match_q[8];
  assign mode          = match_q[13:12];
  assign ok_o = (mode == syngate_pkg::ModeOff || mode == syngate_pkg::ModeAlways) && prefix_length <= (is6 ? 8'd128 : 8'd32);

  // Bit i of the prefix, counted from the top of its first byte, lies at 8*(i/8) + 7 - i%8.
  function automatic logic [127:0] mask_of(input logic [7:0] length);
    for (int b = 0; b < 16; b++) begin
      for (int k = 0; k < 8; k++)
        mask_of[8*b+7-k] = length[7:3] > 5'(b) || (length[7:3] == 5'(b) && length[2:0] > 3'(k));
    end
  endfunction

  syngate_pkg::dest_t value_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) write_o <= 1'b0;
    else write_o <= commit_i && ok_o;
    if (commit_i && ok_o) begin
      index_o              <= data_i[3:0];
      value_q.used         <= match_q[9];
      value_q.is6          <= is6;
      value_q.prefix_be    <= addr_q & mask_of(prefix_length);
      value_q.mask_be      <= mask_of(prefix_length);
      value_q.port_first   <= ports_q[15:0];
      value_q.port_last    <= ports_q[31:16];
      value_q.mode         <= mode == syngate_pkg::ModeAlways ? syngate_pkg::ModeAlways : syngate_pkg::ModeOff;
      value_q.mss          <= tcp_q[15:0];
      value_q.wscale       <= tcp_q[19:16];
      value_q.stamp_key_id <= tcp_q[23:20];
      value_q.window_ts    <= window_q[15:0];
      value_q.window_nots  <= window_q[31:16];
    end
  end
  assign value_o = value_q;
endmodule : syngate_csr_destination
`default_nettype wire
