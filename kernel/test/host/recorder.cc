// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "recorder.h"

#include <ostream>
#include <stdexcept>

#include "random.h"

namespace syngate::test {

using namespace sim;

namespace {

model::Config make_config() {
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
}

unsigned linux_mss(const Client& client) {
  // net/ipv4/syncookies.c, net/ipv6/syncookies.c
  static constexpr unsigned tables[2][4] = {{536, 1300, 1440, 1460}, {1220, 1420, 1440, 8940}};
  const auto& table = tables[client.is6];
  const unsigned offered = client.layout.find("MSS") != std::string::npos ? client.mss : 536;
  unsigned result = table[0];
  for (const unsigned entry : table) result = entry <= offered ? entry : result;
  return result;
}

}  // namespace

std::string hex(const std::uint8_t* data, std::size_t length) {
  static const char* digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += {digits[data[i] >> 4], digits[data[i] & 15]};
  return text;
}

Recorder::Recorder() : config_(make_config()), simulator_(SimulatorOptions{}, config_, time_) {
  simulator_.on_output = [this](const Output& o) {
    auto& to = o.port == Port::kForward ? forwards_ : replies_;
    if (o.port == Port::kForward && forwards_.empty()) handoff_ = o.handoff;
    to.emplace_back(o.data, o.data + o.length);
  };
}

void Recorder::write_keys(std::ostream& out) const {
  for (const std::uint8_t id : {kOldKey, kNewKey}) {
    const model::SipKey& key = config_.keys.stamp[id];
    std::uint8_t bytes[16];
    for (unsigned i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(key.k0 >> (8 * i));
      bytes[8 + i] = static_cast<std::uint8_t>(key.k1 >> (8 * i));
    }
    out << "key " << unsigned{id} << ' ' << hex(bytes, 16) << '\n';
  }
}

void Recorder::at(std::uint32_t ms, std::uint8_t key) {
  time_.ms = ms;
  simulator_.set_time(time_);
  if (config_.destinations[0].stamp_key_id != key) {
    for (model::Destination& d : config_.destinations) d.stamp_key_id = key;
    simulator_.set_config(config_);
  }
}

std::vector<Bytes> Recorder::forward(const Bytes& frame) {
  forwards_.clear();
  replies_.clear();
  handoff_ = false;
  simulator_.offer(0, frame.data(), frame.size(), serial_);
  simulator_.drain();
  return forwards_;
}

TcpView Recorder::through(const Bytes& frame, const std::string& what) {
  forward(frame);
  if (replies_.size() != 1 || !forwards_.empty())
    throw std::runtime_error(what + ": not the one SYN-ACK that was expected");
  const TcpView view = view_tcp(replies_[0].data(), replies_[0].size());
  if (!view.ok) throw std::runtime_error(what + ": the SYN-ACK is no TCP");
  return view;
}

Recorded Recorder::record(const Client& client) {
  Recorded r = shake(client);
  if (!r.handoff || r.frames.size() != 1)
    throw std::runtime_error(client.name + ": the RTL made no hand-off");
  return r;
}

Recorded Recorder::shake(const Client& client) {
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
  syn.source.port = client.port.value_or(static_cast<std::uint16_t>(10000 + serial_));
  syn.destination.port = 443;
  syn.seq = client.isn.value_or(0x9e3779b9u * serial_);
  syn.flags = static_cast<std::uint8_t>(kSyn | (client.ecn ? kEce | kCwr : 0));
  OptionValues values;
  values.mss = client.mss;
  values.wscale = client.wscale;
  values.tsval = client.tsval.value_or(0x85ebca6bu * serial_ | 1u);
  syn.options = option_bytes(client.layout, values);
  const bool timestamps = client.layout.find("TS") != std::string::npos;

  std::uint32_t ms = client.ms;
  if (client.clock) {
    // The flow's offset has six zero bits at its end, like this clock: what is above them in TSval
    // tells it.
    constexpr std::uint32_t kProbe = 64 * 20000 + 63;
    at(kProbe, client.key);
    const TcpView probe = through(build_frame(syn), client.name + ": first SYN");
    ms = *client.clock - client.round_trip - ((probe.tsval | 63u) - kProbe);
  }
  at(ms, client.key);
  const TcpView reply = through(build_frame(syn), client.name + ": SYN");

  if (client.minute_turns) ++time_.count;
  at(ms + client.round_trip, client.key_at_ack);
  Segment ack = syn;
  ack.seq = syn.seq + 1;
  ack.ack = reply.seq + 1;
  ack.flags = client.final_flags;
  ack.payload.assign(client.payload.begin(), client.payload.end());
  values.tsecr = reply.tsval;
  values.tsval += client.round_trip;
  ack.options = timestamps ? option_bytes("N,N,TS", values) : Bytes{};
  // Wide enough for a whole segment, whether the server scales it or not.
  ack.window = 64240;
  Recorded result;
  result.frames = forward(build_frame(ack));
  result.handoff = handoff_;
  if (!result.frames.empty()) result.frame = result.frames[0];
  result.synack_tsval = reply.tsval;
  if (handoff_) {
    const TcpView handoff = view_tcp(result.frame.data(), result.frame.size());
    if (!handoff.has_stamp) throw std::runtime_error(client.name + ": a hand-off without a stamp");
    const std::uint8_t* stamp = result.frame.data() + handoff.stamp;
    result.clock = static_cast<std::uint32_t>(stamp[8]) << 24 |
                   static_cast<std::uint32_t>(stamp[9]) << 16 |
                   static_cast<std::uint32_t>(stamp[10]) << 8 | stamp[11];
  }
  const bool wscale = timestamps && client.layout.find("WS") != std::string::npos;
  const bool sack = timestamps && client.layout.find("SOK") != std::string::npos;
  result.facts =
      " ts=" + std::to_string(timestamps) +
      " wscale=" + (wscale ? std::to_string(client.wscale) : "-") +
      " sack=" + std::to_string(sack) + " ecn=" + std::to_string(client.ecn && timestamps) +
      " mss=" + std::to_string(linux_mss(client)) + " clock=" + std::to_string(result.clock) +
      " rcv_wscale=7 synack=" + std::to_string(reply.tsval);
  return result;
}

}  // namespace syngate::test
