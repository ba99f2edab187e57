// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`include "syngate_assert.svh"
`default_nettype none

// The destination entries and the search in them: match | first match | its settings.
// Configuration is exact: a frame enters syngate_parse in the clock of write_i or later if and only if it meets the new entry. The
// frame is compared two clocks after it entered parse and fetches the settings two clocks later, so the two halves of an entry are
// written that much later. The writer holds index and value for four clocks and writes no faster.
// Does not: judge; mode off counts as found.
// Latency: 3 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_destination (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    // commits, aligned with a frame at the input of syngate_parse
    input  wire                        write_i,
    input  wire  [3:0]                 index_i,
    input  wire  syngate_pkg::dest_t   value_i,
    // frame, two clocks after the input of syngate_parse
    input  wire                        valid_i,
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

  logic               write_match_q, write_wait_q, write_result_q;
  logic [ENTRIES-1:0] used_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_match_q  <= 1'b0;
      write_wait_q   <= 1'b0;
      write_result_q <= 1'b0;
      used_q         <= '0;
    end else begin
      write_match_q  <= write_i;
      write_wait_q   <= write_match_q;
      write_result_q <= write_wait_q;
      if (write_match_q) used_q[index_i] <= value_i.used;
    end
  end

  logic [15:0]        dport;
  logic [ENTRIES-1:0] tcp_hit, ip_always, first_q;
  logic               ip_always_q;
  assign dport = syngate_pkg::bswap16(dport_be_i);

  for (genvar e = 0; e < ENTRIES; e++) begin : gen_entry
    logic here;
    logic [56:0] result, sum;
    assign here = index_i == 4'(e);
    syngate_parse_destination_entry u_entry (
        .clk_i,
        .here_i(here),
        .write_match_i(write_match_q),
        .write_result_i(write_result_q),
        .value_i,
        .used_i(used_q[e]),
        .valid_i, .is6_i, .daddr_be_i,
        .dport_i(dport),
        .tcp_hit_o(tcp_hit[e]),
        .ip_always_o(ip_always[e]),
        .result_o(result)
    );
    if (e == 0) begin : gen_first
      assign sum = first_q[e] ? result : 57'd0;
    end else begin : gen_later
      assign sum = gen_entry[e-1].sum | (first_q[e] ? result : 57'd0);
    end
  end

  always_ff @(posedge clk_i) begin
    for (int e = 0; e < ENTRIES; e++) first_q[e] <= tcp_hit[e] && (tcp_hit & ENTRIES'((1 << e) - 1)) == '0;  // lowest set bit
    ip_always_q <= |ip_always;

    ip_always_o <= ip_always_q;
    {tcp_always_o, mss_o, wscale_o, key_id_o, window_ts_o, window_nots_o} <= gen_entry[ENTRIES-1].sum;
  end

  // ---- promises ----
  // A frame meets at most one entry.
  `SYNGATE_ASSERT(one_entry, (first_q & (first_q - 1'b1)) == '0)
  // The writer leaves time for both halves of an entry.
  `SYNGATE_ASSERT(writes_apart, !(write_i && (write_match_q || write_wait_q || write_result_q)))
endmodule : syngate_parse_destination
`default_nettype wire
