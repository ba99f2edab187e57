// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// The core for verilator --sc: its pins, each output behind a net of its own. Verilator 5.006 takes an output of the top module that the
// design reads for the SystemC signal itself, whose new value is there one delta too late; so the core must not be the top, nor be
// inlined into it (syngate_sc_top.vlt).
// Does not: add a register, or anything else. Latency, throughput, backpressure and drops: those of syngate_core.
module syngate_sc_top (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire  [1023:0]   s_axis_tdata,
    input  wire  [ 127:0]   s_axis_tkeep,
    input  wire             s_axis_tvalid,
    output logic            s_axis_tready,
    input  wire             s_axis_tlast,
    input  wire  [   0:0]   s_axis_tuser,
    output logic [1023:0]   m_axis_reply_tdata,
    output logic [ 127:0]   m_axis_reply_tkeep,
    output logic            m_axis_reply_tvalid,
    input  wire             m_axis_reply_tready,
    output logic            m_axis_reply_tlast,
    output logic [1023:0]   m_axis_forward_tdata,
    output logic [ 127:0]   m_axis_forward_tkeep,
    output logic            m_axis_forward_tvalid,
    input  wire             m_axis_forward_tready,
    output logic            m_axis_forward_tlast,
    input  wire  [  11:0]   s_axil_awaddr,
    input  wire             s_axil_awvalid,
    output logic            s_axil_awready,
    input  wire  [  31:0]   s_axil_wdata,
    input  wire  [   3:0]   s_axil_wstrb,
    input  wire             s_axil_wvalid,
    output logic            s_axil_wready,
    output logic [   1:0]   s_axil_bresp,
    output logic            s_axil_bvalid,
    input  wire             s_axil_bready,
    input  wire  [  11:0]   s_axil_araddr,
    input  wire             s_axil_arvalid,
    output logic            s_axil_arready,
    output logic [  31:0]   s_axil_rdata,
    output logic [   1:0]   s_axil_rresp,
    output logic            s_axil_rvalid,
    input  wire             s_axil_rready,
    output logic            sram_read_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_read_addr_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_read_addr_o,
    input  wire  [ 143:0]   sram0_read_data_i,
    input  wire  [ 143:0]   sram1_read_data_i,
    output logic            sram0_write_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_write_addr_o,
    output logic [ 143:0]   sram0_write_data_o,
    output logic            sram1_write_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_write_addr_o,
    output logic [ 143:0]   sram1_write_data_o,
    output logic [syngate_pkg::EVENT_BITS-1:0] event_o
);
  logic core_s_axis_tready;
  assign s_axis_tready = core_s_axis_tready;
  logic [1023:0] core_m_axis_reply_tdata;
  assign m_axis_reply_tdata = core_m_axis_reply_tdata;
  logic [ 127:0] core_m_axis_reply_tkeep;
  assign m_axis_reply_tkeep = core_m_axis_reply_tkeep;
  logic core_m_axis_reply_tvalid;
  assign m_axis_reply_tvalid = core_m_axis_reply_tvalid;
  logic core_m_axis_reply_tlast;
  assign m_axis_reply_tlast = core_m_axis_reply_tlast;
  logic [1023:0] core_m_axis_forward_tdata;
  assign m_axis_forward_tdata = core_m_axis_forward_tdata;
  logic [ 127:0] core_m_axis_forward_tkeep;
  assign m_axis_forward_tkeep = core_m_axis_forward_tkeep;
  logic core_m_axis_forward_tvalid;
  assign m_axis_forward_tvalid = core_m_axis_forward_tvalid;
  logic core_m_axis_forward_tlast;
  assign m_axis_forward_tlast = core_m_axis_forward_tlast;
  logic core_s_axil_awready;
  assign s_axil_awready = core_s_axil_awready;
  logic core_s_axil_wready;
  assign s_axil_wready = core_s_axil_wready;
  logic [   1:0] core_s_axil_bresp;
  assign s_axil_bresp = core_s_axil_bresp;
  logic core_s_axil_bvalid;
  assign s_axil_bvalid = core_s_axil_bvalid;
  logic core_s_axil_arready;
  assign s_axil_arready = core_s_axil_arready;
  logic [  31:0] core_s_axil_rdata;
  assign s_axil_rdata = core_s_axil_rdata;
  logic [   1:0] core_s_axil_rresp;
  assign s_axil_rresp = core_s_axil_rresp;
  logic core_s_axil_rvalid;
  assign s_axil_rvalid = core_s_axil_rvalid;
  logic core_sram_read_o;
  assign sram_read_o = core_sram_read_o;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] core_sram0_read_addr_o;
  assign sram0_read_addr_o = core_sram0_read_addr_o;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] core_sram1_read_addr_o;
  assign sram1_read_addr_o = core_sram1_read_addr_o;
  logic core_sram0_write_o;
  assign sram0_write_o = core_sram0_write_o;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] core_sram0_write_addr_o;
  assign sram0_write_addr_o = core_sram0_write_addr_o;
  logic [ 143:0] core_sram0_write_data_o;
  assign sram0_write_data_o = core_sram0_write_data_o;
  logic core_sram1_write_o;
  assign sram1_write_o = core_sram1_write_o;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] core_sram1_write_addr_o;
  assign sram1_write_addr_o = core_sram1_write_addr_o;
  logic [ 143:0] core_sram1_write_data_o;
  assign sram1_write_data_o = core_sram1_write_data_o;
  logic [syngate_pkg::EVENT_BITS-1:0] core_event_o;
  assign event_o = core_event_o;

  syngate_core u_core (
      .clk_i,
      .rst_ni,
      .s_axis_tdata,
      .s_axis_tkeep,
      .s_axis_tvalid,
      .s_axis_tready(core_s_axis_tready),
      .s_axis_tlast,
      .s_axis_tuser,
      .m_axis_reply_tdata(core_m_axis_reply_tdata),
      .m_axis_reply_tkeep(core_m_axis_reply_tkeep),
      .m_axis_reply_tvalid(core_m_axis_reply_tvalid),
      .m_axis_reply_tready,
      .m_axis_reply_tlast(core_m_axis_reply_tlast),
      .m_axis_forward_tdata(core_m_axis_forward_tdata),
      .m_axis_forward_tkeep(core_m_axis_forward_tkeep),
      .m_axis_forward_tvalid(core_m_axis_forward_tvalid),
      .m_axis_forward_tready,
      .m_axis_forward_tlast(core_m_axis_forward_tlast),
      .s_axil_awaddr,
      .s_axil_awvalid,
      .s_axil_awready(core_s_axil_awready),
      .s_axil_wdata,
      .s_axil_wstrb,
      .s_axil_wvalid,
      .s_axil_wready(core_s_axil_wready),
      .s_axil_bresp(core_s_axil_bresp),
      .s_axil_bvalid(core_s_axil_bvalid),
      .s_axil_bready,
      .s_axil_araddr,
      .s_axil_arvalid,
      .s_axil_arready(core_s_axil_arready),
      .s_axil_rdata(core_s_axil_rdata),
      .s_axil_rresp(core_s_axil_rresp),
      .s_axil_rvalid(core_s_axil_rvalid),
      .s_axil_rready,
      .sram_read_o(core_sram_read_o),
      .sram0_read_addr_o(core_sram0_read_addr_o),
      .sram1_read_addr_o(core_sram1_read_addr_o),
      .sram0_read_data_i,
      .sram1_read_data_i,
      .sram0_write_o(core_sram0_write_o),
      .sram0_write_addr_o(core_sram0_write_addr_o),
      .sram0_write_data_o(core_sram0_write_data_o),
      .sram1_write_o(core_sram1_write_o),
      .sram1_write_addr_o(core_sram1_write_addr_o),
      .sram1_write_data_o(core_sram1_write_data_o),
      .event_o(core_event_o)
  );
endmodule : syngate_sc_top
`default_nettype wire
