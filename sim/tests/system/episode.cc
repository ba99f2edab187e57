// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "episode.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "clients.h"
#include "flood.h"
#include "probes.h"

namespace syngate::sim {
namespace {

model::SipKey random_key(Random& random) { return {random.next(), random.next()}; }


model::Destination destination(bool is6) {
  model::Destination d;
  d.used = true;
  d.prefix.is6 = is6;
  d.prefix.bytes = is6 ? kServer6.address : kServer4.address;
  d.prefix_length = is6 ? 128 : 32;
  d.port_first = d.port_last = 443;
  if (is6) {
    d.mss = 1440;
    d.window_ts = 64260;
    d.window_nots = 64800;
  }
  return d;
}

std::uint64_t mix(std::uint64_t hash, const std::uint8_t* data, std::size_t length) {
  // FNV-1a; only equality of runs matters.
  for (std::size_t i = 0; i < length; ++i) hash = (hash ^ data[i]) * 0x100000001b3u;
  return hash;
}

// What a server's entry says of itself lands in its SYN-ACKs and stamps; its prefix and ports still hold the server.
void vary(model::Destination& d, Random& random) {
  if (random.chance(0.3)) return;
  d.mss = static_cast<std::uint16_t>(random.next());
  d.wscale = static_cast<std::uint8_t>(random.below(16));
  d.stamp_key_id = static_cast<std::uint8_t>(random.below(16));
  d.window_ts = static_cast<std::uint16_t>(random.next());
  d.window_nots = static_cast<std::uint16_t>(random.next());
  d.prefix_length -= static_cast<unsigned>(random.below(9));
  d.port_first = static_cast<std::uint16_t>(d.port_first - random.below(300));
  d.port_last = static_cast<std::uint16_t>(d.port_last + random.below(60000));
}

// Noise behind every header: what is forwarded goes through bit by bit.
void fill_payload(Bytes& frame, Random& random) {
  constexpr std::size_t kHeaders = 14 + 8 + 40 + 60;
  if (frame.size() <= kHeaders) return;
  for (std::size_t i = kHeaders; i < frame.size(); ++i) frame[i] = static_cast<std::uint8_t>(random.next() >> 32);
  fix_checksums(frame);
}

// Entries in front of the real ones that overlap them, so that order, families, ports and mode off all count.
void random_destinations(model::Config& config, Random& random) {
  // The two real entries come behind the others, now and then as the last ones.
  const std::size_t at = random.chance(0.1) ? defs::kDestinations - 2 : random.below(random.chance(0.5) ? 6 : defs::kDestinations - 1);
  for (std::size_t i = 0; i < at; ++i) {
    model::Destination d = destination(random.chance(0.5));
    d.used = random.chance(0.8);
    d.prefix_length = random.chance(0.3) ? 0 : static_cast<unsigned>(random.below(d.prefix.is6 ? 129 : 33));
    if (random.chance(0.6)) d.prefix.bytes[random.below(d.prefix.is6 ? 16 : 4)] ^= static_cast<std::uint8_t>(random.next());
    d.port_first = static_cast<std::uint16_t>(random.below(600));
    d.port_last = static_cast<std::uint16_t>(d.port_first + random.below(600));
    d.mode = random.chance(0.3) ? defs::Mode::kOff : defs::Mode::kAlways;
    d.mss = static_cast<std::uint16_t>(random.next());
    d.wscale = static_cast<std::uint8_t>(random.below(15));
    d.stamp_key_id = static_cast<std::uint8_t>(random.below(16));
    d.window_ts = static_cast<std::uint16_t>(random.next());
    d.window_nots = static_cast<std::uint16_t>(random.next());
    // A server's neighbour: differs from it in one bit, which counts or does not.
    if (random.chance(0.3)) {
      d.prefix.bytes = (d.prefix.is6 ? kServer6 : kServer4).address;
      const std::size_t bit = random.below(d.prefix.is6 ? 128 : 32);
      d.prefix.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
      d.prefix_length = static_cast<unsigned>(std::min<std::size_t>(bit + random.below(3), d.prefix.is6 ? 128 : 32));
    }
    config.destinations[i] = d;
  }
  config.destinations[at] = destination(false);
  config.destinations[at + 1] = destination(true);
  vary(config.destinations[at], random);
  vary(config.destinations[at + 1], random);
}

// The real entries in all their forms: their traffic stays protected.
void random_servers(model::Config& config, Random& random) {
  for (model::Destination& d : config.destinations) {
    if (!d.used || d.mode != defs::Mode::kAlways || d.port_first != 443 || d.port_last != 443) continue;
    const std::uint64_t ports = random.below(3);
    if (ports == 1) d.port_last = static_cast<std::uint16_t>(443 + random.below(3));
    if (ports == 2) d.port_first = static_cast<std::uint16_t>(443 - random.below(3));
    if (random.chance(0.3)) d.prefix_length -= static_cast<unsigned>(random.below(d.prefix_length + 1));
    if (random.chance(0.3)) d.prefix_length = 0;
    if (random.chance(0.5)) d.wscale = static_cast<std::uint8_t>(random.chance(0.5) ? 14 * random.below(2) : random.below(15));
    d.stamp_key_id = static_cast<std::uint8_t>(random.below(16));
  }
}

Bytes random_bytes(Random& random) {
  Bytes frame(1 + (random.chance(0.9) ? random.below(200) : random.below(9400)));
  for (std::uint8_t& b : frame) b = static_cast<std::uint8_t>(random.next());
  if (random.chance(0.7) && frame.size() > 15) {
    const bool is6 = random.chance(0.4);
    frame[0] &= 0xfe;
    frame[12] = is6 ? 0x86 : 8;
    frame[13] = is6 ? 0xdd : 0;
    frame[14] = is6 ? 0x60 : 0x45;
    const std::size_t protocol = is6 ? 20 : 23;
    if (random.chance(0.7) && frame.size() > protocol) frame[protocol] = 6;
  }
  return frame;
}

}  // namespace

model::Keys random_keys(Random& random) {
  model::Keys keys;
  keys.secret0_v4 = random_key(random);
  keys.secret0_v6 = random_key(random);
  for (auto& key : keys.secret1_v4) key = random_key(random);
  for (auto& key : keys.secret1_v6) key = random_key(random);
  for (auto& key : keys.stamp) key = random_key(random);
  return keys;
}

model::Config default_config(std::uint64_t seed) {
  Random random(seed ^ 0x6b657973u);
  model::Config config;
  config.keys = random_keys(random);
  config.destinations[0] = destination(false);
  config.destinations[1] = destination(true);
  return config;
}

void run_episode(std::uint64_t seed, std::uint64_t frames, EpisodeTotals& totals, std::uint64_t x_seed,
                 const std::function<void(const Mismatch&)>& report, const EpisodeLimits& limits) {
  Random random(seed ^ 0x657069736f646500u);
  SimulatorOptions options;
  options.seed = seed;
  options.x_seed = x_seed;
  options.input_idle = random.chance(0.5) ? 0 : 0.3 * static_cast<double>(random.below(3));
  // Half of the time none, often some, and now and then so much that the queues fill.
  const auto backpressure = [&random] {
    return random.chance(0.5) ? 0 : random.chance(0.3) ? 0.96 : 0.15 * static_cast<double>(random.below(6));
  };
  options.reply_backpressure = backpressure();
  options.forward_backpressure = backpressure();
  if (random.chance(0.2)) options.reply_cap = static_cast<unsigned>(1 + random.below(random.chance(0.7) ? 12 : 200));
  options.max_mismatches = 5;
  if (limits.quiet_clocks != 0) options.quiet_clocks = limits.quiet_clocks;
  options.max_clocks = limits.max_clocks;

  model::Config config = default_config(seed);
  const bool plain = random.chance(0.3);
  if (!plain) {
    random_destinations(config, random);
    if (random.chance(0.5)) config.policy = static_cast<std::uint32_t>(random.below(1024));
    if (random.chance(0.2)) config.exid = static_cast<std::uint16_t>(random.next());
    if (random.chance(0.3)) config.life = static_cast<std::uint8_t>(1 + random.below(240));
    if (random.chance(0.3)) config.life_closing = static_cast<std::uint8_t>(random.below(240));
    random_servers(config, random);
  }
  // Lives that end within an episode.
  if (random.chance(0.5)) {
    config.life = static_cast<std::uint8_t>(random.below(6));
    config.life_closing = static_cast<std::uint8_t>(random.below(4));
  }
  // Small tables fill, evict and alias; the full one shows the real addresses.
  const std::uint32_t masks[] = {0, 1, 7, 63, config.table_mask};
  config.table_mask = masks[random.below(5)];
  const std::uint32_t counts[] = {0, 286326, 0xfffffffe, 0xffffffff, 0x00ffffff, static_cast<std::uint32_t>(random.next())};
  const std::uint32_t clocks[] = {0, 63, 0xffffff00, 0x00fffff0, static_cast<std::uint32_t>(random.next())};
  model::Time time{counts[random.below(6)], clocks[random.below(5)]};
  options.empty_last_beat = 0.3;

  Simulator simulator(options, config, time);
  Clients::Options client_options;
  client_options.seed = seed;
  client_options.count = static_cast<std::size_t>(1 + frames / 20);
  client_options.retry_after = 400;
  Clients clients(client_options);
  Flood::Options flood_options;
  flood_options.seed = seed;
  flood_options.pool = random.chance(0.5);
  Flood flood(flood_options);
  Flood::Options wide_options = flood_options;
  wide_options.syn = 20;
  wide_options.ack = 40;
  wide_options.synack = wide_options.rst = wide_options.other = 15;
  Flood wide(wide_options);
  Probes probes(seed, 1 + random.below(40));
  unsigned burst = 0;      // frames left of a run of one kind
  bool burst_syn = false;

  simulator.on_mismatch = report;
  std::vector<Bytes> pending;
  simulator.on_output = [&](const Output& output) {
    totals.hash = mix(totals.hash, output.data, output.length);
    if (output.port == Port::kReply) {
      clients.saw_reply(output.data, output.length);
      probes.saw_reply(output.data, output.length);
    } else {
      clients.saw_forward(output.data, output.length);
      probes.saw_forward(output.data, output.length);
    }
  };
  simulator.on_result = [&](const FrameResult& result) {
    const std::uint8_t bits[] = {static_cast<std::uint8_t>(result.verdict), static_cast<std::uint8_t>(result.reason)};
    totals.hash = mix(totals.hash, bits, 2);
    ++totals.verdicts[bits[0]];
    ++totals.reasons[bits[1] & 31];
    if (result.outcome != nullptr) ++totals.ops[static_cast<unsigned>(result.outcome->op)];
  };

  Bytes frame;
  Bytes last;
  // A box that was reset in the middle of its work is like a new one, but for the table's memory.
  if (random.chance(0.3)) {
    std::uint64_t mismatches = 0;
    simulator.on_mismatch = [&](const Mismatch& m) {
      ++mismatches;
      report(m);
    };
    const std::uint64_t before = random.below(300);
    for (std::uint64_t i = 0; i < before; ++i) {
      frame = wide.next();
      simulator.offer(0, frame.data(), frame.size(), i);
    }
    if (random.chance(0.5)) {
      frame.assign(2000, 0x5a);
      simulator.offer_part(frame.data(), 1 + random.below(15));
    }
    simulator.reset(options, config, time, false);
    totals.mismatches += mismatches;
    simulator.on_mismatch = report;
  }
  for (std::uint64_t i = 0; i < frames; ++i) {
    probes.set_exid(config.exid);
    const std::uint64_t pick = random.below(100);
    if (burst == 0 && random.chance(0.002)) {
      burst = static_cast<unsigned>(40 + random.below(60));
      burst_syn = random.chance(0.5);
    }
    if (burst > 0) {
      --burst;
      frame = burst_syn ? probes.syn() : probes.bystander();
    } else if (pick < 30) {
      if (!clients.next(frame)) frame = flood.next();
    } else if (pick < 55) {
      frame = probes.next();
    } else if (pick < 60) {
      frame = wide.next();
    } else if (pick < 87) {
      frame = random.chance(0.5) && !last.empty() ? last : wide.next();
      mutate(frame, random);
    } else if (pick < 95) {
      frame = flood.next();
    } else {
      frame = random_bytes(random);
    }
    if (pick < 55 && frame.size() >= 60) last = frame;
    if (burst == 0 && random.chance(0.2)) fill_payload(frame, random);
    simulator.offer(0, frame.data(), frame.size(), i, random.chance(0.01));

    if (random.chance(0.01)) {  // time goes on, jumps, or falls back
      const std::uint64_t kind = random.below(16);
      const std::uint32_t epoch = 1u << defs::kTableEpochShift;
      if (kind < 6) time.ms += static_cast<std::uint32_t>(random.below(100));
      else if (kind < 8) time.ms += static_cast<std::uint32_t>(random.below(200000));
      else if (kind == 8) time.ms += static_cast<std::uint32_t>(random.below(20000000));
      else if (kind < 11) time.ms -= static_cast<std::uint32_t>(random.below(300000));
      // Whole epochs: to the last one of a life and beyond, back to the bound of what may be in the future and beyond.
      else if (kind < 13) time.ms += epoch * static_cast<std::uint32_t>(1 + random.below(3));
      else if (kind == 13) time.ms += epoch * (config.life + static_cast<std::uint32_t>(random.below(2)));
      else if (kind == 14) time.ms += epoch * (config.life_closing + static_cast<std::uint32_t>(random.below(2)));
      else time.ms -= epoch * static_cast<std::uint32_t>(6 + random.below(5));
      if (random.chance(0.2)) ++time.count;
      if (random.chance(0.03)) --time.count;
      if (random.chance(0.02)) time.count += static_cast<std::uint32_t>(random.below(300));
      // Sometimes software is interrupted between its writes and the commit.
      if (random.chance(0.2)) simulator.stage_time({time.count + 7, time.ms ^ 0x5a5a5a5a});
      if (random.chance(0.9)) simulator.set_time(time);
    }
    if (random.chance(0.002)) simulator.check_registers(random.next());
    // The memory of the table forgets a bit, or two of one slot, which parity does not see.
    if (config.table_mask <= 63 && random.chance(0.001)) {
      model::TableRow flips{};
      std::uint64_t& slot = flips[random.below(3)];
      slot = std::uint64_t{1} << random.below(48);
      if (random.chance(0.1)) slot |= std::uint64_t{1} << random.below(48);
      simulator.upset(static_cast<unsigned>(random.below(2)), static_cast<std::uint32_t>(random.below(config.table_mask + 1)), flips);
    }
    if (random.chance(0.002)) {  // rotation of secret1: banks that no live cookie uses
      const unsigned bank = (time.count + 1 + static_cast<std::uint32_t>(random.below(2))) & 3;
      config.keys.secret1_v4[bank] = random_key(random);
      config.keys.secret1_v6[bank] = random_key(random);
      simulator.set_config(config);
    }
    if (random.chance(0.001)) {  // a change of destinations, policies, ExID or stamp keys in mid traffic
      switch (random.below(4)) {
        case 0:
          if (!plain) {
            random_destinations(config, random);
            random_servers(config, random);
          }
          break;
        case 1:
          if (!plain) config.policy = static_cast<std::uint32_t>(random.below(1024));
          break;
        case 2:
          if (!plain) config.exid = static_cast<std::uint16_t>(random.next());
          break;
        default: {
          const std::uint8_t id = static_cast<std::uint8_t>(random.below(16));
          config.keys.stamp[id] = random_key(random);
          for (model::Destination& d : config.destinations) d.stamp_key_id = id;
        }
      }
      simulator.set_config(config);
    }
  }
  // Small tables can be swept as a whole in no time; some of their flows are dead by then.
  if (config.table_mask <= 7 && random.chance(0.5)) {
    time.ms += static_cast<std::uint32_t>(random.next() >> 40);
    simulator.set_time(time);
    simulator.check_sweep();
  }
  simulator.check_memory();
  const Statistics& statistics = simulator.finish();
  totals.frames += statistics.offered;
  totals.mismatches += statistics.mismatches;
  totals.lost += statistics.lost;
  totals.cycles += statistics.cycles;
  totals.handshakes += clients.completed();
}

}  // namespace syngate::sim
