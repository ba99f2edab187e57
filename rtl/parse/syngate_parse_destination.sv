// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`include "syngate_assert.svh"
`default_nettype none

// The destination entries and the search in them: match, two clocks | first match | its settings, from LUT RAM.
// Configuration is exact: a frame enters syngate_parse in the clock of write_i or later if and only if it meets the new entry. The
// frame is compared two clocks after it entered parse and fetches the settings three clocks later, so the two halves of an entry are
// written that much later. The writer holds index and value for five clocks and writes no faster.
// Does not: judge; mode off counts as found.
// Latency: 4 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_destination (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    // commits, aligned with a frame at the input of syngate_parse
    input  wire                        write_i,
    input  wire  [3:0]                 index_i,
    input  wire  syngate_pkg::dest_t   value_i,
    // frame, two clocks after the input of syngate_parse
    input  wire                        is6_i,
    input  wire  [127:0]               daddr_be_i,
    input  wire  [15:0]                dport_be_i,
    // results
    output logic                       ip_always_o,    // any entry with mode always covers the destination
    output logic                       tcp_always_o,   // the first entry for destination and port has mode always
    output logic [15:0]                mss_o,          // of that first entry; 0 without one
    output logic [3:0]                 wscale_o,
    output logic [3:0]                 key_id_o,
    output logic [15:0]                window_ts_o,
    output logic [15:0]                window_nots_o
);
  localparam int unsigned ENTRIES = syngate_pkg::DESTINATIONS;

  logic [3:0]         write_q;  // bit c: c + 1 clocks after write_i
  logic [ENTRIES-1:0] used_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q <= '0;
      used_q  <= '0;
    end else begin
      write_q <= {write_q[2:0], write_i};
      // Not used_q[index_i]: Yosys makes that index by 32-bit adders.
      for (int e = 0; e < ENTRIES; e++) if (write_q[0] && index_i == 4'(e)) used_q[e] <= value_i.used;
    end
  end

  // ---- match ----
  logic [15:0]        dport;
  logic [ENTRIES-1:0] tcp_hit, ip_always;
  assign dport = syngate_pkg::bswap16(dport_be_i);
  for (genvar e = 0; e < ENTRIES; e++) begin : gen_entry
    logic here;
    assign here = index_i == 4'(e);
    syngate_parse_destination_entry u_entry (
        .clk_i,
        .here_i(here),
        .write_i(write_q[0]),
        .value_i,
        .used_i(used_q[e]),
        .is6_i, .daddr_be_i,
        .dport_i(dport),
        .tcp_hit_o(tcp_hit[e]),
        .ip_always_o(ip_always[e])
    );
  end

  // ---- first match ----
  // The lowest of four in each four, then the lowest four with one.
  logic [3:0] some;
  logic [1:0] lowest[4];
  always_comb begin
    for (int g = 0; g < 4; g++) begin
      some[g] = tcp_hit[4*g+:4] != 4'd0;
      lowest[g] = tcp_hit[4*g] ? 2'd0 : tcp_hit[4*g+1] ? 2'd1 : tcp_hit[4*g+2] ? 2'd2 : 2'd3;
    end
  end
  logic       found_q, ip_always_q;
  logic [3:0] first_q;
  always_ff @(posedge clk_i) begin
    found_q      <= some != 4'd0;
    first_q[3:2] <= some[0] ? 2'd0 : some[1] ? 2'd1 : some[2] ? 2'd2 : 2'd3;
    first_q[1:0] <= some[0] ? lowest[0] : some[1] ? lowest[1] : some[2] ? lowest[2] : lowest[3];
    ip_always_q  <= |ip_always;
  end

  // ---- its settings ----
  (* ram_style = "distributed" *) logic [56:0] settings[ENTRIES];
  always_ff @(posedge clk_i) begin
    if (write_q[3]) begin
      settings[index_i] <= {value_i.mode == syngate_pkg::ModeAlways, value_i.mss, value_i.wscale, value_i.stamp_key_id,
          value_i.window_ts, value_i.window_nots};
    end
    ip_always_o <= ip_always_q;
    if (found_q) {tcp_always_o, mss_o, wscale_o, key_id_o, window_ts_o, window_nots_o} <= settings[first_q];
    else {tcp_always_o, mss_o, wscale_o, key_id_o, window_ts_o, window_nots_o} <= 57'd0;
  end

  // ---- promises ----
  // The writer leaves time for both halves of an entry.
  `SYNGATE_ASSERT(writes_apart, !write_i || write_q == 4'd0)
endmodule : syngate_parse_destination
`default_nettype wire
