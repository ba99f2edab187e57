// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "frame_builder.h"
#include "random.h"
#include "targets.h"

namespace syngate::sim {

/// Attack and background traffic towards servers, from a seed.
class Flood {
 public:
  struct Options {
    std::uint64_t seed = 1;
    Targets targets{};
    double ipv6 = 0.2;
    // Weights of the kinds.
    unsigned syn = 60, ack = 25, synack = 5, rst = 5, other = 5;
    bool shares = false;  ///< shapes of SYNs as real floods have them; else every shape often, the clients' too
    bool pool = false;  ///< sources and ports from a small pool, so that flows meet again
  };
  /// Sends these kinds of segments only: "syn", "ack", "synack", "rst", or several ("syn+ack", in the proportion of their weights);
  /// "mixed" leaves the weights as they are. False: no such kind, `options` stays.
  static bool choose(const std::string& kind, Options* options);
  explicit Flood(const Options& options) : options_(options), random_(options.seed ^ 0x666c6f6f64000000u) {}

  Bytes next();

 private:
  Segment segment();
  Bytes other();

  Options options_;
  Random random_;
};

/// Damages a frame in one to three structured ways (flags, options, lengths, headers, tags, checksums, cut, padding); half of the time the
/// checksums are made right again, so that later rules are reached.
void mutate(Bytes& frame, Random& random);

}  // namespace syngate::sim
