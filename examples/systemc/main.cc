// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The box in a virtual platform: two register accesses, one protected address, one SYN; the SYN-ACK that comes back is printed.
#include <cstdio>
#include <cstring>
#include <vector>

#include "box.h"

namespace {

namespace reg = syngate::defs::reg;

class Platform : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Platform> wire{"wire"}, bus{"bus"};
  tlm_utils::simple_target_socket<Platform> clients{"clients"}, servers{"servers"};
  unsigned answers = 0;

  explicit Platform(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Platform);
    clients.register_b_transport(this, &Platform::to_client);
    servers.register_b_transport(this, &Platform::to_server);
    SC_THREAD(software);
  }

 private:
  std::uint32_t access(tlm::tlm_command command, std::uint32_t address, std::uint32_t value) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    sc_core::sc_time delay;
    bus->b_transport(payload, delay);
    return value;
  }
  void write(std::uint32_t address, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, address, value); }

  void software() {
    std::printf("ID 0x%08x\n", access(tlm::TLM_READ_COMMAND, reg::kId, 0));
    // 198.51.100.10:443 is protected: SYN-ACKs with MSS 1460, window scale 7, window 64240.
    write(reg::kDestAddr0, 198 | 51u << 8 | 100u << 16 | 10u << 24);
    write(reg::kDestMatch, 32 | 1u << 9 | static_cast<std::uint32_t>(syngate::defs::Mode::kAlways) << 12);
    write(reg::kDestPorts, 443 | 443u << 16);
    write(reg::kDestTcp, 1460 | 7u << 16);
    write(reg::kDestWindow, 64240 | 64240u << 16);
    write(reg::kDestCommit, 0);
    // From 192.0.2.1:12345, sequence number 1, no options.
    std::vector<unsigned char> syn = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1,
                                      198, 51, 100, 10, 0x30, 0x39, 1, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0};
    put_sum(syn, 14, 20, 24, 0);
    put_sum(syn, 26, 28, 50, 6 + 20);
    syn.resize(60);
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_data_ptr(syn.data());
    payload.set_data_length(static_cast<unsigned>(syn.size()));
    payload.set_streaming_width(payload.get_data_length());
    sc_core::sc_time delay;
    wire->b_transport(payload, delay);
    wait(5, sc_core::SC_US);
    sc_core::sc_stop();
  }

  /// RFC 1071 over `length` bytes from `from` on, plus `more`, to `at`.
  static void put_sum(std::vector<unsigned char>& frame, std::size_t from, std::size_t length, std::size_t at, unsigned more) {
    for (std::size_t i = 0; i < length; i += 2) more += static_cast<unsigned>(frame[from + i] << 8 | frame[from + i + 1]);
    while (more >> 16 != 0) more = (more & 0xffff) + (more >> 16);
    frame[at] = static_cast<unsigned char>(~more >> 8);
    frame[at + 1] = static_cast<unsigned char>(~more);
  }

  void to_client(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    const unsigned char* f = payload.get_data_ptr();
    const unsigned cookie = unsigned{f[38]} << 24 | unsigned{f[39]} << 16 | unsigned{f[40]} << 8 | unsigned{f[41]};
    std::printf("%s: SYN-ACK, %u bytes, flags 0x%02x, acknowledges %u, cookie 0x%08x\n", sc_core::sc_time_stamp().to_string().c_str(),
                payload.get_data_length(), unsigned{f[47]}, unsigned{f[45]}, cookie);
    answers += f[47] == 0x12 && f[45] == 2 ? 1 : 0;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  void to_server(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    std::printf("%s: %u bytes to the server\n", sc_core::sc_time_stamp().to_string().c_str(), payload.get_data_length());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

}  // namespace

int sc_main(int, char**) {
  syngate::sc::Box box("box");
  Platform platform("platform");
  platform.wire.bind(box.frames_in);
  platform.bus.bind(box.registers);
  box.reply_out.bind(platform.clients);
  box.forward_out.bind(platform.servers);
  sc_core::sc_start();
  return platform.answers == 1 ? 0 : 1;
}
