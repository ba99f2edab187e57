// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The core between a shift register and a tree of XORs, so that it can be placed and routed with four pins and nothing of it is optimised
// away.
// Every input of the core comes from a register, every output goes into a register behind one four-input XOR. The observation port
// stays open, as in a product.
// Does not: work as a box; it only gives scripts/synth something to measure.
module syngate_place (
    input  wire  clk_i,
    input  wire  rst_ni,
    input  wire  data_i,
    output logic data_o
);
  localparam int unsigned AddressBits = syngate_pkg::TABLE_ADDRESS_BITS;

  // ---- inputs ----
  localparam int unsigned Inputs = 1024 + 128 + 3 + 2 + (12 + 1 + 32 + 4 + 1) + 1 + (12 + 1 + 1) + 288;
  logic [Inputs-1:0] shift_q;
  logic rst_q, rst_q2;
  always_ff @(posedge clk_i) begin
    shift_q <= {shift_q[Inputs-2:0], data_i};
    rst_q   <= rst_ni;
    rst_q2  <= rst_q;
  end
  logic [1023:0] s_axis_tdata;
  logic [127:0] s_axis_tkeep;
  logic s_axis_tvalid, s_axis_tlast, s_axis_tuser, reply_tready, forward_tready;
  logic [11:0] awaddr, araddr;
  logic awvalid, wvalid, bready, arvalid, rready;
  logic [31:0] wdata;
  logic [3:0] wstrb;
  logic [143:0] sram0_read_data, sram1_read_data;
  assign {s_axis_tdata, s_axis_tkeep, s_axis_tvalid, s_axis_tlast, s_axis_tuser, reply_tready, forward_tready,
      awaddr, awvalid, wdata, wstrb, wvalid, bready, araddr, arvalid, rready, sram0_read_data, sram1_read_data} = shift_q;

  // ---- outputs ----
  localparam int unsigned Outputs = 1 + 2 * (1024 + 128 + 2) + (1 + 1 + 2 + 1 + 1 + 32 + 2 + 1) + 1 + 2 * (2 * AddressBits + 1 + 144);
  localparam int unsigned Level1 = (Outputs + 3) / 4, Level2 = (Level1 + 3) / 4, Level3 = (Level2 + 3) / 4,
      Level4 = (Level3 + 3) / 4, Level5 = (Level4 + 3) / 4;
  logic [4*Level1-1:0] outputs;
  logic [4*Level2-1:0] level1_q;
  logic [4*Level3-1:0] level2_q;
  logic [4*Level4-1:0] level3_q;
  logic [4*Level5-1:0] level4_q;
  logic [Level5-1:0] level5_q;
  always_ff @(posedge clk_i) begin
    level1_q <= '0;
    level2_q <= '0;
    level3_q <= '0;
    level4_q <= '0;
    for (int unsigned i = 0; i < Level1; i++) level1_q[i] <= ^outputs[4*i+:4];
    for (int unsigned i = 0; i < Level2; i++) level2_q[i] <= ^level1_q[4*i+:4];
    for (int unsigned i = 0; i < Level3; i++) level3_q[i] <= ^level2_q[4*i+:4];
    for (int unsigned i = 0; i < Level4; i++) level4_q[i] <= ^level3_q[4*i+:4];
    for (int unsigned i = 0; i < Level5; i++) level5_q[i] <= ^level4_q[4*i+:4];
    data_o <= ^level5_q;
  end

  logic s_axis_tready, reply_tvalid, reply_tlast, forward_tvalid, forward_tlast;
  logic [1023:0] reply_tdata, forward_tdata;
  logic [127:0] reply_tkeep, forward_tkeep;
  logic awready, wready, bvalid, arready, rvalid, sram_read, sram0_write, sram1_write;
  logic [1:0] bresp, rresp;
  logic [31:0] rdata;
  logic [AddressBits-1:0] sram0_read_addr, sram1_read_addr, sram0_write_addr, sram1_write_addr;
  logic [143:0] sram0_write_data, sram1_write_data;
  always_comb begin
    outputs = '0;
    outputs[Outputs-1:0] = {s_axis_tready, reply_tdata, reply_tkeep, reply_tvalid, reply_tlast, forward_tdata, forward_tkeep,
        forward_tvalid, forward_tlast, awready, wready, bresp, bvalid, arready, rdata, rresp, rvalid,
        sram_read, sram0_read_addr, sram1_read_addr, sram0_write, sram0_write_addr, sram0_write_data,
        sram1_write, sram1_write_addr, sram1_write_data};
  end

  syngate_core u_core (
      .clk_i, .rst_ni(rst_q2),
      .s_axis_tdata, .s_axis_tkeep, .s_axis_tvalid, .s_axis_tready, .s_axis_tlast, .s_axis_tuser,
      .m_axis_reply_tdata(reply_tdata), .m_axis_reply_tkeep(reply_tkeep), .m_axis_reply_tvalid(reply_tvalid),
      .m_axis_reply_tready(reply_tready), .m_axis_reply_tlast(reply_tlast),
      .m_axis_forward_tdata(forward_tdata), .m_axis_forward_tkeep(forward_tkeep), .m_axis_forward_tvalid(forward_tvalid),
      .m_axis_forward_tready(forward_tready), .m_axis_forward_tlast(forward_tlast),
      .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready), .s_axil_wdata(wdata), .s_axil_wstrb(wstrb),
      .s_axil_wvalid(wvalid), .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
      .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
      .s_axil_rvalid(rvalid), .s_axil_rready(rready),
      .sram_read_o(sram_read), .sram0_read_addr_o(sram0_read_addr), .sram1_read_addr_o(sram1_read_addr),
      .sram0_read_data_i(sram0_read_data), .sram1_read_data_i(sram1_read_data),
      .sram0_write_o(sram0_write), .sram0_write_addr_o(sram0_write_addr), .sram0_write_data_o(sram0_write_data),
      .sram1_write_o(sram1_write), .sram1_write_addr_o(sram1_write_addr), .sram1_write_data_o(sram1_write_data),
      .event_o()
  );
endmodule : syngate_place
`default_nettype wire
