// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Generated clients in time, against a box that stays silent or is played by the test.
#include "clients.h"

#include "catch2.h"

namespace syngate::sim {
namespace {

Clients::Options one() {
  Clients::Options options;
  options.count = 1;
  options.in_nanoseconds = true;
  options.every_shape = false;
  options.tries = 3;
  options.mix.shapes = {{"MSS", 1}};
  options.mix.rtt_us = {100, 100};
  options.mix.rto_us = {1000, 1000};
  options.mix.start_us = 0;
  options.mix.with_data = options.mix.with_fin = options.mix.ecn = options.mix.vlan = options.mix.ipv6 = 0;
  return options;
}

}  // namespace

TEST_CASE("a client repeats its SYN after 1, 2 and 4 times its timeout, then gives up") {
  Clients clients(one());
  TrafficFrame frame;
  for (const std::uint64_t due : {0u, 1000000u, 3000000u}) {
    REQUIRE(clients.due_ns() == due);
    CHECK_FALSE((due != 0 && clients.next(due - 1, &frame)));
    REQUIRE(clients.next(due, &frame));
    CHECK(frame.source == Source::kClient);
    CHECK(view_tcp(frame.bytes.data(), frame.bytes.size()).flags == kSyn);
  }
  CHECK(clients.due_ns() == 7000000);
  CHECK_FALSE(clients.next(7000000, &frame));
  CHECK(clients.finished());
  CHECK(clients.gave_up() == 1);
  CHECK(clients.retried() == 2);
  CHECK(clients.completed() == 0);
}

TEST_CASE("a client answers a round trip after the SYN-ACK") {
  Clients clients(one());
  TrafficFrame syn, ack;
  REQUIRE(clients.next(0, &syn));
  const TcpView v = view_tcp(syn.bytes.data(), syn.bytes.size());
  Segment s;
  s.source = kServer4;
  std::copy_n(syn.bytes.begin() + 26, 4, s.destination.address.begin());
  s.destination.port = v.source_port;
  s.seq = 77;
  s.ack = v.seq + 1;
  s.flags = kSyn | kAck;
  s.options = option_bytes("MSS", {});
  Bytes reply = build_frame(s);
  clients.saw_reply(5000, reply.data(), reply.size());
  CHECK(clients.due_ns() == 105000);
  REQUIRE(clients.next(105000, &ack));
  const TcpView a = view_tcp(ack.bytes.data(), ack.bytes.size());
  CHECK(a.flags == kAck);
  CHECK(a.seq == v.seq + 1);
  CHECK(a.ack == 78);
  CHECK(clients.wrong() == 0);
  CHECK_FALSE(clients.finished());

  // Options that the client did not ask for are wrong.
  Clients strict(one());
  strict.next(0, &syn);
  s.options = option_bytes("MSS,SOK,TS,N,WS", {});
  reply = build_frame(s);
  strict.saw_reply(5000, reply.data(), reply.size());
  CHECK(strict.wrong() != 0);
}

}  // namespace syngate::sim
