// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Clocks that jump and wrap; keys that rotate while handshakes are open, while frames are in flight, and against the contract.
#include "bench.h"
#include "episode.h"

namespace syngate::sim {
namespace {

using defs::Reason;
using defs::Verdict;

// What a jump does to an open handshake and to an established flow, worked out by hand from datapath.md: a cookie is good in its minute
// and the next; a flow lives up to 112 epochs of 65.536 s, modulo 256, and up to 8 epochs in the future.
struct Jump {
  std::int32_t minutes, ms;
  bool cookie, flow;
  bool fixed_count = false, fixed_ms = false;
  std::uint32_t count = 0, start = 0;
};

void jump(Bench& b, const Jump& j) {
  if (j.fixed_count) b.time.count = j.count;
  if (j.fixed_ms) b.time.ms = j.start + static_cast<std::uint32_t>(b.random.below(1000));
  b.start();
  std::vector<Peer> open(4), established(4);
  for (Peer& p : established) p = b.peer();
  b.establish(established);
  for (Peer& p : open) {
    p = b.peer();
    b.shake(p);
  }
  b.box.drain();
  // With --demonstrate another jump: three hours on top, or none where that must make no difference.
  if (!b.broken) b.advance(static_cast<std::uint32_t>(j.minutes), static_cast<std::uint32_t>(j.ms));
  else if (j.cookie && j.flow) b.advance(static_cast<std::uint32_t>(j.minutes + 180), static_cast<std::uint32_t>(j.ms + 10800000));
  for (const Peer& p : open) {
    const Result r = b.ask(b.ack(p));
    b.expect(j.cookie ? r.verdict == Verdict::kHandoff : drops(r, Reason::kBadCookie), "an open handshake");
    b.count(j.cookie ? "cookies accepted" : "cookies rejected");
  }
  for (const Peer& p : established) {
    const Result r = b.ask(b.data(p));
    b.expect(j.flow ? passes(r) : drops(r, Reason::kBadCookie), "an established flow");
    b.count(j.flow ? "flows passed" : "flows dropped");
  }
  // Whatever the clock did, new clients come through.
  Peer fresh = b.peer();
  b.establish(fresh);
  b.finish();
}

constexpr std::int32_t kDay = 86400000;
void second_on(Bench& b) { jump(b, {0, 1000, true, true}); }
void second_back(Bench& b) { jump(b, {0, -1000, true, true}); }
void minute_on(Bench& b) { jump(b, {1, 60000, true, true}); }
void minute_back(Bench& b) { jump(b, {-1, -60000, false, true}); }
void hours_on(Bench& b) { jump(b, {180, 10800000, false, false}); }
void day_on(Bench& b) { jump(b, {1440, kDay, false, true}); }     // 1318 epochs, modulo 256: 38 or 39
void day_back(Bench& b) { jump(b, {-1440, -kDay, false, false}); }  // 217 or 218
void count_wraps(Bench& b) { jump(b, {1, 60000, true, true, true, false, 0xffffffffu, 0}); }
void ms_wraps(Bench& b) { jump(b, {0, 2000, true, true, false, true, 0, 0xffffffffu - 1500}); }
void epoch_wraps(Bench& b) { jump(b, {0, 2000, true, true, false, true, 0, 0x00ffffffu - 1500}); }

// ---- keys ----

void new_bank(Bench& b, std::uint32_t minute) {
  b.config.keys.secret1_v4[minute & 3] = {b.random.next(), b.random.next()};
  b.config.keys.secret1_v6[minute & 3] = {b.random.next(), b.random.next()};
  if (!b.broken) b.box.set_config(b.config);
}

void rotation_handshake(Bench& b) {
  b.start();
  std::vector<Peer> open(6);
  for (Peer& p : open) {
    p = b.peer();
    b.shake(p);
  }
  b.box.drain();
  const std::uint32_t minute = b.time.count;
  const std::uint64_t kind = b.seed % 4;
  bool good = true;
  switch (kind) {
    case 0:  // as software does it: the bank of the next minute is made new, then the minute comes
      new_bank(b, minute + 1);
      b.advance(1, 60000);
      break;
    case 1:  // the same with the banks of the minutes after
      new_bank(b, minute + 2);
      new_bank(b, minute + 3);
      b.advance(1, 60000);
      break;
    case 2:  // the bank is still there, but the minutes are over
      if (!b.broken) b.advance(2, 120000);
      good = false;
      break;
    default:  // the bank is gone although the minute is not over
      new_bank(b, minute);
      good = false;
  }
  if (b.broken && kind < 2) good = false;
  for (const Peer& p : open) {
    const Result r = b.ask(b.ack(p));
    b.expect(good ? r.verdict == Verdict::kHandoff : drops(r, Reason::kBadCookie), "an old cookie counts while its bank and minutes live");
    b.count(good ? "cookies accepted" : "cookies rejected");
  }
  if (!b.broken) {
    Peer fresh = b.peer();
    b.establish(fresh);
  }
  b.finish();
}

void rotation_flight(Bench& b) {
  b.options.reply_backpressure = 0.3;
  b.start();
  std::vector<Peer> peers(24);
  for (Peer& p : peers) p = b.peer();
  std::size_t stamp = 0;
  for (std::size_t i = 0; i < peers.size(); ++i) {
    // SYNs and data of others are in flight while a bank, a stamp key or secret0 is written; only what frames in flight use waits.
    for (int n = 0; n < 4; ++n) b.send(b.syn(peers[b.random.below(peers.size())]));
    if (i > 0) b.send(b.data(peers[i - 1]));
    switch (b.random.below(4)) {
      case 0: new_bank(b, b.time.count + 1); break;
      case 1: new_bank(b, b.time.count + 2); break;
      case 2:
        stamp = (stamp + 1) & 15;
        b.config.keys.stamp[stamp] = {b.random.next(), b.random.next()};
        b.box.set_config(b.config);
        for (model::Destination& d : b.config.destinations) d.stamp_key_id = static_cast<std::uint8_t>(stamp);
        b.box.set_config(b.config);
        break;
      default: b.advance(1, 60000);
    }
    b.count("rotations");
    // With --demonstrate the model does not hear of a key.
    if (b.broken) b.box.write_register(defs::reg::kKeyCommit, static_cast<unsigned>(defs::KeySlot::kSecret1V4) + (b.time.count & 3));
    b.establish(peers[i]);
    b.count("handshakes");
  }
  b.config.keys.secret0_v4 = {b.random.next(), b.random.next()};
  b.config.keys.secret0_v6 = {b.random.next(), b.random.next()};
  b.box.set_config(b.config);
  for (const Peer& p : peers) b.expect(drops(b.ask(b.data(p)), Reason::kBadCookie), "a new secret0 forgets every flow");
  peers.resize(8);
  b.establish(peers);
  b.finish();
}

// Against the contract: the bank of this very minute is written while SYNs are in flight. Each SYN-ACK is of the old or of the new key.
void rotation_in_use(Bench& b) {
  b.options.check = false;
  b.start();
  model::Config after = b.config;
  after.keys.secret1_v4[b.time.count & 3] = {b.random.next(), b.random.next()};
  std::vector<Peer> peers(100);
  for (Peer& p : peers) {
    do p = b.peer();
    while (p.segment.is6);
  }
  std::map<std::uint16_t, std::uint32_t> seen;
  const auto mine = b.box.on_output;
  b.box.on_output = [&](const Output& o) {
    const TcpView v = view_tcp(o.data, o.length);
    if (o.port == Port::kReply && v.ok) seen[v.destination_port] = v.seq;
  };
  namespace reg = defs::reg;
  const model::SipKey key = after.keys.secret1_v4[b.time.count & 3];
  b.box.write_register(reg::kKeyData0, static_cast<std::uint32_t>(key.k0));
  b.box.write_register(reg::kKeyData1, static_cast<std::uint32_t>(key.k0 >> 32));
  b.box.write_register(reg::kKeyData2, static_cast<std::uint32_t>(key.k1));
  b.box.write_register(reg::kKeyData3, static_cast<std::uint32_t>(key.k1 >> 32) ^ (b.broken ? 1u : 0u));
  for (std::size_t i = 0; i < 70; ++i) b.send(b.syn(peers[i]));
  b.box.run(b.random.below(20));
  b.box.write_register(reg::kKeyCommit, static_cast<unsigned>(defs::KeySlot::kSecret1V4) + (b.time.count & 3));
  for (std::size_t i = 70; i < 100; ++i) b.send(b.syn(peers[i]));
  b.box.drain();
  b.box.on_output = mine;
  bool newer = false;
  for (const Peer& p : peers) {
    const auto answer = seen.find(p.segment.source.port);
    b.expect(answer != seen.end(), "answered");
    if (answer == seen.end()) continue;
    const std::uint32_t before = b.cookie(p);
    std::swap(b.config, after);
    const std::uint32_t now = b.cookie(p);
    std::swap(b.config, after);
    const bool is_new = answer->second == now;
    b.expect(is_new || answer->second == before, "a cookie of one key, never a mix of two");
    b.expect(is_new || !newer, "after the first of the new key, none of the old");
    newer = newer || is_new;
    b.count(is_new ? "cookies of the new key" : "cookies of the old key");
  }
  b.finish();
}

}  // namespace

#define SYNGATE_JUMP(name, injected, expected, function)                                                                              \
  {name, injected, expected,                                                                                                        \
   "{cookies accepted} cookies accepted, {cookies rejected} rejected; {flows passed} flows pass, {flows dropped} dropped", \
   "another jump, or none", function}

const std::vector<Case> kTimeCases{
    SYNGATE_JUMP("clock-second-on", "clock + 1 s", "open handshakes and flows go on", second_on),
    SYNGATE_JUMP("clock-second-back", "clock - 1 s", "open handshakes and flows go on", second_back),
    SYNGATE_JUMP("clock-minute-on", "clock and minute count + 1 min", "open handshakes and flows go on", minute_on),
    SYNGATE_JUMP("clock-minute-back", "clock and minute count - 1 min", "cookies are of the future: rejected; flows go on", minute_back),
    SYNGATE_JUMP("clock-hours-on", "+ 3 h", "cookies and flows have expired", hours_on),
    SYNGATE_JUMP("clock-day-on", "+ 1 day", "cookies have expired; 1318 epochs are 38 or 39 modulo 256, so flows that the sweep did "
     "not meet live",
                 day_on),
    SYNGATE_JUMP("clock-day-back", "- 1 day", "cookies are of the future, flows 217 or 218 epochs old: rejected, dropped", day_back),
    SYNGATE_JUMP("clock-count-wrap", "minute count 2^32 - 1 to 0", "open handshakes and flows go on", count_wraps),
    SYNGATE_JUMP("clock-ms-wrap", "millisecond clock over 2^32", "open handshakes and flows go on", ms_wraps),
    SYNGATE_JUMP("clock-epoch-wrap", "table epoch 255 to 0", "open handshakes and flows go on", epoch_wraps),
    {"rotation-handshake", "secret1 banks rotate between SYN-ACK and ACK: of minutes to come, of this minute, or only time goes on",
     "a cookie counts in its minute and the next while its bank is untouched; then it is `bad_cookie`",
     "{cookies accepted} cookies accepted, {cookies rejected} rejected", "the banks and the time stay", rotation_handshake},
    {"rotation-flight", "secret1 banks, stamp keys, time and at last secret0 change with frames in flight, as the contract allows",
     "every byte is of one generation of keys; every client completes; a new secret0 forgets every flow",
     "{rotations} rotations, {handshakes} handshakes", "the model does not hear of one key", rotation_flight},
    {"rotation-in-use", "contract broken: the bank of this minute is written while its SYNs are in flight",
     "each cookie is of the old or the new key, in this order, never of a mix",
     "{cookies of the old key} cookies of the old key, {cookies of the new key} of the new", "the key that is written is another by "
     "one bit",
     rotation_in_use},
};

}  // namespace syngate::sim
