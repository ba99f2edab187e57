// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "clients.h"

#include <algorithm>


namespace syngate::sim {
namespace {

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
  const ClientMix& mix = options_.mix;
  const auto between = [this](const std::pair<std::uint64_t, std::uint64_t>& us) {
    return (us.first * 1000) + random_.below((us.second - us.first) * 1000 + 1);
  };
  clients_.resize(options.count);
  for (std::size_t i = 0; i < options.count; ++i) {
    Client& c = clients_[i];
    Segment& s = c.segment;
    s.is6 = options_.targets.pick_family(random_, mix.ipv6);
    if (s.is6) {
      s.source.address = {0x20, 1, 0xd, 0xb8, 0, 2};
      s.flow_label = static_cast<std::uint32_t>(random_.below(1 << 20));
    }
    const std::size_t low = s.is6 ? 12 : 0;
    const std::uint32_t address = 10u << 24 | static_cast<std::uint32_t>(i / 1000);
    for (std::size_t b = 0; b < 4; ++b) s.source.address[low + b] = static_cast<std::uint8_t>(address >> (24 - 8 * b));
    s.source.port = static_cast<std::uint16_t>(10000 + i % 1000 * 50 + random_.below(50));
    s.destination = options_.targets.pick(random_, s.is6);
    if (random_.chance(mix.vlan)) {
      s.tags.push_back(0x81000000u | static_cast<std::uint32_t>(random_.below(65536)));
      if (random_.chance(0.3)) s.tags.insert(s.tags.begin(), 0x88a80000u | static_cast<std::uint32_t>(random_.below(65536)));
    }
    s.ttl = random_.chance(0.7) ? 57 : 118;
    c.isn = static_cast<std::uint32_t>(random_.next());
    c.shape = options_.every_shape && i < 4 * mix.shapes.size() ? i % mix.shapes.size() : draw(mix.shapes, random_);
    const bool even = options_.every_shape;
    c.values.mss = mix.mss[even ? random_.below(mix.mss.size()) : draw(mix.mss, random_)].value;
    c.values.wscale = even ? static_cast<std::uint8_t>(random_.below(15)) : mix.wscale[draw(mix.wscale, random_)].value;
    c.values.tsval = static_cast<std::uint32_t>(random_.next());
    c.ecn = random_.chance(mix.ecn);
    c.with_data = random_.chance(mix.with_data);
    c.with_fin = random_.chance(mix.with_fin);
    c.rto = options_.retry_after;
    std::uint64_t start = 0;
    if (options_.in_nanoseconds) {
      c.rtt = between(mix.rtt_us);
      c.rto = between(mix.rto_us);
      start = random_.below(mix.start_us * 1000 + 1);
    }
    by_key_[key_of(address, s.source.port, s.is6)] = i;
    schedule(c, start);
  }
  open_ = clients_.size();
}

void Clients::schedule(Client& c, std::uint64_t due) {
  events_.push({due, order_++, static_cast<std::size_t>(&c - clients_.data()), ++c.turn});
}

void Clients::complain(const Client& client, const std::string& what) {
  if (wrong_++ == 0) first_wrong_ = "client with options " + layout(client) + ": " + what;
}

std::uint64_t Clients::connect_time(double share) const {
  if (connect_times_.empty()) return 0;
  std::vector<std::uint64_t> times = connect_times_;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(times.size() - 1) + 0.5);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(rank), times.end());
  return times[rank];
}

void Clients::build(std::uint64_t now, Client& c, Bytes& frame) {
  Segment s = c.segment;
  const bool timestamps = has(layout(c), "TS");
  OptionValues values = c.values;
  // A clock of 1 kHz, or something that moves.
  values.tsval += static_cast<std::uint32_t>(now / (options_.in_nanoseconds ? 1000000 : 100));
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
      s.options = option_bytes(layout(c), values);
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

std::uint64_t Clients::due_ns() {
  while (!events_.empty() && events_.top().turn != clients_[events_.top().client].turn) events_.pop();
  return events_.empty() ? kNever : events_.top().due;
}

bool Clients::next(Bytes& frame) {
  TrafficFrame traffic;
  ++tick_;
  while (due_ns() <= tick_) {
    if (!next(tick_, &traffic)) continue;
    frame = std::move(traffic.bytes);
    return true;
  }
  return false;
}

bool Clients::next(std::uint64_t now, TrafficFrame* frame) {
  if (due_ns() > now) return false;
  const std::size_t i = events_.top().client;
  events_.pop();
  Client& c = clients_[i];
  if (c.state == State::kSynSent || c.state == State::kAckSent) {
    // No answer: again, or never again.
    if (c.tries >= options_.tries) {
      if (!options_.in_nanoseconds) complain(c, "gave up");
      ++gave_up_;
      c.state = State::kClosed;
      --open_;
      return false;
    }
    c.state = c.state == State::kSynSent ? State::kSendSyn : State::kSendAck;
    ++retried_;
  }
  if (c.state == State::kSendSyn && c.tries == 0) {
    c.first_syn = now;
    ++started_;
  }
  build(now, c, frame->bytes);
  frame->source = Source::kClient;
  frame->file = 0;
  frame->number = 0;
  frame->time_ns = 0;
  frame->connection = static_cast<std::uint32_t>(i + 1);
  if (c.state == State::kSendFin) {
    schedule(c, now + c.rtt);
  } else if (c.state == State::kClosed) {
    --open_;
  } else {
    // Exponential back-off, as TCP does it; counted in calls, time means nothing.
    schedule(c, now + (options_.in_nanoseconds ? c.rto << c.tries : c.rto));
    ++c.tries;
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

void Clients::saw_reply(std::uint64_t now, const std::uint8_t* frame, std::size_t length) {
  const TcpView v = view_tcp(frame, length);
  if (!v.ok) return;
  Client* c = find(v, frame, true);
  if (c == nullptr || v.ack != c->isn + 1 || c->state != State::kSynSent) return;
  const bool timestamps = has(layout(*c), "TS");
  if ((v.flags & ~kEce) != (kSyn | kAck)) complain(*c, "SYN-ACK flags");
  if ((v.flags & kEce) != 0 && !(c->ecn && timestamps)) complain(*c, "ECE without ECN and timestamps");
  if ((v.flags & kEce) == 0 && c->ecn && timestamps && options_.ecn) complain(*c, "ECN refused");
  if (!v.has_mss || v.mss < 536) complain(*c, "SYN-ACK MSS");
  if (v.has_timestamps != timestamps) complain(*c, "timestamps in the SYN-ACK");
  if (timestamps && v.tsecr != c->values.tsval) complain(*c, "TSecr in the SYN-ACK");
  if (v.has_wscale != (timestamps && has(layout(*c), "WS"))) complain(*c, "window scale in the SYN-ACK");
  if (v.has_sack != (timestamps && has(layout(*c), "SOK"))) complain(*c, "SACK in the SYN-ACK");
  c->server_isn = v.seq;
  c->server_tsval = v.has_timestamps ? v.tsval : 0;
  c->state = State::kSendAck;
  c->tries = 0;
  schedule(*c, now + c->rtt);
}

void Clients::saw_handoff(std::uint64_t now, const std::uint8_t* frame, std::size_t length) {
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
  const unsigned offered = has(layout(*c), "MSS") ? c->values.mss : table[0];
  for (unsigned i = 0; i < 4; ++i) {
    if (offered >= table[i]) expected = table[i];
  }
  if (mss != expected) complain(*c, "MSS in the stamp");
  if (has(layout(*c), "TS") != v.has_timestamps) complain(*c, "timestamps in the hand-off");
  if (v.has_timestamps && v.tsecr != c->server_tsval) complain(*c, "TSecr in the hand-off");
  if (!c->complete) {
    c->complete = true;
    ++completed_;
    connect_times_.push_back(now - c->first_syn);
  }
  if (c->state != State::kAckSent) return;
  if (options_.close) {
    c->state = State::kSendData;
    schedule(*c, now + c->rtt);
  } else {
    c->state = State::kClosed;
    ++c->turn;
    --open_;
  }
}

}  // namespace syngate::sim
