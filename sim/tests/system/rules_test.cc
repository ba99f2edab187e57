// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Every frame class of the rules once through the whole RTL, with the verdict written by hand; the model checks the bytes.
#include <functional>
#include <map>

#include "catch2.h"
#include "clients.h"
#include "episode.h"

using namespace syngate;
using namespace syngate::sim;

namespace {

Segment base(bool is6, std::uint8_t flags) {
  Segment s;
  s.is6 = is6;
  s.source.address = is6 ? std::array<std::uint8_t, 16>{0x20, 1, 0xd, 0xb8, 9} : std::array<std::uint8_t, 16>{192, 0, 2, 7};
  s.source.port = 40000;
  s.destination = is6 ? kServer6 : kServer4;
  s.flags = flags;
  s.seq = 1000;
  s.ack = 77;
  return s;
}

Bytes edited(Bytes f, const std::function<void(Bytes&)>& edit, bool fix = true) {
  edit(f);
  if (fix) fix_checksums(f);
  return f;
}

}  // namespace

TEST_CASE("rules: each frame class through the RTL", "[system][rules]") {
  const Bytes syn = build_frame(base(false, kSyn));
  const Bytes syn6 = build_frame(base(true, kSyn));
  Segment tagged = base(false, kSyn);
  tagged.tags = {0x88a80064, 0x81000065};
  Segment stamp = base(false, kAck);
  stamp.options = {253, 4, 0x53, 0x47};
  Segment icmp_segment = base(false, kAck);
  icmp_segment.payload.resize(40);
  const Bytes icmp = edited(build_frame(icmp_segment), [](Bytes& f) {
    f[23] = 1, f[34] = 3, f[42] = 0x45, f[51] = 6;
  });
  struct Case {
    const char* name;
    Bytes frame;
    const char* expected;
    bool bad_fcs = false;
  };
  const Case cases[] = {
      {"FCS error", syn, "drop bad_frame", true},
      {"runt", Bytes(syn.begin(), syn.begin() + 40), "drop bad_frame"},
      {"longer than 9216", edited(syn, [](Bytes& f) { f.resize(9300); }), "drop bad_frame"},
      {"without end in reach", edited(syn, [](Bytes& f) { f.resize(40000); }), "drop bad_frame"},
      {"IP version", edited(syn, [](Bytes& f) { f[14] = 0x65; }, false), "drop bad_frame"},
      {"IHL behind the frame", edited(syn, [](Bytes& f) { f[14] = 0x4f; }, false), "drop truncated"},
      {"TCP header behind the frame", edited(syn, [](Bytes& f) { f[46] = 0xf0; }, false), "drop truncated"},
      {"stamp from outside", build_frame(stamp), "drop forged_stamp"},
      {"ARP", edited(syn, [](Bytes& f) { f[12] = 8, f[13] = 6; }, false), "pass"},
      {"broadcast", edited(syn, [](Bytes& f) { f[0] = 0xff; }), "pass"},
      {"other host", edited(syn, [](Bytes& f) { f[33] = 77; }), "pass"},
      {"other port", edited(syn, [](Bytes& f) { f[37] = 80; }), "pass"},
      {"ICMP error about an unknown flow", icmp, "drop icmp_unknown"},
      {"UDP", edited(syn, [](Bytes& f) { f[23] = 17; }), "pass"},
      {"fragment", edited(syn, [](Bytes& f) { f[20] = 0x20; }), "drop fragment"},
      {"IPv4 options", edited(syn, [](Bytes& f) { f[14] = 0x46; }, false), "drop ip_options"},
      {"IPv6 extension header", edited(syn6, [](Bytes& f) { f[20] = 0; }, false), "drop ip_ext_header"},
      {"data offset below 5", edited(syn, [](Bytes& f) { f[46] = 0x40; }), "drop bad_header_length"},
      {"IP length behind the frame", edited(syn, [](Bytes& f) { f[17] = 99; }, false), "drop bad_header_length"},
      {"land", edited(syn, [](Bytes& f) {
         for (int i = 0; i < 4; ++i) f[26 + i] = f[30 + i];
         f[34] = f[36], f[35] = f[37];
       }), "drop land"},
      {"port 0", edited(syn, [](Bytes& f) { f[34] = f[35] = 0; }), "drop port_zero"},
      {"IPv4 checksum", edited(syn, [](Bytes& f) { f[25] ^= 4; }, false), "drop bad_ip_checksum"},
      {"TCP checksum", edited(syn, [](Bytes& f) { f[51] ^= 4; }, false), "drop bad_tcp_checksum"},
      {"TCP checksum, IPv6", edited(syn6, [](Bytes& f) { f[71] ^= 4; }, false), "drop bad_tcp_checksum"},
      {"SYN", syn, "reply"},
      {"SYN, IPv6", syn6, "reply"},
      {"SYN, QinQ", build_frame(tagged), "reply"},
      {"ACK without cookie", build_frame(base(false, kAck)), "drop bad_cookie"},
      {"FIN ACK without cookie", build_frame(base(true, kAck | kFin)), "drop bad_cookie"},
      {"RST", build_frame(base(false, kRst)), "drop rst_unknown"},
      {"RST ACK", build_frame(base(true, kRst | kAck)), "drop rst_unknown"},
      {"SYN ACK", build_frame(base(false, kSyn | kAck)), "drop unknown_flow"},
      {"SYN FIN", build_frame(base(false, kSyn | kFin)), "drop unknown_flow"},
      {"no flags", build_frame(base(false, 0)), "drop unknown_flow"},
  };
  SimulatorOptions options;
  Simulator simulator(options, default_config(1), {286326, 1000000});
  std::string verdict;
  simulator.on_result = [&](const FrameResult& r) {
    verdict = std::string(to_string(r.verdict));
    if (r.reason != defs::Reason::kNone) verdict += " " + std::string(to_string(r.reason));
  };
  for (const Case& c : cases) {
    INFO(c.name);
    verdict.clear();
    simulator.offer(0, c.frame.data(), c.frame.size(), 0, c.bad_fcs);
    simulator.drain();
    CHECK(verdict == c.expected);
  }
  const Statistics s = simulator.finish();
  CHECK(s.mismatches == 0);
  CHECK(s.lost == 0);
}

TEST_CASE("egress: a blocked port drops by reason, pairs as pairs, and the pipeline goes on", "[system][egress]") {
  SimulatorOptions options;
  options.reply_gbps = 0.5;
  options.forward_gbps = 0.5;
  Simulator simulator(options, default_config(1), {286326, 1000000});
  std::map<std::string, unsigned> seen;
  simulator.on_result = [&](const FrameResult& r) { ++seen[std::string(to_string(r.reason))]; };
  const Bytes syn = build_frame(base(false, kSyn));
  const Bytes other = edited(syn, [](Bytes& f) { f[33] = 77; });
  for (std::uint64_t i = 0; i < 1000; ++i) {
    simulator.offer(0, syn.data(), syn.size(), i);
    simulator.offer(0, other.data(), other.size(), i);
  }
  CHECK(seen["reply_full"] > 800);
  CHECK(seen["forward_full"] > 600);
  const Statistics s = simulator.finish();
  CHECK(s.mismatches == 0);
  CHECK(s.lost == 0);
}

TEST_CASE("counters: more than 2^16 of one kind, low and high words read together", "[system][csr]") {
  SimulatorOptions options;
  Simulator simulator(options, default_config(1), {286326, 1000000});
  const Bytes ack = build_frame(base(false, kAck));
  const std::uint64_t frames = 3 * 65536 + 17;
  for (std::uint64_t i = 0; i < frames; ++i) simulator.offer(0, ack.data(), ack.size(), i);
  const Statistics s = simulator.finish();
  CHECK(s.mismatches == 0);
  CHECK(s.counters[static_cast<unsigned>(defs::Verdict::kDrop)] == frames);
  CHECK(s.counters[defs::counter::kReasonBase + static_cast<unsigned>(defs::Reason::kBadCookie)] == frames);
}

TEST_CASE("csr: counters of operations and of wrong slots go on beyond 16 bits", "[system][csr]") {
  SimulatorOptions options;
  options.check = false;
  model::Config config = default_config(1);
  config.table_mask = 0;
  Simulator simulator(options, config, {286326, 1000000});
  std::uint32_t cookie = 0;
  simulator.on_output = [&](const Output& o) {
    if (o.port == Port::kReply) cookie = view_tcp(o.data, o.length).seq;
  };
  const auto offer = [&](std::uint8_t flags, std::uint16_t port = 40000) {
    Segment s = base(false, flags);
    s.source.port = port;
    s.ack = cookie + 1;
    if ((flags & kSyn) == 0) ++s.seq;
    const Bytes frame = build_frame(s);
    simulator.offer(0, frame.data(), frame.size(), 0);
  };
  offer(kSyn);
  simulator.drain();
  offer(kAck);
  // FIN after FIN of a flow that is known: each closes it.
  const std::uint64_t frames = 70000;
  for (std::uint64_t i = 0; i < frames; ++i) offer(kAck | kFin);
  simulator.drain();
  // Then its row is wrong but for its own slot: five a lookup. The sweep leaves empty slots alone.
  for (const unsigned channel : {0u, 1u}) {
    const model::TableRow data = simulator.table_row(channel, 0);
    model::TableRow flips{};
    for (std::size_t i = 0; i < 3; ++i) flips[i] = data[i] == 0 ? 1 : 0;
    simulator.upset(channel, 0, flips, false);
  }
  const std::uint64_t lookups = 14000;
  for (std::uint64_t i = 0; i < lookups; ++i) offer(kRst, 40001);
  const Statistics s = simulator.finish();
  CHECK(s.counters[defs::counter::kVerdictBase + static_cast<unsigned>(defs::Verdict::kPass)] == frames);
  CHECK(s.counters[defs::counter::kTableClose] == frames);
  CHECK(s.counters[defs::counter::kTableInsert] == 1);
  CHECK(s.counters[defs::counter::kTableSramError] == 5 * lookups);
  CHECK(s.counters[defs::counter::kReasonBase + static_cast<unsigned>(defs::Reason::kRstUnknown)] == lookups);
}

TEST_CASE("csr: what is staged waits for its commit, whatever else is written", "[system][csr]") {
  // Once the simulator writes a key, word after word and then the commit; once all other registers are written in between.
  std::vector<std::uint32_t> cookies[2];
  for (const bool between : {false, true}) {
    SimulatorOptions options;
    options.check = false;
    model::Config config = default_config(1);
    Simulator simulator(options, config, {286326, 1000000});
    simulator.on_output = [&](const Output& o) { cookies[between ? 1 : 0].push_back(view_tcp(o.data, o.length).seq); };
    config.keys.secret0_v4 = {0x0123456789abcdefu, 0xfedcba9876543210u};
    namespace reg = defs::reg;
    if (between) {
      const model::SipKey& key = config.keys.secret0_v4;
      const std::uint32_t words[] = {static_cast<std::uint32_t>(key.k0), static_cast<std::uint32_t>(key.k0 >> 32),
                                     static_cast<std::uint32_t>(key.k1), static_cast<std::uint32_t>(key.k1 >> 32)};
      for (unsigned w = 0; w < 4; ++w) simulator.write_register(reg::kKeyData0 + 4 * w, words[w]);
      for (std::uint32_t address = 0; address < 0x1000; address += 4) {
        const bool commits = address == reg::kTimeCommit || address == reg::kDestCommit ||
                             (address >= reg::kPolicy && address <= reg::kReplyCap);
        if (commits || (address >= reg::kKeyData0 && address <= reg::kKeyCommit)) continue;
        simulator.write_register(address, ~address);
      }
      simulator.write_register(reg::kKeyCommit, static_cast<unsigned>(defs::KeySlot::kSecret0V4));
    } else {
      simulator.set_config(config);
    }
    for (unsigned i = 0; i < 4; ++i) {
      Segment s = base(false, kSyn);
      s.source.port = static_cast<std::uint16_t>(s.source.port + i);
      const Bytes frame = build_frame(s);
      simulator.offer(0, frame.data(), frame.size(), i);
    }
    simulator.finish();
  }
  CHECK(cookies[0].size() == 4);
  CHECK(cookies[0] == cookies[1]);
}

TEST_CASE("settings: every bit of what the registers set", "[system][csr]") {
  SimulatorOptions options;
  model::Config config = default_config(1);
  model::Time time{286326, 1000000};
  Simulator simulator(options, config, time);
  std::vector<defs::Reason> reasons;
  simulator.on_result = [&](const FrameResult& r) { reasons.push_back(r.reason); };
  Segment stamped = base(false, kAck);
  const Bytes syn = build_frame(base(false, kSyn));
  std::uint64_t tag = 0;
  for (const unsigned pattern : {0xffffu, 0xaaaau, 0x5555u, 0x0000u}) {
    config.exid = static_cast<std::uint16_t>(pattern);
    config.life = config.life_closing = static_cast<std::uint8_t>(pattern);
    config.policy = (pattern & 0x3ff) | 1u << static_cast<unsigned>(defs::Policy::kBadTcpChecksum);
    simulator.set_config(config);
    simulator.write_register(0x090, pattern);  // a cap that these few replies never meet
    for (const unsigned other : {0u, 1u, 0x8000u}) {
      const unsigned exid = pattern ^ other;
      stamped.options = {253, 4, static_cast<std::uint8_t>(exid >> 8), static_cast<std::uint8_t>(exid)};
      const Bytes frame = build_frame(stamped);
      simulator.offer(0, frame.data(), frame.size(), tag++);
      simulator.offer(0, syn.data(), syn.size(), tag++);
    }
  }
  // Commits that change nothing but their number, which each frame reports.
  for (unsigned n = 0; n < 1100; ++n) {
    simulator.set_time({time.count, ++time.ms});
    if (n % 10 == 0) simulator.offer(0, syn.data(), syn.size(), tag++);
  }
  // An address is that of a word in twelve bits.
  for (const unsigned byte : {1u, 2u, 3u, 0u}) {
    simulator.write_register(0x010 + byte, 0xa5a50000 + byte);
    CHECK(simulator.read_register(0x010 + (byte ^ 3)) == 0xa5a50000 + byte);
    // 0x210 is the counter of hand-offs, of which there are none; the others are no registers.
    for (const unsigned high : {0xc00u, 0x800u, 0x400u, 0x200u}) {
      simulator.write_register(high + 0x010, 0);
      CHECK(simulator.read_register(high + 0x010) == 0);
    }
  }
  const Statistics s = simulator.finish();
  CHECK(s.mismatches == 0);
  CHECK(s.lost == 0);
  REQUIRE(reasons.size() == 24 + 110);
  for (std::size_t i = 0; i < 24; ++i) {
    INFO("frame " << i);
    CHECK(reasons[i] == (i % 2 != 0 ? defs::Reason::kNone : i % 6 == 0 ? defs::Reason::kForgedStamp : defs::Reason::kBadCookie));
  }
}

TEST_CASE("table: the sweep clears slots of wrong parity, for the lookups right behind it too", "[system][table]") {
  SimulatorOptions options;
  model::Config config = default_config(1);
  config.table_mask = 0;  // one row a channel, so every lookup and every sweep is of it
  Simulator simulator(options, config, {286326, 1000000});
  const Bytes ack = build_frame(base(false, kAck));
  Segment elsewhere = base(false, kAck);
  elsewhere.destination.port = 444;
  const Bytes idle = build_frame(elsewhere);
  std::uint64_t tag = 0;
  constexpr std::uint64_t kRounds = 6, kFrames = 1200;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    constexpr std::uint64_t kState = std::uint64_t{1} << 44;
    const model::TableRow flips{kState, kState, kState};
    for (const unsigned channel : {0u, 1u}) simulator.upset(channel, 0, flips);
    // The sweep comes in the first idle clock after its turn: lookups stand at every distance behind it.
    for (std::uint64_t i = 0; i < kFrames; ++i) {
      const Bytes& frame = i % 7 == round % 7 ? idle : ack;
      simulator.offer(0, frame.data(), frame.size(), tag++);
    }
    simulator.drain();
  }
  const Statistics s = simulator.finish();
  CHECK(s.mismatches == 0);
  CHECK(s.lost == 0);
  CHECK(s.counters[defs::counter::kTableSweep] == 6 * kRounds);
}

TEST_CASE("table: all six slots of a lookup with wrong parity", "[system][table]") {
  SimulatorOptions options;
  model::Config config = default_config(1);
  config.table_mask = 0;  // one row a channel
  Simulator simulator(options, config, {286326, 1000000});
  const Bytes ack = build_frame(base(false, kAck));
  std::uint64_t expected = 0;
  for (const std::uint64_t bit : {0u, 31u, 47u}) {
    // One wrong bit a slot counts as an error of each lookup, whatever the slot holds; the same bits again, and it is gone.
    const model::TableRow flips{std::uint64_t{1} << bit, std::uint64_t{1} << bit, std::uint64_t{1} << bit};
    for (int wrong = 1; wrong >= 0; --wrong) {
      for (const unsigned channel : {0u, 1u}) simulator.upset(channel, 0, flips);
      for (std::uint64_t i = 0; i < 3; ++i) simulator.offer(0, ack.data(), ack.size(), i);
      expected += wrong != 0 ? 18 : 0;
    }
  }
  const Statistics s = simulator.finish();
  CHECK(s.mismatches == 0);
  CHECK(s.lost == 0);
  CHECK(s.counters[defs::counter::kTableSramError] == expected);
}
