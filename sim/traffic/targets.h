// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "frame_builder.h"
#include "random.h"
#include "syngate/model/config.h"

namespace syngate::sim {

/// The servers of generated traffic when nothing else is protected: 198.51.100.10:443 and [2001:db8:1::10]:443.
inline constexpr Endpoint kServer4{{198, 51, 100, 10}, 443};
inline constexpr Endpoint kServer6{{0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10}, 443};

/// Whom generated traffic is sent to: addresses and ports of the protected destinations.
class Targets {
 public:
  /// Of no destinations, kServer4 and kServer6.
  explicit Targets(const std::vector<model::Destination>& destinations = {});
  bool has(bool is6) const { return !(is6 ? six_ : four_).empty(); }
  /// A family that there is, IPv6 with probability `ipv6` if there are both.
  bool pick_family(Random& random, double ipv6) const;
  /// An entry of the family (which must be there) at random, and an address of its prefix; of a prefix so short that it holds
  /// addresses of other kinds, kServer4 or kServer6. Port 443 or 80 if the entry has them, else its first.
  Endpoint pick(Random& random, bool is6) const;

 private:
  std::vector<model::Destination> four_, six_;
};

}  // namespace syngate::sim
