// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// What a window of waves is made around: the first event that matches.
struct Trigger {
  enum class Kind : std::uint8_t { kMismatch, kDrop, kPacket, kCycle, kVerdict, kAssert };
  Kind kind = Kind::kMismatch;
  defs::Reason reason = defs::Reason::kNone;     ///< kDrop
  defs::Verdict verdict = defs::Verdict::kPass;  ///< kVerdict
  std::uint64_t number = 0;                      ///< kPacket: frame id from 0; kCycle: clock
};

/// From "mismatch", "drop=REASON", "packet=N", "cycle=C", "verdict=V" or "assert". Throws std::invalid_argument with
/// what is wrong and what there is.
Trigger parse_trigger(const std::string& text);
/// As it is written on the command line.
std::string to_text(const Trigger& trigger);

/// Watches a run for the first event that matches a trigger.
class TriggerWatch {
 public:
  explicit TriggerWatch(const Trigger& trigger) : trigger_(trigger) {}
  void result(const FrameResult& frame);
  void mismatch(const Mismatch& mismatch);
  void assertion(std::uint64_t cycle);
  /// The run has come to this clock.
  void clock(std::uint64_t cycle);

  /// Clock of the event: where egress decided the frame, where the difference was seen, where the assertion failed, or the clock
  /// that was asked for.
  std::optional<std::uint64_t> cycle() const { return cycle_; }
  /// Frame id of the event, where it has one.
  std::optional<std::uint64_t> packet() const { return packet_; }

 private:
  void fire(std::uint64_t cycle, std::optional<std::uint64_t> packet);

  Trigger trigger_;
  std::optional<std::uint64_t> cycle_, packet_;
};

}  // namespace syngate::sim
