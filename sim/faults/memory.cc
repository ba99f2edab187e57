// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The flow table's memory goes wrong: stored bits flip, answers are wrong, late, or never come, it powers up full of noise.
// What must come of it is computed here from the slot's bits and datapath.md; RTL and model must agree on everything besides.
#include <algorithm>

#include "bench.h"

namespace syngate::sim {
namespace {

using model::TableRow;

struct Where {
  unsigned channel = 0, slot = 0;
  bool found = false;
};

std::uint64_t random_flips(Random& random, bool odd) {
  const unsigned bits = odd ? (random.chance(0.8) ? 1 : 3) : (random.chance(0.8) ? 2 : 4);
  std::uint64_t flips = 0;
  while (__builtin_popcountll(flips) < static_cast<int>(bits)) flips |= std::uint64_t{1} << random.below(48);
  return flips;
}

Where find(Bench& b, const Peer& peer) {
  const auto place = b.place(peer);
  for (unsigned c = 0; c < 2; ++c) {
    const TableRow row = b.box.table_row(c, place.row[c]);
    for (unsigned s = 0; s < 3; ++s) {
      if (static_cast<std::uint32_t>(row[s]) == place.tag[c] && (row[s] >> 44 & 7) != 0) return {c, s, true};
    }
  }
  return {};
}

// Whether a slot is a living one of this tag, by the text of datapath.md.
bool lives(const Bench& b, std::uint64_t slot, std::uint32_t tag) {
  const auto state = static_cast<unsigned>(slot >> 44 & 7);
  const unsigned raw = ((b.time.ms >> 16) - static_cast<std::uint32_t>(slot >> 32)) & 0xff;
  const unsigned age = raw >= 248 ? 0 : raw;
  return __builtin_popcountll(slot) % 2 == 0 && state != 0 && age <= (state == 2 ? b.config.life_closing : b.config.life) &&
         static_cast<std::uint32_t>(slot) == tag;
}

// Connections in rows of their own: no two share one, so that what becomes of one slot is known.
std::vector<Peer> lone_peers(Bench& b, std::size_t n) {
  std::vector<Peer> peers;
  std::vector<std::uint32_t> taken[2];
  while (peers.size() < n) {
    Peer p = b.peer_of_two_rows();
    const auto place = b.place(p);
    bool lone = true;
    for (unsigned c = 0; c < 2; ++c) lone = lone && std::count(taken[c].begin(), taken[c].end(), place.row[c]) == 0;
    if (!lone) continue;
    for (unsigned c = 0; c < 2; ++c) taken[c].push_back(place.row[c]);
    peers.push_back(p);
  }
  return peers;
}

void strangers_are_dropped(Bench& b, unsigned n) {
  std::vector<std::uint64_t> sent;
  for (unsigned i = 0; i < n; ++i) {
    Peer stranger = b.peer();
    stranger.cookie = static_cast<std::uint32_t>(b.random.next());
    sent.push_back(b.send(b.data(stranger)));
  }
  b.count("strangers", n);
  for (const std::uint64_t f : sent) {
    if (!drops(b.result(f), defs::Reason::kBadCookie)) b.count("strangers let through");
  }
  b.expect(b.tally["strangers let through"] == 0, "nobody passes without a handshake");
}

void stored(Bench& b, bool odd) {
  b.start();
  std::vector<Peer> peers = lone_peers(b, 12);
  b.establish(peers);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    Peer& p = peers[i];
    const Where w = find(b, p);
    b.expect(w.found, "an established flow is in the table");
    const auto place = b.place(p);
    const std::uint64_t slot = b.box.table_row(w.channel, place.row[w.channel])[w.slot];
    std::uint64_t now = slot;
    if (i < 6) {
      const std::uint64_t flips = random_flips(b.random, odd);
      TableRow row{};
      row[w.slot] = flips;
      b.box.upset(w.channel, place.row[w.channel], row, !b.broken);
      now ^= flips;
      b.count("slots injured");
    } else if (i < 9) {
      // An empty slot of the row: nobody misses it.
      TableRow row{};
      row[(w.slot + 1) % 3] = random_flips(b.random, odd);
      b.box.upset(w.channel, place.row[w.channel], row, !b.broken);
      b.count("empty slots injured");
    }
    const bool stays = lives(b, now, place.tag[w.channel]);
    if (odd && i < 6) b.expect(!stays, "odd flips kill a slot");
    const Result r = b.ask(b.data(p));
    b.expect(stays ? passes(r) : drops(r, defs::Reason::kBadCookie), "a flow passes as long as its slot is whole");
    if (i < 6) b.count(stays ? "flows kept" : "flows lost");
  }
  strangers_are_dropped(b, 12);
  // Who lost the flow comes back by a new handshake.
  for (Peer& p : peers) {
    p.isn += 70000;
    b.shake(p);
    const Result again = b.ask(b.ack(p));
    b.expect(again.verdict == defs::Verdict::kHandoff || again.verdict == defs::Verdict::kHandoffPass, "a new handshake works");
  }
  b.finish();
  if (odd) {
    b.expect(b.tally["sram errors"] >= 9, "each injured slot is counted when it is read");
  } else {
    b.expect(b.tally["sram errors"] == 0, "even flips are not seen");
  }
}

void read(Bench& b, bool odd) {
  b.start();
  std::vector<Peer> peers = lone_peers(b, 10);
  b.establish(peers);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    Peer& p = peers[i];
    const Where w = find(b, p);
    const auto place = b.place(p);
    const std::uint64_t slot = b.box.table_row(w.channel, place.row[w.channel])[w.slot];
    ReadFault fault;
    fault.rows = place.row;
    fault.flips[w.channel][w.slot] = random_flips(b.random, odd);
    fault.tell_model = !b.broken;
    b.box.fault_read(fault);
    b.count("answers injured");
    const bool seen = lives(b, slot ^ fault.flips[w.channel][w.slot], place.tag[w.channel]);
    if (i % 2 == 0) {
      const Result r = b.ask(b.data(p));
      b.expect(seen ? passes(r) : drops(r, defs::Reason::kBadCookie), "a frame meets the flow as it is read");
      if (!seen) b.count("frames lost");
      // Nothing was written over it unless the frame was let through.
      if (!seen) b.expect(passes(b.ask(b.data(p))), "the next frame of the flow passes");
    } else {
      // The client's ACK again: its cookie is valid, so a miss makes a new entry.
      const Result r = b.ask(b.ack(p));
      b.expect(seen ? r.verdict == defs::Verdict::kHandoffPass || passes(r) : r.verdict == defs::Verdict::kHandoff,
               "a repeated ACK of a missed flow is handed off as new");
      if (r.op == defs::TableOp::kInsert) b.count("entered again");
      b.expect(passes(b.ask(b.data(p))), "the flow passes");
    }
    b.expect(b.box.waiting_faults() == 0, "the fault was met");
  }
  strangers_are_dropped(b, 10);
  b.finish();
  if (odd) b.expect(b.tally["sram errors"] >= 10, "each injured answer is counted");
}

// The answers to a group of frames one clock apart come so many reads late: each frame sees rows of another.
void late(Bench& b) {
  b.options.keep_reads = true;
  b.start();
  std::vector<Peer> peers = lone_peers(b, 18);
  std::vector<Peer> known(peers.begin(), peers.begin() + 12);
  b.establish(known);
  std::copy(known.begin(), known.end(), peers.begin());
  for (Peer& p : peers) {
    if (p.cookie == 0) p.cookie = static_cast<std::uint32_t>(b.random.next());
  }
  // Six known, six strangers, mixed.
  std::vector<std::size_t> group{0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17};
  for (std::size_t i = group.size() - 1; i > 0; --i) std::swap(group[i], group[b.random.below(i + 1)]);
  b.box.drain();
  for (const std::size_t i : group) {
    ReadFault fault;
    fault.rows = b.place(peers[i]).row;
    const auto by = static_cast<unsigned>(1 + b.random.below(8));
    const auto which = b.random.below(3);
    fault.late = {which != 1 ? by : 0, which != 0 ? by : 0};
    fault.tell_model = !b.broken;
    b.box.fault_read(fault);
    b.count("answers late");
  }
  std::vector<std::uint64_t> sent;
  for (const std::size_t i : group) sent.push_back(b.send(b.data(peers[i])));
  b.box.drain();
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Result r = b.result(sent[i]);
    const bool dropped = drops(r, defs::Reason::kBadCookie);
    b.expect(dropped || passes(r), "pass or bad_cookie");
    if (group[i] < 12) {
      b.count(dropped ? "frames lost" : "frames passed");
    } else {
      b.count("strangers");
      if (!dropped) b.count("strangers let through");
    }
  }
  b.expect(b.tally["strangers let through"] == 0, "a row of another lets nobody through");
  b.expect(b.box.waiting_faults() == 0, "every fault was met");
  // Nothing was written by the missed lookups: all flows are as before.
  for (std::size_t i = 0; i < 12; ++i) b.expect(passes(b.ask(b.data(peers[i]))), "the flow passes when the memory answers in time");
  b.finish();
}

// No answer at all: the data lines keep what they showed last.
void lost(Bench& b) {
  b.options.keep_reads = true;
  b.start();
  std::vector<Peer> peers = lone_peers(b, 10);
  b.establish(peers);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    Peer& p = peers[i];
    // The last read is that of somebody else (or of the sweep, which now and then reads the very rows).
    b.ask(b.data(peers[i == 0 ? 0 : i - 1]));
    b.box.drain();
    ReadFault fault;
    fault.rows = b.place(p).row;
    fault.late = {1, 1};
    fault.tell_model = !b.broken;
    const bool enters = i % 2 == 1;
    if (i == 0) continue;
    b.box.fault_read(fault);
    b.count("answers lost");
    // With a valid cookie the frame enters what it read: slots of another row, in its own.
    const Result r = b.ask(enters ? b.ack(p) : b.data(p));
    if (enters) {
      b.expect(r.verdict == defs::Verdict::kHandoff || r.verdict == defs::Verdict::kHandoffPass, "handed off");
      b.expect(passes(b.ask(b.data(p))), "the flow passes");
      if (r.op == defs::TableOp::kInsert) b.count("entered again");
    } else {
      b.expect(drops(r, defs::Reason::kBadCookie) || passes(r), "missed");
      b.expect(passes(b.ask(b.data(p))), "the next frame of the flow passes");
      if (!passes(r)) b.count("frames lost");
    }
    b.expect(b.box.waiting_faults() == 0, "the fault was met");
  }
  strangers_are_dropped(b, 10);
  b.finish();
}

void garbage(Bench& b) {
  b.config.table_mask = 15;
  b.start();
  for (std::uint32_t row = 0; row <= b.config.table_mask; ++row) {
    for (unsigned c = 0; c < 2; ++c) {
      TableRow noise;
      for (std::uint64_t& slot : noise) slot = b.random.next() & 0xffffffffffffu;
      b.box.upset(c, row, noise, !b.broken);
      b.count("slots of noise", 3);
    }
  }
  strangers_are_dropped(b, 40);
  std::vector<Peer> peers;
  for (int i = 0; i < 12; ++i) peers.push_back(b.peer());
  b.establish(peers);
  for (const Peer& p : peers) b.expect(passes(b.ask(b.data(p))), "a client comes through");
  b.finish();
  b.expect(b.tally["sram errors"] > 0, "noise has wrong parity half of the time");
}

}  // namespace

const std::vector<Case> kMemoryCases{
    {"sram-stored-odd", "1 or 3 stored bits of a table slot flip",
     "slot reads as free: its flow is dropped as `bad_cookie` until a new handshake; `table_sram_error` exact; nobody else notices",
     "{slots injured} slots: {flows lost} flows lost, {flows kept} kept, {sram errors} errors counted, {strangers let through} of "
     "{strangers} strangers let through",
     "the model is not told", [](Bench& b) { stored(b, true); }},
    {"sram-stored-even", "2 or 4 stored bits of one slot flip: parity cannot see it",
     "by the bits: in the tag a miss, in state or epoch an age; never a stranger's frame (a tag of 32 bits would have to be hit)",
     "{slots injured} slots: {flows lost} flows lost, {flows kept} kept, {sram errors} errors counted, {strangers let through} of "
     "{strangers} strangers let through",
     "the model is not told", [](Bench& b) { stored(b, false); }},
    {"sram-read-odd", "1 or 3 bits of one answer are wrong, the memory is right",
     "this frame does not find its flow; `table_sram_error` exact; the next frame passes; a valid cookie enters the flow again",
     "{answers injured} answers: {frames lost} frames lost, {entered again} flows entered again, {sram errors} errors counted, "
     "{strangers let through} of {strangers} strangers let through",
     "the model is not told", [](Bench& b) { read(b, true); }},
    {"sram-read-even", "2 or 4 bits of one slot of one answer are wrong", "the frame meets the slot as read; the memory stays right "
     "unless the frame writes",
     "{answers injured} answers: {frames lost} frames lost, {entered again} flows entered again, {strangers let through} of {strangers} "
     "strangers let through",
     "the model is not told", [](Bench& b) { read(b, false); }},
    {"sram-late", "answers come 1 to 8 reads late, on one channel or both, in a burst of one frame a clock",
     "contract broken: frames see rows of others and miss; no hang; a false hit needs a tag of 32 bits: at most 6 slots * 2^-32 a lookup",
     "{answers late} answers: {frames lost} frames lost, {frames passed} passed by the other channel, {strangers let through} of "
     "{strangers} "
     "strangers let through",
     "the model is not told", late},
    {"sram-lost", "an answer never comes: the lines show the last one",
     "the frame misses; with a valid cookie its flow is entered into the row it saw; nothing else changes",
     "{answers lost} answers: {frames lost} frames lost, {entered again} entered again, {strangers let through} of {strangers} "
     "strangers let "
     "through",
     "the model is not told", lost},
    {"sram-noise", "the memory powers up full of random bits", "strangers are dropped, clients come through, errors are counted exactly",
     "{slots of noise} slots of noise: {sram errors} errors counted, {strangers let through} of {strangers} strangers let through",
     "the model is not told", garbage},
};

}  // namespace syngate::sim
