// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Whole connections through the RTL: honest clients of every real SYN shape in a flood, rotation of all keys, same seed
// same bytes, the checker.
#include "catch2.h"
#include "clients.h"
#include "episode.h"
#include "flood.h"

using namespace syngate;
using namespace syngate::sim;

namespace {

struct Run {
  Statistics statistics;
  std::size_t started = 0, completed = 0, wrong = 0;
  std::string first_wrong;
  std::uint64_t hash = 0;
};

struct Plan {
  std::uint64_t seed = 1;
  std::size_t clients = 1000;
  unsigned flood_per_frame = 9;   // attack frames between two frames of clients
  std::uint64_t minute_every = 0;  // frames; 0: time stands still
  bool stamp_keys = false;         // new stamp keys at random moments
  SimulatorOptions options;
};

Run run(const Plan& plan) {
  Run result;
  Random random(plan.seed);
  model::Config config = default_config(plan.seed);
  model::Time time{286326, 1000000};
  SimulatorOptions options = plan.options;
  options.seed = plan.seed;
  Simulator simulator(options, config, time);
  Clients::Options client_options;
  client_options.seed = plan.seed;
  client_options.count = plan.clients;
  client_options.retry_after = 1000;
  Clients clients(client_options);
  Flood::Options flood_options;
  flood_options.seed = plan.seed;
  Flood flood(flood_options);
  simulator.on_output = [&](const Output& o) {
    for (std::size_t i = 0; i < o.length; ++i) result.hash = (result.hash ^ o.data[i]) * 0x100000001b3u;
    if (o.port == Port::kReply) {
      clients.saw_reply(o.data, o.length);
    } else {
      clients.saw_forward(o.data, o.length);
    }
  };
  Bytes frame;
  std::uint64_t n = 0;
  const std::uint64_t limit = 400 * plan.clients * (plan.flood_per_frame + 1);
  while (!clients.finished() && n < limit) {
    if (n % (plan.flood_per_frame + 1) != 0 || !clients.next(frame)) frame = flood.next();
    simulator.offer(0, frame.data(), frame.size(), n++);
    if (plan.minute_every != 0 && n % plan.minute_every == 0) {
      // A minute goes by. The bank of the minute to come gets a fresh secret, as software would do it.
      ++time.count;
      time.ms += 60000;
      simulator.set_time(time);
      const unsigned bank = (time.count + 1) & 3;
      config.keys.secret1_v4[bank] = {random.next(), random.next()};
      config.keys.secret1_v6[bank] = {random.next(), random.next()};
      simulator.set_config(config);
    }
    if (plan.stamp_keys && random.chance(0.001)) {
      // A key that no destination names is replaced, then the destinations move to it.
      const auto id = static_cast<std::uint8_t>((config.destinations[0].stamp_key_id + 1 + random.below(15)) & 15);
      config.keys.stamp[id] = {random.next(), random.next()};
      simulator.set_config(config);
      for (model::Destination& d : config.destinations) d.stamp_key_id = id;
      simulator.set_config(config);
    }
  }
  result.statistics = simulator.finish();
  result.started = clients.started();
  result.completed = clients.completed();
  result.wrong = clients.wrong();
  result.first_wrong = clients.first_wrong();
  return result;
}

}  // namespace

TEST_CASE("handshakes: every client shape completes in a flood", "[system][clients]") {
  Plan plan;
  plan.clients = 2000;
  const Run r = run(plan);
  INFO(r.first_wrong);
  CHECK(r.completed == r.started);
  CHECK(r.wrong == 0);
  CHECK(r.statistics.mismatches == 0);
  CHECK(r.statistics.lost == 0);
  CHECK(r.statistics.latency.min == r.statistics.latency.max);
  CHECK(r.statistics.latency.max <= 192);
}

TEST_CASE("handshakes: with stalls on every port", "[system][clients]") {
  Plan plan;
  plan.seed = 2;
  plan.clients = 500;
  plan.options.input_idle = 0.3;
  plan.options.reply_backpressure = 0.4;
  plan.options.forward_backpressure = 0.4;
  const Run r = run(plan);
  INFO(r.first_wrong);
  CHECK(r.completed == r.started);
  CHECK(r.wrong == 0);
  CHECK(r.statistics.mismatches == 0);
}

TEST_CASE("handshakes: none fails while secret1 rotates every minute and stamp keys at random", "[system][rotation]") {
  Plan plan;
  plan.seed = 3;
  // A client answers after about 10 000 frames, within the minute or in the next one.
  plan.clients = 1000;
  plan.minute_every = 12000;
  plan.stamp_keys = true;
  const Run r = run(plan);
  INFO(r.first_wrong);
  CHECK(r.completed == r.started);
  CHECK(r.wrong == 0);
  CHECK(r.statistics.mismatches == 0);
  CHECK(r.statistics.counters[defs::counter::kCookieAge1] > 0);
}

TEST_CASE("handshakes: same seed, same bytes", "[system][reproducible]") {
  Plan plan;
  plan.seed = 4;
  plan.clients = 100;
  plan.options.reply_backpressure = 0.2;
  const Run a = run(plan);
  const Run b = run(plan);
  CHECK(a.hash == b.hash);
  CHECK(a.statistics.cycles == b.statistics.cycles);
  plan.seed = 5;
  CHECK(run(plan).hash != a.hash);
}

TEST_CASE("checker: one wrong bit in one output is found, with its place", "[system][checker]") {
  SimulatorOptions options;
  options.fault_output = 3;
  options.fault_byte = 40;
  Simulator simulator(options, default_config(1), {286326, 1000});
  std::vector<Mismatch> seen;
  simulator.on_mismatch = [&](const Mismatch& m) { seen.push_back(m); };
  Flood::Options flood_options;
  flood_options.ack = flood_options.synack = flood_options.rst = flood_options.other = 0;
  Flood flood(flood_options);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Bytes f = flood.next();
    simulator.offer(0, f.data(), f.size(), 100 + i);
  }
  CHECK(simulator.finish().mismatches == 1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].id == 2);
  CHECK(seen[0].tag == 102);
  CHECK(seen[0].stage == "egress");
  REQUIRE(seen[0].rtl_bytes.size() == seen[0].model_bytes.size());
  CHECK((seen[0].rtl_bytes[40] ^ seen[0].model_bytes[40]) == 1);
}

TEST_CASE("strength: 10^7 random ACKs let at most Linux's own share through", "[system][strength]") {
  // 2^-29 each: 10^7 let one through in 54 runs; two would be a finding. The seed is fixed, so the answer is, too.
  SimulatorOptions options;
  options.check = false;
  Simulator simulator(options, default_config(9), {286326, 1000});
  Random random(9);
  Segment s;
  s.source.address = {192, 0, 2, 1};
  s.source.port = 4000;
  s.destination = kServer4;
  s.flags = kAck;
  Bytes ack = build_frame(s);
  std::uint64_t forwarded = 0;
  simulator.on_output = [&](const Output&) { ++forwarded; };
  const std::uint64_t frames = 10000000;
  for (std::uint64_t i = 0; i < frames; ++i) {
    // Random source port, seq and ack; the checksum is left out of the policy below.
    for (const std::size_t at : {34, 35, 38, 39, 40, 41, 42, 43, 44, 45}) ack[at] = static_cast<std::uint8_t>(random.next());
    if (i == 0) {
      model::Config config = default_config(9);
      config.policy &= ~(1u << static_cast<unsigned>(defs::Policy::kBadTcpChecksum) |
                         1u << static_cast<unsigned>(defs::Policy::kPortZero));
      simulator.set_config(config);
    }
    simulator.offer(0, ack.data(), ack.size(), i);
  }
  const Statistics s2 = simulator.finish();
  CHECK(s2.offered == frames);
  CHECK(s2.counters[defs::counter::kTableInsert] <= 1);
  CHECK(forwarded == s2.counters[defs::counter::kTableInsert]);
}
