// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// compare FILE: plays what reference wrote into the SystemC box, over its TLM sockets: the frames that leave must be the same, port for
// port, byte for byte, and clock for clock from the first one on. Exit 1 when not.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "box.h"

namespace {

using Bytes = std::vector<unsigned char>;

Bytes bytes_of(const std::string& hex) {
  Bytes bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  return bytes;
}

struct Frame {
  std::uint64_t clock = 0;
  Bytes bytes;
};

struct Script {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> writes;
  std::vector<Bytes> in;
  std::vector<Frame> out[2];  // reply, forward

  explicit Script(const char* path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string kind, a, b;
      words >> kind >> a >> b;
      if (kind == "write") writes.emplace_back(std::stoul(a, nullptr, 16), std::stoul(b, nullptr, 16));
      else if (kind == "in") in.push_back(bytes_of(a));
      else out[kind == "forward" ? 1 : 0].push_back({std::stoull(a), bytes_of(b)});
    }
  }
};

/// Software, wire and servers in one: initiator of frames and registers, target of what leaves.
class Bench : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Bench> frames{"frames"}, registers{"registers"};
  tlm_utils::simple_target_socket<Bench> replies{"replies"}, forwards{"forwards"};
  std::vector<Frame> got[2];

  Bench(const sc_core::sc_module_name& name, const Script& script) : sc_module(name), script_(script) {
    SC_HAS_PROCESS(Bench);
    replies.register_b_transport(this, &Bench::take_reply);
    forwards.register_b_transport(this, &Bench::take_forward);
    SC_THREAD(play);
  }

 private:
  void play() {
    for (const auto& [address, value] : script_.writes) access(address, value);
    for (Bytes frame : script_.in) {
      tlm::tlm_generic_payload payload;
      payload.set_command(tlm::TLM_WRITE_COMMAND);
      payload.set_data_ptr(frame.data());
      payload.set_data_length(static_cast<unsigned>(frame.size()));
      payload.set_streaming_width(payload.get_data_length());
      sc_core::sc_time delay;
      frames->b_transport(payload, delay);
      if (payload.get_response_status() != tlm::TLM_OK_RESPONSE) SC_REPORT_ERROR("compare", "a frame was refused");
    }
    // Until everything has left: no frame needs longer.
    wait(100, sc_core::SC_US);
    sc_core::sc_stop();
  }
  void access(std::uint32_t address, std::uint32_t value) {
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    sc_core::sc_time delay;
    registers->b_transport(payload, delay);
    if (payload.get_response_status() != tlm::TLM_OK_RESPONSE) SC_REPORT_ERROR("compare", "a register write was refused");
  }
  void take_reply(tlm::tlm_generic_payload& payload, sc_core::sc_time&) { take(0, payload); }
  void take_forward(tlm::tlm_generic_payload& payload, sc_core::sc_time&) { take(1, payload); }
  void take(std::size_t port, tlm::tlm_generic_payload& payload) {
    const auto* stamp = payload.get_extension<syngate::sc::ClockStamp>();
    got[port].push_back({stamp->clock, Bytes(payload.get_data_ptr(), payload.get_data_ptr() + payload.get_data_length())});
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  const Script& script_;
};

}  // namespace

int sc_main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Script script(argv[1]);
  if (script.in.empty() || script.out[0].empty() || script.out[1].empty()) {
    std::fprintf(stderr, "compare: %s: nothing to compare\n", argv[1]);
    return 2;
  }
  syngate::sc::Box box("box");
  Bench bench("bench", script);
  bench.frames.bind(box.frames_in);
  bench.registers.bind(box.registers);
  box.reply_out.bind(bench.replies);
  box.forward_out.bind(bench.forwards);
  sc_core::sc_start();

  // Software needs another number of clocks before the first frame; from then on clocks are the same.
  const std::uint64_t shift = bench.got[0].empty() ? 0 : bench.got[0][0].clock - script.out[0][0].clock;
  unsigned wrong = 0;
  for (std::size_t port = 0; port < 2; ++port) {
    const char* name = port == 0 ? "reply" : "forward";
    if (bench.got[port].size() != script.out[port].size()) {
      std::printf("%s: %zu frames, the engine has %zu\n", name, bench.got[port].size(), script.out[port].size());
      ++wrong;
    }
    for (std::size_t i = 0; i < std::min(bench.got[port].size(), script.out[port].size()); ++i) {
      const Frame& a = bench.got[port][i];
      const Frame& b = script.out[port][i];
      if (a.bytes == b.bytes && a.clock == b.clock + shift) continue;
      if (++wrong <= 10)
        std::printf("%s frame %zu: %s, clock %lld, the engine's %lld\n", name, i, a.bytes == b.bytes ? "same bytes" : "other bytes",
                    static_cast<long long>(a.clock - shift), static_cast<long long>(b.clock));
    }
  }
  std::printf("%zu frames in, %zu replies, %zu forwarded, %llu clocks: %u differences\n", script.in.size(), bench.got[0].size(),
              bench.got[1].size(), static_cast<unsigned long long>(box.clocks()), wrong);
  return wrong == 0 ? 0 : 1;
}
