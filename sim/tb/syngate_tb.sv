// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`include "syngate_assert.svh"
`default_nettype none

// What the simulator clocks: the core and its two SRAM channels. Every other pin is a pin of the core, except sram_*: faults of the
// memory and a look into it, for sim/faults; all inputs low for none.
module syngate_tb #(
    parameter int unsigned SramAddressBits = syngate_pkg::TABLE_ADDRESS_BITS
) (
    input  wire           clk_i,
    input  wire           rst_ni,
    input  wire  [1023:0] s_axis_tdata,
    input  wire  [ 127:0] s_axis_tkeep,
    input  wire           s_axis_tvalid,
    output logic          s_axis_tready,
    input  wire           s_axis_tlast,
    input  wire  [   0:0] s_axis_tuser,
    output logic [1023:0] m_axis_reply_tdata,
    output logic [ 127:0] m_axis_reply_tkeep,
    output logic          m_axis_reply_tvalid,
    input  wire           m_axis_reply_tready,
    output logic          m_axis_reply_tlast,
    output logic [1023:0] m_axis_forward_tdata,
    output logic [ 127:0] m_axis_forward_tkeep,
    output logic          m_axis_forward_tvalid,
    input  wire           m_axis_forward_tready,
    output logic          m_axis_forward_tlast,
    input  wire  [  11:0] s_axil_awaddr,
    input  wire           s_axil_awvalid,
    output logic          s_axil_awready,
    input  wire  [  31:0] s_axil_wdata,
    input  wire  [   3:0] s_axil_wstrb,
    input  wire           s_axil_wvalid,
    output logic          s_axil_wready,
    output logic [   1:0] s_axil_bresp,
    output logic          s_axil_bvalid,
    input  wire           s_axil_bready,
    input  wire  [  11:0] s_axil_araddr,
    input  wire           s_axil_arvalid,
    output logic          s_axil_arready,
    output logic [  31:0] s_axil_rdata,
    output logic [   1:0] s_axil_rresp,
    output logic          s_axil_rvalid,
    input  wire           s_axil_rready,
    output logic [syngate_pkg::EVENT_BITS-1:0] event_o,
    // the flow table's memory: reads of the core, wrong answers to them, rows from behind
    output logic           sram_read_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_read_addr_o,
    output logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram1_read_addr_o,
    input  wire            sram_fault_i,
    input  wire  [ 143:0]  sram0_fault_data_i,
    input  wire  [ 143:0]  sram1_fault_data_i,
    input  wire  [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram_peek_row_i,
    output logic [ 143:0]  sram0_peek_data_o,
    output logic [ 143:0]  sram1_peek_data_o,
    input  wire  [   1:0]  sram_poke_i,
    input  wire  [ 143:0]  sram_poke_data_i
);
  logic sram_read, sram0_write, sram1_write;
  logic [syngate_pkg::TABLE_ADDRESS_BITS-1:0] sram0_read_addr, sram1_read_addr, sram0_write_addr, sram1_write_addr;
  logic [143:0] sram0_read_data, sram1_read_data, sram0_write_data, sram1_write_data;

  syngate_core u_core (
      .clk_i, .rst_ni,
      .s_axis_tdata, .s_axis_tkeep, .s_axis_tvalid, .s_axis_tready, .s_axis_tlast, .s_axis_tuser,
      .m_axis_reply_tdata, .m_axis_reply_tkeep, .m_axis_reply_tvalid, .m_axis_reply_tready, .m_axis_reply_tlast,
      .m_axis_forward_tdata, .m_axis_forward_tkeep, .m_axis_forward_tvalid, .m_axis_forward_tready, .m_axis_forward_tlast,
      .s_axil_awaddr, .s_axil_awvalid, .s_axil_awready, .s_axil_wdata, .s_axil_wstrb, .s_axil_wvalid, .s_axil_wready,
      .s_axil_bresp, .s_axil_bvalid, .s_axil_bready, .s_axil_araddr, .s_axil_arvalid, .s_axil_arready, .s_axil_rdata,
      .s_axil_rresp, .s_axil_rvalid, .s_axil_rready,
      .sram_read_o(sram_read), .sram0_read_addr_o(sram0_read_addr), .sram1_read_addr_o(sram1_read_addr),
      .sram0_read_data_i(sram0_read_data), .sram1_read_data_i(sram1_read_data),
      .sram0_write_o(sram0_write), .sram0_write_addr_o(sram0_write_addr), .sram0_write_data_o(sram0_write_data),
      .sram1_write_o(sram1_write), .sram1_write_addr_o(sram1_write_addr), .sram1_write_data_o(sram1_write_data),
      .event_o
  );

  syngate_sram #(.AddressBits(SramAddressBits)) u_sram0 (
      .clk_i, .rst_ni, .read_i(sram_read), .read_addr_i(sram0_read_addr), .read_data_o(sram0_read_data),
      .write_i(sram0_write), .write_addr_i(sram0_write_addr), .write_data_i(sram0_write_data),
      .fault_i(sram_fault_i), .fault_data_i(sram0_fault_data_i), .peek_row_i(sram_peek_row_i), .peek_data_o(sram0_peek_data_o),
      .poke_i(sram_poke_i[0]), .poke_data_i(sram_poke_data_i));
  syngate_sram #(.AddressBits(SramAddressBits)) u_sram1 (
      .clk_i, .rst_ni, .read_i(sram_read), .read_addr_i(sram1_read_addr), .read_data_o(sram1_read_data),
      .write_i(sram1_write), .write_addr_i(sram1_write_addr), .write_data_i(sram1_write_data),
      .fault_i(sram_fault_i), .fault_data_i(sram1_fault_data_i), .peek_row_i(sram_peek_row_i), .peek_data_o(sram1_peek_data_o),
      .poke_i(sram_poke_i[1]), .poke_data_i(sram_poke_data_i));
  assign sram_read_o       = sram_read;
  assign sram0_read_addr_o = sram0_read_addr;
  assign sram1_read_addr_o = sram1_read_addr;

  // The bench keeps its side of the contract: tkeep is all ones, in the last beat contiguous from bit 0.
  `SYNGATE_ASSERT(bench_keep, !s_axis_tvalid || (s_axis_tlast ? (s_axis_tkeep & (s_axis_tkeep + 128'd1)) == '0 : &s_axis_tkeep))
endmodule : syngate_tb
`default_nettype wire
