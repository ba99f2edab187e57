// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "pacing.h"

#include "catch2.h"

namespace syngate::sim {
namespace {

constexpr std::int64_t kSecond = 1000000000;
constexpr std::int64_t kDay = 86400 * kSecond;

TEST_CASE("capture time runs from the first frame") {
  CaptureClock clock;
  CHECK(clock.advance(1600000000 * kSecond, true) == 0);
  CHECK(clock.advance(1600000001 * kSecond + 5, true) == 1000000005);
  CHECK(clock.advance(0, false) == 1000000005);  // a frame without time
  CHECK(clock.adjusted() == 0);
}

TEST_CASE("reordered frames do not shift what follows") {
  CaptureClock clock;
  clock.advance(100 * kSecond, true);
  CHECK(clock.advance(100 * kSecond + 50, true) == 50);
  CHECK(clock.advance(100 * kSecond + 40, true) == 50);
  CHECK(clock.advance(100 * kSecond + 60, true) == 60);
  CHECK(clock.adjusted() == 1);
}

TEST_CASE("a clock that was set back goes on from where it was") {
  CaptureClock clock;
  clock.advance(100 * kSecond, true);
  CHECK(clock.advance(110 * kSecond, true) == 10 * kSecond);
  CHECK(clock.advance(50 * kSecond, true) == 10 * kSecond);
  CHECK(clock.advance(51 * kSecond, true) == 11 * kSecond);
  CHECK(clock.adjusted() == 1);
}

TEST_CASE("jumps of years become one day") {
  CaptureClock clock;
  clock.advance(0, true);
  CHECK(clock.advance(INT64_MAX, true) == static_cast<std::uint64_t>(kDay));
  CHECK(clock.advance(INT64_MIN, true) == static_cast<std::uint64_t>(kDay));
  CHECK(clock.advance(INT64_MIN + 7, true) == static_cast<std::uint64_t>(kDay) + 7);
  CHECK(clock.adjusted() == 2);
}

TEST_CASE("the next file follows at once unless it plainly continues") {
  CaptureClock clock;
  clock.start_file();
  clock.advance(100 * kSecond, true);
  clock.start_file();
  CHECK(clock.advance(105 * kSecond, true) == 5 * kSecond);  // rotated by tcpdump -C
  clock.start_file();
  CHECK(clock.advance(5 * kSecond, true) == 5 * kSecond);  // older
  CHECK(clock.advance(6 * kSecond, true) == 6 * kSecond);
  clock.start_file();
  CHECK(clock.advance(2 * kDay, true) == 6 * kSecond);  // much later
  CHECK(clock.adjusted() == 0);
}

TEST_CASE("paces are exact") {
  Pacer line(Pace::kLine, 100000000000, 200);
  // 84 bytes at 100 Gbit/s are 6.72 ns, 1.344 clocks of 5 ns; 125 frames are 168 clocks sharp.
  CHECK(line.due(0, 60) == 0);
  CHECK(line.due(0, 60) == 2);  // 1.344, never early
  CHECK(line.due(0, 60) == 3);  // 2.688
  for (unsigned i = 3; i < 125; ++i) line.due(0, 60);
  CHECK(line.due(0, 60) == 168);
  Pacer frames(Pace::kFrames, 1500000, 200);  // 1500 frames/s
  CHECK(frames.due(0, 60) == 0);
  CHECK(frames.due(0, 60) == 133334);     // 200 MHz / 1500 = 133333.3
  Pacer bits(Pace::kBits, 8000000, 100);  // 1 MB/s: 100 clocks a byte
  CHECK(bits.due(0, 60) == 0);
  CHECK(bits.due(0, 1000) == 6000);
  CHECK(bits.due(0, 60) == 106000);
  Pacer capture(Pace::kCapture, 0, 200);
  CHECK(capture.due(1000, 60) == 200);
  CHECK(Pacer(Pace::kTopSpeed, 0, 200).due(123456, 60) == 0);
}

}  // namespace
}  // namespace syngate::sim
