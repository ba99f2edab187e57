// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace syngate::sim {

/// Makes one running time of the timestamps of captures: never backwards, whatever a file says.
class CaptureClock {
 public:
  /// A new file, or the same again: a jump backwards or of more than an hour is then no surprise;
  /// the first frame follows at once.
  void start_file() { file_starts_ = true; }
  /// Nanoseconds since the first frame. Backwards by up to a second (reordering): the time stands
  /// still. Farther back: the time goes on from where it was. Forwards by more than a day: one day.
  /// The last three count as adjusted.
  std::uint64_t advance(std::int64_t time_ns, bool has_time);
  std::uint64_t adjusted() const { return adjusted_; }

 private:
  bool started_ = false;
  bool file_starts_ = false;
  __int128 base_ns_ = 0;  // timestamp that is time zero
  std::uint64_t now_ns_ = 0;
  std::uint64_t adjusted_ = 0;
};

enum class Pace : std::uint8_t { kCapture, kFrames, kBits, kLine, kTopSpeed };

/// When frames are due, in clocks from the start of the run; exact, whatever the rate.
class Pacer {
 public:
  /// `rate`: frames per 1000 s for kFrames, bits per second for kBits (frame bytes) and kLine
  /// (frame + 24 bytes: FCS, preamble, gap); ignored otherwise.
  Pacer(Pace pace, std::uint64_t rate, unsigned clock_mhz)
      : pace_(pace), rate_(rate), clock_mhz_(clock_mhz) {}
  /// Clock of the next frame of `length` bytes without FCS; `elapsed_ns` of capture time. 0 is "at
  /// once".
  std::uint64_t due(std::uint64_t elapsed_ns, std::uint64_t length);
  /// Clock at which the next frame may start; 0 for the paces that set no rate.
  std::uint64_t next_slot() const;
  /// Nothing was to be sent until `cycle`: what was not used is not made good.
  void skip_to(std::uint64_t cycle);

 private:
  bool has_rate() const { return pace_ != Pace::kCapture && pace_ != Pace::kTopSpeed; }

  Pace pace_;
  std::uint64_t rate_;
  unsigned clock_mhz_;
  unsigned __int128 sent_ = 0;  // frames * 1000, or bits, before this frame
};

}  // namespace syngate::sim
