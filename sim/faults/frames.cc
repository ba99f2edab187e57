// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Frames without a proper beginning or end, and a reset in the middle of them.
#include <algorithm>

#include "bench.h"

namespace syngate::sim {
namespace {

using defs::Reason;

constexpr std::size_t kBeat = defs::kBusBytes;

void bad_lengths(Bench& b) {
  b.start();
  std::vector<Peer> peers(6);
  for (Peer& p : peers) p = b.peer();
  b.establish(peers);
  for (int i = 0; i < 40; ++i) {
    Peer& p = peers[b.random.below(peers.size())];
    Bytes frame = b.data(p, 300);
    std::uint64_t tag = 0;
    Reason wanted = Reason::kBadFrame;
    switch (i == 0 ? 1 : b.random.below(4)) {
      case 0:
        frame.resize(b.broken ? 200 : 1 + b.random.below(defs::kFrameBytesMin - 1));
        tag = b.send(frame);
        b.count("runts");
        break;
      case 1:
        if (i % 16 != 0) continue;
        frame.resize(defs::kFrameBytesMax + 1 + b.random.below(b.random.chance(0.5) ? 1 : 3000));
        tag = b.send(frame);
        b.count("too long");
        break;
      case 2:
        tag = b.send(frame, true);
        b.count("wrong FCS");
        break;
      default:
        // Cut within what the IP header promises.
        frame.resize(defs::kFrameBytesMin + b.random.below(frame.size() - defs::kFrameBytesMin));
        tag = b.send(frame);
        wanted = frame.size() < (p.segment.is6 ? 74u : 54u) ? Reason::kTruncated : Reason::kBadHeaderLength;
        b.count("cut");
    }
    const std::uint64_t good = b.send(b.data(p));
    b.expect(drops(b.result(tag), wanted), "dropped for its length");
    b.expect(passes(b.result(good)), "the next frame passes");
  }
  b.finish();
}

// The end of a frame never comes, for a long time.
void endless(Bench& b) {
  b.start();
  Peer p = b.peer();
  b.establish(p);
  Peer other = b.peer();
  b.box.drain();
  const std::size_t beats = 1 + b.random.below(b.random.chance(0.5) ? 72 : 400);
  Bytes frame = b.data(p, 9000);
  frame.resize(beats * kBeat + 1 + b.random.below(kBeat), 0x5a);
  const std::uint64_t before = b.send(b.data(p));
  b.box.offer_part(frame.data(), beats);
  b.box.run(2000);
  b.expect(passes(b.result(before)), "what came before is decided");
  b.expect(b.box.read_register(defs::reg::kId) == 0x53594e47u, "registers answer");
  b.count("frames without end");
  if (b.random.chance(0.5)) {
    // The end comes at last.
    const std::uint64_t tag = b.tag();
    const std::uint64_t id = b.box.statistics().offered;
    b.box.offer_rest(frame.data(), frame.size(), beats, tag);
    b.box.drain();
    b.expect(b.box.statistics().offered == id + 1, "one frame");
    const Result r = b.result(tag);
    const bool too_long = frame.size() > (b.broken ? 100 : defs::kFrameBytesMax);
    b.expect(r.done && (!too_long || drops(r, Reason::kBadFrame)), "too long: bad_frame");
    b.count(too_long ? "ended too long" : "ended in time");
  } else {
    b.box.reset(b.options, b.config, b.time, false);
    b.count("ended by reset");
  }
  b.expect(passes(b.ask(b.data(p))), "the flow passes");
  b.establish(other);
  b.finish();
}

// The end of one frame is lost: two become one.
void merged(Bench& b) {
  b.start();
  for (int i = 0; i < 15; ++i) {
    Peer p = b.peer();
    Bytes first = b.syn(p);
    first.resize(kBeat, 0);  // padding up to the beat; legal, and a SYN is answered
    const Bytes second = b.data(p, b.random.below(400));
    const Result alone = b.ask(first);
    b.expect(alone.verdict == defs::Verdict::kReply, "alone it is a SYN with padding");
    first.insert(first.end(), second.begin(), second.end());
    if (b.broken) first = second;
    const std::uint64_t offered = b.box.statistics().offered;
    const Result r = b.ask(first);
    // As long as the headers of the first are whole, the second is padding to it.
    b.expect(r.verdict == defs::Verdict::kReply && b.box.statistics().offered == offered + 1, "one SYN with much padding");
    b.count("pairs merged");
  }
  b.finish();
}

void reset_mid_frame(Bench& b) {
  b.options.forward_backpressure = 0.01 * static_cast<double>(b.random.below(80));
  b.start();
  std::vector<Peer> peers(5);
  for (Peer& p : peers) p = b.peer();
  b.establish(peers);
  const std::size_t frames = 1 + b.random.below(12);
  for (std::size_t i = 0; i < frames; ++i) b.send(b.data(peers[i % 5], b.random.below(2) * 1300 + 10));
  const Bytes cut = b.data(peers[0], 4000);
  const std::size_t beats = 1 + b.random.below(30);
  b.box.offer_part(cut.data(), beats);
  b.box.run(b.random.below(150));
  const std::uint64_t before = b.left[0] + b.left[1];
  b.count("frames cut off", b.box.reset(b.options, b.config, b.time, b.broken));
  b.count("resets");
  b.box.run(300);
  b.expect(b.left[0] + b.left[1] == before, "nothing of before comes out after the reset");
  for (unsigned i = 0; i < defs::counter::kCount; ++i) {
    if (b.box.read_register(defs::reg::kCounters + 8 * i) != 0 && i != defs::counter::kTableSweep) b.expect(false, "counters start "
     "from zero");
  }
  // The rest of the frame comes, as a frame of its own.
  const Bytes rest(cut.begin() + static_cast<std::ptrdiff_t>(std::min(beats * kBeat, cut.size() - 1)), cut.end());
  b.send(rest);
  for (const Peer& p : peers) b.expect(passes(b.ask(b.data(p))), "the memory knows the flows when the keys are back");
  Peer fresh = b.peer();
  b.establish(fresh);
  b.finish();
}

}  // namespace

const std::vector<Case> kFrameCases{
    {"frame-lengths", "runts, frames above 9216 bytes, wrong FCS, frames cut within what IP promises",
     "`bad_frame`, or `truncated` or `bad_header_length` by the cut; the frame behind each passes",
     "{runts} runts, {too long} too long, {wrong FCS} wrong FCS, {cut} cut", "the runts have 200 bytes", bad_lengths},
    {"frame-endless", "a frame of 1 to 400 beats whose end does not come for 2000 clocks; then it comes, or a reset",
     "what came before is decided, registers answer; above 9216 bytes it is one `bad_frame`; flows and handshakes go on",
     "{frames without end} frames: {ended too long} ended too long, {ended in time} in time, {ended by reset} by reset",
     "bad_frame is expected of frames that are not too long", endless},
    {"frame-merged", "the end of a frame is lost, so that the next one belongs to it", "one frame: the first, with padding",
     "{pairs merged} pairs merged", "the first is missing", merged},
    {"reset-mid-frame", "a reset at a random clock while a frame comes in and frames go out; the table's memory is not reset",
     "what was inside is gone, nothing of it comes out; counters from zero; with the same keys the flows of before pass",
     "{resets} resets, {frames cut off} frames cut off", "the memory is wiped too", reset_mid_frame},
};

}  // namespace syngate::sim
