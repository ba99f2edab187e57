// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The flow table is full, or somebody aims at its rows: with the secret (the best an attacker could have) and without.
#include <cmath>
#include <fmt/format.h>

#include "bench.h"

namespace syngate::sim {
namespace {

using defs::Reason;

constexpr unsigned kSlotsOfPair = 6;

void full(Bench& b) {
  b.config.table_mask = b.broken ? 1 : 0;  // one pair of rows
  b.start();
  const unsigned n = 8 + static_cast<unsigned>(b.random.below(8));
  std::vector<Peer> peers(n);
  for (Peer& p : peers) {
    p = b.peer();
    b.establish(p);
    b.advance(1, 1u << defs::kTableEpochShift);  // the next one is younger by an epoch
  }
  b.box.drain();
  for (unsigned i = 0; i < n; ++i) {
    const Result r = b.ask(b.data(peers[i]));
    const bool young = i + kSlotsOfPair >= n;
    b.expect(young ? passes(r) : drops(r, Reason::kBadCookie), "the six youngest are in the table, nobody else");
  }
  b.count("flows", n);
  b.finish();
  b.expect(b.tally["evictions"] == n - kSlotsOfPair, "one eviction for each flow above six");
}

void collision_known(Bench& b) {
  b.config.table_mask = 31;
  b.start();
  Peer victim = b.peer();
  b.establish(victim);
  const auto aim = b.place(victim);
  const auto meets = [&](const Peer& p, bool both) {
    const auto place = b.place(p);
    return both ? place.row == aim.row : place.row[0] == aim.row[0] || place.row[1] == aim.row[1];
  };
  std::vector<Peer> others;
  while (others.size() < 6) {
    const Peer p = b.peer();
    if (!meets(p, false)) others.push_back(p);
  }
  b.establish(others);
  b.advance(1, 1u << defs::kTableEpochShift);
  b.count("attacks");
  // His first five fill the pair of rows; the sixth takes the place of the oldest, who is the victim.
  std::vector<Peer> attackers(10);
  for (Peer& p : attackers) {
    p = b.peer();
    while (!b.broken && !meets(p, true)) {
      for (std::size_t byte = 1; byte < 4; ++byte) p.segment.source.address[byte] = static_cast<std::uint8_t>(b.random.next());
    }
  }
  b.establish(attackers);
  b.count("flows of attackers", attackers.size());
  const Result r = b.ask(b.data(victim));
  b.expect(drops(r, Reason::kBadCookie), "the victim's flow is forgotten");
  if (!passes(r)) b.count("victims lost");
  for (Peer& p : others) b.expect(passes(b.ask(b.data(p))), "flows in other rows do not notice");
  b.establish(victim);
  b.finish();
  b.expect(b.tally["evictions"] == 1 + 10 + 1 - kSlotsOfPair, "one eviction for each flow above six");
}

// Theory of the attacker who does not know the secret: his flows fall on rows like balls thrown blindly. Two rows a flow, the emptier
// one, three places each; a flow too many takes somebody's place. The mean and deviation are drawn here, with no part of the box.
constexpr unsigned kBlindRows = 64, kBlindFlows = 384;
struct Theory {
  double mean = 0, deviation = 0;
};
const Theory& blind_theory() {
  static const Theory theory = [] {
    Random random(20261128);
    const int trials = 20000;
    double sum = 0, squares = 0;
    for (int t = 0; t < trials; ++t) {
      std::array<unsigned, kBlindRows> load[2]{};
      unsigned evictions = 0;
      for (unsigned i = 0; i < kBlindFlows; ++i) {
        const std::uint64_t draw = random.next();
        unsigned& left = load[0][draw % kBlindRows];
        unsigned& right = load[1][(draw >> 32) % kBlindRows];
        unsigned& emptier = right < left ? right : left;
        if (emptier == 3) ++evictions;
        else ++emptier;
      }
      sum += evictions;
      squares += static_cast<double>(evictions) * evictions;
    }
    const double mean = sum / trials;
    return Theory{mean, std::sqrt(squares / trials - mean * mean)};
  }();
  return theory;
}

void collision_blind(Bench& b) {
  b.start();
  for (unsigned i = 0; i < kBlindFlows; ++i) {
    Peer p = b.peer();
    // With --demonstrate he knows enough to keep to one half of the rows.
    while (b.broken && b.place(p).row[0] >= kBlindRows / 2) p = b.peer();
    p.cookie = b.cookie(p);
    b.send(b.ack(p));
  }
  b.count("flows of attackers", kBlindFlows);
  b.count("theory", static_cast<std::uint64_t>(std::llround(blind_theory().mean * 1000)));
  b.count("thousands", 1000);
  b.finish();
}

std::string judge_blind(const Tally& tally, std::uint64_t seeds) {
  const Theory& t = blind_theory();
  const double measured = static_cast<double>(tally.at("evictions")) / static_cast<double>(seeds);
  const double allowed = 5 * t.deviation / std::sqrt(static_cast<double>(seeds));
  if (std::fabs(measured - t.mean) <= allowed) return {};
  return fmt::format("{:.3f} evictions a seed, theory {:.3f} +- {:.3f}", measured, t.mean, allowed);
}

}  // namespace

const std::vector<Case> kTableCases{
    {"table-full", "8 to 15 flows in a table of six slots, each an epoch younger than the one before",
     "the six youngest pass, the others are dropped as `bad_cookie`; one eviction for each flow above six",
     "{flows} flows, {evictions} evictions", "the table has twelve slots", full},
    {"collision-known", "ten flows of an attacker who knows the secret, all in the two rows of a victim (table of 32 rows a channel)",
     "an eviction for each flow above six in that pair of rows: the idle victim is out and comes back by a new handshake; flows in "
     "other rows "
     "do not notice",
     "{attacks} attacks with {flows of attackers} flows: {evictions} evictions, {victims lost} victims lost", "he does not know the secret",
     collision_known},
    {"collision-blind", "384 flows of an attacker without the secret, in a table of 384 slots",
     "evictions as of balls thrown blindly at the emptier of two rows of three (20 000 trials that know nothing of the box), within 5 "
     "standard errors",
     "{evictions} evictions of {flows of attackers} flows, {evictions/seeds} a seed; theory {theory/thousands}", "he knows half of a "
     "row's address", collision_blind,
     judge_blind},
};

}  // namespace syngate::sim
