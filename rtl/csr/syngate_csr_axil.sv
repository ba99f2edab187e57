// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The AXI4-Lite side of the registers: one write and one read at a time, independent of each other.
// A write: address and data are taken together in the clock of write_o; the next comes at least WRITE_GAP clocks later, which
// leaves the pipeline time to apply a commit. A read: address in the clock of arready, data read_data_i READ_CLOCKS later.
// Does not: answer anything but OKAY.
// Latency: write 2 clocks, read READ_CLOCKS + 2. Throughput: one write in WRITE_GAP clocks. Backpressure: by the bus. Drops: none.
module syngate_csr_axil (
    input  wire         clk_i,
    input  wire         rst_ni,
    // bus
    input  wire  [11:0] s_axil_awaddr,
    input  wire         s_axil_awvalid,
    output logic        s_axil_awready,
    input  wire  [31:0] s_axil_wdata,
    input  wire  [3:0]  s_axil_wstrb,
    input  wire         s_axil_wvalid,
    output logic        s_axil_wready,
    output logic [1:0]  s_axil_bresp,
    output logic        s_axil_bvalid,
    input  wire         s_axil_bready,
    input  wire  [11:0] s_axil_araddr,
    input  wire         s_axil_arvalid,
    output logic        s_axil_arready,
    output logic [31:0] s_axil_rdata,
    output logic [1:0]  s_axil_rresp,
    output logic        s_axil_rvalid,
    input  wire         s_axil_rready,
    // registers
    output logic        write_o,
    output logic [11:0] write_addr_o,   // of a word
    output logic [31:0] write_data_o,
    output logic [31:0] write_mask_o,   // one bit a bit, from the strobes
    output logic [11:0] read_addr_o,    // of a word; held
    output logic        read_done_o,    // read_data_i is taken
    input  wire  [31:0] read_data_i
);
  localparam int unsigned WRITE_GAP = 8;
  localparam int unsigned READ_CLOCKS = 6;

  // ---- write ----
  logic       ready_q;
  logic [2:0] gap_q;
  assign s_axil_awready = ready_q;
  assign s_axil_wready  = ready_q;
  assign s_axil_bresp   = 2'b00;
  assign write_o        = ready_q;
  assign write_addr_o   = {s_axil_awaddr[11:2], 2'b00};
  assign write_data_o   = s_axil_wdata;
  assign write_mask_o   = {{8{s_axil_wstrb[3]}}, {8{s_axil_wstrb[2]}}, {8{s_axil_wstrb[1]}}, {8{s_axil_wstrb[0]}}};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ready_q       <= 1'b0;
      gap_q         <= 3'd0;
      s_axil_bvalid <= 1'b0;
    end else begin
      ready_q <= s_axil_awvalid && s_axil_wvalid && !ready_q && !s_axil_bvalid && gap_q == 3'd0;
      if (ready_q) gap_q <= 3'(WRITE_GAP - 2);
      else if (gap_q != 3'd0) gap_q <= gap_q - 3'd1;
      if (ready_q) s_axil_bvalid <= 1'b1;
      else if (s_axil_bready) s_axil_bvalid <= 1'b0;
    end
  end

  // ---- read ----
  logic       read_ready_q, read_busy_q;
  logic [2:0] read_wait_q;
  assign s_axil_arready = read_ready_q;
  assign s_axil_rresp   = 2'b00;
  assign read_done_o    = read_busy_q && read_wait_q == 3'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_ready_q  <= 1'b0;
      read_busy_q   <= 1'b0;
      s_axil_rvalid <= 1'b0;
    end else begin
      read_ready_q <= s_axil_arvalid && !read_ready_q && !read_busy_q && !s_axil_rvalid;
      if (read_ready_q) read_busy_q <= 1'b1;
      else if (read_done_o) read_busy_q <= 1'b0;
      if (read_done_o) s_axil_rvalid <= 1'b1;
      else if (s_axil_rready) s_axil_rvalid <= 1'b0;
    end
    if (read_ready_q) begin
      read_addr_o <= {s_axil_araddr[11:2], 2'b00};
      read_wait_q <= 3'(READ_CLOCKS - 1);
    end else if (read_wait_q != 3'd0) begin
      read_wait_q <= read_wait_q - 3'd1;
    end
    if (read_done_o) s_axil_rdata <= read_data_i;
  end

  logic unused_x;
  assign unused_x = &{1'b0, s_axil_awaddr[1:0], s_axil_araddr[1:0]};
endmodule : syngate_csr_axil
`default_nettype wire
