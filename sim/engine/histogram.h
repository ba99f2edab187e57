// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// Exact distribution of clock counts: an array for the common small values, a map for the rest.
class Histogram {
 public:
  void add(std::uint64_t value) {
    if (value < small_.size()) {
      ++small_[value];
    } else {
      ++large_[value];
    }
    ++count_;
  }

  Distribution distribution() const {
    Distribution result;
    result.count = count_;
    if (count_ == 0) return result;
    std::uint64_t seen = 0;
    bool have_min = false;
    bool have_median = false;
    bool have_p99 = false;
    const auto visit = [&](std::uint64_t value, std::uint64_t n) {
      seen += n;
      result.values.emplace_back(value, n);
      if (!have_min) {
        result.min = value;
        have_min = true;
      }
      // Nearest rank: the smallest value at or below which the share lies.
      if (!have_median && seen * 2 >= count_) {
        result.median = value;
        have_median = true;
      }
      if (!have_p99 && seen * 100 >= count_ * 99) {
        result.p99 = value;
        have_p99 = true;
      }
      result.max = value;
    };
    for (std::uint64_t value = 0; value < small_.size(); ++value) {
      if (small_[value] != 0) visit(value, small_[value]);
    }
    for (const auto& [value, n] : large_) visit(value, n);
    return result;
  }

 private:
  std::vector<std::uint64_t> small_ = std::vector<std::uint64_t>(4096);
  std::map<std::uint64_t, std::uint64_t> large_;
  std::uint64_t count_ = 0;
};

}  // namespace syngate::sim
