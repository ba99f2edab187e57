// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <vector>

namespace syngate::guest {

/// Instructions that the guest's only CPU has executed, where its time is counted in them (QEMU's -icount shift=1: 2 ns each).
inline std::int64_t instructions() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (std::int64_t{t.tv_sec} * 1000000000 + t.tv_nsec) / 2;
}

/// The upper one of an even number; `values` is not empty.
inline std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace syngate::guest
