// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// record_handoffs OUT: scripted clients through the Verilated RTL. What a server will receive goes into a case file, one line a case:
//   key ID HEX                                   a stamp key that the server holds
//   NAME expect=accept|refuse|silent|no_accept ts= wscale= sack= ecn= mss= clock= rcv_wscale= synack= frame=HEX
// `synack` is the TSval of the RTL's SYN-ACK, `clock` what the stamp says, `frame` the hand-off frame as it left the RTL or, in
// negative cases, that frame with one thing changed and its checksums put right. Expected options and MSS come from what the
// scripted client offered and from Linux's MSS tables as written here, not from the model. Exit 1 when RTL and model differ.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "frame_builder.h"
#include "random.h"
#include "syngate/sim/simulator.h"

using namespace syngate;
using namespace syngate::sim;

namespace {

constexpr std::uint8_t kOldKey = 3, kNewKey = 12, kUnknownKey = 9;

std::string hex(const std::uint8_t* data, std::size_t length) {
  static const char* digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += {digits[data[i] >> 4], digits[data[i] & 15]};
  return text;
}

/// What a client offers, and when.
struct Client {
  std::string name;
  bool is6 = false;
  std::string layout = "MSS,SOK,TS,N,WS";
  std::uint16_t mss = 1460;
  std::uint8_t wscale = 7;
  bool ecn = false;
  std::uint32_t ms = 1000000;     ///< box clock at the SYN
  std::optional<std::uint32_t> clock;  ///< instead of ms: what the stamp shall say, with the flow's offset
  std::uint32_t round_trip = 20;  ///< ms until the ACK
  bool minute_turns = false;      ///< between SYN and ACK
  std::uint8_t key = kOldKey, key_at_ack = kOldKey;
};

struct Recorded {
  Bytes frame;
  std::uint32_t synack_tsval = 0, clock = 0;
  std::string facts;  ///< ts= ... synack=
};

class Recorder {
 public:
  Recorder() : simulator_(SimulatorOptions{}, config(), time_) {
    simulator_.on_output = [this](const Output& o) {
      last_.assign(o.data, o.data + o.length);
      last_port_ = o.port;
      last_handoff_ = o.handoff;
      ++outputs_;
    };
  }

  const model::Config& configuration() const { return config_; }

  Recorded record(const Client& client) {
    ++serial_;
    Segment syn;
    syn.is6 = client.is6;
    if (client.is6) {
      syn.source.address = {0x20, 0x01, 0x0d, 0xb8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x77};
      syn.destination.address = config_.destinations[1].prefix.bytes;
    } else {
      syn.source.address = {192, 0, 2, 77};
      syn.destination.address = config_.destinations[0].prefix.bytes;
    }
    syn.source.port = static_cast<std::uint16_t>(10000 + serial_);
    syn.destination.port = 443;
    syn.seq = 0x9e3779b9u * serial_;
    syn.flags = static_cast<std::uint8_t>(kSyn | (client.ecn ? kEce | kCwr : 0));
    OptionValues values;
    values.mss = client.mss;
    values.wscale = client.wscale;
    values.tsval = 0x85ebca6bu * serial_ | 1u;
    syn.options = option_bytes(client.layout, values);
    const bool timestamps = client.layout.find("TS") != std::string::npos;

    std::uint32_t ms = client.ms;
    if (client.clock) {
      // The flow's offset has six zero bits at its end, like this clock: what is above them in TSval tells it.
      constexpr std::uint32_t kProbe = 64 * 20000 + 63;
      at(kProbe, client.key);
      const TcpView probe = through(build_frame(syn), Port::kReply, client.name + ": first SYN");
      ms = *client.clock - client.round_trip - ((probe.tsval | 63u) - kProbe);
    }
    at(ms, client.key);
    const TcpView reply = through(build_frame(syn), Port::kReply, client.name + ": SYN");

    if (client.minute_turns) ++time_.count;
    at(ms + client.round_trip, client.key_at_ack);
    Segment ack = syn;
    ack.seq = syn.seq + 1;
    ack.ack = reply.seq + 1;
    ack.flags = kAck;
    values.tsecr = reply.tsval;
    values.tsval += client.round_trip;
    ack.options = timestamps ? option_bytes("N,N,TS", values) : Bytes{};
    // Wide enough for a whole segment, whether the server scales it or not.
    ack.window = 64240;
    const TcpView handoff = through(build_frame(ack), Port::kForward, client.name + ": ACK");
    if (!handoff.has_stamp || !last_handoff_) throw std::runtime_error(client.name + ": the RTL made no hand-off");

    Recorded result;
    result.frame = last_;
    result.synack_tsval = reply.tsval;
    const std::uint8_t* stamp = last_.data() + handoff.stamp;
    result.clock = static_cast<std::uint32_t>(stamp[8]) << 24 | static_cast<std::uint32_t>(stamp[9]) << 16 |
                   static_cast<std::uint32_t>(stamp[10]) << 8 | stamp[11];
    const bool wscale = timestamps && client.layout.find("WS") != std::string::npos;
    const bool sack = timestamps && client.layout.find("SOK") != std::string::npos;
    result.facts = " ts=" + std::to_string(timestamps) + " wscale=" + (wscale ? std::to_string(client.wscale) : "-") +
                   " sack=" + std::to_string(sack) + " ecn=" + std::to_string(client.ecn && timestamps) +
                   " mss=" + std::to_string(linux_mss(client)) + " clock=" + std::to_string(result.clock) +
                   " rcv_wscale=7 synack=" + std::to_string(reply.tsval);
    return result;
  }

  const Statistics& finish() { return simulator_.finish(); }

 private:
  static const model::Config& config() {
    static const model::Config value = [] {
      model::Config c;
      Random random(20261123);
      const auto key = [&random] { return model::SipKey{random.next(), random.next()}; };
      c.keys.secret0_v4 = key();
      c.keys.secret0_v6 = key();
      for (auto& k : c.keys.secret1_v4) k = key();
      for (auto& k : c.keys.secret1_v6) k = key();
      for (auto& k : c.keys.stamp) k = key();
      for (const bool is6 : {false, true}) {
        model::Destination& d = c.destinations[is6];
        d.used = true;
        d.prefix.is6 = is6;
        if (is6) {
          d.prefix.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
        } else {
          d.prefix.bytes = {198, 51, 100, 10};
        }
        d.prefix_length = is6 ? 128 : 32;
        d.port_first = d.port_last = 443;
        d.mss = is6 ? 1440 : 1460;
        d.stamp_key_id = kOldKey;
      }
      return c;
    }();
    return value;
  }

  static unsigned linux_mss(const Client& client) {
    // net/ipv4/syncookies.c, net/ipv6/syncookies.c
    static constexpr unsigned tables[2][4] = {{536, 1300, 1440, 1460}, {1220, 1420, 1440, 8940}};
    const auto& table = tables[client.is6];
    const unsigned offered = client.layout.find("MSS") != std::string::npos ? client.mss : 536;
    unsigned result = table[0];
    for (const unsigned entry : table) result = entry <= offered ? entry : result;
    return result;
  }

  void at(std::uint32_t ms, std::uint8_t key) {
    time_.ms = ms;
    simulator_.set_time(time_);
    if (config_.destinations[0].stamp_key_id != key) {
      for (model::Destination& d : config_.destinations) d.stamp_key_id = key;
      simulator_.set_config(config_);
    }
  }

  TcpView through(const Bytes& frame, Port port, const std::string& what) {
    outputs_ = 0;
    simulator_.offer(0, frame.data(), frame.size(), serial_);
    simulator_.drain();
    const TcpView view = view_tcp(last_.data(), last_.size());
    if (outputs_ != 1 || last_port_ != port || !view.ok) throw std::runtime_error(what + ": not the one frame that was expected");
    return view;
  }

  model::Config config_ = config();
  model::Time time_{286326, 0};
  Simulator simulator_;
  Bytes last_;
  Port last_port_ = Port::kReply;
  bool last_handoff_ = false;
  unsigned outputs_ = 0;
  std::uint32_t serial_ = 0;
};

void write_case(std::ostream& out, const std::string& name, const std::string& expect, const Recorded& recorded, const Bytes& frame) {
  out << name << " expect=" << expect << recorded.facts << " frame=" << hex(frame.data(), frame.size()) << '\n';
}

void write_cases(std::ostream& out, Recorder& recorder) {
  for (const std::uint8_t id : {kOldKey, kNewKey}) {
    const model::SipKey& key = recorder.configuration().keys.stamp[id];
    std::uint8_t bytes[16];
    for (unsigned i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(key.k0 >> (8 * i));
      bytes[8 + i] = static_cast<std::uint8_t>(key.k1 >> (8 * i));
    }
    out << "key " << unsigned{id} << ' ' << hex(bytes, 16) << '\n';
  }
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
    const struct { const char* name; const char* layout; } shapes[] = {
        {"linux", "MSS,SOK,TS,N,WS"}, {"macos", "MSS,N,WS,N,N,TS,SOK,E2"}, {"windows", "MSS,N,WS,N,N,SOK"}, {"no_options", "(none)"},
        {"no_sack", "MSS,N,WS,N,N,TS"}, {"no_wscale", "MSS,SOK,TS"}};
    for (const auto& shape : shapes) {
      for (const bool ecn : {false, true}) {
        Client c = client(std::string(shape.name) + (ecn ? "_ecn" : ""));
        c.layout = shape.layout;
        c.ecn = ecn;
        accepted(c);
      }
    }
    for (const unsigned mss : {256u, 536u, 1299u, 1300u, 1419u, 1420u, 1440u, 1459u, 1460u, 8960u}) {
      Client c = client("mss_" + std::to_string(mss));
      c.mss = static_cast<std::uint16_t>(mss);
      accepted(c);
    }
    for (const unsigned wscale : {0u, 1u, 8u, 14u}) {
      Client c = client("wscale_" + std::to_string(wscale));
      c.wscale = static_cast<std::uint8_t>(wscale);
      accepted(c);
    }
    // The box's clock, with the flow's offset, against the server's, which is some seconds old: equal, far, and over the wrap of
    // both signs between the SYN-ACK and the hand-off or behind it.
    for (const std::uint32_t clock : {0u, 10u, 3000u, 0x7ffffff0u, 0x80000000u, 0x8000000au, 0x80001234u, 0x70001234u, 0xffff0000u,
                                      0xfffffff0u, 0xffffffffu}) {
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
    const struct { const char* name; std::size_t at, length; } fields[] = {
        {"source", view.l3 + (is6 ? 8u : 12u), is6 ? 16u : 4u}, {"source_port", view.l4, 2}, {"seq", view.l4 + 4, 4},
        {"ack", view.l4 + 8, 4}, {"tsecr", view.options + 8, 4}, {"option", view.stamp, 20}};
    for (const auto& field : fields) {
      for (std::size_t bit = 0; bit < 8 * field.length; ++bit) {
        Bytes frame = honest.frame;
        frame[field.at + bit / 8] = static_cast<std::uint8_t>(frame[field.at + bit / 8] ^ (0x80 >> bit % 8));
        fix_checksums(frame);
        // Without kind, length or ExID it is no stamp, and what the kernel does with any other ACK is its own affair.
        const bool stamp = std::string(field.name) != "option" || bit >= 32;
        write_case(out, v + "bit_" + field.name + "_" + std::to_string(bit), stamp ? "silent" : "no_accept", honest, frame);
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
      std::cerr << "record_handoffs: " << statistics.mismatches << " mismatches, " << statistics.lost << " lost\n";
      return 1;
    }
  } catch (const std::exception& e) {
    std::cerr << "record_handoffs: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
