// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <algorithm>

#include "episode.h"
#include "syngate/model/cookie.h"
#include "targets.h"

namespace syngate::sim {

Bench::Bench(Simulator& simulator, std::uint64_t s, bool b) : box(simulator), random(s ^ 0x6661756c74000000u), seed(s), broken(b) {
  options.seed = seed;
  options.max_mismatches = 3;
  options.quiet_clocks = 20000;
  config = default_config(seed);
  // Fewer register writes; the other stamp keys have no part in this.
  for (std::size_t i = 1; i < config.keys.stamp.size(); ++i) config.keys.stamp[i] = {};
  config.table_mask = 63;
  time = {static_cast<std::uint32_t>(random.next()), static_cast<std::uint32_t>(random.next())};
  box.on_output = [this](const Output& o) { saw(o); };
  box.on_result = [this](const FrameResult& r) {
    if (r.tag >= results_.size()) results_.resize(r.tag + 1);
    results_[r.tag] = {true, r.verdict, r.reason, r.decision.op};
  };
  box.on_mismatch = [this](const Mismatch& m) {
    failures.push_back("frame " + std::to_string(m.tag) + " " + m.stage + " " + m.field + ": rtl " + m.rtl + " model " + m.model);
  };
}

Bench::~Bench() {
  box.on_output = nullptr;
  box.on_result = nullptr;
  box.on_mismatch = nullptr;
}

void Bench::start() { box.reset(options, config, time, true); }

void Bench::finish() {
  const Statistics& s = box.finish();
  expect(s.mismatches == 0, "RTL and model differ");
  expect(s.lost == 0, "frames or outputs are missing");
  std::uint64_t verdicts = 0;
  for (unsigned v = 0; v < defs::kVerdictCount; ++v) verdicts += s.counters[defs::counter::kVerdictBase + v];
  expect(verdicts == s.offered, "each frame has one verdict in the counters");
  if (options.check) {
    bool same = true;
    for (std::uint32_t row = 0; row <= config.table_mask; ++row) {
      for (unsigned c = 0; c < 2; ++c) same = same && box.table_row(c, row) == box.model()->table_row(c, row);
    }
    expect(same, "the memory holds what the model holds");
  }
  count("frames", s.offered);
  count("sram errors", s.counters[defs::counter::kTableSramError]);
  count("evictions", s.counters[defs::counter::kTableEvict]);
}

std::uint64_t Bench::tag() {
  results_.emplace_back();
  return results_.size() - 1;
}

std::uint64_t Bench::send(const Bytes& frame, bool bad_fcs) {
  const std::uint64_t mine = tag();
  box.offer(0, frame.data(), frame.size(), mine, bad_fcs);
  return mine;
}

Result Bench::result(std::uint64_t frame) {
  if (!results_[frame].done) box.drain();
  return results_[frame];
}

Peer Bench::peer() {
  Peer p;
  Segment& s = p.segment;
  s.is6 = random.chance(0.4);
  for (std::uint8_t& byte : s.source.address) byte = static_cast<std::uint8_t>(random.next());
  s.source.address[0] = s.is6 ? 0x20 : 10;
  if (!s.is6) std::fill(s.source.address.begin() + 4, s.source.address.end(), std::uint8_t{0});
  s.source.port = next_port_++;
  s.destination = s.is6 ? kServer6 : kServer4;
  p.isn = static_cast<std::uint32_t>(random.next());
  return p;
}

Peer Bench::peer_of_two_rows() {
  for (;;) {
    Peer p = peer();
    const auto where = place(p);
    if (where.row[0] != where.row[1]) return p;
  }
}

Bytes Bench::syn(const Peer& peer) {
  Segment s = peer.segment;
  s.seq = peer.isn;
  s.flags = kSyn;
  s.options = option_bytes("MSS", {});
  return build_frame(s);
}

Bytes Bench::ack(const Peer& peer) {
  Segment s = peer.segment;
  s.seq = peer.isn + 1;
  s.ack = peer.cookie + 1;
  s.flags = kAck;
  return build_frame(s);
}

Bytes Bench::data(const Peer& peer, std::size_t bytes) {
  Segment s = peer.segment;
  // Sent and received unlike amounts: the cookie arithmetic does not hold.
  s.seq = peer.isn + 1001;
  s.ack = peer.cookie + 0x40000001u;
  s.flags = kAck | kPsh;
  s.payload.assign(bytes, 'x');
  return build_frame(s);
}

Bytes Bench::fin(const Peer& peer) {
  Segment s = peer.segment;
  s.seq = peer.isn + 2001;
  s.ack = peer.cookie + 0x40000001u;
  s.flags = kAck | kFin;
  return build_frame(s);
}

void Bench::saw(const Output& output) {
  ++left[static_cast<std::size_t>(output.port)];
  if (output.port != Port::kReply) return;
  const TcpView v = view_tcp(output.data, output.length);
  if (v.ok) cookies_[v.destination_port] = {v.ack, v.seq};
}

void Bench::shake(Peer& peer) {
  box.drain();
  ask(syn(peer));
  learn(peer);
}

void Bench::learn(Peer& peer) {
  box.drain();
  const auto answer = cookies_.find(peer.segment.source.port);
  peer.answered = answer != cookies_.end() && answer->second.first == peer.isn + 1;
  expect(peer.answered, "a SYN is answered");
  if (peer.answered) peer.cookie = answer->second.second;
}

void Bench::establish(Peer& peer) {
  std::vector<Peer> one{peer};
  establish(one);
  peer = one.front();
}

void Bench::establish(std::vector<Peer>& peers) {
  box.drain();
  for (const Peer& p : peers) send(syn(p));
  box.drain();
  std::vector<std::uint64_t> acks;
  for (Peer& p : peers) {
    learn(p);
    acks.push_back(send(ack(p)));
  }
  for (const std::uint64_t frame : acks) expect(result(frame).verdict == defs::Verdict::kHandoff, "a client is handed off");
  box.drain();
}

model::Flow Bench::flow(const Peer& peer) const {
  const Segment& s = peer.segment;
  model::Flow f;
  f.source.bytes = s.source.address;
  f.destination.bytes = s.destination.address;
  f.source.is6 = f.destination.is6 = s.is6;
  f.source_port = s.source.port;
  f.destination_port = s.destination.port;
  return f;
}

model::FlowTable::Place Bench::place(const Peer& peer) const {
  const model::SipKey& key = peer.segment.is6 ? config.keys.secret0_v6 : config.keys.secret0_v4;
  return model::FlowTable::place_of(model::siphash_squeeze(model::cookie_hash(flow(peer), 0, key)), config.table_mask);
}

std::uint32_t Bench::cookie(const Peer& peer, unsigned mss_index, std::uint32_t minutes_ago) const {
  const bool is6 = peer.segment.is6;
  const std::uint32_t minute = time.count - minutes_ago;
  const model::CookieKeys keys{is6 ? config.keys.secret0_v6 : config.keys.secret0_v4,
                               (is6 ? config.keys.secret1_v6 : config.keys.secret1_v4)[minute & 3]};
  return model::make_cookie(flow(peer), peer.isn, minute, mss_index, keys);
}

void Bench::set_time(std::uint32_t minutes, std::uint32_t ms) {
  time = {minutes, ms};
  box.set_time(time);
}

void Bench::expect(bool holds, const std::string& what) {
  ++checks;
  if (!holds) failures.push_back(what);
}

}  // namespace syngate::sim
