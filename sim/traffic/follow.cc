// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "follow.h"

#include <algorithm>

#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

// Sequence numbers of one connection are believed to lie this close together.
constexpr std::uint32_t kWindow = 1u << 30;
constexpr std::uint8_t kOptionMd5 = 19, kOptionAo = 29;

std::uint32_t load32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
         static_cast<std::uint32_t>(p[2]) << 8 | p[3];
}

}  // namespace

// A TCP segment of the capture, also one with IPv4 options (whose TCP options are then unknown).
struct Follow::Seen {
  bool ok = false;
  PacketView view;
  TcpView tcp;  // ok only when the pipeline would see the header too
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  const char* unfit = nullptr;

  bool syn() const { return (flags & (kSyn | kAck | kRst | kFin)) == kSyn; }
  bool syn_ack() const { return (flags & (kSyn | kAck | kRst | kFin)) == (kSyn | kAck); }
  bool later_ack() const { return (flags & (kSyn | kAck | kRst)) == kAck; }
};

std::size_t Follow::TupleHash::operator()(const Tuple& t) const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u; hash ^= hash >> 29; };
  for (std::size_t i = 0; i < 16; i += 4) {
    mix(load32(&t.client[i]));
    mix(load32(&t.server[i]));
  }
  mix(static_cast<std::uint64_t>(t.client_port) << 16 | t.server_port);
  return static_cast<std::size_t>(hash);
}

bool Follow::is_protected(const std::array<std::uint8_t, 16>& address, bool is6, std::uint16_t port) const {
  // As the pipeline does: the first entry that covers address and port decides.
  for (const model::Destination& entry : destinations_) {
    if (!entry.used || entry.prefix.is6 != is6 || port < entry.port_first || port > entry.port_last) continue;
    bool same = true;
    for (unsigned bit = 0; bit < entry.prefix_length && same; ++bit) {
      same = ((address[bit / 8] ^ entry.prefix.bytes[bit / 8]) & (0x80u >> bit % 8)) == 0;
    }
    if (same) return entry.mode == defs::Mode::kAlways;
  }
  return false;
}

Follow::Seen Follow::see(const Bytes& frame) const {
  Seen seen;
  seen.view = view_packet(frame.data(), frame.size());
  if (!seen.view.tcp) return seen;
  seen.ok = true;
  const std::uint8_t* tcp = frame.data() + seen.view.l4;
  seen.seq = load32(tcp + 4);
  seen.ack = load32(tcp + 8);
  seen.flags = seen.view.flags;
  seen.tcp = view_tcp(frame.data(), frame.size());
  if (!seen.tcp.ok) return seen;
  const std::size_t end = seen.tcp.l4 + static_cast<std::size_t>(tcp[12] >> 4) * 4;
  for (std::size_t i = seen.tcp.options; i < end && frame[i] != 0;) {
    if (frame[i] == 1) {
      ++i;
      continue;
    }
    if (i + 1 >= end || frame[i + 1] < 2 || i + frame[i + 1] > end) break;
    if (frame[i] == kOptionMd5) seen.unfit = "tcp_md5";
    if (frame[i] == kOptionAo) seen.unfit = "tcp_ao";
    i += frame[i + 1];
  }
  return seen;
}

Follow::Tuple Follow::tuple_of(const Seen& seen, bool from_client) const {
  Tuple tuple;
  tuple.is6 = seen.view.ip6;
  tuple.client = from_client ? seen.view.source.bytes : seen.view.destination.bytes;
  tuple.server = from_client ? seen.view.destination.bytes : seen.view.source.bytes;
  tuple.client_port = from_client ? seen.view.source_port : seen.view.destination_port;
  tuple.server_port = from_client ? seen.view.destination_port : seen.view.source_port;
  return tuple;
}

void Follow::learn_servers(const Bytes& frame) {
  const Seen seen = see(frame);
  if (!seen.ok || !seen.syn_ack() || !is_protected(seen.view.source.bytes, seen.view.ip6, seen.view.source_port)) return;
  const Tuple tuple = tuple_of(seen, false);
  const auto known = tuples_.find(tuple);
  if (known != tuples_.end()) {
    for (std::uint32_t i = known->second.first; i != kNone; i = connections_[i].next) {
      Connection& c = connections_[i];
      if (c.answer_ack != seen.ack) continue;
      if (c.server_isn != seen.seq && !c.has_other_isn) {
        c.has_other_isn = true;
        c.other_isn = seen.seq;
      }
      return;
    }
  }
  if (connections_.size() >= kConnectionsMax) {
    ++too_many_;
    return;
  }
  Connection c;
  c.tuple = tuple;
  c.answer_ack = seen.ack;
  c.server_isn = seen.seq;
  c.server_timestamps = seen.tcp.has_timestamps;
  c.server_tsval = seen.tcp.tsval;
  const auto index = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(c);
  TupleState& state = tuples_[tuple];
  if (state.first == kNone) {
    state.first = index;
  } else {
    connections_[state.last].next = index;
  }
  state.last = index;
}

void Follow::learn_clients(std::size_t file, std::uint64_t number, std::int64_t time_ns, const Bytes& frame) {
  const Seen seen = see(frame);
  if (!seen.ok || !(seen.syn() || seen.later_ack())) return;
  const auto known = tuples_.find(tuple_of(seen, true));
  if (known == tuples_.end()) return;
  if (seen.syn()) {
    for (std::uint32_t i = known->second.first; i != kNone; i = connections_[i].next) {
      Connection& c = connections_[i];
      const std::uint32_t acked = c.answer_ack - seen.seq;
      if (c.has_syn || (acked != 1 && acked != 1 + seen.view.payload)) continue;
      c.has_syn = true;
      c.isn = seen.seq;
      c.syn_timestamps = seen.tcp.has_timestamps;
      c.syn_tsval = seen.tcp.tsval;
      c.file = file;
      c.number = number;
      c.syn_time_ns = time_ns;
      c.unfit = seen.unfit;
      return;
    }
    return;
  }
  for (std::uint32_t i = known->second.first; i != kNone; i = connections_[i].next) {
    Connection& c = connections_[i];
    if (seen.seq - c.answer_ack >= kWindow) continue;
    const bool first = seen.ack - c.server_isn - 1 < kWindow;
    const bool other = c.has_other_isn && seen.ack == c.other_isn + 1;
    if (!first && !other) continue;
    const bool exact = seen.seq == c.answer_ack && (seen.ack == c.server_isn + 1 || other);
    if (c.exact_ack || (c.has_ack && !exact)) continue;
    c.has_ack = true;
    c.exact_ack = exact;
    if (exact) {
      c.server_isn = seen.ack - 1;
      c.has_echo = seen.tcp.has_timestamps;
      c.echo = seen.tcp.tsecr;
    }
    return;
  }
}

std::uint64_t Follow::followable() const {
  return static_cast<std::uint64_t>(std::count_if(connections_.begin(), connections_.end(),
                                                  [](const Connection& c) { return c.followed(); }));
}

void Follow::start_timer(std::uint32_t index, std::uint64_t now_ns) {
  Connection& c = connections_[index];
  ++c.timer;
  timers_.push({now_ns + (kRepeatNs << std::min(c.tries, kDoublings)), index, c.timer});
}

void Follow::stop_timer(std::uint32_t index) { ++connections_[index].timer; }

void Follow::fail(std::uint32_t index, const char* why) {
  Connection& c = connections_[index];
  if (c.state == State::kSynSent || c.state == State::kAckSent) --waiting_;
  c.state = State::kFailed;
  c.failure = why;
  stop_timer(index);
  const auto opening = openings_.find(index);
  if (opening == openings_.end()) return;
  // What waits behind the SYN of the next connection of the same ports goes on.
  std::deque<TrafficFrame>& held = opening->second.held;
  while (!held.empty() && !see(held.front().bytes).syn()) {
    held.pop_front();
    --held_;
    ++report_.dropped;
  }
  if (held.empty()) {
    openings_.erase(opening);
  } else {
    ready_.push_back(index);
  }
}

Follow::Take Follow::take(std::uint64_t now_ns, TrafficFrame* frame) {
  const Seen seen = see(frame->bytes);
  if (!seen.ok) return Take::kPlain;
  const auto from_server = tuples_.find(tuple_of(seen, false));
  if (from_server != tuples_.end()) {
    for (std::uint32_t i = from_server->second.first; i != kNone; i = connections_[i].next) {
      if (!connections_[i].has_syn || connections_[i].unfit != nullptr) continue;
      ++report_.server_frames;
      return Take::kLeftOut;
    }
    return Take::kPlain;
  }
  const auto known = tuples_.find(tuple_of(seen, true));
  if (known == tuples_.end()) return Take::kPlain;
  if (seen.syn()) return take_syn(now_ns, seen, known->second, frame);
  std::uint32_t index = known->second.current;
  for (std::uint32_t i = known->second.first; i != kNone && index == kNone; i = connections_[i].next) {
    if (connections_[i].followed()) index = i;  // before its SYN: out of order
  }
  if (index == kNone || !connections_[index].followed()) return Take::kPlain;
  frame->source = Source::kFollow;
  frame->connection = index + 1;
  Connection& c = connections_[index];
  if (frame->bytes.size() > kFrameMax) {
    ++report_.dropped;
    return Take::kTooLong;
  }
  const auto opening = openings_.find(index);
  const bool queued = opening != openings_.end() && !opening->second.held.empty();
  switch (c.state) {
    case State::kIdle:
    case State::kSynSent:
      return hold(index, frame);
    case State::kFailed:
      ++report_.dropped;
      return Take::kLeftOut;
    case State::kAnswered:
    case State::kAckSent:
    case State::kDone:
      break;
  }
  if (queued) return hold(index, frame);
  send_later_segment(now_ns, index, frame);
  return Take::kSend;
}

std::uint32_t Follow::opened_by(const TupleState& tuple, std::uint32_t isn) const {
  std::uint32_t index = tuple.first;
  while (index != kNone && !(connections_[index].has_syn && connections_[index].isn == isn)) index = connections_[index].next;
  return index;
}

Follow::Take Follow::take_syn(std::uint64_t now_ns, const Seen& seen, TupleState& tuple, TrafficFrame* frame) {
  const std::uint32_t index = opened_by(tuple, seen.seq);
  const std::uint32_t current = tuple.current;
  if (index == kNone) return Take::kPlain;
  if (!connections_[index].followed()) {
    if (current == kNone || connections_[current].state == State::kDone) tuple.current = index;
    return Take::kPlain;
  }
  frame->source = Source::kFollow;
  frame->connection = index + 1;
  if (frame->bytes.size() > kFrameMax) {
    ++report_.dropped;
    return Take::kTooLong;
  }
  if (current != kNone && current != index) {
    // The same ports again: in order behind what still waits of the connection before.
    const auto before = openings_.find(current);
    const State state = connections_[current].state;
    if (state == State::kSynSent || state == State::kAnswered ||
        (before != openings_.end() && !before->second.held.empty())) {
      return hold(current, frame);
    }
  }
  open(now_ns, index, *frame);
  tuple.current = index;
  return Take::kSend;
}

void Follow::open(std::uint64_t now_ns, std::uint32_t index, const TrafficFrame& syn) {
  Connection& c = connections_[index];
  if (c.state != State::kIdle) return;  // the client repeats its SYN
  openings_[index].syn = syn;
  c.state = State::kSynSent;
  ++waiting_;
  start_timer(index, now_ns);
}

Follow::Take Follow::hold(std::uint32_t index, TrafficFrame* frame) {
  if (held_ >= kHeldMax) {
    ++report_.dropped;
    return Take::kLeftOut;
  }
  ++held_;
  openings_[index].held.push_back(std::move(*frame));
  return Take::kHeld;
}

bool Follow::translate(const Connection& c, TrafficFrame* frame) const {
  Translation translation = c.translation;
  if (translation.timestamps == Timestamps::kInsert) {
    // The client's clock goes on from its SYN, a millisecond a tick.
    const std::int64_t after_ms = (frame->time_ns - c.syn_time_ns) / 1000000;
    translation.tsval = c.syn_tsval + static_cast<std::uint32_t>(std::max<std::int64_t>(after_ms, 0));
  }
  return rewrite_segment(&frame->bytes, translation);
}

// The ACK (with the SYN's data again, if it had any) that a client sends when it gets the box's SYN-ACK, made from the headers of
// one of its later segments.
bool Follow::make_ack(const Connection& c, const TrafficFrame& pattern, TrafficFrame* ack) const {
  const TcpView view = view_tcp(pattern.bytes.data(), pattern.bytes.size());
  if (!view.ok) return false;
  const auto opening = openings_.find(static_cast<std::uint32_t>(&c - connections_.data()));
  Segment s;
  s.is6 = view.is6;
  s.source.address = c.tuple.client;
  s.source.port = c.tuple.client_port;
  s.destination.address = c.tuple.server;
  s.destination.port = c.tuple.server_port;
  for (std::size_t at = 12; at + 4 <= view.l3 - 2; at += 4) s.tags.push_back(load32(&pattern.bytes[at]));
  const std::uint8_t* ip = pattern.bytes.data() + view.l3;
  s.ttl = view.is6 ? ip[7] : ip[8];
  s.traffic_class = view.is6 ? static_cast<std::uint8_t>(ip[0] << 4 | ip[1] >> 4) : ip[1];
  s.traffic_class &= 0xfc;  // no ECT on an ACK of the handshake
  if (view.is6) s.flow_label = load32(ip) & 0xfffff;
  s.seq = c.isn + 1;
  s.ack = c.cookie + 1;
  s.flags = kAck;
  s.window = view.window;
  if (c.box_timestamps) {
    OptionValues values;
    values.tsval = view.has_timestamps ? view.tsval : c.syn_tsval;
    values.tsecr = c.box_tsval;
    s.options = option_bytes("N,N,TS", values);
  }
  if (opening != openings_.end()) {
    const Bytes& syn = opening->second.syn.bytes;
    const PacketView syn_view = view_packet(syn.data(), syn.size());
    if (syn_view.payload != 0) {
      const std::size_t data = syn_view.l4 + static_cast<std::size_t>(syn[syn_view.l4 + 12] >> 4) * 4;
      if (data + syn_view.payload <= syn.size()) {
        s.payload.assign(syn.begin() + static_cast<std::ptrdiff_t>(data),
                         syn.begin() + static_cast<std::ptrdiff_t>(data + syn_view.payload));
        s.flags |= kPsh;
      }
    }
  }
  *ack = pattern;
  ack->number = 0;
  ack->bytes = build_frame(s);
  std::copy_n(pattern.bytes.begin(), 12, ack->bytes.begin());
  return ack->bytes.size() <= kFrameMax;
}

// Makes a segment behind the SYN ready to be sent. When the answer has become too old it is held and the SYN goes again; when it
// cannot be the client's first answer to the SYN-ACK, it is held and that
// answer goes instead.
void Follow::send_later_segment(std::uint64_t now_ns, std::uint32_t index, TrafficFrame* frame) {
  Connection& c = connections_[index];
  if (c.state == State::kAnswered && now_ns - c.answered_ns > kAnswerLifeNs) {
    Opening& opening = openings_[index];
    opening.held.push_front(std::move(*frame));
    ++held_;
    *frame = opening.syn;
    c.state = State::kSynSent;
    c.tries = 0;
    ++waiting_;
    ++report_.repeated;
    start_timer(index, now_ns);
    return;
  }
  if (c.state == State::kAnswered) {
    const Seen seen = see(frame->bytes);
    const bool first = seen.later_ack() && seen.seq == c.isn + 1 && seen.ack == c.server_isn + 1;
    if (first) {
      if (!translate(c, frame)) return;  // the pipeline cannot see into it either, and says so
    } else {
      TrafficFrame ack;
      if (!make_ack(c, *frame, &ack)) return;
      ++report_.acks_made;
      openings_[index].held.push_front(std::move(*frame));
      ++held_;
      ready_.push_back(index);
      *frame = std::move(ack);
    }
    ++report_.rewritten;
    openings_[index].ack = *frame;
    c.state = State::kAckSent;
    c.tries = 0;
    ++waiting_;
    start_timer(index, now_ns);
    return;
  }
  if (translate(c, frame)) ++report_.rewritten;
}

std::uint64_t Follow::due_ns() {
  if (!ready_.empty()) return 0;
  while (!timers_.empty() && timers_.top().number != connections_[timers_.top().connection].timer) timers_.pop();
  return timers_.empty() ? kNever : timers_.top().due_ns;
}

bool Follow::next(std::uint64_t now_ns, TrafficFrame* frame) {
  while (!ready_.empty()) {
    const std::uint32_t index = ready_.front();
    ready_.pop_front();
    const auto opening = openings_.find(index);
    if (opening == openings_.end() || opening->second.held.empty()) continue;
    *frame = std::move(opening->second.held.front());
    opening->second.held.pop_front();
    --held_;
    const Seen seen = see(frame->bytes);
    if (seen.syn()) {
      TupleState& tuple = tuples_.at(tuple_of(seen, true));
      const std::uint32_t opened = opened_by(tuple, seen.seq);
      if (opened != index) {
        std::deque<TrafficFrame> rest = std::move(opening->second.held);
        opening->second.held.clear();
        tuple.current = opened;
        open(now_ns, opened, *frame);
        openings_[opened].held = std::move(rest);
        return true;
      }
    }
    const bool more = !opening->second.held.empty();
    const std::size_t ready = ready_.size();
    send_later_segment(now_ns, index, frame);
    if (more && ready == ready_.size() && connections_[index].state != State::kSynSent) ready_.push_back(index);
    if (!more && connections_[index].state == State::kDone) {
      const auto done = openings_.find(index);
      if (done != openings_.end() && done->second.held.empty()) openings_.erase(done);
    }
    return true;
  }
  if (due_ns() > now_ns) return false;
  const std::uint32_t index = timers_.top().connection;
  timers_.pop();
  Connection& c = connections_[index];
  if (++c.tries > kTries) {
    const bool named = c.drop != defs::Reason::kNone;
    fail(index, named ? defs::to_string(c.drop).data() : c.state == State::kSynSent ? "no_answer" : "no_handoff");
    return false;
  }
  const Opening& opening = openings_[index];
  *frame = c.state == State::kSynSent ? opening.syn : opening.ack;
  ++report_.repeated;
  start_timer(index, now_ns);
  return true;
}

void Follow::saw_reply(std::uint64_t now_ns, const std::uint8_t* frame, std::size_t length) {
  const TcpView view = view_tcp(frame, length);
  if (!view.ok || (view.flags & (kSyn | kAck)) != (kSyn | kAck)) return;
  Tuple tuple;
  tuple.is6 = view.is6;
  const std::size_t size = view.is6 ? 16 : 4;
  const std::uint8_t* source = frame + view.l3 + (view.is6 ? 8 : 12);
  std::copy_n(source, size, tuple.server.begin());
  std::copy_n(source + size, size, tuple.client.begin());
  tuple.server_port = view.source_port;
  tuple.client_port = view.destination_port;
  const auto known = tuples_.find(tuple);
  if (known == tuples_.end() || known->second.current == kNone) return;
  const std::uint32_t index = known->second.current;
  Connection& c = connections_[index];
  if ((c.state != State::kSynSent && c.state != State::kAnswered) || view.ack != c.isn + 1) return;
  c.cookie = view.seq;
  c.answered_ns = now_ns;
  c.box_timestamps = view.has_timestamps;
  c.box_tsval = view.tsval;
  c.translation = {};
  c.translation.ack = c.cookie - c.server_isn;
  if (!c.box_timestamps) {
    c.translation.timestamps = Timestamps::kRemove;
  } else if (c.server_timestamps) {
    // The first ACK echoes the box's TSval exactly, whichever of the server's it echoed in the capture.
    c.translation.tsecr = c.box_tsval - (c.has_echo ? c.echo : c.server_tsval);
  } else {
    c.translation.timestamps = Timestamps::kInsert;
    c.translation.tsecr = c.box_tsval;
  }
  if (c.state == State::kAnswered) return;
  c.state = State::kAnswered;
  c.drop = defs::Reason::kNone;
  --waiting_;
  stop_timer(index);
  if (!openings_[index].held.empty()) ready_.push_back(index);
}

void Follow::saw_handoff(std::uint64_t, const std::uint8_t* frame, std::size_t length) {
  const TcpView view = view_tcp(frame, length);
  if (!view.ok) return;
  Tuple tuple;
  tuple.is6 = view.is6;
  const std::size_t size = view.is6 ? 16 : 4;
  const std::uint8_t* source = frame + view.l3 + (view.is6 ? 8 : 12);
  std::copy_n(source, size, tuple.client.begin());
  std::copy_n(source + size, size, tuple.server.begin());
  tuple.client_port = view.source_port;
  tuple.server_port = view.destination_port;
  const auto known = tuples_.find(tuple);
  if (known == tuples_.end()) return;
  std::uint32_t index = known->second.first;
  while (index != kNone && !(connections_[index].state == State::kAckSent && view.seq == connections_[index].isn + 1)) {
    index = connections_[index].next;
  }
  if (index == kNone) return;
  Connection& c = connections_[index];
  if (view.ack != c.cookie + 1) return;
  c.state = State::kDone;
  --waiting_;
  stop_timer(index);
  const auto opening = openings_.find(index);
  if (opening != openings_.end() && opening->second.held.empty()) openings_.erase(opening);
}

void Follow::saw_verdict(std::uint32_t connection, defs::Verdict verdict, defs::Reason reason) {
  Connection& c = connections_[connection - 1];
  if (c.state != State::kSynSent && c.state != State::kAckSent) return;
  if (verdict == defs::Verdict::kDrop) c.drop = reason;
  if (c.state != State::kSynSent) return;
  // A SYN that passes, because its MAC is a group's for example, will never be answered; nor one that a rule drops. Only lack
  // of room goes by.
  const bool lack_of_room = reason == defs::Reason::kReplyFull || reason == defs::Reason::kReplyCap;
  if (verdict == defs::Verdict::kPass) fail(connection - 1, "passed");
  if (verdict == defs::Verdict::kDrop && !lack_of_room) fail(connection - 1, defs::to_string(reason).data());
}

void Follow::finish_round(bool counted) {
  for (std::uint32_t i = 0; i < connections_.size(); ++i) {
    Connection& c = connections_[i];
    if (counted && !c.handshake() && c.has_syn) ++report_.incomplete["no_ack"];
    if (counted && !c.has_syn) ++report_.incomplete["no_syn"];
    if (counted && c.handshake()) {
      ++report_.handshakes;
      std::string result = "completed";
      if (c.unfit != nullptr) {
        result = c.unfit;
      } else if (c.state == State::kIdle) {
        result = "not_reached";
      } else if (c.state == State::kFailed) {
        result = c.failure;
      } else if (c.state != State::kDone) {
        result = c.state == State::kAnswered ? "ack_not_sent" : "interrupted";
      }
      if (result == "completed") {
        ++report_.completed;
      } else {
        ++report_.why_not[result];
      }
      if (report_.connections.size() < FollowReport::kConnectionsMax) {
        model::Address client, server;
        client.bytes = c.tuple.client;
        server.bytes = c.tuple.server;
        client.is6 = server.is6 = c.tuple.is6;
        report_.connections.push_back({to_text(client, c.tuple.client_port), to_text(server, c.tuple.server_port),
                                       c.file, c.number, result});
      }
    }
    c.state = State::kIdle;
    c.drop = defs::Reason::kNone;
    c.failure = nullptr;
    c.tries = 0;
    ++c.timer;
    c.translation = {};
  }
  if (counted && too_many_ != 0) report_.incomplete["too_many"] += too_many_;
  for (auto& [tuple, state] : tuples_) state.current = kNone;
  for (const auto& [index, opening] : openings_) report_.dropped += opening.held.size();
  openings_.clear();
  timers_ = {};
  ready_.clear();
  held_ = 0;
  waiting_ = 0;
}

}  // namespace syngate::sim
