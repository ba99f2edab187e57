// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// syngate_csr_axil as an AXI4-Lite slave. Assumed of the master: valid, address, data and strobes stay until ready (AXI's own rule).
// Reset may come at any time.
module formal_csr_axil (
    input wire        clk_i,
    input wire        rst_ni,
    input wire [11:0] awaddr_i,
    input wire        awvalid_i,
    input wire [31:0] wdata_i,
    input wire [3:0]  wstrb_i,
    input wire        wvalid_i,
    input wire        bready_i,
    input wire [11:0] araddr_i,
    input wire        arvalid_i,
    input wire        rready_i,
    input wire [31:0] read_data_i
);
  logic awready, wready, bvalid, arready, rvalid, write, read_done;
  logic [1:0] bresp, rresp;
  logic [31:0] rdata, write_data, write_mask;
  logic [11:0] write_addr, read_addr;
  syngate_csr_axil u_dut (
      .clk_i, .rst_ni,
      .s_axil_awaddr(awaddr_i), .s_axil_awvalid(awvalid_i), .s_axil_awready(awready), .s_axil_wdata(wdata_i), .s_axil_wstrb(wstrb_i),
      .s_axil_wvalid(wvalid_i), .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready_i),
      .s_axil_araddr(araddr_i), .s_axil_arvalid(arvalid_i), .s_axil_arready(arready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
      .s_axil_rvalid(rvalid), .s_axil_rready(rready_i),
      .write_o(write), .write_addr_o(write_addr), .write_data_o(write_data), .write_mask_o(write_mask),
      .read_addr_o(read_addr), .read_done_o(read_done), .read_data_i);

  // ---- the master, and one clock of history ----
  logic started = 1'b0;
  logic running;  // the clock before was no reset
  logic awvalid_q, wvalid_q, arvalid_q, awready_q, wready_q, arready_q, bvalid_q, bready_q, rvalid_q, rready_q;
  logic [11:0] awaddr_q, araddr_q;
  logic [31:0] wdata_q, rdata_q;
  logic [3:0] wstrb_q;
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    running <= started && rst_ni;
    {awvalid_q, wvalid_q, arvalid_q} <= {awvalid_i, wvalid_i, arvalid_i};
    {awready_q, wready_q, arready_q} <= {awready, wready, arready};
    {bvalid_q, bready_q, rvalid_q, rready_q} <= {bvalid, bready_i, rvalid, rready_i};
    {awaddr_q, araddr_q, wdata_q, wstrb_q, rdata_q} <= {awaddr_i, araddr_i, wdata_i, wstrb_i, rdata};
  end
  always_comb begin
    assume (started || !rst_ni);
    if (running) begin
      assume (!(awvalid_q && !awready_q) || (awvalid_i && awaddr_i == awaddr_q));
      assume (!(wvalid_q && !wready_q) || (wvalid_i && wdata_i == wdata_q && wstrb_i == wstrb_q));
      assume (!(arvalid_q && !arready_q) || (arvalid_i && araddr_i == araddr_q));
    end
  end

  // ---- accounts: what has been accepted and not answered; how long something has waited for the slave ----
  logic [1:0] writes_q, reads_q;
  logic [3:0] write_wait_q, read_wait_q, since_write_q;
  logic [11:0] asked_q;
  logic took_write, took_read, gave_write, gave_read;
  assign took_write = awvalid_i && awready;
  assign took_read  = arvalid_i && arready;
  assign gave_write = bvalid && bready_i;
  assign gave_read  = rvalid && rready_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {writes_q, reads_q, write_wait_q, read_wait_q} <= '0;
      since_write_q <= 4'd15;
    end else begin
      writes_q <= writes_q + 2'(took_write) - 2'(gave_write);
      reads_q  <= reads_q + 2'(took_read) - 2'(gave_read);
      // Waiting for the slave: asked for and not accepted, or accepted and not answered; not: answer offered and not taken.
      write_wait_q <= bvalid || !((awvalid_i && wvalid_i) || writes_q != 2'd0) ? 4'd0 : write_wait_q + 4'd1;
      read_wait_q  <= rvalid || !(arvalid_i || reads_q != 2'd0) ? 4'd0 : read_wait_q + 4'd1;
      since_write_q <= write ? 4'd0 : since_write_q == 4'd15 ? 4'd15 : since_write_q + 4'd1;
    end
    if (took_read) asked_q <= araddr_i;
  end

  always_ff @(posedge clk_i) begin
    if (started && rst_ni) begin
      // An answer to a write stays until it is taken.
      axil_b_stable : assert (!(running && bvalid_q && !bready_q) || bvalid);
      // An answer to a read stays, with its data, until it is taken.
      axil_r_stable : assert (!(running && rvalid_q && !rready_q) || (rvalid && rdata == rdata_q));
      // Address and data of a write are accepted in the same clock, and only when both are there.
      axil_write_together : assert (awready == wready && (!awready || (awvalid_i && wvalid_i)));
      // A register is written exactly when a write is accepted: once each, with its own address, data and strobes.
      axil_write_once : assert (write == (awvalid_i && awready) && (!write || (write_addr == {awaddr_i[11:2], 2'b00}
          && write_data == wdata_i && write_mask[0] == wstrb_i[0] && write_mask[31] == wstrb_i[3])));
      // Every write is answered once and no answer comes unasked; at most one write waits for its answer.
      axil_write_answers : assert (writes_q <= 2'd1 && bvalid == (writes_q == 2'd1) && bresp == 2'b00);
      // Every read is answered once and no answer comes unasked; at most one read waits for its answer.
      axil_read_answers : assert (reads_q <= 2'd1 && (!rvalid || reads_q == 2'd1) && rresp == 2'b00);
      // Read data is that of the address asked for, which is held while the register is read.
      axil_read_address : assert (reads_q == 2'd0 || read_addr == {asked_q[11:2], 2'b00});
      // A write waits at most 9 clocks for the slave, a read at most 8, whatever else goes on.
      axil_bounded : assert (write_wait_q <= 4'd9 && read_wait_q <= 4'd8);
      // Two writes to registers are at least 8 clocks apart, which is the time that a commit needs in the pipeline.
      axil_write_gap : assert (!write || since_write_q >= 4'd7);
      cover (gave_write && wdata_i == 32'h1234);
      cover (gave_read && write);
    end
  end
  logic unused;
  assign unused = &{1'b0, read_done};
endmodule : formal_csr_axil
`default_nettype wire
