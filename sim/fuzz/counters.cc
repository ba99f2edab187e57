// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "counters.h"

#include <array>

namespace syngate::fuzz {
namespace {

// libFuzzer reads what stands in this section like counters of its own, and clears it before each input.
constexpr std::size_t kOutcomes = 8192, kEvents = 256;
__attribute__((section("__libfuzzer_extra_counters"), used)) std::array<std::uint8_t, kOutcomes + kEvents> counters;

void count(std::size_t at) {
  if (counters[at] != 255) ++counters[at];
}

}  // namespace

void count_outcome(const model::Outcome& o) {
  std::size_t at = static_cast<unsigned>(o.verdict) & 7u;
  at = at * 32 + (static_cast<unsigned>(o.reason) & 31u);
  at = at * 8 + (static_cast<unsigned>(o.op) & 7u);
  at = at * 2 + (o.hit ? 1 : 0);
  at = at * 2 + (o.cookie_ok && o.age ? 1 : 0);
  count(at % kOutcomes);
  count(kOutcomes + (static_cast<unsigned>(o.pre) & 7u) * 8 + (o.mss_index & 3u));
}

void count_event(unsigned number) { count(kOutcomes + 64 + number % (kEvents - 64)); }

}  // namespace syngate::fuzz
