// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <systemc>
#include <vector>

#include "qdr_sram.h"

class Vsyngate_sc_core;

namespace syngate::sc {

/// When a frame crossed the box's border, on the generic payload of reply_out and forward_out.
struct ClockStamp : tlm::tlm_extension<ClockStamp> {
  std::uint64_t clock = 0;  ///< clocks since the end of reset; the frame's first beat was offered in it
  tlm_extension_base* clone() const override { return new ClockStamp(*this); }
  void copy_from(const tlm_extension_base& other) override { *this = static_cast<const ClockStamp&>(other); }
};

/// The box as a module for virtual platforms: the Verilated core with its pins (verilator --sc), two SRAM channels, and TLM-2.0 sockets.
///
/// Frames are Ethernet frames without FCS, 60 to 9216 bytes, one generic payload each: a write, the bytes in wire order, the address
/// unused; byte enables and other lengths are refused (TLM_GENERIC_ERROR_RESPONSE, TLM_BURST_ERROR_RESPONSE). Transport into frames_in
/// blocks while the core is not ready and 64 frames wait: call it from an SC_THREAD. Frames leave by transport of this module's own
/// threads, one at a time for each socket; a target that waits holds the core's output back.
/// registers: reads and writes of 4 bytes at multiples of 4 below 0x1000, little endian, docs/reference/registers.md; one AXI4-Lite
/// transaction at a time.
/// Timing is that of the core, clock by clock; delay arguments are waited for first.
class Box : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Box> frames_in{"frames_in"};
  tlm_utils::simple_initiator_socket<Box> reply_out{"reply_out"};
  tlm_utils::simple_initiator_socket<Box> forward_out{"forward_out"};
  tlm_utils::simple_target_socket<Box> registers{"registers"};

  explicit Box(const sc_core::sc_module_name& name, const sc_core::sc_time& period = sc_core::sc_time(5, sc_core::SC_NS));
  ~Box() override;

  /// Clocks since the end of reset.
  std::uint64_t clocks() const { return clocks_; }

 private:
  struct Pins;
  using Bytes = std::vector<unsigned char>;
  struct Sent {
    Bytes bytes;
    std::uint64_t clock = 0;
  };
  struct Out {
    Bytes beats;              // of the frame that is coming
    std::uint64_t first = 0;  // clock of its first beat
    bool begun = false;
    std::deque<Sent> ready;
    sc_core::sc_event more;
  };

  void transport_frame(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void transport_register(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void tick();
  void drive_frames();
  void drive_registers();
  void collect(Out& out, bool valid, bool last, const sc_dt::sc_bv<1024>& data, const sc_dt::sc_bv<128>& keep);
  void send_replies() { send(pending_[0], reply_out); }
  void send_forward() { send(pending_[1], forward_out); }
  void send(Out& out, tlm_utils::simple_initiator_socket<Box>& socket);

  sc_core::sc_clock clock_;
  std::unique_ptr<Vsyngate_sc_core> core_;
  std::unique_ptr<Pins> pins_;
  QdrSram sram0_{"sram0"}, sram1_{"sram1"};
  std::uint64_t clocks_ = 0, reset_left_ = 16;

  std::deque<Bytes> frames_;  // accepted by transport, the first one under way
  std::size_t sent_ = 0;      // its bytes that the core has taken
  bool offering_ = false;
  sc_core::sc_event room_;

  struct Access {
    bool busy = false, write = false, address_done = false, data_done = false, answered = false, refused = false;
    std::uint32_t address = 0, data = 0;
  } access_;
  sc_core::sc_event access_done_, access_free_;

  Out pending_[2];
};

}  // namespace syngate::sc
