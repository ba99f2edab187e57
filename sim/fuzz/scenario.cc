// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

#include <string>

#include "random.h"
#include "targets.h"

namespace syngate::fuzz {
namespace {

// Layouts of option_bytes(): those of common systems, and what only a walk finds.
constexpr std::array<const char*, 16> kLayouts = {
    "",          "MSS",         "MSS,SOK,TS,N,WS",   "MSS,N,WS,N,N,SOK", "MSS,N,WS,N,N,TS,SOK,E", "N,N,TS",           "TS",
    "MSS,MSS",   "WS,MSS,E4",   "SOK,SOK,TS,TS",     "E,MSS",            "MSS,EXP254.6,N,N,TS",   "U77.2,MSS,N,N,N,N", "N,N,N,N,N,N,N,MSS",
    "TFO.8,MSS", "MSS,SOK,TS,MPTCP.10"};

constexpr std::array<std::uint32_t, 6> kMasks = {0, 1, 7, 63, 63, 0};
constexpr std::array<std::uint32_t, 4> kCounts = {286326, 0, 0xfffffffe, 0x00ffffff};
constexpr std::array<std::uint32_t, 4> kClocks = {5000, 0, 0xffffff00, 0x00fffff0};

model::SipKey key_of(sim::Random& random) { return {random.next(), random.next()}; }

model::Keys keys_of(std::uint64_t seed) {
  sim::Random random(seed);
  model::Keys keys;
  keys.secret0_v4 = key_of(random);
  keys.secret0_v6 = key_of(random);
  for (auto& key : keys.secret1_v4) key = key_of(random);
  for (auto& key : keys.secret1_v6) key = key_of(random);
  for (auto& key : keys.stamp) key = key_of(random);
  return keys;
}

model::Destination server(bool is6) {
  model::Destination d;
  d.used = true;
  d.prefix.is6 = is6;
  d.prefix.bytes = is6 ? sim::kServer6.address : sim::kServer4.address;
  d.prefix_length = is6 ? 128 : 32;
  d.port_first = d.port_last = 443;
  return d;
}

}  // namespace

Scenario::Scenario(const std::uint8_t* data, std::size_t size) : input_(data, size) {
  const std::uint8_t first = input_.u8(), second = input_.u8(), third = input_.u8();
  seed = 1u + (first >> 6u);
  config.keys = keys_of(seed);
  config.table_mask = kMasks[(first & 7u) % kMasks.size()];
  if ((first & 8u) != 0) config.policy = input_.u16() & 0x3ffu;
  if ((first & 16u) != 0) config.exid = input_.u16();
  if ((first & 32u) != 0) {
    config.life = std::max<std::uint8_t>(1, static_cast<std::uint8_t>(input_.u8() % 241u));
    config.life_closing = input_.u8() % 16u;
  }
  reply_pressure = second & 3u;
  forward_pressure = second >> 2u & 3u;
  input_idle = second >> 4u & 3u;
  if ((second & 64u) != 0) reply_cap = 1u + input_.u8();
  time = {kCounts[third & 3u], kClocks[third >> 2u & 3u]};
  config.destinations[0] = server(false);
  config.destinations[1] = server(true);
  for (unsigned i = 0; i < (third >> 4u & 3u); ++i) change_config();
}

bool Scenario::next(Step* step) {
  *step = {};
  if (pending_ >= 0) {
    const auto op = static_cast<std::uint8_t>(pending_);
    pending_ = -1;
    return decode(op, step);
  }
  if (input_.empty() || ++steps_ > kSteps) return false;
  const std::uint8_t op = input_.u8();
  // A client can only answer what has reached it.
  if (op % 16 == 1 || op % 16 == 2) {
    pending_ = op;
    step->kind = Step::Kind::kDrain;
    return true;
  }
  return decode(op, step);
}

bool Scenario::decode(std::uint8_t op, Step* step) {
  switch (op % 16) {
    case 0: syn(); break;
    case 1:
    case 2: answer(op); break;
    case 3: any_segment(); break;
    case 4:
    case 5:
    case 6: damage(); break;
    case 7: resize(); break;
    case 8: raw(); break;
    case 9: icmp(); break;
    case 10: change_time(step); return true;
    case 11:
      change_config();
      step->kind = Step::Kind::kConfig;
      return true;
    case 12:
      step->kind = (op & 16u) != 0 ? Step::Kind::kCheckRegisters : Step::Kind::kDrain;
      step->seed = op;
      return true;
    case 13: frame_ = handoff_; break;  // what only the box may send
    default: break;                     // the last one again
  }
  step->idle = (op & 16u) != 0 ? op >> 5u : 0;
  step->bad_fcs = op == 0xfe;
  step->frame = frame_;
  if (step->frame.empty()) step->frame.push_back(op);
  return true;
}

sim::Segment Scenario::segment(std::uint8_t where) {
  sim::Segment s;
  s.is6 = (where & 1u) != 0;
  s.destination = s.is6 ? sim::kServer6 : sim::kServer4;
  const auto number = static_cast<std::uint8_t>(where >> 1 & 7u);
  if (s.is6) {
    s.source.address = {0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, number};
  } else {
    s.source.address = {203, 0, 113, number};
  }
  s.source.port = static_cast<std::uint16_t>(40000 + number);
  for (unsigned i = 0; i < (where >> 4 & 3u) % 3; ++i) s.tags.push_back((i == 0 ? 0x88a80005u : 0x81000007u));
  if ((where & 64u) != 0) s.traffic_class = 0xb9;
  if ((where & 128u) != 0) s.flow_label = 0x12345;
  return s;
}

Bytes Scenario::options(const Client& c, std::uint32_t tsecr) {
  const std::uint8_t how = input_.u8();
  if (how >= 64) return input_.bytes(how % 41u);
  sim::OptionValues values;
  values.tsval = c.tsval;
  values.tsecr = tsecr;
  if ((how & 16u) != 0) values.mss = input_.u16();
  if ((how & 32u) != 0) values.wscale = input_.u8();
  Bytes bytes = sim::option_bytes(kLayouts[how % 16], values);
  if (bytes.size() > 40) bytes.resize(40);
  return bytes;
}

void Scenario::syn() {
  const std::uint8_t where = input_.u8();
  sim::Segment s = segment(where);
  Client& c = client(where);
  const std::uint8_t extra = input_.u8();
  s.seq = 1000u * (extra & 15u) + (where & 15u);
  s.flags = static_cast<std::uint8_t>(sim::kSyn | ((extra & 16u) != 0 ? sim::kEce | sim::kCwr : 0));
  if ((extra & 32u) != 0) s.payload = input_.bytes(input_.u8());
  if ((extra & 64u) != 0) s.reserved = extra & 15u;
  c.tsval = 77000u + extra;
  c.seq = s.seq + 1;
  s.options = options(c, 0);
  frame_ = sim::build_frame(s);
}

void Scenario::answer(std::uint8_t op) {
  const std::uint8_t where = input_.u8();
  sim::Segment s = segment(where);
  Client& c = client(where);
  const std::uint8_t extra = input_.u8();
  s.seq = c.seq;
  s.ack = c.server_isn + 1;
  s.flags = sim::kAck;
  if ((extra & 1u) != 0) s.flags |= sim::kFin;
  if ((extra & 2u) != 0) s.flags |= sim::kPsh;
  if ((extra & 4u) != 0) s.payload.assign(1 + (extra >> 4u) * 37u, extra);
  if ((extra & 8u) != 0) s.seq += extra >> 4u;
  if (op % 16 == 2) s.flags = static_cast<std::uint8_t>((extra & 16u) != 0 ? sim::kRst : sim::kRst | sim::kAck);
  if (c.timestamps) {
    s.options = sim::option_bytes("N,N,TS", {1460, 7, c.tsval, c.server_tsval});
  } else if ((op & 32u) != 0) {
    s.options = options(c, c.server_tsval);
  }
  frame_ = sim::build_frame(s);
}

void Scenario::any_segment() {
  const std::uint8_t where = input_.u8();
  sim::Segment s = segment(where);
  s.flags = input_.u8();
  const std::uint8_t extra = input_.u8();
  s.seq = (extra & 1u) != 0 ? input_.u32() : client(where).seq;
  s.ack = (extra & 2u) != 0 ? input_.u32() : client(where).server_isn + 1;
  if ((extra & 4u) != 0) s.source = s.destination;
  if ((extra & 8u) != 0) s.destination.port = input_.u16();
  if ((extra & 16u) != 0) s.source.port = input_.u16();
  if ((extra & 32u) != 0) s.payload.assign(input_.u16() % 9300u, extra);
  if ((extra & 64u) != 0) s.destination.address[input_.u8() % 16u] ^= input_.u8();
  if ((extra & 128u) != 0) s.options = options(client(where), client(where).server_tsval);
  frame_ = sim::build_frame(s);
}

void Scenario::damage() {
  const std::uint8_t how = input_.u8();
  for (unsigned i = 0; i <= (how & 3u) && !frame_.empty(); ++i) {
    std::size_t at = input_.u8();
    if ((how & 64u) != 0) at = at << 8 | input_.u8();
    const std::uint8_t value = input_.u8();
    std::uint8_t& byte = frame_[at % frame_.size()];
    byte = (how & 4u) != 0 ? value : byte ^ value;
  }
  if ((how & 8u) != 0) sim::fix_checksums(frame_);
}

void Scenario::resize() {
  const std::uint8_t how = input_.u8();
  const std::size_t amount = 1 + ((how & 128u) != 0 ? input_.u16() % 9400u : how & 63u);
  if ((how & 64u) != 0) {
    frame_.resize(std::min<std::size_t>(frame_.size() + amount, 9400), how);
  } else {
    frame_.resize(frame_.size() - std::min(amount, frame_.size()));
  }
}

void Scenario::raw() {
  const std::uint8_t how = input_.u8();
  frame_ = input_.bytes(how);
  if (frame_.size() > 15 && how % 4 != 0) {
    const bool is6 = how % 4 == 1;
    frame_[12] = is6 ? 0x86 : 8;
    frame_[13] = is6 ? 0xdd : 0;
    frame_[14] = is6 ? 0x60 : static_cast<std::uint8_t>(frame_[14] % 8 == 0 ? frame_[14] : 0x45);
    sim::fix_checksums(frame_);
  }
}

// An error about a segment from the server to the client: what it quotes is the flow, turned around.
void Scenario::icmp() {
  const std::uint8_t where = input_.u8(), how = input_.u8();
  const sim::Segment s = segment(where);
  sim::Segment quoted = s;
  std::swap(quoted.source, quoted.destination);
  const Bytes inner = sim::build_frame(quoted);
  const std::size_t l2 = 14 + 4 * s.tags.size();
  const std::size_t keep = std::min<std::size_t>(inner.size() - l2, (s.is6 ? 40u : 20u) + (how & 15u));
  frame_ = sim::build_frame(s);
  frame_.resize(l2 + (s.is6 ? 40 : 20));
  const Bytes head = {static_cast<std::uint8_t>(s.is6 ? 1 + (how >> 4u & 3u) : (how & 16u) != 0 ? 11 : 3), 4, 0, 0, 0, 0, 5, 0xdc};
  frame_.insert(frame_.end(), head.begin(), head.end());
  frame_.insert(frame_.end(), inner.begin() + static_cast<std::ptrdiff_t>(l2), inner.begin() + static_cast<std::ptrdiff_t>(l2 + keep));
  const std::size_t payload = frame_.size() - l2 - (s.is6 ? 40 : 0);
  frame_[l2 + (s.is6 ? 4 : 2)] = static_cast<std::uint8_t>(payload >> 8);
  frame_[l2 + (s.is6 ? 5 : 3)] = static_cast<std::uint8_t>(payload);
  frame_[l2 + (s.is6 ? 6 : 9)] = s.is6 ? 58 : 1;
  if (frame_.size() < 60) frame_.resize(60);
  sim::fix_checksums(frame_);
}

void Scenario::change_time(Step* step) {
  const std::uint8_t how = input_.u8();
  step->kind = (how & 128u) != 0 ? Step::Kind::kStageTime : Step::Kind::kTime;
  model::Time to = time;
  switch (how & 7u) {
    case 0: to.ms += input_.u8(); break;
    case 1: to.ms += input_.u16() * 16u; break;
    case 2: to.ms += input_.u32(); break;
    case 3: to.ms -= input_.u16() * 8u; break;
    case 4: to.count += 1; break;
    case 5: to.count += 2; break;
    case 6: to.count -= 1; break;
    default:
      to.count += 1;
      to.ms += 60000;
      break;
  }
  if (step->kind == Step::Kind::kTime) time = to;
  step->time = to;
}

void Scenario::change_config() {
  const std::uint8_t how = input_.u8();
  sim::Random random(0x636f6e66u + how);
  switch (how & 7u) {
    case 0: config.policy = input_.u16() & 0x3ffu; break;
    case 1: config.exid = input_.u16(); break;
    case 2: {  // rotation: a bank that no live cookie uses
      const unsigned bank = (time.count + 1 + (how >> 3u & 1u)) & 3u;
      config.keys.secret1_v4[bank] = key_of(random);
      config.keys.secret1_v6[bank] = key_of(random);
      break;
    }
    case 3: config.keys.stamp[how >> 3u & 15u] = key_of(random); break;
    case 4: config.keys.secret0_v4 = config.keys.secret0_v6 = key_of(random); break;
    default: {
      model::Destination d = server((how & 8u) != 0);
      const std::uint8_t at = input_.u8(), bits = input_.u8();
      d.used = (bits & 1u) == 0;
      d.mode = (bits & 2u) != 0 ? defs::Mode::kOff : defs::Mode::kAlways;
      d.prefix_length = (bits & 4u) != 0 ? input_.u8() % (d.prefix.is6 ? 129u : 33u) : d.prefix_length;
      if ((bits & 8u) != 0) d.prefix.bytes[input_.u8() % (d.prefix.is6 ? 16u : 4u)] ^= input_.u8();
      if ((bits & 16u) != 0) {
        d.port_first = input_.u16();
        d.port_last = input_.u16();
      }
      d.mss = (bits & 32u) != 0 ? input_.u16() : d.mss;
      d.wscale = static_cast<std::uint8_t>((how >> 4u) % 15u);
      d.stamp_key_id = at >> 4u;
      d.window_ts = (bits & 64u) != 0 ? input_.u16() : d.window_ts;
      config.destinations[at % defs::kDestinations] = d;
    }
  }
}

void Scenario::saw_reply(const std::uint8_t* frame, std::size_t length) {
  const sim::TcpView view = sim::view_tcp(frame, length);
  if (!view.ok) return;
  const unsigned number = view.destination_port - 40000u;
  if (number >= kClients) return;
  Client& c = clients_[(view.is6 ? 1u : 0u) * kClients + number];
  c.server_isn = view.seq;
  c.server_tsval = view.tsval;
  c.timestamps = view.has_timestamps;
}

}  // namespace syngate::fuzz
