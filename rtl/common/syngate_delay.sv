// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Delays a vector by a constant number of clocks: by registers (1 or 2), a ring in LUT RAM (up to 17), or a ring in block RAM with its
// output register. Rings are cut into chunks, each with its own pointer that starts at its own value: a pointer for all would be
// one net across the chip, and synthesis would merge equal ones.
// Does not: reset its content (what comes out in the first Clocks clocks after power-up is undefined; carry a valid bit by
//   registers beside it).
// Latency: Clocks. Throughput: one word a clock. Backpressure: none. Drops: none.
module syngate_delay #(
    parameter int unsigned Width  = 8,  // bits
    parameter int unsigned Clocks = 4   // delay, at least 1
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire  [Width-1:0] data_i,
    output logic [Width-1:0] data_o
);
  if (Clocks < 1) begin : gen_bad_clocks
    $fatal(1, "syngate_delay: Clocks must be at least 1");
  end

  if (Clocks == 1) begin : gen_one
    always_ff @(posedge clk_i) data_o <= data_i;
    logic unused_rst;
    assign unused_rst = rst_ni;
  end else if (Clocks == 2) begin : gen_two
    logic [Width-1:0] data_q;
    always_ff @(posedge clk_i) begin
      data_q <= data_i;
      data_o <= data_q;
    end
    logic unused_rst;
    assign unused_rst = rst_ni;
  end else if (Clocks <= 17 || Width < 12) begin : gen_ring
    // Written at the pointer, read at the place written Clocks - 1 clocks ago, then the output register.
    localparam int unsigned Depth = Clocks - 1;
    localparam int unsigned PointerBits = $clog2(Depth);
    for (genvar first = 0; first < Width; first += 64) begin : gen_chunk
      localparam int unsigned Bits = Width - first < 64 ? Width - first : 64;
      localparam int unsigned Start = (first / 64) % Depth;
      (* ram_style = "distributed" *) logic [Bits-1:0] ring[Depth];
      logic [PointerBits-1:0] pointer_q;
      always_ff @(posedge clk_i) begin
        if (!rst_ni) pointer_q <= PointerBits'(Start);
        else if (pointer_q == PointerBits'(Depth - 1)) pointer_q <= '0;
        else pointer_q <= pointer_q + 1'b1;
        data_o[first+:Bits] <= ring[pointer_q];
        ring[pointer_q]     <= data_i[first+:Bits];
      end
    end
  end else begin : gen_block
    // Two halves of Depth words: one is written while the other, written Depth clocks ago, is read. No address is read and
    // written in the same clock, which block RAMs answer differently.
    localparam int unsigned Depth = Clocks - 2;
    localparam int unsigned PointerBits = $clog2(Depth);
    for (genvar first = 0; first < Width; first += 144) begin : gen_chunk
      localparam int unsigned Bits = Width - first < 144 ? Width - first : 144;
      localparam int unsigned Start = (first / 144) % Depth;
      (* ram_style = "block", no_rw_check *) logic [Bits-1:0] ring[2**(PointerBits+1)];
      logic [PointerBits-1:0] pointer_q;
      logic half_q;
      logic [Bits-1:0] read_q;
      always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
          pointer_q <= PointerBits'(Start);
          half_q    <= 1'b0;
        end else if (pointer_q == PointerBits'(Depth - 1)) begin
          pointer_q <= '0;
          half_q    <= !half_q;
        end else begin
          pointer_q <= pointer_q + 1'b1;
        end
        read_q                    <= ring[{!half_q, pointer_q}];
        data_o[first+:Bits]       <= read_q;
        ring[{half_q, pointer_q}] <= data_i[first+:Bits];
      end
    end
  end
endmodule : syngate_delay
`default_nettype wire
