// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "clients.h"

#include <algorithm>

#include "shapes.h"

namespace syngate::sim {
namespace {

// MSS values of real SYNs, by share in 12,505 first SYNs of one public server; the odd ones stand for the tail.
constexpr std::uint16_t kMss[] = {1460, 1460, 1460, 1452, 1400, 1412, 1440, 1360, 1420, 1380, 1300, 1220, 536, 8960, 65495, 256};
constexpr std::uint16_t kServerTable4[] = {536, 1300, 1440, 1460};
constexpr std::uint16_t kServerTable6[] = {1220, 1420, 1440, 8940};

std::uint64_t key_of(std::uint32_t low_address, std::uint16_t port, bool is6) {
  return static_cast<std::uint64_t>(low_address) << 17 | static_cast<std::uint64_t>(port) << 1 | (is6 ? 1 : 0);
}

std::uint32_t low_address(const std::uint8_t* p, bool is6) {
  const std::uint8_t* q = is6 ? p + 12 : p;
  return static_cast<std::uint32_t>(q[0]) << 24 | static_cast<std::uint32_t>(q[1] << 16 | q[2] << 8 | q[3]);
}

bool has(const std::string& layout, const char* word) {
  return ("," + layout + ",").find("," + std::string(word) + ",") != std::string::npos;
}

}  // namespace

Clients::Clients(const Options& options) : options_(options), random_(options.seed ^ 0x636c69656e747300u) {
  unsigned total = 0;
  for (const SynShape& shape : kClientShapes) total += shape.weight;
  clients_.resize(options.count);
  for (std::size_t i = 0; i < options.count; ++i) {
    Client& c = clients_[i];
    Segment& s = c.segment;
    s.is6 = options.targets.pick_family(random_, options.ipv6);
    if (s.is6) {
      s.source.address = {0x20, 1, 0xd, 0xb8, 0, 2};
      s.flow_label = static_cast<std::uint32_t>(random_.below(1 << 20));
    }
    const std::size_t low = s.is6 ? 12 : 0;
    const std::uint32_t address = 10u << 24 | static_cast<std::uint32_t>(i / 1000);
    for (std::size_t b = 0; b < 4; ++b) s.source.address[low + b] = static_cast<std::uint8_t>(address >> (24 - 8 * b));
    s.source.port = static_cast<std::uint16_t>(10000 + i % 1000 * 50 + random_.below(50));
    s.destination = options.targets.pick(random_, s.is6);
    if (random_.chance(options.vlan)) {
      s.tags.push_back(0x81000000u | static_cast<std::uint32_t>(random_.below(65536)));
      if (random_.chance(0.3)) s.tags.insert(s.tags.begin(), 0x88a80000u | static_cast<std::uint32_t>(random_.below(65536)));
    }
    s.ttl = random_.chance(0.7) ? 57 : 118;
    c.isn = static_cast<std::uint32_t>(random_.next());
    // The first clients show every shape once, the others follow the shares.
    const SynShape* shape = &kClientShapes[i % kClientShapes.size()];
    if (i >= 4 * kClientShapes.size()) {
      std::uint64_t pick = random_.below(total);
      for (const SynShape& candidate : kClientShapes) {
        shape = &candidate;
        if (pick < candidate.weight) break;
        pick -= candidate.weight;
      }
    }
    c.layout = shape->layout;
    c.values.mss = kMss[random_.below(std::size(kMss))];
    c.values.wscale = static_cast<std::uint8_t>(random_.below(15));
    c.values.tsval = static_cast<std::uint32_t>(random_.next());
    c.ecn = random_.chance(options.ecn);
    c.with_data = random_.chance(options.with_data);
    c.with_fin = random_.chance(options.with_fin);
    by_key_[key_of(address, s.source.port, s.is6)] = i;
    ready_.push_back(i);
  }
  open_ = clients_.size();
}

void Clients::complain(const Client& client, const std::string& what) {
  if (wrong_++ == 0) first_wrong_ = "client with options " + client.layout + ": " + what;
}

void Clients::build(Client& c, Bytes& frame) {
  Segment s = c.segment;
  const bool timestamps = has(c.layout, "TS");
  OptionValues values = c.values;
  values.tsval += static_cast<std::uint32_t>(tick_ / 100);
  values.tsecr = c.server_tsval;
  s.window = 502;
  s.seq = c.isn + 1;
  s.ack = c.server_isn + 1;
  s.flags = kAck;
  if (timestamps) s.options = option_bytes("N,N,TS", values);
  const Bytes request = {'G', 'E', 'T', ' ', '/', '\n'};
  switch (c.state) {
    case State::kSendSyn:
      s.seq = c.isn;
      s.ack = 0;
      s.window = 64240;
      s.flags = static_cast<std::uint8_t>(kSyn | (c.ecn ? kEce | kCwr : 0));
      values = c.values;
      s.options = option_bytes(c.layout, values);
      c.state = State::kSynSent;
      break;
    case State::kSendAck:
      if (c.with_data) {
        s.flags |= kPsh;
        s.payload = request;
      }
      if (c.with_fin) s.flags |= kFin;
      c.state = State::kAckSent;
      break;
    case State::kSendData:
      s.flags |= kPsh;
      s.payload.assign(1 + random_.below(1400), 'x');
      // Some have sent as much as they received: to Linux's check such a segment looks like a valid cookie. Fewer than eight
      // bytes, because the table keeps three bits of the first sequence number.
      if (random_.chance(0.3)) {
        const auto moved = static_cast<std::uint32_t>(1 + random_.below(7));
        s.seq += moved;
        s.ack += moved;
      } else {
        s.ack += 100;
        if (c.with_data) s.seq += static_cast<std::uint32_t>(request.size());
      }
      c.state = State::kSendFin;
      break;
    case State::kSendFin:
      s.flags |= kFin;
      s.seq += 1400;
      s.ack += 200;
      c.state = State::kClosed;
      break;
    default: break;
  }
  frame = build_frame(s);
}

bool Clients::next(Bytes& frame) {
  ++tick_;
  // Segments without an answer are repeated, oldest first.
  while (ready_.empty() && !waiting_.empty()) {
    const std::size_t i = waiting_.front();
    Client& c = clients_[i];
    const bool waits = c.state == State::kSynSent || c.state == State::kAckSent;
    if (waits && tick_ - c.sent_at < options_.retry_after) break;
    waiting_.pop_front();
    if (!waits) continue;
    c.state = c.state == State::kSynSent ? State::kSendSyn : State::kSendAck;
    ++retried_;
    ready_.push_back(i);
  }
  if (ready_.empty()) return false;
  const std::size_t i = ready_.front();
  ready_.pop_front();
  Client& c = clients_[i];
  build(c, frame);
  c.sent_at = tick_;
  if (c.state == State::kSendFin) {
    ready_.push_back(i);
  } else if (c.state == State::kClosed) {
    --open_;
  } else if (++c.tries > 20) {
    complain(c, "gave up");
    c.state = State::kClosed;
    --open_;
  } else {
    waiting_.push_back(i);
  }
  return true;
}

Clients::Client* Clients::find(const TcpView& v, const std::uint8_t* frame, bool towards_client) {
  const std::size_t source = v.l3 + (v.is6 ? 8 : 12);
  const std::size_t at = towards_client ? source + (v.is6 ? 16 : 4) : source;
  const auto found = by_key_.find(
      key_of(low_address(frame + at, v.is6), towards_client ? v.destination_port : v.source_port, v.is6));
  return found == by_key_.end() ? nullptr : &clients_[found->second];
}

void Clients::saw_reply(const std::uint8_t* frame, std::size_t length) {
  const TcpView v = view_tcp(frame, length);
  if (!v.ok) return;
  Client* c = find(v, frame, true);
  if (c == nullptr || v.ack != c->isn + 1 || c->state != State::kSynSent) return;
  const bool timestamps = has(c->layout, "TS");
  if ((v.flags & ~kEce) != (kSyn | kAck)) complain(*c, "SYN-ACK flags");
  if ((v.flags & kEce) != 0 && !(c->ecn && timestamps)) complain(*c, "ECE without ECN and timestamps");
  if ((v.flags & kEce) == 0 && c->ecn && timestamps) complain(*c, "ECN refused");
  if (!v.has_mss || v.mss < 536) complain(*c, "SYN-ACK MSS");
  if (v.has_timestamps != timestamps) complain(*c, "timestamps in the SYN-ACK");
  if (timestamps && v.tsecr != c->values.tsval) complain(*c, "TSecr in the SYN-ACK");
  if (v.has_wscale != (timestamps && has(c->layout, "WS"))) complain(*c, "window scale in the SYN-ACK");
  if (v.has_sack != (timestamps && has(c->layout, "SOK"))) complain(*c, "SACK in the SYN-ACK");
  c->server_isn = v.seq;
  c->server_tsval = v.has_timestamps ? v.tsval : 0;
  c->state = State::kSendAck;
  c->tries = 0;
  ready_.push_back(static_cast<std::size_t>(c - clients_.data()));
}

void Clients::saw_forward(const std::uint8_t* frame, std::size_t length) {
  const TcpView v = view_tcp(frame, length);
  if (!v.ok || !v.has_stamp) return;
  Client* c = find(v, frame, false);
  if (c == nullptr) return;
  if (v.seq != c->isn + 1 || v.ack != c->server_isn + 1 || v.flags != kAck) complain(*c, "hand-off sequence numbers");
  const std::uint8_t* s = frame + v.stamp;
  const unsigned mss = static_cast<unsigned>(s[6] << 8 | s[7]);
  const auto* table = v.is6 ? kServerTable6 : kServerTable4;
  unsigned expected = table[0];
  // Without the option Linux assumes 536 (IPv4) and 1220 (IPv6).
  const unsigned offered = has(c->layout, "MSS") ? c->values.mss : table[0];
  for (unsigned i = 0; i < 4; ++i) {
    if (offered >= table[i]) expected = table[i];
  }
  if (mss != expected) complain(*c, "MSS in the stamp");
  if (has(c->layout, "TS") != v.has_timestamps) complain(*c, "timestamps in the hand-off");
  if (v.has_timestamps && v.tsecr != c->server_tsval) complain(*c, "TSecr in the hand-off");
  if (!c->complete) {
    c->complete = true;
    ++completed_;
  }
  if (c->state != State::kAckSent) return;
  if (options_.close) {
    c->state = State::kSendData;
    ready_.push_back(static_cast<std::size_t>(c - clients_.data()));
  } else {
    c->state = State::kClosed;
    --open_;
  }
}

}  // namespace syngate::sim
