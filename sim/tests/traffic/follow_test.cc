// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Recorded clients against a box played by the test.
#include "follow.h"

#include "catch2.h"
#include "targets.h"

namespace syngate::sim {
namespace {

constexpr std::uint32_t kIsn = 1000, kServerIsn = 5000, kCookie = 0x80000000u;

const std::vector<model::Destination>& servers() {
  static const std::vector<model::Destination> list = [] {
    model::Destination d;
    d.used = true;
    d.prefix.bytes = kServer4.address;
    d.prefix_length = 32;
    return std::vector<model::Destination>{d};
  }();
  return list;
}

Segment from_client(std::uint32_t seq, std::uint32_t ack, std::uint8_t flags, const char* options = "(none)") {
  Segment s;
  s.source = {{192, 0, 2, 9}, 4000};
  s.destination = kServer4;
  s.seq = seq;
  s.ack = ack;
  s.flags = flags;
  OptionValues values;
  values.tsval = 77;
  values.tsecr = (flags & kAck) != 0 ? 600 : 0;
  s.options = option_bytes(options, values);
  return s;
}

Segment from_server(std::uint32_t seq, std::uint32_t ack, const char* options, std::uint32_t tsval) {
  Segment s;
  s.source = kServer4;
  s.destination = {{192, 0, 2, 9}, 4000};
  s.seq = seq;
  s.ack = ack;
  s.flags = kSyn | kAck;
  OptionValues values;
  values.tsval = tsval;
  values.tsecr = 77;
  s.options = option_bytes(options, values);
  return s;
}

struct Bench {
  explicit Bench(const std::vector<Segment>& capture) : follow(servers()), frames(capture.size()) {
    for (std::size_t i = 0; i < capture.size(); ++i) {
      frames[i].bytes = build_frame(capture[i]);
      frames[i].number = i + 1;
    }
    for (const TrafficFrame& frame : frames) follow.learn_servers(frame.bytes);
    for (const TrafficFrame& frame : frames) follow.learn_clients(0, frame.number, 0, frame.bytes);
  }
  Follow::Take take(std::size_t i) { return follow.take(0, &frames[i]); }
  void answer(const char* options = "(none)", std::uint32_t tsval = 9000) {
    const Bytes reply = build_frame(from_server(kCookie, kIsn + 1, options, tsval));
    follow.saw_reply(0, reply.data(), reply.size());
  }
  void handoff() {
    const Bytes frame = build_frame(from_client(kIsn + 1, kCookie + 1, kAck));
    follow.saw_handoff(0, frame.data(), frame.size());
  }
  static TcpView view(const TrafficFrame& frame) { return view_tcp(frame.bytes.data(), frame.bytes.size()); }

  Follow follow;
  std::vector<TrafficFrame> frames;
};

std::vector<Segment> handshake(const char* syn, const char* syn_ack, const char* ack) {
  return {from_client(kIsn, 0, kSyn, syn), from_server(kServerIsn, kIsn + 1, syn_ack, 600),
          from_client(kIsn + 1, kServerIsn + 1, kAck, ack)};
}

}  // namespace

TEST_CASE("the client's ACK waits for the box and takes its numbers") {
  Bench bench(handshake("MSS,SOK,TS,N,WS", "MSS,SOK,TS,N,WS", "N,N,TS"));
  REQUIRE(bench.follow.followable() == 1);
  CHECK(bench.take(0) == Follow::Take::kSend);
  CHECK(bench.take(1) == Follow::Take::kLeftOut);
  CHECK(bench.take(2) == Follow::Take::kHeld);
  CHECK(bench.follow.due_ns() == Follow::kRepeatNs);
  bench.answer("MSS,SOK,TS,N,WS");
  CHECK(bench.follow.due_ns() == 0);
  TrafficFrame frame;
  REQUIRE(bench.follow.next(10, &frame));
  CHECK(frame.source == Source::kFollow);
  CHECK(frame.number == 3);
  CHECK(Bench::view(frame).ack == kCookie + 1);
  CHECK(Bench::view(frame).seq == kIsn + 1);
  CHECK(Bench::view(frame).tsval == 77);
  CHECK(Bench::view(frame).tsecr == 9000);
  CHECK_FALSE(bench.follow.finished());
  bench.handoff();
  CHECK(bench.follow.finished());
  bench.follow.finish_round(true);
  CHECK(bench.follow.report().handshakes == 1);
  CHECK(bench.follow.report().completed == 1);
  CHECK(bench.follow.report().why_not.empty());
}

TEST_CASE("the first ACK echoes the box exactly, whichever SYN-ACK it echoed in the capture") {
  auto capture = handshake("MSS,SOK,TS,N,WS", "MSS,SOK,TS,N,WS", "N,N,TS");
  OptionValues values;
  values.tsval = 80;
  values.tsecr = 1600;  // of a repeated SYN-ACK
  capture[2].options = option_bytes("N,N,TS", values);
  Bench bench(capture);
  bench.take(0);
  bench.answer("MSS,SOK,TS,N,WS");
  CHECK(bench.take(2) == Follow::Take::kSend);
  CHECK(Bench::view(bench.frames[2]).tsecr == 9000);
}

TEST_CASE("a client gets the timestamps that its recorded server refused") {
  Bench bench(handshake("MSS,SOK,TS,N,WS", "MSS", "(none)"));
  bench.take(0);
  bench.answer("MSS,SOK,TS,N,WS");
  CHECK(bench.take(2) == Follow::Take::kSend);
  REQUIRE(Bench::view(bench.frames[2]).has_timestamps);
  CHECK(Bench::view(bench.frames[2]).tsval == 77);
  CHECK(Bench::view(bench.frames[2]).tsecr == 9000);
}

TEST_CASE("data in the SYN that the server took goes again in the first ACK") {
  std::vector<Segment> capture = {from_client(kIsn, 0, kSyn, "MSS"), from_server(kServerIsn, kIsn + 4, "MSS", 0),
                                  from_client(kIsn + 4, kServerIsn + 1, kAck)};
  capture[0].payload = {'a', 'b', 'c'};
  Bench bench(capture);
  REQUIRE(bench.follow.followable() == 1);
  bench.take(0);
  bench.answer();
  REQUIRE(bench.take(2) == Follow::Take::kSend);
  CHECK(Bench::view(bench.frames[2]).seq == kIsn + 1);
  CHECK(Bench::view(bench.frames[2]).ack == kCookie + 1);
  const std::size_t l4 = Bench::view(bench.frames[2]).l4;
  CHECK(Bytes(bench.frames[2].bytes.begin() + static_cast<std::ptrdiff_t>(l4 + 20),
              bench.frames[2].bytes.begin() + static_cast<std::ptrdiff_t>(l4 + 23)) == Bytes{'a', 'b', 'c'});
  TrafficFrame recorded;
  REQUIRE(bench.follow.next(0, &recorded));
  CHECK(Bench::view(recorded).seq == kIsn + 4);
  CHECK(bench.follow.report().acks_made == 1);
}

TEST_CASE("a SYN without an answer goes again, then the connection fails with the pipeline's reason") {
  Bench bench(handshake("MSS", "MSS", "(none)"));
  bench.take(0);
  const std::uint32_t connection = bench.frames[0].connection;
  bench.take(2);
  std::uint64_t now = 0;
  TrafficFrame frame;
  for (unsigned i = 0; i < Follow::kTries; ++i) {
    const std::uint64_t due = bench.follow.due_ns();
    CHECK(due == now + (i < 3 ? 200000u << i : 1600000u));
    now = due;
    REQUIRE(bench.follow.next(now, &frame));
    CHECK((Bench::view(frame).flags & kSyn) != 0);
    bench.follow.saw_verdict(connection, defs::Verdict::kDrop, defs::Reason::kReplyFull);
  }
  CHECK_FALSE(bench.follow.next(bench.follow.due_ns(), &frame));
  CHECK(bench.follow.finished());
  bench.follow.finish_round(true);
  CHECK(bench.follow.report().completed == 0);
  CHECK(bench.follow.report().why_not.at("reply_full") == 1);
  CHECK(bench.follow.report().dropped == 1);
}

TEST_CASE("a SYN that a rule drops is not repeated") {
  Bench bench(handshake("MSS", "MSS", "(none)"));
  bench.take(0);
  bench.follow.saw_verdict(bench.frames[0].connection, defs::Verdict::kDrop, defs::Reason::kPortZero);
  CHECK(bench.follow.finished());
  CHECK(bench.take(2) == Follow::Take::kLeftOut);
  bench.follow.finish_round(true);
  CHECK(bench.follow.report().why_not.at("port_zero") == 1);
}

TEST_CASE("who cannot be followed is left as recorded, with a reason") {
  auto capture = handshake("MSS,MD5,E2", "MSS", "(none)");
  Bench bench(capture);
  CHECK(bench.follow.followable() == 0);
  const Bytes ack = bench.frames[2].bytes;
  CHECK(bench.take(0) == Follow::Take::kPlain);
  CHECK(bench.take(2) == Follow::Take::kPlain);
  CHECK(bench.frames[2].bytes == ack);
  bench.follow.finish_round(true);
  CHECK(bench.follow.report().why_not.at("tcp_md5") == 1);
}

TEST_CASE("the same ports again wait for the connection before") {
  auto capture = handshake("MSS", "MSS", "(none)");
  auto second = handshake("MSS", "MSS", "(none)");
  second[0].seq += 100000;
  second[1].ack += 100000;
  second[1].seq += 7;
  second[2].seq += 100000;
  second[2].ack += 7;
  capture.insert(capture.end(), second.begin(), second.end());
  Bench bench(capture);
  REQUIRE(bench.follow.followable() == 2);
  CHECK(bench.take(0) == Follow::Take::kSend);
  CHECK(bench.take(2) == Follow::Take::kHeld);
  CHECK(bench.take(3) == Follow::Take::kHeld);
  CHECK(bench.take(5) == Follow::Take::kHeld);
  bench.answer();
  TrafficFrame frame;
  REQUIRE(bench.follow.next(1, &frame));
  CHECK(frame.number == 3);
  bench.handoff();
  REQUIRE(bench.follow.next(1, &frame));
  CHECK(frame.number == 4);
  const Bytes reply = build_frame(from_server(kCookie + 9, kIsn + 100001, "MSS", 0));
  bench.follow.saw_reply(2, reply.data(), reply.size());
  REQUIRE(bench.follow.next(3, &frame));
  CHECK(frame.number == 6);
  CHECK(Bench::view(frame).ack == kCookie + 10);
}

}  // namespace syngate::sim
