// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The flow that the hashes see: the frame's own addresses and ports, or for ICMP the quoted ones with source and destination
// swapped, because the quoted segment went from server to client.
// Does not: check that the quote is complete; for frames that are neither TCP nor an ICMP error the hash means nothing.
// Latency: 2 clocks. Throughput: one frame a clock. Backpressure: none. Drops: none.
module syngate_parse_flow (
    input  wire                         clk_i,
    // from syngate_parse_headers
    input  wire                         valid_i,
    input  wire                         is6_i,
    input  wire                         tcp_i,
    input  wire                         icmp_i,
    input  wire  [127:0]                saddr_be_i,
    input  wire  [127:0]                daddr_be_i,
    input  wire  [479:0]                l4_i,
    input  wire  [31:0]                 count_i,
    // to the hashes
    output       syngate_pkg::hash_t    hash_o
);
  syngate_pkg::hash_t hash_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      hash_q.is6    <= is6_i;
      hash_q.is_syn <= tcp_i && {l4_i[108], l4_i[106], l4_i[105], l4_i[104]} == 4'b0010;  // ACK RST SYN FIN
      hash_q.seq    <= syngate_pkg::bswap32(l4_i[63:32]);
      hash_q.ack    <= syngate_pkg::bswap32(l4_i[95:64]);
      hash_q.count  <= count_i;
      if (!icmp_i) begin
        hash_q.saddr_be <= saddr_be_i;
        hash_q.daddr_be <= daddr_be_i;
        hash_q.sport_be <= l4_i[15:0];
        hash_q.dport_be <= l4_i[31:16];
      end else if (is6_i) begin
        hash_q.saddr_be <= l4_i[8*32+:128];
        hash_q.daddr_be <= l4_i[8*16+:128];
        hash_q.sport_be <= l4_i[8*50+:16];
        hash_q.dport_be <= l4_i[8*48+:16];
      end else begin
        hash_q.saddr_be <= {96'd0, l4_i[8*24+:32]};
        hash_q.daddr_be <= {96'd0, l4_i[8*20+:32]};
        hash_q.sport_be <= l4_i[8*30+:16];
        hash_q.dport_be <= l4_i[8*28+:16];
      end
    end
    hash_o <= hash_q;
  end

  logic unused_l4;
  assign unused_l4 = &{1'b0, l4_i[103:96], l4_i[107], l4_i[127:109], l4_i[479:416]};
endmodule : syngate_parse_flow
`default_nettype wire
