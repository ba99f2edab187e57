// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "questions.h"

namespace syngate::sim {
namespace {

constexpr Radix kDec = Radix::kDecimal;
constexpr Radix kBin = Radix::kBinary;
constexpr Radix kEnum = Radix::kEnum;

WaveGroup clock_group() { return {"Clock", {{"clk_i", 1, kBin}, {"rst_ni", 1, kBin}}}; }

WaveGroup input_group() {
  return {"Input",
          {{"s_axis_tvalid", 1, kBin},
           {"s_axis_tready", 1, kBin},
           {"s_axis_tlast", 1, kBin},
           {"s_axis_tdata", 1024}}};
}

WaveGroup entry_group() {
  return {"Enters the pipeline",
          {{"u_core.event_o.in_valid", 1, kBin},
           {"u_core.event_o.in_id", 32, kDec},
           {"u_core.event_o.in_generation", 16, kDec}}};
}

WaveGroup output_group() {
  return {"Leaves",
          {{"u_core.event_o.done_valid", 1, kBin},
           {"u_core.event_o.done_id", 32, kDec},
           {"u_core.done_verdict", 3, kEnum, Tint::kReply},
           {"u_core.done_reason", 5, kEnum, Tint::kDrop},
           {"m_axis_reply_tvalid", 1, kBin, Tint::kReply},
           {"m_axis_reply_tready", 1, kBin, Tint::kReply},
           {"m_axis_reply_tdata", 1024, Radix::kHex, Tint::kReply},
           {"m_axis_forward_tvalid", 1, kBin, Tint::kPass},
           {"m_axis_forward_tready", 1, kBin, Tint::kPass},
           {"m_axis_forward_tdata", 1024, Radix::kHex, Tint::kPass}}};
}

WaveGroup decision_group() {
  return {"Decides",
          {{"u_core.event_o.decided_valid", 1, kBin},
           {"u_core.event_o.decided_id", 32, kDec},
           {"u_core.verdict_q", 3, kEnum, Tint::kReply},
           {"u_core.reason_q", 5, kEnum, Tint::kDrop},
           {"u_core.op_q", 4, kEnum},
           {"u_core.event_o.decided_hit", 1, kBin},
           {"u_core.event_o.decided_cookie_ok", 1, kBin},
           {"u_core.event_o.decided_cookie", 32},
           {"u_core.event_o.decided_tsval", 32}}};
}

WaveGroup meta_group() {
  return {"What parse found",
          {{"u_core.meta_valid", 1, kBin},
           {"u_core.meta.id", 32, kDec},
           {"u_core.meta.pre", 3, kEnum},
           {"u_core.meta.reason", 5, kEnum, Tint::kDrop},
           {"u_core.meta.is6", 1, kBin},
           {"u_core.meta.saddr_be", 128},
           {"u_core.meta.daddr_be", 128},
           {"u_core.meta.flag_syn", 1, kBin},
           {"u_core.meta.flag_ack", 1, kBin},
           {"u_core.meta.flag_rst", 1, kBin},
           {"u_core.meta.flag_fin", 1, kBin},
           {"u_core.meta.seq", 32},
           {"u_core.meta.ack", 32},
           {"u_core.meta.ts_ok", 1, kBin},
           {"u_core.meta.mss_index", 2, kDec}}};
}

WaveGroup table_group(const char* title, const char* channel) {
  const std::string c = channel;
  return {title,
          {{"u_core.sram_read_o", 1, kBin},
           {"u_core.sram" + c + "_read_addr_o", 20},
           {"u_core.sram" + c + "_read_data_i", 144},
           {"u_core.sram" + c + "_write_o", 1, kBin},
           {"u_core.sram" + c + "_write_addr_o", 20},
           {"u_core.sram" + c + "_write_data_o", 144}}};
}

std::vector<Question> make_questions() {
  return {
      {"one_syn",
       "What happens to one SYN, from the wire to the SYN-ACK?",
       {clock_group(), input_group(), entry_group(), meta_group(), decision_group(), output_group()}},
      {"why_dropped",
       "Why was this frame dropped?",
       {clock_group(), entry_group(), meta_group(),
        {"Cookie and table",
         {{"u_core.cookie_ok", 1, kBin},
          {"u_core.cookie_age", 1, kBin},
          {"u_core.hit", 1, kBin},
          {"u_core.repeated", 1, kBin}}},
        decision_group(),
        {"Room at egress",
         {{"u_core.u_egress.reply_free", 7, kDec},
          {"u_core.u_egress.handoff_free", 7, kDec},
          {"u_core.u_egress.room_q", 9, kDec},
          {"u_core.u_egress.capped_q", 1, kBin}}},
        output_group()}},
      {"cookie_lanes",
       "How is the cookie computed and checked?",
       {clock_group(), entry_group(),
        {"Hash input",
         {{"u_core.hash_valid", 1, kBin},
          {"u_core.hash.is6", 1, kBin},
          {"u_core.hash.is_syn", 1, kBin},
          {"u_core.hash.saddr_be", 128},
          {"u_core.hash.daddr_be", 128},
          {"u_core.hash.sport_be", 16},
          {"u_core.hash.dport_be", 16},
          {"u_core.hash.count", 32},
          {"u_core.hash.seq", 32},
          {"u_core.hash.ack", 32}}},
        {"First hash (clock 35)",
         {{"u_core.u_cookie.h0_s0", 64},
          {"u_core.u_cookie.h0_s1", 64},
          {"u_core.u_cookie.h0_s2", 64},
          {"u_core.u_cookie.h0_s3", 64},
          {"u_core.u_cookie.h0_q", 32}}},
        {"Minute (clock 36 to 39)",
         {{"u_core.u_cookie.x_q", 32},
          {"u_core.u_cookie.diff_q", 8},
          {"u_core.u_cookie.age_ok_39", 1, kBin},
          {"u_core.u_cookie.age_39", 1, kBin},
          {"u_core.u_cookie.c_39", 32}}},
        {"Second hash (clock 74)",
         {{"u_core.u_cookie.h1_s0", 64},
          {"u_core.u_cookie.h1_s1", 64},
          {"u_core.u_cookie.h1_s2", 64},
          {"u_core.u_cookie.h1_s3", 64},
          {"u_core.u_cookie.h1_q", 24},
          {"u_core.u_cookie.data_q", 24}}},
        {"Result",
         {{"u_core.u_cookie.valid_o", 1, kBin, Tint::kPass},
          {"u_core.u_cookie.age_o", 1, kBin},
          {"u_core.u_cookie.mss_index_o", 2, kDec},
          {"u_core.u_cookie.cookie_o", 32, Radix::kHex, Tint::kReply},
          {"u_core.u_cookie.offset_o", 26},
          {"u_core.u_cookie.table_hash_o", 64}}}}},
      {"table",
       "Was the flow in the table, and what was written?",
       {clock_group(),
        {"Lookup",
         {{"u_core.u_table.req_valid_i", 1, kBin},
          {"u_core.u_table.req_hash_i", 64},
          {"u_core.u_table.req_epoch_i", 8, kDec},
          {"u_core.u_table.req_first_i", 3, kDec},
          {"u_core.u_table.hit_o", 1, kBin, Tint::kPass},
          {"u_core.u_table.repeat_o", 1, kBin}}},
        {"Update",
         {{"u_core.u_table.ask_i.reopen", 1, kBin},
          {"u_core.u_table.ask_i.close", 1, kBin},
          {"u_core.u_table.ask_i.refresh", 1, kBin},
          {"u_core.u_table.ask_i.insert", 1, kBin},
          {"u_core.u_table.op_o", 4, kEnum},
          {"u_core.u_table.at_24", 6, kBin},
          {"u_core.u_table.slot_24", 48},
          {"u_core.u_table.data0_18", 144},
          {"u_core.u_table.data1_18", 144}}},
        table_group("SRAM channel 0", "0"), table_group("SRAM channel 1", "1"),
        {"Sweep",
         {{"u_core.u_table.sweep_valid_o", 1, kBin},
          {"u_core.u_table.sweep_row_o", 20},
          {"u_core.u_table.sweep_mask_o", 6, kBin}}},
        decision_group()}},
      {"csr",
       "What was written to the registers, and when did it take effect?",
       {clock_group(),
        {"Write",
         {{"s_axil_awvalid", 1, kBin},
          {"s_axil_awready", 1, kBin},
          {"s_axil_awaddr", 12},
          {"s_axil_wvalid", 1, kBin},
          {"s_axil_wdata", 32},
          {"s_axil_bvalid", 1, kBin},
          {"s_axil_bready", 1, kBin}}},
        {"Read",
         {{"s_axil_arvalid", 1, kBin},
          {"s_axil_arready", 1, kBin},
          {"s_axil_araddr", 12},
          {"s_axil_rvalid", 1, kBin},
          {"s_axil_rdata", 32}}},
        {"Commits",
         {{"u_core.u_csr.time_commit", 1, kBin},
          {"u_core.u_csr.key_commit", 1, kBin},
          {"u_core.u_csr.dest_commit", 1, kBin},
          {"u_core.u_csr.setting_commit", 1, kBin},
          {"u_core.u_csr.refused", 1, kBin, Tint::kDrop},
          {"u_core.u_csr.generation_o", 16, kDec},
          {"u_core.now.count", 32, kDec},
          {"u_core.now.ms", 32, kDec}}},
        entry_group()}},
  };
}

}  // namespace

const std::vector<Question>& wave_questions() {
  static const std::vector<Question> questions = make_questions();
  return questions;
}

}  // namespace syngate::sim
