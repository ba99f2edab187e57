// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "frame_builder.h"
#include "random.h"

namespace syngate::sim {

/// What happens to frames on a line that is not perfect. Probabilities per frame.
struct Impairment {
  double loss = 0, duplicate = 0, reorder = 0, corrupt = 0;
  std::uint64_t delay_ns = 0;
};

/// Parses "loss=0.1,dup=0.01,reorder=0.05,corrupt=0.001,delay=5ms". Throws UsageError.
Impairment parse_impairment(const std::string& text);

/// One direction of a line. What comes out, and when, depends on the seed and on what goes in.
class ImpairedLine {
 public:
  ImpairedLine(const Impairment& impairment, std::uint64_t seed)
      : impairment_(impairment), random_(seed) {}
  void put(std::uint64_t now_ns, Bytes frame);
  /// The next frame that is due at `now_ns`.
  std::optional<Bytes> take(std::uint64_t now_ns);
  /// When the next one is due; kNever when nothing is on the line.
  std::uint64_t due_ns() const;
  std::uint64_t lost() const { return lost_; }

 private:
  struct Item {
    std::uint64_t due, order;
    Bytes frame;
    bool operator>(const Item& o) const { return due != o.due ? due > o.due : order > o.order; }
  };
  Impairment impairment_;
  Random random_;
  std::priority_queue<Item, std::vector<Item>, std::greater<>> line_;
  std::uint64_t order_ = 0, lost_ = 0;
};

}  // namespace syngate::sim
