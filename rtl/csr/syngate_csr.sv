// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`include "syngate_assert.svh"
`default_nettype none

// The registers of docs/reference/registers.md behind AXI4-Lite. What is committed, GENERATION, and the strobe of a destination
// entry all change with the same clock edge, so GENERATION says exactly which commits a frame has met.
// Byte strobes count for rw registers; a write to any other register is taken whole. Unknown addresses read zero. Reading the low
// word of a counter keeps its high word, and any high word then reads as what was kept last.
// Does not: hold the destination entries (parse does), or wait for frames.
// Latency: a commit is visible two clocks after the one of wready. Throughput: one write in 8 clocks. Backpressure: by the bus.
// Drops: none.
module syngate_csr (
    input  wire                             clk_i,
    input  wire                             rst_ni,
    // bus
    input  wire  [11:0]                     s_axil_awaddr,
    input  wire                             s_axil_awvalid,
    output logic                            s_axil_awready,
    input  wire  [31:0]                     s_axil_wdata,
    input  wire  [3:0]                      s_axil_wstrb,
    input  wire                             s_axil_wvalid,
    output logic                            s_axil_wready,
    output logic [1:0]                      s_axil_bresp,
    output logic                            s_axil_bvalid,
    input  wire                             s_axil_bready,
    input  wire  [11:0]                     s_axil_araddr,
    input  wire                             s_axil_arvalid,
    output logic                            s_axil_arready,
    output logic [31:0]                     s_axil_rdata,
    output logic [1:0]                      s_axil_rresp,
    output logic                            s_axil_rvalid,
    input  wire                             s_axil_rready,
    // configuration
    output       syngate_pkg::now_t         now_o,
    output logic [15:0]                     generation_o,
    output logic                            dest_write_o,
    output logic [3:0]                      dest_index_o,
    output       syngate_pkg::dest_t        dest_value_o,
    output logic [15:0]                     policy_o,
    output logic [15:0]                     exid_o,
    output logic [127:0]                    secret0_v4_o,
    output logic [127:0]                    secret0_v6_o,
    output logic [511:0]                    secret1_v4_o,
    output logic [511:0]                    secret1_v6_o,
    input  wire  [3:0]                      stamp_id_i,
    output logic [127:0]                    stamp_key_o,     // of the id the clock before
    output logic [19:0]                     table_mask_o,
    output logic [7:0]                      life_o,
    output logic [7:0]                      life_closing_o,
    output logic [15:0]                     reply_cap_o,
    // events to count
    input  wire                             done_valid_i,
    input  wire syngate_pkg::verdict_e      done_verdict_i,
    input  wire syngate_pkg::reason_e       done_reason_i,
    input  wire                             op_valid_i,
    input  wire syngate_pkg::table_op_e     op_i,
    input  wire                             cookie_valid_i,
    input  wire                             cookie_age_i,
    input  wire  [2:0]                      sweep_count_i,
    input  wire  [2:0]                      sram_error_count_i
);
  localparam logic [31:0] ID = 32'h5359_4e47;
  localparam logic [31:0] VERSION = {16'd0, 16'd1};
  localparam logic [31:0] CAPS = {
    8'(syngate_pkg::TABLE_ADDRESS_BITS), 8'(syngate_pkg::STAMP_KEYS), 8'(syngate_pkg::DESTINATIONS), 8'b0001_1111
  };

  // ---- bus ----
  logic        bus_write, read_done;
  logic [11:0] bus_addr, read_addr;
  logic [31:0] bus_data, bus_mask, read_data;
  syngate_csr_axil u_axil (
      .clk_i, .rst_ni,
      .s_axil_awaddr, .s_axil_awvalid, .s_axil_awready, .s_axil_wdata, .s_axil_wstrb, .s_axil_wvalid, .s_axil_wready,
      .s_axil_bresp, .s_axil_bvalid, .s_axil_bready, .s_axil_araddr, .s_axil_arvalid, .s_axil_arready, .s_axil_rdata,
      .s_axil_rresp, .s_axil_rvalid, .s_axil_rready,
      .write_o(bus_write),
      .write_addr_o(bus_addr),
      .write_data_o(bus_data),
      .write_mask_o(bus_mask),
      .read_addr_o(read_addr),
      .read_done_o(read_done),
      .read_data_i(read_data)
  );

  // ---- a write, decoded: thousands of registers hang on it ----
  logic        write, time_commit, key_commit, key_stage, dest_commit, dest_stage, setting_commit;
  logic [11:0] write_addr;
  logic [31:0] wdata, wmask;
  always_ff @(posedge clk_i) begin
    write          <= rst_ni && bus_write;
    time_commit    <= rst_ni && bus_write && bus_addr == syngate_pkg::REG_TIME_COMMIT;
    key_commit     <= rst_ni && bus_write && bus_addr == syngate_pkg::REG_KEY_COMMIT;
    key_stage      <= rst_ni && bus_write && bus_addr >= syngate_pkg::REG_KEY_DATA0 && bus_addr <= syngate_pkg::REG_KEY_DATA3;
    dest_commit    <= rst_ni && bus_write && bus_addr == syngate_pkg::REG_DEST_COMMIT;
    dest_stage     <= rst_ni && bus_write && bus_addr >= syngate_pkg::REG_DEST_ADDR0 && bus_addr <= syngate_pkg::REG_DEST_WINDOW;
    setting_commit <= rst_ni && bus_write && (bus_addr == syngate_pkg::REG_POLICY || bus_addr == syngate_pkg::REG_EXID
        || bus_addr == syngate_pkg::REG_TABLE_MASK || bus_addr == syngate_pkg::REG_TABLE_LIVES);
    write_addr     <= bus_addr;
    wdata          <= bus_data;
    wmask          <= bus_mask;
  end

  // ---- commits ----
  logic key_ok, dest_ok, refused;
  assign refused = (key_commit && !key_ok) || (dest_commit && !dest_ok);

  syngate_csr_keys u_keys (
      .clk_i, .rst_ni,
      .stage_i(key_stage),
      .stage_word_i(write_addr[3:2]),
      .data_i(wdata),
      .commit_i(key_commit),
      .slot_i(wdata[5:0]),
      .slot_ok_o(key_ok),
      .secret0_v4_o, .secret0_v6_o, .secret1_v4_o, .secret1_v6_o, .stamp_id_i, .stamp_key_o
  );

  logic [2:0]  dest_read_register;
  logic [31:0] dest_data;
  logic [2:0]  dest_register;
  assign dest_register = write_addr[4:2] - syngate_pkg::REG_DEST_ADDR0[4:2];
  assign dest_read_register = read_addr[4:2] - syngate_pkg::REG_DEST_ADDR0[4:2];
  syngate_csr_destination u_destination (
      .clk_i, .rst_ni,
      .stage_i(dest_stage),
      .stage_register_i(dest_register),
      .data_i(wdata),
      .mask_i(wmask),
      .read_register_i(dest_read_register),
      .read_data_o(dest_data),
      .commit_i(dest_commit),
      .ok_o(dest_ok),
      .write_o(dest_write_o),
      .index_o(dest_index_o),
      .value_o(dest_value_o)
  );

  // ---- registers ----
  logic        refused_q;
  logic [31:0] scratch_q, count_q, ms_q;  // staged time
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      generation_o   <= 16'd0;
      refused_q      <= 1'b0;
      scratch_q      <= 32'd0;
      count_q        <= 32'd0;
      ms_q           <= 32'd0;
      now_o          <= '0;
      policy_o       <= syngate_pkg::POLICY_RESET;
      exid_o         <= 16'(syngate_pkg::STAMP_EXID);
      table_mask_o   <= '1;
      life_o         <= 8'(syngate_pkg::TABLE_LIFE);
      life_closing_o <= 8'(syngate_pkg::TABLE_LIFE_CLOSING);
      reply_cap_o    <= 16'd0;
    end else if (write) begin
      if (time_commit || (key_commit && key_ok) || (dest_commit && dest_ok) || setting_commit)
        generation_o <= generation_o + 16'd1;
      if (refused) refused_q <= 1'b1;
      if (time_commit) now_o <= {count_q, ms_q};
      case (write_addr)
        syngate_pkg::REG_STATUS: if (wdata[0]) refused_q <= 1'b0;
        syngate_pkg::REG_SCRATCH: scratch_q <= (scratch_q & ~wmask) | (wdata & wmask);
        syngate_pkg::REG_TIME_COUNT: count_q <= (count_q & ~wmask) | (wdata & wmask);
        syngate_pkg::REG_TIME_MS: ms_q <= (ms_q & ~wmask) | (wdata & wmask);
        syngate_pkg::REG_POLICY: policy_o <= ((policy_o & ~wmask[15:0]) | (wdata[15:0] & wmask[15:0])) & 16'h03ff;
        syngate_pkg::REG_EXID: exid_o <= (exid_o & ~wmask[15:0]) | (wdata[15:0] & wmask[15:0]);
        syngate_pkg::REG_TABLE_MASK: table_mask_o <= (table_mask_o & ~wmask[19:0]) | (wdata[19:0] & wmask[19:0]);
        syngate_pkg::REG_TABLE_LIVES:
          {life_closing_o, life_o} <= ({life_closing_o, life_o} & ~wmask[15:0]) | (wdata[15:0] & wmask[15:0]);
        syngate_pkg::REG_REPLY_CAP: reply_cap_o <= (reply_cap_o & ~wmask[15:0]) | (wdata[15:0] & wmask[15:0]);
        default: ;
      endcase
    end
  end

  // ---- counters ----
  logic        counter_read;
  logic [63:0] counter;
  logic [31:0] counter_high_q, counter_kept_q;
  assign counter_read = read_addr[11:9] == syngate_pkg::REG_COUNTERS[11:9];
  syngate_csr_counters u_counters (
      .clk_i, .rst_ni,
      .done_valid_i, .done_verdict_i, .done_reason_i, .op_valid_i, .op_i, .cookie_valid_i, .cookie_age_i,
      .sweep_count_i, .sram_error_count_i,
      .index_i(read_addr[8:3]),
      .value_o(counter)
  );
  // Beside read_data_q, so that both halves come from the same clock.
  always_ff @(posedge clk_i) begin
    counter_high_q <= counter[63:32];
    if (read_done && counter_read && !read_addr[2]) counter_kept_q <= counter_high_q;
  end

  // ---- read ----
  logic [31:0] data;
  logic [31:0] read_data_q;
  always_comb begin
    case (read_addr)
      syngate_pkg::REG_ID: data = ID;
      syngate_pkg::REG_VERSION: data = VERSION;
      syngate_pkg::REG_CAPS: data = CAPS;
      syngate_pkg::REG_STATUS: data = {31'd0, refused_q};
      syngate_pkg::REG_SCRATCH: data = scratch_q;
      syngate_pkg::REG_GENERATION: data = {16'd0, generation_o};
      syngate_pkg::REG_TIME_COUNT: data = count_q;
      syngate_pkg::REG_TIME_MS: data = ms_q;
      syngate_pkg::REG_DEST_ADDR0, syngate_pkg::REG_DEST_ADDR1, syngate_pkg::REG_DEST_ADDR2, syngate_pkg::REG_DEST_ADDR3,
      syngate_pkg::REG_DEST_MATCH, syngate_pkg::REG_DEST_PORTS, syngate_pkg::REG_DEST_TCP, syngate_pkg::REG_DEST_WINDOW:
        data = dest_data;
      syngate_pkg::REG_POLICY: data = {16'd0, policy_o};
      syngate_pkg::REG_EXID: data = {16'd0, exid_o};
      syngate_pkg::REG_TABLE_MASK: data = {12'd0, table_mask_o};
      syngate_pkg::REG_TABLE_LIVES: data = {16'd0, life_closing_o, life_o};
      syngate_pkg::REG_REPLY_CAP: data = {16'd0, reply_cap_o};
      default: data = 32'd0;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (!counter_read) read_data_q <= data;
    else read_data_q <= read_addr[2] ? counter_kept_q : counter[31:0];
  end
  assign read_data = read_data_q;

  // ---- promises ----
  logic [15:0] generation_before_q;
  always_ff @(posedge clk_i) generation_before_q <= rst_ni ? generation_o : 16'd0;
  // A new entry never comes without a new generation.
  `SYNGATE_ASSERT(dest_counted, !dest_write_o || generation_o != generation_before_q)
endmodule : syngate_csr
`default_nettype wire
