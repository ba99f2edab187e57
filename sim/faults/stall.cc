// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Ports that do not take what is offered: for ever, then released; or at random.
#include <algorithm>

#include "bench.h"
#include "clients.h"
#include "flood.h"

namespace syngate::sim {
namespace {

using defs::Reason;
using defs::Verdict;

// What egress holds for a stalled port: its FIFO and the beat that is offered (rtl/egress/syngate_egress.sv).
constexpr std::uint64_t kRepliesHeld = 65, kHandoffsHeld = 65;

void stall(Bench& b, bool reply, bool forward) {
  b.config.table_mask = 255;
  b.start();
  std::vector<Peer> known(4);
  for (Peer& p : known) p = b.peer();
  b.establish(known);
  // Their ACKs come while the port stands.
  std::vector<Peer> coming(90);
  for (Peer& p : coming) {
    p = b.peer();
    p.cookie = b.cookie(p);
  }
  std::vector<Peer> asking(90);
  for (Peer& p : asking) p = b.peer();
  b.box.drain();
  b.left = {};
  if (reply) b.box.set_backpressure(Port::kReply, 1);
  if (forward) b.box.set_backpressure(Port::kForward, 1);
  std::vector<std::uint64_t> syns, acks, datas;
  for (std::size_t i = 0; i < 90; ++i) {
    syns.push_back(b.send(b.syn(asking[i])));
    acks.push_back(b.send(b.ack(coming[i])));
    if (i % 2 == 0) datas.push_back(b.send(b.data(known[b.random.below(4)])));
    if (b.random.chance(0.1)) b.box.run(b.random.below(300));
  }
  // Everything is decided although the port stands: nothing waits at the input.
  b.box.run(1000);
  std::uint64_t replies = 0, handoffs = 0, passed = 0;
  for (const std::uint64_t f : syns) {
    const Result r = b.result(f);
    replies += r.verdict == Verdict::kReply;
    b.expect(r.done && (r.verdict == Verdict::kReply || drops(r, Reason::kReplyFull)), "a SYN is answered or reply_full");
  }
  std::vector<std::size_t> refused;
  for (std::size_t i = 0; i < acks.size(); ++i) {
    const Result r = b.result(acks[i]);
    handoffs += r.verdict == Verdict::kHandoff;
    if (r.verdict != Verdict::kHandoff) refused.push_back(i);
    b.expect(r.done && (r.verdict == Verdict::kHandoff || drops(r, Reason::kHandoffFull)), "an ACK is handed off or handoff_full");
  }
  for (const std::uint64_t f : datas) passed += passes(b.result(f));
  b.expect(passed == datas.size(), "45 frames and 65 hand-offs have room");
  b.expect(replies == (reply ? kRepliesHeld : 90), "exactly as many replies as there is room for");
  b.expect(handoffs == (forward ? kHandoffsHeld : 90), "exactly as many hand-offs as there is room for");
  b.expect(b.left[0] == (reply ? 0 : 90) && b.left[1] == (forward ? 0 : 90 + datas.size()), "the other port does not notice");
  b.count("frames while it stood", syns.size() + acks.size() + datas.size());
  b.count("replies refused", 90 - replies);
  b.count("hand-offs refused", 90 - handoffs);
  if (!b.broken) {
    b.box.set_backpressure(Port::kReply, 0);
    b.box.set_backpressure(Port::kForward, 0);
  }
  b.box.drain();
  b.expect(b.left[0] == replies && b.left[1] == handoffs + passed, "all that was held leaves");
  // The table kept the flows whose hand-off found no room: the client's next ACK brings it again.
  for (const std::size_t i : refused) {
    const Result r = b.ask(b.ack(coming[i]));
    b.expect(r.verdict == Verdict::kHandoffPass && r.op == defs::TableOp::kRepeat, "the next ACK brings the hand-off");
  }
  asking.resize(20);
  b.establish(asking);
  b.finish();
}

void stall_reply(Bench& b) { stall(b, true, false); }
void stall_forward(Bench& b) { stall(b, false, true); }
void stall_both(Bench& b) { stall(b, true, true); }

void backpressure(Bench& b) {
  b.options.input_idle = 0.01 * static_cast<double>(b.random.below(100));
  b.options.reply_backpressure = 0.01 * static_cast<double>(b.random.below(100));
  b.options.forward_backpressure = 0.01 * static_cast<double>(b.random.below(100));
  if (b.broken) b.options.fault_output = 5;
  b.start();
  Clients::Options client_options;
  client_options.seed = b.seed;
  client_options.count = 6;
  client_options.retry_after = 60;
  Clients clients(client_options);
  Flood::Options flood_options;
  flood_options.seed = b.seed;
  Flood flood(flood_options);
  const auto mine = b.box.on_output;
  b.box.on_output = [&](const Output& o) {
    mine(o);
    o.port == Port::kReply ? clients.saw_reply(o.data, o.length) : clients.saw_forward(o.data, o.length);
  };
  Bytes frame;
  for (int i = 0; i < 150 || (!clients.finished() && i < 1500); ++i) {
    if (clients.next(frame)) {
      b.send(frame);
    } else if (i < 150) {
      b.send(flood.next());
    } else {
      b.box.drain();
    }
  }
  b.box.drain();
  b.expect(clients.completed() == clients.started() && clients.wrong() == 0, "every client comes through");
  b.count("handshakes", clients.completed());
  b.box.on_output = mine;
  b.finish();
  const Statistics& s = b.box.statistics();
  b.count("refused", s.counters[defs::counter::kReasonBase + static_cast<unsigned>(Reason::kReplyFull)] +
                         s.counters[defs::counter::kReasonBase + static_cast<unsigned>(Reason::kHandoffFull)] +
                         s.counters[defs::counter::kReasonBase + static_cast<unsigned>(Reason::kForwardFull)]);
}

}  // namespace

const std::vector<Case> kStallCases{
    {"stall-reply", "the reply port takes nothing for ever, 225 frames meanwhile; then it is released",
     "65 replies are held, the others dropped as `reply_full`; input and forward port do not notice; what was held leaves unharmed",
     "{frames while it stood} frames: {replies refused} replies and {hand-offs refused} hand-offs refused", "the port is never released",
     stall_reply},
    {"stall-forward", "the forward port takes nothing for ever; then it is released",
     "65 hand-offs are held, the others dropped as `handoff_full`; replies go on; the next ACK of a refused client repeats its hand-off",
     "{frames while it stood} frames: {replies refused} replies and {hand-offs refused} hand-offs refused", "the port is never released",
     stall_forward},
    {"stall-both", "both ports take nothing for ever; then they are released", "both of the above; the input never waits",
     "{frames while it stood} frames: {replies refused} replies and {hand-offs refused} hand-offs refused", "the ports are never released",
     stall_both},
    {"back-pressure", "0 to 99 % of all clocks, on both outputs and as idle clocks at the input, each drawn by seed",
     "no frame lost, doubled or changed; drops only when there is no room; every client completes",
     "{frames} frames, {handshakes} handshakes, {refused} refused for lack of room", "one bit of an output frame is flipped", backpressure},
};

}  // namespace syngate::sim
