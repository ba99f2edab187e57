// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// record_server OUT: clients through the Verilated RTL for the cases that guest/server_check.cc
// plays, one line a case:
//   key ID HEX                      a stamp key that the server holds
//   NAME handoff=0|1 ts= ... synack= frames=HEX[,HEX...]   what the RTL sent to the server, the
//   hand-off first; `frames=` if nothing
// Exit 1 when RTL and model differ.
#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "recorder.h"

using namespace syngate;
using namespace syngate::sim;
using namespace syngate::test;

namespace {

/// A box that has just been started for each phase, so that it knows nothing of the connections
/// before it.
class Boxes {
 public:
  Recorder& box() { return *box_; }
  void restart() {
    check();
    box_.reset();
    box_ = std::make_unique<Recorder>();
  }
  void check() {
    const Statistics& s = box_->finish();
    if (s.mismatches + s.lost != 0) {
      throw std::runtime_error(std::to_string(s.mismatches) +
                               " mismatches between RTL and model, " + std::to_string(s.lost) +
                               " lost");
    }
  }

 private:
  std::unique_ptr<Recorder> box_ = std::make_unique<Recorder>();
};

void write(std::ostream& out, const std::string& name, const Recorded& r) {
  out << name << " handoff=" << r.handoff << r.facts << " frames=";
  const char* separator = "";
  for (const Bytes& frame : r.frames) {
    out << separator << hex(frame.data(), frame.size());
    separator = ",";
  }
  out << '\n';
}

/// The segment that ends the handshake, in the six ways of gVisor's packetimpact test of SYN
/// cookies.
void write_finals(std::ostream& out, Recorder& box, const std::string& v, Client c) {
  const struct {
    const char* name;
    std::uint8_t flags;
    const char* payload;
  } finals[] = {{"ack", kAck, ""},
                {"ack_psh", kAck | kPsh, "data on the final segment"},
                {"ack_fin", kAck | kFin, ""},
                {"syn_ack", kSyn | kAck, ""},
                {"rst", kRst, ""},
                {"rst_ack", kRst | kAck, ""}};
  for (const auto& f : finals) {
    c.final_flags = f.flags;
    c.payload = f.payload;
    write(out, v + "final_" + f.name, box.shake(c));
  }
}

/// Two handshakes of one client port, the second of a box that has forgotten the first.
void write_pair(std::ostream& out, Boxes& boxes, const std::string& name, Client c,
                std::uint16_t port, std::uint32_t isn_step, std::uint32_t tsval_step) {
  c.port = port;
  c.isn = 0x40000000;
  c.tsval = 0x20000000;
  write(out, name + "_first", boxes.box().record(c));
  boxes.restart();
  c.isn = *c.isn + isn_step;
  c.tsval = *c.tsval + tsval_step;
  c.ms += 5000;
  write(out, name + "_second", boxes.box().record(c));
}

void write_cases(std::ostream& out, Boxes& boxes) {
  boxes.box().write_keys(out);
  for (const bool is6 : {false, true}) {
    const std::string v = is6 ? "v6_" : "v4_";
    Client c;
    c.is6 = is6;
    write_finals(out, boxes.box(), v, c);
    // The client repeats its ACK: the box repeats the hand-off.
    Recorded repeated = boxes.box().record(c);
    Segment again;
    const Bytes& first = repeated.frame;
    for (int i = 0; i < 2; ++i) {
      // The client's own segment is the hand-off without its stamp.
      const TcpView t = view_tcp(first.data(), first.size());
      again.is6 = is6;
      const std::size_t width = is6 ? 16 : 4, at = t.l3 + (is6 ? 8u : 12u);
      std::copy_n(first.begin() + static_cast<std::ptrdiff_t>(at), width,
                  again.source.address.begin());
      std::copy_n(first.begin() + static_cast<std::ptrdiff_t>(at + width), width,
                  again.destination.address.begin());
      again.source.port = t.source_port;
      again.destination.port = t.destination_port;
      again.seq = t.seq;
      again.ack = t.ack;
      again.flags = kAck;
      OptionValues values;
      values.tsval = t.tsval;
      values.tsecr = t.tsecr;
      again.options = option_bytes("N,N,TS", values);
      for (Bytes& frame : boxes.box().forward(build_frame(again)))
        repeated.frames.push_back(std::move(frame));
    }
    write(out, v + "repeated", repeated);
    for (const char* name :
         {"plain", "lost", "overflow_1", "overflow_2", "overflow_3", "defer", "mptcp",
          "timestamps_off", "sack_off", "scaling_off", "ecn_off", "nobody", "retired", "container",
          "loose", "strict", "namespace", "replay_first", "closing_1", "closing_2",
          "closing_3", "fragments", "memory", "last"}) {
      Client one = c;
      one.ecn = std::string(name) == "ecn_off";
      write(out, v + name, boxes.box().record(one));
    }
    for (int i = 0; i < 40; ++i)
      write(out, v + "reuseport_" + std::to_string(i), boxes.box().record(c));
    // Half of the numbers ahead is the farthest that counts as later.
    write_pair(out, boxes, v + "time_wait_later", c, 20001, 100000, 5000);
    write_pair(out, boxes, v + "time_wait_earlier", c, 20002, 0x90000000u, 0xfffff000u);
    write_pair(out, boxes, v + "time_wait_clock_only", c, 20003, 0x90000000u, 5000);
    write_pair(out, boxes, v + "stale", c, 20004, 0x30000000, 5000);
    write_pair(out, boxes, v + "busy", c, 20005, 0x30000000, 5000);
    // seq of the second is rcv_nxt - 1 of the first: a keepalive, as far as anybody can tell.
    write_pair(out, boxes, v + "keepalive", c, 20006, 0xffffffffu, 5000);
  }
  boxes.check();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: record_server OUT\n";
    return 2;
  }
  try {
    std::ofstream out(argv[1]);
    Boxes boxes;
    write_cases(out, boxes);
    if (!out.flush()) throw std::runtime_error(std::string(argv[1]) + ": cannot be written");
  } catch (const std::exception& e) {
    std::cerr << "record_server: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
