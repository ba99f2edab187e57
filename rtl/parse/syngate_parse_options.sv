// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Walks the TCP options as Linux's tcp_parse_options() does, four byte positions a clock, then fetches the values of the last MSS,
// window scale and timestamps option.
// Does not: choose defaults, clamp, or mask options that need timestamps.
// Latency: 14 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_options (
    input  wire         clk_i,
    input  wire         rst_ni,
    // from syngate_parse_headers
    input  wire         valid_i,      // visible TCP
    input  wire  [5:0]  length_i,     // option bytes, 0 to 40
    input  wire  [319:0] bytes_i,
    input  wire  [15:0] exid_i,
    // what was found; values are 0 where the option was not
    output logic        stamp_o,
    output logic        sack_ok_o,
    output logic        ts_ok_o,
    output logic [31:0] tsval_be_o,
    output logic [31:0] tsecr_be_o,
    output logic        wscale_ok_o,
    output logic [7:0]  wscale_o,
    output logic        mss_ok_o,
    output logic [15:0] mss_o
);
  localparam int unsigned STEPS = 10;  // of four positions
  localparam logic [5:0] NONE = 6'd63;

  logic walk_q, walk_q2;
  always_ff @(posedge clk_i) begin
    walk_q  <= valid_i && length_i != 6'd0;
    walk_q2 <= walk_q;
  end

  logic [343:0] padded;
  assign padded = {24'd0, bytes_i};
  logic [15:0] exid_be;
  assign exid_be = syngate_pkg::bswap16(exid_i);

  for (genvar i = 0; i < STEPS; i++) begin : gen_step
    logic [43:0] class_first, class_here;
    logic [25:0] entering, state;
    syngate_parse_options_class #(.First(4 * i)) u_class (
        .clk_i, .bytes_i(padded[32*i+:56]), .length_i, .exid_be_i(exid_be), .class_o(class_first)
    );
    if (i == 0) begin : gen_first
      assign class_here = class_first;
      assign entering = {2'b00, NONE, NONE, NONE, walk_q2 ? 6'd0 : NONE};
    end else begin : gen_later
      syngate_delay #(.Width(44), .Clocks(i)) u_delay (.clk_i, .rst_ni, .data_i(class_first), .data_o(class_here));
      assign entering = gen_step[i-1].state;
    end
    syngate_parse_options_step #(.First(4 * i)) u_step (.clk_i, .state_i(entering), .class_i(class_here), .state_o(state));
  end

  // ---- values: first the four positions, then the one ----
  logic [319:0] late;
  logic [327:0] values;  // option byte 2 of an option at position 0, and so on
  syngate_delay #(.Width(320), .Clocks(STEPS + 2)) u_delay_bytes (
      .clk_i, .rst_ni, .data_i(bytes_i), .data_o(late)
  );
  assign values = {24'd0, late[319:16]};
  logic [25:0] found, found_q;
  assign found = gen_step[STEPS-1].state;
  logic [39:0] mss_q;     // option bytes 2 and 3 of all four positions
  logic [31:0] wscale_q;  // option byte 2
  logic [87:0] ts_q;      // option bytes 2 to 9

  function automatic logic [39:0] words_of(input logic [327:0] v, input logic [3:0] step);
    case (step)
      4'd0: words_of = v[8*0+:40];
      4'd1: words_of = v[8*4+:40];
      4'd2: words_of = v[8*8+:40];
      4'd3: words_of = v[8*12+:40];
      4'd4: words_of = v[8*16+:40];
      4'd5: words_of = v[8*20+:40];
      4'd6: words_of = v[8*24+:40];
      4'd7: words_of = v[8*28+:40];
      4'd8: words_of = v[8*32+:40];
      default: words_of = v[8*36+:40];
    endcase
  endfunction

  logic [39:0] wscale_words;
  assign wscale_words = words_of(values, found[17:14]);

  always_ff @(posedge clk_i) begin
    found_q  <= found;
    mss_q    <= words_of(values, found[11:8]);
    wscale_q <= wscale_words[31:0];
    case (found[22:20])
      3'd0: ts_q <= values[8*0+:88];
      3'd1: ts_q <= values[8*4+:88];
      3'd2: ts_q <= values[8*8+:88];
      3'd3: ts_q <= values[8*12+:88];
      3'd4: ts_q <= values[8*16+:88];
      3'd5: ts_q <= values[8*20+:88];
      3'd6: ts_q <= values[8*24+:88];
      default: ts_q <= values[8*28+:88];
    endcase

    stamp_o     <= found_q[25];
    sack_ok_o   <= found_q[24];
    ts_ok_o     <= found_q[23:18] != NONE;
    wscale_ok_o <= found_q[17:12] != NONE;
    mss_ok_o    <= found_q[11:6] != NONE;
    if (found_q[23:18] == NONE) {tsecr_be_o, tsval_be_o} <= 64'd0;
    else begin
      case (found_q[19:18])
        2'd0: {tsecr_be_o, tsval_be_o} <= ts_q[63:0];
        2'd1: {tsecr_be_o, tsval_be_o} <= ts_q[71:8];
        2'd2: {tsecr_be_o, tsval_be_o} <= ts_q[79:16];
        default: {tsecr_be_o, tsval_be_o} <= ts_q[87:24];
      endcase
    end
    if (found_q[17:12] == NONE) wscale_o <= 8'd0;
    else begin
      case (found_q[13:12])
        2'd0: wscale_o <= wscale_q[7:0];
        2'd1: wscale_o <= wscale_q[15:8];
        2'd2: wscale_o <= wscale_q[23:16];
        default: wscale_o <= wscale_q[31:24];
      endcase
    end
    if (found_q[11:6] == NONE) mss_o <= 16'd0;
    else begin
      case (found_q[7:6])
        2'd0: mss_o <= {mss_q[7:0], mss_q[15:8]};
        2'd1: mss_o <= {mss_q[15:8], mss_q[23:16]};
        2'd2: mss_o <= {mss_q[23:16], mss_q[31:24]};
        default: mss_o <= {mss_q[31:24], mss_q[39:32]};
      endcase
    end
  end

  logic unused_x;
  assign unused_x = &{1'b0, late[15:0], found_q[5:0], wscale_words[39:32]};
endmodule : syngate_parse_options
`default_nettype wire
