// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "catch2.h"
#include "episode.h"
#include "frame_builder.h"
#include "random.h"
#include "syngate/sim/simulator.h"
#include "targets.h"

namespace syngate::sim {

inline std::uint8_t next8(Random& random) { return static_cast<std::uint8_t>(random.next()); }
inline std::uint16_t next16(Random& random) { return static_cast<std::uint16_t>(random.next()); }
inline std::uint32_t next32(Random& random) { return static_cast<std::uint32_t>(random.next()); }

/// An address of one host, in no group.
inline std::array<std::uint8_t, 16> address(bool is6, Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < (is6 ? 16u : 4u); ++i) bytes[i] = next8(random);
  bytes[0] = static_cast<std::uint8_t>(is6 ? 0x20 | (bytes[0] & 0x1f) : 1 + bytes[0] % 223);
  return bytes;
}

/// The RTL with the model beside it; the first difference ends the test.
class Directed {
 public:
  explicit Directed(std::uint64_t seed, const model::Config& config = default_config(1), const SimulatorOptions& options = {})
      : random(seed), simulator(options, config, kStart) {
    simulator.on_mismatch = [](const Mismatch& m) {
      FAIL("cycle " << m.cycle << " frame " << m.id << ": " << m.stage << " " << m.field << ": rtl " << m.rtl << " model " << m.model);
    };
    simulator.on_result = [this](const FrameResult& r) {
      ++verdicts[static_cast<std::size_t>(r.verdict)];
      ++reasons[static_cast<std::size_t>(r.reason)];
    };
  }
  void offer(const Bytes& frame) { simulator.offer(0, frame.data(), frame.size(), tag_++); }
  void configure(const model::Config& config) { simulator.set_config(config); }
  /// A SYN of anybody to the server, behind any number of tags.
  Segment syn(bool is6) {
    Segment s;
    s.is6 = is6;
    s.source = {address(is6, random), static_cast<std::uint16_t>(1 + random.below(65535))};
    s.destination = is6 ? kServer6 : kServer4;
    s.flags = kSyn;
    s.seq = next32(random);
    for (std::uint64_t tags = random.below(3); tags > 0; --tags) s.tags.push_back(0x81000000u | next16(random));
    return s;
  }
  void finish() {
    const Statistics& s = simulator.finish();
    CHECK(s.mismatches == 0);
    CHECK(s.lost == 0);
    CHECK(s.decided == tag_);
  }

  static constexpr model::Time kStart{286326, 1000000};
  Random random;
  Simulator simulator;
  std::array<std::uint64_t, defs::kVerdictCount> verdicts{};
  std::array<std::uint64_t, 32> reasons{};

 private:
  std::uint64_t tag_ = 0;
};

}  // namespace syngate::sim
