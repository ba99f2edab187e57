// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "events.h"
#include "frame_builder.h"

namespace syngate::sim {

/// A frame to be offered, and whose it is.
struct TrafficFrame {
  Bytes bytes;
  Source source = Source::kCapture;
  std::size_t file = 0;          ///< with kCapture and kFollow: index of the capture
  std::uint64_t number = 0;      ///< likewise: frame number in it, from 1; 0: made up
  std::int64_t time_ns = 0;      ///< likewise: timestamp
  std::uint32_t connection = 0;  ///< of its source, from 1; 0: belongs to none
};

/// A time that never comes.
inline constexpr std::uint64_t kNever = UINT64_MAX;

/// Somebody who sends because of what comes back. Times are nanoseconds of the run, which begins at 0.
class TrafficSource {
 public:
  virtual ~TrafficSource() = default;
  /// When it wants to send next: the past means at once, kNever that it waits for an answer or is finished.
  virtual std::uint64_t due_ns() = 0;
  /// The frame that is due at `now_ns`; false when there is none after all.
  virtual bool next(std::uint64_t now_ns, TrafficFrame* frame) = 0;
  /// Shows what left on the reply port, and the hand-offs that left on the forward port.
  virtual void saw_reply(std::uint64_t now_ns, const std::uint8_t* frame, std::size_t length) = 0;
  virtual void saw_handoff(std::uint64_t now_ns, const std::uint8_t* frame, std::size_t length) = 0;
  /// Nothing will be sent any more, whatever comes back. Every source finishes: it gives up after some tries.
  virtual bool finished() const = 0;
};

}  // namespace syngate::sim
