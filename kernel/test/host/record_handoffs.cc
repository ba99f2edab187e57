// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// record_handoffs OUT: scripted clients through the Verilated RTL. What a server will receive goes
// into a case file, one line a case:
//   key ID HEX                                   a stamp key that the server holds
//   NAME expect=accept|refuse|silent|no_accept ts= wscale= sack= ecn= mss= clock= rcv_wscale=
//   synack= frame=HEX
// `synack` is the TSval of the RTL's SYN-ACK, `clock` what the stamp says, `frame` the hand-off
// frame as it left the RTL or, in negative cases, that frame with one thing changed and its
// checksums put right. Expected options and MSS come from what the scripted client offered and from
// Linux's MSS tables as written here, not from the model. Exit 1 when RTL and model differ.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "recorder.h"

using namespace syngate;
using namespace syngate::sim;
using namespace syngate::test;

namespace {

void write_case(std::ostream& out, const std::string& name, const std::string& expect,
                const Recorded& recorded, const Bytes& frame) {
  out << name << " expect=" << expect << recorded.facts
      << " frame=" << hex(frame.data(), frame.size()) << '\n';
}

void write_cases(std::ostream& out, Recorder& recorder) {
  recorder.write_keys(out);
  const auto accepted = [&](const Client& client) {
    const Recorded r = recorder.record(client);
    write_case(out, client.name, "accept", r, r.frame);
  };
  for (const bool is6 : {false, true}) {
    const std::string v = is6 ? "v6_" : "v4_";
    const auto client = [&](const std::string& name) {
      Client c;
      c.name = v + name;
      c.is6 = is6;
      return c;
    };
    const struct {
      const char* name;
      const char* layout;
    } shapes[] = {{"linux", "MSS,SOK,TS,N,WS"},    {"macos", "MSS,N,WS,N,N,TS,SOK,E2"},
                  {"windows", "MSS,N,WS,N,N,SOK"}, {"no_options", "(none)"},
                  {"no_sack", "MSS,N,WS,N,N,TS"},  {"no_wscale", "MSS,SOK,TS"}};
    for (const auto& shape : shapes) {
      for (const bool ecn : {false, true}) {
        Client c = client(std::string(shape.name) + (ecn ? "_ecn" : ""));
        c.layout = shape.layout;
        c.ecn = ecn;
        accepted(c);
      }
    }
    for (const unsigned mss :
         {256u, 536u, 1299u, 1300u, 1419u, 1420u, 1440u, 1459u, 1460u, 8960u}) {
      Client c = client("mss_" + std::to_string(mss));
      c.mss = static_cast<std::uint16_t>(mss);
      accepted(c);
    }
    for (const unsigned wscale : {0u, 1u, 8u, 14u}) {
      Client c = client("wscale_" + std::to_string(wscale));
      c.wscale = static_cast<std::uint8_t>(wscale);
      accepted(c);
    }
    // The box's clock, with the flow's offset, against the server's, which is some seconds old:
    // equal, far, and over the wrap of both signs between the SYN-ACK and the hand-off or behind
    // it.
    for (const std::uint32_t clock :
         {0u, 10u, 3000u, 0x7ffffff0u, 0x80000000u, 0x8000000au, 0x80001234u, 0x70001234u,
          0xffff0000u, 0xfffffff0u, 0xffffffffu}) {
      char name[32];
      std::snprintf(name, sizeof name, "clock_%08x", clock);
      Client c = client(name);
      c.clock = clock;
      const Recorded r = recorder.record(c);
      if (r.clock != clock) throw std::runtime_error(c.name + ": the stamp says another clock");
      write_case(out, c.name, "accept", r, r.frame);
    }
    Client c = client("minute_turns");
    c.minute_turns = true;
    accepted(c);
    c = client("key_rotates_in_mid_handshake");
    c.key_at_ack = kNewKey;
    accepted(c);
    c = client("new_key");
    c.key = c.key_at_ack = kNewKey;
    accepted(c);
    c = client("key_unknown_to_the_server");
    c.key_at_ack = kUnknownKey;
    const Recorded unknown = recorder.record(c);
    write_case(out, c.name, "silent", unknown, unknown.frame);

    // One bit: of the option, of the fields that the MAC covers.
    const Recorded honest = recorder.record(client("bits"));
    const TcpView view = view_tcp(honest.frame.data(), honest.frame.size());
    const struct {
      const char* name;
      std::size_t at, length;
    } fields[] = {{"source", view.l3 + (is6 ? 8u : 12u), is6 ? 16u : 4u},
                  {"source_port", view.l4, 2},
                  {"seq", view.l4 + 4, 4},
                  {"ack", view.l4 + 8, 4},
                  {"tsecr", view.options + 8, 4},
                  {"option", view.stamp, 20}};
    for (const auto& field : fields) {
      for (std::size_t bit = 0; bit < 8 * field.length; ++bit) {
        Bytes frame = honest.frame;
        frame[field.at + bit / 8] =
            static_cast<std::uint8_t>(frame[field.at + bit / 8] ^ (0x80 >> bit % 8));
        fix_checksums(frame);
        // Without kind, length or ExID it is no stamp, and what the kernel does with any other ACK
        // is its own affair.
        const bool stamp = std::string(field.name) != "option" || bit >= 32;
        write_case(out, v + "bit_" + field.name + "_" + std::to_string(bit),
                   stamp ? "silent" : "no_accept", honest, frame);
      }
    }
    Bytes frame = honest.frame;
    frame[view.l4 + 16] ^= 1;
    write_case(out, v + "bad_checksum", "silent", honest, frame);
    // The same handshake as recorded is still good after all of that.
    write_case(out, v + "after_the_forged_ones", "accept", honest, honest.frame);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: record_handoffs OUT\n";
    return 2;
  }
  try {
    std::ofstream out(argv[1]);
    Recorder recorder;
    write_cases(out, recorder);
    const Statistics& statistics = recorder.finish();
    if (statistics.mismatches + statistics.lost != 0 || !out.flush()) {
      std::cerr << "record_handoffs: " << statistics.mismatches << " mismatches, "
                << statistics.lost << " lost\n";
      return 1;
    }
  } catch (const std::exception& e) {
    std::cerr << "record_handoffs: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
