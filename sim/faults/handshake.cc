// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Segments that are lost, come twice, out of order, too late, or are guessed; and registers written by somebody who means harm.
#include <cmath>
#include <deque>
#include <fmt/format.h>

#include "bench.h"
#include "clients.h"
#include "flood.h"

namespace syngate::sim {
namespace {

using defs::Reason;
using defs::TableOp;
using defs::Verdict;

// One direction of a bad line, in steps of the loop below.
class Line {
 public:
  Line(Random& random, double loss, double twice, double late) : random_(random), loss_(loss), twice_(twice), late_(late) {}
  void put(const Bytes& frame, Bench& b) {
    if (random_.chance(loss_)) return b.count("segments lost");
    int copies = 1;
    if (random_.chance(twice_)) {
      ++copies;
      b.count("segments doubled");
    }
    for (int i = 0; i < copies; ++i) {
      const bool overtaken = random_.chance(late_);
      if (overtaken) b.count("segments overtaken");
      frames_.push_back({step_ + (overtaken ? 1 + random_.below(12) : 0), frame});
    }
  }
  bool take(Bytes& frame) {
    for (auto it = frames_.begin(); it != frames_.end(); ++it) {
      if (it->first > step_) continue;
      frame = std::move(it->second);
      frames_.erase(it);
      return true;
    }
    return false;
  }
  void step() { ++step_; }

 private:
  Random& random_;
  double loss_, twice_, late_;
  std::uint64_t step_ = 0;
  std::deque<std::pair<std::uint64_t, Bytes>> frames_;
};

void impaired(Bench& b) {
  b.start();
  const auto some = [&b](std::uint64_t percent) { return 0.01 * static_cast<double>(b.random.below(percent + 1)); };
  Clients::Options options;
  options.seed = b.seed;
  options.count = 10;
  options.retry_after = 40;
  if (b.broken) options.tries = 1;
  Clients clients(options);
  Line up(b.random, b.broken ? 0.3 : some(20), some(30), some(30));
  Line down(b.random, some(20), some(30), some(30));
  std::vector<Bytes> replies;
  const auto mine = b.box.on_output;
  b.box.on_output = [&](const Output& o) {
    mine(o);
    if (o.port == Port::kReply) replies.emplace_back(o.data, o.data + o.length);
    else clients.saw_forward(o.data, o.length);  // between box and server nothing is lost
  };
  Bytes frame;
  for (int i = 0; i < 4000 && !clients.finished(); ++i) {
    if (clients.next(frame)) up.put(frame, b);
    while (up.take(frame)) b.send(frame);
    if (b.random.chance(0.2)) b.box.drain();
    for (const Bytes& reply : replies) down.put(reply, b);
    replies.clear();
    while (down.take(frame)) clients.saw_reply(frame.data(), frame.size());
    up.step();
    down.step();
  }
  b.box.drain();
  b.box.on_output = mine;
  b.expect(clients.completed() == clients.started() && clients.completed() == options.count, "every client completes");
  b.expect(clients.wrong() == 0, "no client sees anything wrong: " + clients.first_wrong());
  b.count("handshakes", clients.completed());
  b.finish();
}

// Guesses of cookies. Blind ones; and, to measure the bound without 2^29 guesses, guesses of one part with the other one right: the
// minute (8 bits: 1 of 256 for a cookie of this minute or the last) and the rest (24 bits: 4 MSS codes; here within 64 values that hold
// them). The bound for all 32 bits is the product: 2 minutes * 4 codes / 2^32.
void ack_flood(Bench& b) {
  b.config.table_mask = 63;
  b.start();
  std::vector<std::uint64_t> blind, minute, low;
  for (int i = 0; i < 120; ++i) {
    Peer p = b.peer();
    p.cookie = static_cast<std::uint32_t>(b.random.next());
    blind.push_back(b.send(b.ack(p)));
    const auto age = static_cast<std::uint32_t>(b.random.below(2));
    Peer q = b.peer();
    q.cookie = b.cookie(q, 0, age) + (b.broken ? 0 : static_cast<std::uint32_t>(b.random.below(256)) << 24);
    minute.push_back(b.send(b.ack(q)));
    Peer r = b.peer();
    // Low 24 bits that do not run over into the minute: else this guess is of another kind.
    r.cookie = b.cookie(r, 0, age) + static_cast<std::uint32_t>(b.random.below(64));
    low.push_back(b.send(b.ack(r)));
  }
  const auto accepted = [&b](const std::vector<std::uint64_t>& frames) {
    std::uint64_t n = 0;
    for (const std::uint64_t f : frames) {
      const Result r = b.result(f);
      b.expect(r.verdict == Verdict::kHandoff || drops(r, Reason::kBadCookie), "hand-off or bad_cookie");
      n += r.verdict == Verdict::kHandoff;
    }
    return n;
  };
  b.count("blind guesses", blind.size());
  b.count("blind accepted", accepted(blind));
  b.count("minute guesses", minute.size());
  b.count("minute accepted", accepted(minute));
  b.count("low guesses", low.size());
  b.count("low accepted", accepted(low));
  b.finish();
}

std::string judge_flood(const Tally& t, std::uint64_t) {
  const auto check = [&t](const char* kind, double share) -> std::string {
    const auto n = static_cast<double>(t.at(std::string(kind) + " guesses"));
    const auto hits = static_cast<double>(t.at(std::string(kind) + " accepted"));
    const double allowed = 5 * std::sqrt(n * share * (1 - share)) + 1;
    if (std::fabs(hits - n * share) <= allowed) return {};
    return fmt::format("{} guesses: {} of {} accepted, theory {:.1f} +- {:.1f}", kind, hits, n, n * share, allowed);
  };
  for (const std::string& wrong : {check("blind", 8 / 4294967296.0), check("minute", 1 / 256.0), check("low", 4 / 64.0)}) {
    if (!wrong.empty()) return wrong;
  }
  return {};
}

void ack_replay(Bench& b) {
  b.start();
  for (int i = 0; i < 6; ++i) {
    Peer p = b.peer();
    b.establish(p);
    const Bytes ack = b.ack(p);
    for (unsigned n = 0; n < defs::kHandoffRepeats; ++n) {
      const Result r = b.ask(ack);
      b.expect(r.verdict == Verdict::kHandoffPass && r.op == TableOp::kRepeat, "three repeats");
      b.count("repeated");
    }
    b.expect(passes(b.ask(ack)), "the fourth goes to the server as it is");
    b.expect(passes(b.ask(b.fin(p))), "FIN");
    b.expect(passes(b.ask(ack)), "a closing flow hands nothing off");
    b.count("passed", 2);
    // The flow is forgotten after two epochs, the cookie after two minutes.
    if (!b.broken) b.advance(3, 3u << defs::kTableEpochShift);
    b.expect(drops(b.ask(ack), Reason::kBadCookie), "replayed after its time: bad_cookie");
    b.count("rejected");
  }
  b.finish();
}

void hostile_registers(Bench& b) {
  b.start();
  Clients::Options options;
  options.seed = b.seed;
  options.count = 4;
  options.retry_after = 60;
  Clients clients(options);
  Flood::Options flood_options;
  flood_options.seed = b.seed;
  Flood flood(flood_options);
  const auto mine = b.box.on_output;
  b.box.on_output = [&](const Output& o) {
    mine(o);
    o.port == Port::kReply ? clients.saw_reply(o.data, o.length) : clients.saw_forward(o.data, o.length);
  };
  namespace reg = defs::reg;
  const std::uint32_t harmless[] = {reg::kId, reg::kVersion, reg::kCaps, reg::kGeneration, reg::kScratch, reg::kTimeCount, reg::kTimeMs,
                                    reg::kKeyData0, reg::kKeyData1, reg::kKeyData2, reg::kKeyData3, reg::kDestAddr0, reg::kDestPorts,
                                    reg::kDestTcp, reg::kDestWindow, reg::kCounters, reg::kCounters + 8, 0x018, 0x02c, 0x0a0, 0x1fc, 0xffc};
  Bytes frame;
  for (int i = 0; i < 120 || (!clients.finished() && i < 2000); ++i) {
    if (clients.next(frame)) b.send(frame);
    else if (i < 120) b.send(flood.next());
    else b.box.drain();
    if (i % 8 == 0) {
      b.box.write_register(harmless[b.random.below(std::size(harmless))], static_cast<std::uint32_t>(b.random.next()),
                           static_cast<unsigned>(b.random.below(16)));
      b.count("writes");
    }
    if (i % 40 == 20) {
      // Entries with a mode or a prefix that is not allowed, key slots that are not there: refused, and said so.
      b.box.check_registers(b.random.next());
      b.count("refused commits", 2);
    }
    if (b.broken && i == 50) b.box.write_register(reg::kPolicy, 0);
  }
  b.box.drain();
  b.box.on_output = mine;
  b.expect(clients.completed() == clients.started() && clients.wrong() == 0, "every client completes");
  b.count("handshakes", clients.completed());
  b.finish();
}

}  // namespace

const std::vector<Case> kHandshakeCases{
    {"handshake-impaired", "SYN, SYN-ACK and ACK lost (0 to 20 %), doubled and overtaken (0 to 30 % each), both ways",
     "every client completes by repeating; none sees anything wrong",
     "{segments lost} lost, {segments doubled} doubled, {segments overtaken} overtaken; {handshakes} handshakes", "no client "
     "repeats", impaired},
    {"ack-flood", "ACKs with guessed cookies: all 32 bits; the minute only, the rest right; 6 low bits only, the rest right",
     "shares 2 * 4 / 2^32, 1 / 256 and 4 / 64 (the first is the product of 2 / 256 and 4 / 2^24), within 5 standard deviations",
     "{blind accepted} of {blind guesses} blind, {minute accepted} of {minute guesses} of the minute, {low accepted} of {low guesses} "
     "of the low bits",
     "the minute is not guessed", ack_flood, judge_flood},
    {"ack-replay", "a client's ACK again: four times, after its FIN, and after flow and cookie have expired",
     "three times handed off again, then passed as it is; afterwards `bad_cookie`", "{repeated} repeated, {passed} passed, {rejected} "
     "rejected",
     "time stands still", ack_replay},
    {"registers-hostile", "writes to read-only, staging and missing registers with any strobes, commits that are refused, answers not "
     "taken, "
     "in mid traffic",
     "no frame sees anything; refused commits show in STATUS; registers read as they must; every client completes",
     "{writes} writes, {refused commits} refused commits, {handshakes} handshakes", "POLICY is written", hostile_registers},
};

}  // namespace syngate::sim
