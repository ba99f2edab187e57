// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Much of one kind, through the whole RTL and against the model: handshakes in which every bit is random, and lookups of few flows in
// clocks that follow each other while time goes on between them.
#include <algorithm>
#include <functional>
#include <vector>

#include "catch2.h"
#include "directed.h"

using namespace syngate;
using namespace syngate::sim;

namespace {

struct Flow {
  Segment base;
  std::uint32_t isn = 0, cookie = 0, tsval = 0, server_tsval = 0;
  bool timestamps = false;
};

Segment segment(const Flow& f, std::uint8_t flags, std::uint32_t moved = 0) {
  Segment s = f.base;
  s.flags = flags;
  s.seq = f.isn + ((flags & kSyn) != 0 ? 0 : 1) + moved;
  s.ack = (flags & kSyn) != 0 ? 0 : f.cookie + 1 + moved;
  OptionValues values;
  values.tsval = f.tsval;
  values.tsecr = f.server_tsval;
  if ((flags & kSyn) != 0) s.options = option_bytes(f.timestamps ? "MSS,SOK,TS,N,WS" : "MSS", values);
  else if (f.timestamps) s.options = option_bytes("N,N,TS", values);
  return s;
}

// SYNs; the answers are the flows' cookies.
void open(Directed& bench, std::vector<Flow>& flows, const std::function<Bytes(const Segment&)>& build = build_frame) {
  bench.simulator.on_output = [&](const Output& output) {
    if (output.port != Port::kReply) return;
    const TcpView v = view_tcp(output.data, output.length);
    for (Flow& f : flows) {
      if (f.base.is6 != v.is6 || f.base.source.port != v.destination_port || f.isn + 1 != v.ack) continue;
      f.cookie = v.seq;
      f.server_tsval = v.tsval;
    }
  };
  for (const Flow& f : flows) bench.offer(build(segment(f, kSyn)));
  bench.simulator.drain();
}

std::vector<Flow> flows_of(Directed& bench, std::size_t count) {
  std::vector<Flow> flows(count);
  for (std::size_t i = 0; i < count; ++i) {
    flows[i].base = bench.syn(i % 2 != 0);
    flows[i].base.tags.clear();
    flows[i].isn = next32(bench.random);
    flows[i].tsval = next32(bench.random);
  }
  return flows;
}

// An ICMP error of some router about a segment that the server has sent.
Bytes error_about(Directed& bench, const Flow& f, std::size_t* quote) {
  Random& random = bench.random;
  Segment s = f.base;
  s.source.address = address(s.is6, random);
  s.payload.assign(60, 0);
  Bytes frame = build_frame(s);
  const std::size_t l3 = 14 + 4 * s.tags.size(), l4 = l3 + (s.is6 ? 40 : 20);
  *quote = l4 + 8;
  for (std::size_t i = l4; i < frame.size(); ++i) frame[i] = next8(random);
  frame[l3 + (s.is6 ? 6 : 9)] = s.is6 ? 58 : 1;
  frame[l4] = static_cast<std::uint8_t>(s.is6 ? 1 + random.below(4) : 3);
  std::uint8_t* q = &frame[*quote];
  const std::size_t bytes = s.is6 ? 16 : 4, addresses = s.is6 ? 8 : 12;
  q[0] = s.is6 ? 0x60 : 0x45;
  q[s.is6 ? 6 : 9] = 6;
  std::copy_n(f.base.destination.address.begin(), bytes, q + addresses);
  std::copy_n(f.base.source.address.begin(), bytes, q + addresses + bytes);
  q += addresses + 2 * bytes;
  q[0] = static_cast<std::uint8_t>(f.base.destination.port >> 8);
  q[1] = static_cast<std::uint8_t>(f.base.destination.port);
  q[2] = static_cast<std::uint8_t>(f.base.source.port >> 8);
  q[3] = static_cast<std::uint8_t>(f.base.source.port);
  fix_checksums(frame);
  return frame;
}

}  // namespace

TEST_CASE("storm: handshakes of all addresses, keys, entries and layer 2 headers", "[system][storm]") {
  Random keys(21);
  model::Config config = default_config(21);
  // An entry for each eighth of the ports of each family, with everything of its own.
  for (unsigned i = 0; i < defs::kDestinations; ++i) {
    model::Destination& d = config.destinations[i];
    d.used = true;
    d.prefix = {};
    d.prefix.is6 = i >= 8;
    d.prefix_length = 0;
    d.port_first = static_cast<std::uint16_t>(i % 8 * 8192);
    d.port_last = static_cast<std::uint16_t>(d.port_first + 8191);
    d.mss = next16(keys);
    d.wscale = static_cast<std::uint8_t>(keys.below(15));
    d.stamp_key_id = static_cast<std::uint8_t>(i * 5 % 16);
    d.window_ts = next16(keys);
    d.window_nots = next16(keys);
  }
  Directed bench(21, config);
  Random& random = bench.random;
  for (int round = 0; round < 12; ++round) {
    std::vector<Flow> flows(150);
    std::uint16_t port = 1000;
    for (Flow& f : flows) {
      f.base = bench.syn(random.chance(0.6));
      f.base.source.port = static_cast<std::uint16_t>(port + (next16(random) & 0xf000));
      ++port;
      f.base.destination = {address(f.base.is6, random), static_cast<std::uint16_t>(1 + random.below(65535))};
      f.base.ttl = next8(random);
      f.base.traffic_class = next8(random);
      f.base.flow_label = next32(random) & 0xfffff;
      f.base.window = next16(random);
      f.isn = next32(random);
      f.tsval = next32(random);
      f.timestamps = random.chance(0.6);
    }
    std::vector<std::array<std::uint8_t, 12>> macs(flows.size());
    for (auto& mac : macs) {
      for (std::uint8_t& byte : mac) byte = next8(random);
      mac[0] &= 0xfe;
    }
    std::size_t at = 0;
    const auto build = [&](const Segment& s) {
      Bytes frame = build_frame(s);
      std::copy(macs[at % macs.size()].begin(), macs[at % macs.size()].end(), frame.begin());
      ++at;
      return frame;
    };
    open(bench, flows, build);
    for (const Flow& f : flows) {
      Segment s = segment(f, kAck);
      if (random.chance(0.3)) s.payload.assign(1 + random.below(200), next8(random));
      bench.offer(build(s));
    }
    bench.simulator.drain();
    // Cookies of the minute before, and another clock.
    bench.simulator.set_time({Directed::kStart.count + static_cast<std::uint32_t>(round) + 1, next32(random)});
    for (const Flow& f : flows) bench.offer(build(segment(f, kAck | kPsh, 1)));
    // What routers say about these flows, and about flows that differ in one bit.
    for (const Flow& f : flows) {
      std::size_t quote = 0;
      Bytes frame = error_about(bench, f, &quote);
      bench.offer(frame);
      const std::size_t first = f.base.is6 ? 8 : 12, bytes = f.base.is6 ? 36 : 12;
      frame[quote + first + random.below(bytes)] ^= static_cast<std::uint8_t>(1u << random.below(8));
      bench.offer(frame);
    }
  }
  bench.simulator.check_memory();
  bench.finish();
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kReply)] == 1800);
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kHandoff)] > 1000);
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kHandoffPass)] > 400);
  CHECK(bench.reasons[static_cast<std::size_t>(defs::Reason::kIcmpUnknown)] > 1700);
}

namespace {

// No lookup: a clock in which the table has nothing to do.
Bytes to_nobody(const Flow& f) {
  Segment s = segment(f, kAck);
  s.destination.port = 444;
  return build_frame(s);
}

Bytes lookup(Random& random, const Flow& f) {
  switch (random.below(11)) {
    case 0: return build_frame(segment(f, kSyn));
    case 1: return build_frame(segment(f, kAck | kFin));
    case 2: return build_frame(segment(f, random.chance(0.5) ? kRst : kAck | kFin, 5000));
    case 3: return build_frame(segment(f, kAck, static_cast<std::uint32_t>(random.below(8))));
    case 4: {
      // A later segment: no cookie.
      Segment s = segment(f, kAck, 8);
      s.ack += 70000;
      return build_frame(s);
    }
    default: return build_frame(segment(f, kAck));
  }
}

void go_on(Random& random, model::Time& time, const model::Config& config) {
  constexpr std::uint32_t kEpoch = 1u << defs::kTableEpochShift;
  const std::uint64_t kind = random.below(20);
  if (kind < 11) time.ms += kEpoch;
  else if (kind < 14) time.ms += kEpoch * static_cast<std::uint32_t>(2 + random.below(3));
  else if (kind == 14) time.ms += kEpoch * (config.life + static_cast<std::uint32_t>(random.below(2)));
  else if (kind == 15) time.ms += kEpoch * (config.life_closing + static_cast<std::uint32_t>(random.below(2)));
  else if (kind < 18) time.ms -= kEpoch * static_cast<std::uint32_t>(1 + random.below(10));
  else time.ms += kEpoch * static_cast<std::uint32_t>(random.below(kind == 18 ? 20 : 256));
}

// Lookups wait behind a long frame and then come one a clock; while they do, software commits times: each falls between two of them.
void rush(Directed& bench, const std::vector<Flow>& flows, model::Time& time, const model::Config& config) {
  Random& random = bench.random;
  Segment other = bench.syn(false);
  other.destination.address[1] ^= 0x40;  // nobody's
  other.payload.assign(9216 - 14 - 4 * other.tags.size() - 40, 0x37);
  bench.offer(build_frame(other));
  const double holes = 0.15 * static_cast<double>(random.below(3));
  const std::size_t few = random.chance(0.3) ? 1 + random.below(flows.size()) : flows.size();
  for (std::uint64_t i = 0; i < 160; ++i) {
    const Flow& f = flows[random.below(few)];
    bench.offer(random.chance(holes) ? to_nobody(f) : lookup(random, f));
    if (i < 90 || !random.chance(0.12)) continue;
    go_on(random, time, config);
    bench.simulator.set_time(time);
  }
  bench.simulator.drain();
}

}  // namespace

TEST_CASE("storm: few rows, lookups in every clock, time between them", "[system][storm]") {
  // Lives are set in an idle box: each pair has its own.
  constexpr std::uint8_t kLives[][2] = {{0, 0}, {1, 0}, {2, 1}, {3, 7}, {6, 2},
                                        {9, 2}, {40, 7}, {127, 100}, {240, 1}, {12, 30}, {100, 3}, {240, 240}};
  std::uint64_t seed = 22;
  for (const auto& lives : kLives) {
    model::Config config = default_config(seed);
    config.table_mask = seed % 3 == 0 ? 1 : 0;
    config.life = lives[0];
    config.life_closing = lives[1];
    Directed bench(seed++, config);
    std::vector<Flow> flows = flows_of(bench, config.table_mask == 0 ? 10 : 16);
    open(bench, flows);
    model::Time time = Directed::kStart;
    for (int round = 0; round < 30; ++round) rush(bench, flows, time, config);
    bench.simulator.check_memory();
    bench.finish();
  }
}

TEST_CASE("storm: the second channel of the full table", "[system][storm]") {
  model::Config config = default_config(24);
  config.life = 200;
  Directed bench(24, config);
  Random& random = bench.random;
  std::vector<Flow> flows = flows_of(bench, 32);
  open(bench, flows);
  for (const Flow& f : flows) bench.offer(build_frame(segment(f, kAck)));
  bench.simulator.drain();
  // Where they are, three strangers live from now on. So a flow that comes again finds room in its other row only.
  const std::uint8_t epoch = static_cast<std::uint8_t>(Directed::kStart.ms >> defs::kTableEpochShift);
  std::size_t filled = 0;
  for (std::uint32_t row = 0; row <= config.table_mask; ++row) {
    const model::TableRow old = bench.simulator.model()->table_row(0, row);
    if ((old[0] | old[1] | old[2]) == 0) continue;
    model::TableRow flips{};
    for (std::size_t i = 0; i < 3; ++i) {
      std::uint64_t slot = std::uint64_t{1} << 44 | std::uint64_t{epoch} << 32 | next32(random);
      slot |= static_cast<std::uint64_t>(__builtin_parityll(slot)) << 47;
      flips[i] = old[i] ^ slot;
    }
    bench.simulator.upset(0, row, flips);
    ++filled;
  }
  CHECK(filled == flows.size());
  for (int round = 0; round < 40; ++round) {
    // The same flow, again and again, with up to 30 others in between.
    const Flow& f = flows[random.below(flows.size())];
    const Flow& g = flows[random.below(flows.size())];
    for (int i = 0; i < 24; ++i) {
      const std::uint64_t pick = random.below(8);
      bench.offer(build_frame(segment(f, pick == 0 ? kSyn : pick == 1 ? kAck | kFin : kAck)));
      for (std::uint64_t others = random.chance(0.3) ? 0 : random.below(30); others > 0; --others) {
        bench.offer(build_frame(random.chance(0.3) ? segment(g, kAck) : bench.syn(true)));
      }
    }
    for (const Flow& each : flows) bench.offer(build_frame(segment(each, kAck, 3)));
  }
  bench.simulator.check_memory();
  bench.finish();
}
