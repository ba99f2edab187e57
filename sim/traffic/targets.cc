// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "targets.h"

#include <algorithm>

namespace syngate::sim {
namespace {

// Longest prefixes that hold multicast or reserved addresses as well as servers'.
constexpr unsigned kShortest4 = 8, kShortest6 = 16;

std::uint16_t port_of(const model::Destination& entry) {
  for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{80}}) {
    if (entry.port_first <= port && port <= entry.port_last) return port;
  }
  return std::max<std::uint16_t>(entry.port_first, 1);
}

}  // namespace

Targets::Targets(const std::vector<model::Destination>& destinations) {
  for (const model::Destination& entry : destinations) (entry.prefix.is6 ? six_ : four_).push_back(entry);
  if (!destinations.empty()) return;
  for (const bool is6 : {false, true}) {
    const Endpoint& server = is6 ? kServer6 : kServer4;
    model::Destination entry;
    entry.prefix.is6 = is6;
    entry.prefix.bytes = server.address;
    entry.prefix_length = is6 ? 128 : 32;
    entry.port_first = entry.port_last = server.port;
    (is6 ? six_ : four_).push_back(entry);
  }
}

bool Targets::pick_family(Random& random, double ipv6) const {
  if (six_.empty()) return false;
  if (four_.empty()) return true;
  return random.chance(ipv6);
}

Endpoint Targets::pick(Random& random, bool is6) const {
  const std::vector<model::Destination>& entries = is6 ? six_ : four_;
  const model::Destination& entry = entries.size() == 1 ? entries[0] : entries[random.below(entries.size())];
  Endpoint endpoint;
  endpoint.port = port_of(entry);
  if (entry.prefix_length < (is6 ? kShortest6 : kShortest4)) {
    endpoint.address = is6 ? kServer6.address : kServer4.address;
    return endpoint;
  }
  endpoint.address = entry.prefix.bytes;
  const unsigned bits = is6 ? 128 : 32;
  for (unsigned at = entry.prefix_length / 8; at < bits / 8; ++at) {
    const unsigned kept = entry.prefix_length > 8 * at ? entry.prefix_length - 8 * at : 0;
    endpoint.address[at] |= static_cast<std::uint8_t>(random.next() & (0xffu >> kept));
  }
  return endpoint;
}

}  // namespace syngate::sim
