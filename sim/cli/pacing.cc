// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "pacing.h"

namespace syngate::sim {
namespace {

constexpr std::int64_t kSecond = 1000000000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::uint64_t kLineOverhead = 24;  // FCS 4, preamble 8, smallest gap 12

}  // namespace

std::uint64_t CaptureClock::advance(std::int64_t time_ns, bool has_time) {
  if (!has_time) return now_ns_;
  const bool file_starts = file_starts_;
  file_starts_ = false;
  if (!started_) {
    started_ = true;
    base_ns_ = time_ns;
    return now_ns_;
  }
  __int128 step = static_cast<__int128>(time_ns) - base_ns_ - now_ns_;
  if (file_starts && (step < 0 || step > kHour)) {
    step = 0;
    base_ns_ = static_cast<__int128>(time_ns) - now_ns_;
  } else if (step < 0) {
    ++adjusted_;
    if (step < -kSecond) base_ns_ = static_cast<__int128>(time_ns) - now_ns_;
    step = 0;
  } else if (step > kDay) {
    ++adjusted_;
    step = kDay;
    base_ns_ = static_cast<__int128>(time_ns) - now_ns_ - step;
  }
  now_ns_ += static_cast<std::uint64_t>(step);
  return now_ns_;
}

std::uint64_t Pacer::due(std::uint64_t elapsed_ns, std::uint64_t length) {
  unsigned __int128 step = 0;
  switch (pace_) {
    case Pace::kTopSpeed:
      return 0;
    case Pace::kCapture:
      return static_cast<std::uint64_t>(static_cast<unsigned __int128>(elapsed_ns) * clock_mhz_ /
                                        1000);
    case Pace::kFrames:
      step = 1000;
      break;
    case Pace::kBits:
      step = length * 8;
      break;
    case Pace::kLine:
      step = (length + kLineOverhead) * 8;
      break;
  }
  const std::uint64_t due = next_slot();
  sent_ += step;
  return due;
}

std::uint64_t Pacer::next_slot() const {
  if (!has_rate()) return 0;
  // Rounded up: a frame is never early.
  const unsigned __int128 clocks_per_second = static_cast<unsigned __int128>(clock_mhz_) * 1000000;
  return static_cast<std::uint64_t>((sent_ * clocks_per_second + rate_ - 1) / rate_);
}

void Pacer::skip_to(std::uint64_t cycle) {
  if (!has_rate()) return;
  const unsigned __int128 clocks_per_second = static_cast<unsigned __int128>(clock_mhz_) * 1000000;
  const unsigned __int128 sent = (static_cast<unsigned __int128>(cycle) * rate_ + clocks_per_second - 1) / clocks_per_second;
  if (sent > sent_) sent_ = sent;
}

}  // namespace syngate::sim
