// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "syngate/model/config.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {

/// An entry with Linux's defaults for its family: MSS 1460 or 1440, window scale 7, windows
/// 65160/64240 or 64260/64800.
model::Destination default_destination(bool is6);

/// Parses CIDR[:PORTS]: "198.51.100.0/24", "198.51.100.2:443", "198.51.100.2:8000-8999",
/// "2001:db8::/32",
/// "[2001:db8::/32]:443". Bits behind the prefix are cleared. Throws UsageError naming the text.
model::Destination parse_protect(const std::string& text);

/// "198.51.100.2/32 ports 80-443", "2001:db8::/32 all ports".
std::string to_text(const model::Destination& destination);

/// As parse_protect() reads it: "198.51.100.2/32:80-443", "[2001:db8::/32]:443".
std::string protect_argument(const model::Destination& destination);

/// Whether any entry's prefix covers the address, whatever its ports.
bool is_covered(const std::vector<model::Destination>& destinations, const model::Address& address);

/// Collects the destinations of SYNs and makes entries that cover them all.
class SynTargets {
 public:
  /// Looks at one frame; only SYNs without ACK, RST and FIN count.
  void add(const std::uint8_t* data, std::size_t length);
  /// One entry per address, with the range of its ports. If there are more than `limit`, neighbours
  /// are merged, always those whose common prefix leaves the fewest host bits (the lowest first),
  /// until `limit` are left. The result is in ascending order, IPv4 first, and depends on the set
  /// of targets only.
  std::vector<model::Destination> entries(std::size_t limit = defs::kDestinations) const;
  bool empty() const { return targets_.empty(); }

 private:
  struct Ports {
    std::uint16_t first, last;
  };
  // Key: family, then address bytes.
  std::map<std::pair<bool, std::array<std::uint8_t, 16>>, Ports> targets_;
};

}  // namespace syngate::sim
