// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "random.h"

namespace syngate::sim {

/// A value and how often it is drawn, relative to the others.
template <typename Value>
struct Weighted {
  Value value;
  std::uint64_t weight = 1;
};

/// Draws one; `choices` must have a weight above 0.
template <typename Value>
std::size_t draw(const std::vector<Weighted<Value>>& choices, Random& random) {
  std::uint64_t total = 0;
  for (const auto& choice : choices) total += choice.weight;
  std::uint64_t pick = random.below(total);
  std::size_t at = 0;
  while (pick >= choices[at].weight) pick -= choices[at++].weight;
  return at;
}

/// What honest clients are like: shapes of their SYNs, shares from 0 to 1, times in microseconds of simulated time.
struct ClientMix {
  std::vector<Weighted<std::string>> shapes;    ///< option layouts, for option_bytes()
  std::vector<Weighted<std::uint16_t>> mss;
  std::vector<Weighted<std::uint8_t>> wscale;
  double ipv6 = 0.3, vlan = 0.1, ecn = 0.1;
  double with_data = 0.3;  ///< share whose first ACK carries data
  double with_fin = 0.05;  ///< share whose first ACK carries FIN
  std::pair<std::uint64_t, std::uint64_t> rtt_us{100, 2000};   ///< each client has its own, uniform
  std::pair<std::uint64_t, std::uint64_t> rto_us{2500, 5000};  ///< first retransmission; doubles
  std::uint64_t start_us = 2000;  ///< their SYNs begin within this time
};

/// Shapes, MSS and window scales as in real captures (shapes.h). The times are far shorter than on the Internet, so that a
/// run at line rate stays in the low millions of frames.
ClientMix default_client_mix();

/// The mix of a JSON file; what it does not name is as in default_client_mix(). Format: docs/reference/client-mix.md. Throws
/// InputError naming file, field and reason.
ClientMix read_client_mix(const std::string& path);

}  // namespace syngate::sim
