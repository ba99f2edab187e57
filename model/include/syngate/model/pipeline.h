// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "syngate/model/config.h"

namespace syngate::model {

/// One received frame, without FCS. The bytes must stay valid during the call only.
struct Frame {
  const std::uint8_t* data = nullptr;
  std::size_t length = 0;
  bool bad_fcs = false;
};

/// What the pipeline decides about a frame, and the intermediate values that explain it.
struct Outcome {
  defs::Verdict verdict = defs::Verdict::kPass;
  defs::Reason reason = defs::Reason::kNone;
  std::vector<std::uint8_t> reply;    ///< SYN-ACK with verdict reply, else empty
  std::vector<std::uint8_t> handoff;  ///< hand-off frame with handoff and handoff_pass, else empty
  bool forwards_original = false;     ///< verdicts pass and handoff_pass
  // Why, in the fields of the observation port:
  defs::Pre pre = defs::Pre::kPass;
  defs::TableOp op = defs::TableOp::kNone;
  bool hit = false;        ///< flow found in the table (looked up for pre icmp, syn, tcp)
  bool cookie_ok = false;  ///< ACK without SYN and RST with a valid cookie (computed for pre tcp)
  bool age = false;        ///< count - 1 was the valid one
  std::uint8_t mss_index = 0;  ///< encoded (pre syn) or, with cookie_ok, decoded
  std::uint32_t cookie = 0;    ///< pre syn: the cookie made; pre tcp: ack - 1
  std::uint32_t tsval = 0;     ///< pre syn with timestamps: TSval sent, else 0
};

/// 64-bit counters, index as in defs::counter.
using Counters = std::array<std::uint64_t, defs::counter::kCount>;

/// A row of the flow table's memory: three slots of 48 bits (datapath.md, flow table), slot 0 first.
using TableRow = std::array<std::uint64_t, 3>;

/// Slots that the sweep of the RTL cleared (sweep event).
struct Sweep {
  std::uint32_t row = 0;
  std::uint8_t mask = 0;   ///< bits 2:0 channel 0, 5:3 channel 1
  std::uint8_t epoch = 0;
};

/// The golden model: cycle-free, pure state machine; no I/O, no clock, no globals. docs/reference/datapath.md is its text.
/// Everything but lack of room at egress is predicted; that is told to it with egress_drop().
class Pipeline {
 public:
  explicit Pipeline(const Config& config);
  ~Pipeline();
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;

  /// Decides one frame at one time; frames in pipeline order. The reference stays valid until the next call.
  /// Any bytes are legal input. Counters are updated as if egress admits the frame.
  const Outcome& process(const Frame& frame, const Time& time);

  /// Whether egress may turn this verdict into a drop with this reason.
  static bool egress_drop_is_legal(defs::Verdict verdict, defs::Reason reason);
  /// Egress dropped a frame that had this verdict: corrects the counters. False (and no change) when not legal.
  bool egress_drop(defs::Verdict verdict, defs::Reason reason);

  /// Applies a sweep event. False (and no change) when a named slot is empty or lives at that epoch.
  bool sweep(const Sweep& sweep);

  // Faults of the table's memory; the model foresees none of them, but knows what each leads to.
  /// What the memory holds in a row of a channel (0 or 1).
  TableRow table_row(unsigned channel, std::uint32_t row) const;
  /// From now on the memory holds this instead.
  void set_table_row(unsigned channel, std::uint32_t row, const TableRow& data);
  /// The next lookup of these rows (by channel) is answered with this data instead of what the memory holds. What it writes
  /// goes back as a whole row, wrong slots and all.
  void fault_read(const std::array<std::uint32_t, 2>& rows, const std::array<TableRow, 2>& answer);
  /// Counters from zero, as after a reset of the box. The memory of the table knows no reset.
  void clear_counters();

  /// Configuration may change between frames; table_mask only while the table is empty.
  const Config& config() const;
  void set_config(const Config& config);

  const Counters& counters() const;
  /// Slots of the flow table that are not empty.
  std::uint64_t occupied() const;
  /// Living flows at this time (walks the whole table).
  std::uint64_t flows(const Time& time) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syngate::model
