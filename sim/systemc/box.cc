// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "box.h"

#include <algorithm>
#include <cstring>

#include "Vsyngate_sc_core.h"

namespace syngate::sc {
namespace {

constexpr std::size_t kFramesWaiting = 64;  // in front of the core
constexpr std::size_t kFramesReady = 64;    // behind it, per output: then tready falls
constexpr unsigned kEventBits = defs::event::kBits;

}  // namespace

/// A signal for every pin of the core.
struct Box::Pins {
  template <int Bits>
  using Wide = sc_core::sc_signal<sc_dt::sc_bv<Bits>>;
  sc_core::sc_signal<bool> rst_ni, in_valid, in_ready, in_last, in_user;
  Wide<1024> in_data;
  Wide<128> in_keep;
  struct Stream {
    Wide<1024> data;
    Wide<128> keep;
    sc_core::sc_signal<bool> valid, ready, last;
  } out[2];
  sc_core::sc_signal<std::uint32_t> awaddr, wdata, wstrb, araddr, rdata, bresp, rresp;
  sc_core::sc_signal<bool> awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
  sc_core::sc_signal<bool> sram_read, sram_write[2];
  sc_core::sc_signal<std::uint32_t> sram_read_address[2], sram_write_address[2];
  Wide<144> sram_read_data[2], sram_write_data[2];
  Wide<kEventBits> event;

  void bind(Vsyngate_sc_core& c, sc_core::sc_clock& clock, QdrSram& sram0, QdrSram& sram1) {
    c.clk_i(clock);
    c.rst_ni(rst_ni);
    c.s_axis_tdata(in_data);
    c.s_axis_tkeep(in_keep);
    c.s_axis_tvalid(in_valid);
    c.s_axis_tready(in_ready);
    c.s_axis_tlast(in_last);
    c.s_axis_tuser(in_user);
    c.m_axis_reply_tdata(out[0].data);
    c.m_axis_reply_tkeep(out[0].keep);
    c.m_axis_reply_tvalid(out[0].valid);
    c.m_axis_reply_tready(out[0].ready);
    c.m_axis_reply_tlast(out[0].last);
    c.m_axis_forward_tdata(out[1].data);
    c.m_axis_forward_tkeep(out[1].keep);
    c.m_axis_forward_tvalid(out[1].valid);
    c.m_axis_forward_tready(out[1].ready);
    c.m_axis_forward_tlast(out[1].last);
    c.s_axil_awaddr(awaddr);
    c.s_axil_awvalid(awvalid);
    c.s_axil_awready(awready);
    c.s_axil_wdata(wdata);
    c.s_axil_wstrb(wstrb);
    c.s_axil_wvalid(wvalid);
    c.s_axil_wready(wready);
    c.s_axil_bresp(bresp);
    c.s_axil_bvalid(bvalid);
    c.s_axil_bready(bready);
    c.s_axil_araddr(araddr);
    c.s_axil_arvalid(arvalid);
    c.s_axil_arready(arready);
    c.s_axil_rdata(rdata);
    c.s_axil_rresp(rresp);
    c.s_axil_rvalid(rvalid);
    c.s_axil_rready(rready);
    c.sram_read_o(sram_read);
    c.sram0_read_addr_o(sram_read_address[0]);
    c.sram1_read_addr_o(sram_read_address[1]);
    c.sram0_read_data_i(sram_read_data[0]);
    c.sram1_read_data_i(sram_read_data[1]);
    c.sram0_write_o(sram_write[0]);
    c.sram0_write_addr_o(sram_write_address[0]);
    c.sram0_write_data_o(sram_write_data[0]);
    c.sram1_write_o(sram_write[1]);
    c.sram1_write_addr_o(sram_write_address[1]);
    c.sram1_write_data_o(sram_write_data[1]);
    c.event_o(event);
    QdrSram* const channels[] = {&sram0, &sram1};
    for (std::size_t i = 0; i < 2; ++i) {
      channels[i]->clock(clock);
      channels[i]->read(sram_read);
      channels[i]->read_address(sram_read_address[i]);
      channels[i]->read_data(sram_read_data[i]);
      channels[i]->write(sram_write[i]);
      channels[i]->write_address(sram_write_address[i]);
      channels[i]->write_data(sram_write_data[i]);
    }
  }
};

Box::Box(const sc_core::sc_module_name& name, const sc_core::sc_time& period)
    : sc_module(name), clock_("clock", period), core_(std::make_unique<Vsyngate_sc_core>("core")), pins_(std::make_unique<Pins>()) {
  SC_HAS_PROCESS(Box);
  pins_->bind(*core_, clock_, sram0_, sram1_);
  frames_in.register_b_transport(this, &Box::transport_frame);
  registers.register_b_transport(this, &Box::transport_register);
  SC_METHOD(tick);
  sensitive << clock_.posedge_event();
  dont_initialize();
  SC_THREAD(send_replies);
  SC_THREAD(send_forward);
}

Box::~Box() { core_->final(); }

// Everything at the pins happens here: what is read is what a flop sees at this edge, what is written is there after it.
void Box::tick() {
  if (reset_left_ != 0) {
    --reset_left_;
    pins_->rst_ni.write(reset_left_ == 0);
    return;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    Pins::Stream& s = pins_->out[i];
    if (s.valid.read()) collect(pending_[i], s.ready.read(), s.last.read(), s.data.read(), s.keep.read());
    s.ready.write(pending_[i].ready.size() < kFramesReady);
  }
  drive_frames();
  drive_registers();
  ++clocks_;
}

void Box::collect(Out& out, bool taken, bool last, const sc_dt::sc_bv<1024>& data, const sc_dt::sc_bv<128>& keep) {
  if (!out.begun) out.first = clocks_;
  out.begun = true;
  if (!taken) return;
  std::size_t count = 128;
  if (last) {
    count = 0;
    for (int w = 0; w < 4; ++w) count += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(keep.get_word(w))));
  }
  for (std::size_t i = 0; i < count; ++i)
    out.beats.push_back(static_cast<unsigned char>(data.get_word(static_cast<int>(i / 4)) >> (8 * (i % 4))));
  if (!last) return;
  out.ready.push_back({std::move(out.beats), out.first});
  out.beats.clear();
  out.begun = false;
  out.more.notify(sc_core::SC_ZERO_TIME);
}

void Box::drive_frames() {
  if (offering_) {
    if (!pins_->in_ready.read()) return;
    sent_ += 128;
    if (sent_ >= frames_.front().size()) {
      frames_.pop_front();
      sent_ = 0;
      room_.notify(sc_core::SC_ZERO_TIME);
    }
  }
  offering_ = !frames_.empty();
  pins_->in_valid.write(offering_);
  if (!offering_) return;
  const Bytes& frame = frames_.front();
  const std::size_t count = std::min<std::size_t>(128, frame.size() - sent_);
  sc_dt::sc_bv<1024> data;
  sc_dt::sc_bv<128> keep;
  for (std::size_t w = 0; w < 32; ++w) {
    std::uint32_t word = 0;
    for (std::size_t b = 0; b < 4 && 4 * w + b < count; ++b) word |= std::uint32_t{frame[sent_ + 4 * w + b]} << (8 * b);
    data.set_word(static_cast<int>(w), word);
  }
  for (std::size_t w = 0; w < 4; ++w) {
    const std::size_t bits = count <= 32 * w ? 0 : std::min<std::size_t>(32, count - 32 * w);
    keep.set_word(static_cast<int>(w), bits == 32 ? ~0u : (1u << bits) - 1);
  }
  pins_->in_data.write(data);
  pins_->in_keep.write(keep);
  pins_->in_last.write(sent_ + count == frame.size());
  pins_->in_user.write(false);
}

void Box::drive_registers() {
  Access& a = access_;
  if (!a.busy) return;
  Pins& p = *pins_;
  if (a.write) {
    if (p.awvalid.read() && p.awready.read()) a.address_done = true;
    if (p.wvalid.read() && p.wready.read()) a.data_done = true;
    if (p.bvalid.read() && p.bready.read()) {
      a.answered = true;
      a.refused = p.bresp.read() != 0;
    }
    p.awaddr.write(a.address);
    p.wdata.write(a.data);
    p.wstrb.write(0xf);
    p.awvalid.write(!a.address_done);
    p.wvalid.write(!a.data_done);
    p.bready.write(!a.answered);
  } else {
    if (p.arvalid.read() && p.arready.read()) a.address_done = true;
    if (p.rvalid.read() && p.rready.read()) {
      a.answered = true;
      a.data = p.rdata.read();
      a.refused = p.rresp.read() != 0;
    }
    p.araddr.write(a.address);
    p.arvalid.write(!a.address_done);
    p.rready.write(!a.answered);
  }
  if (!a.answered) return;
  a.busy = false;
  access_done_.notify(sc_core::SC_ZERO_TIME);
}

void Box::send(Out& out, tlm_utils::simple_initiator_socket<Box>& socket) {
  for (;;) {
    while (out.ready.empty()) wait(out.more);
    Sent frame = std::move(out.ready.front());
    tlm::tlm_generic_payload payload;
    ClockStamp stamp;
    stamp.clock = frame.clock;
    payload.set_extension(&stamp);
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_data_ptr(frame.bytes.data());
    payload.set_data_length(static_cast<unsigned>(frame.bytes.size()));
    payload.set_streaming_width(payload.get_data_length());
    sc_core::sc_time delay;
    socket->b_transport(payload, delay);
    payload.clear_extension(&stamp);
    if (delay != sc_core::SC_ZERO_TIME) wait(delay);
    if (payload.get_response_status() != tlm::TLM_OK_RESPONSE)
      SC_REPORT_WARNING("syngate", (std::string(socket.name()) + ": the target refused a frame").c_str());
    out.ready.pop_front();
  }
}

void Box::transport_frame(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_command() != tlm::TLM_WRITE_COMMAND || payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  const unsigned length = payload.get_data_length();
  if (length < 60 || length > 9216) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  while (frames_.size() >= kFramesWaiting) wait(room_);
  frames_.emplace_back(payload.get_data_ptr(), payload.get_data_ptr() + length);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Box::transport_register(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_address() >= 0x1000 || payload.get_address() % 4 != 0) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.get_data_length() != 4 || payload.get_byte_enable_ptr() != nullptr || payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  while (access_.busy) wait(access_free_);
  access_ = {};
  access_.busy = true;
  access_.write = payload.is_write();
  access_.address = static_cast<std::uint32_t>(payload.get_address());
  if (access_.write) std::memcpy(&access_.data, payload.get_data_ptr(), 4);
  wait(access_done_);
  if (!access_.write) std::memcpy(payload.get_data_ptr(), &access_.data, 4);
  payload.set_response_status(access_.refused ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
  access_free_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace syngate::sc
