// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "functional.h"
#include "histogram.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// What the observation port says of one decision, unpacked.
struct DecidedEvent {
  std::uint32_t id;
  std::uint8_t verdict, reason, op;
  bool hit, cookie_ok, age;
  std::uint8_t mss_index;
  std::uint32_t cookie, tsval;
};

/// Pairs what the RTL shows (observation port, output frames, counters) with what the golden model predicts.
///
/// Legal interleavings: frames enter (`entered`), are decided and are done in the order in which they were
/// accepted; between them any number
/// of clocks. The model runs when a frame is decided, with the time and configuration of the last commit that the
/// frame has seen. Outputs of a
/// port come in the order of the frames. finish() must be called: it finds what never came.
class Scoreboard {
 public:
  Scoreboard(const SimulatorOptions& options, const model::Config& config, const model::Time& time);

  /// The box was reset: as new, but the table's memory is what it was.
  Scoreboard(const SimulatorOptions& options, const model::Config& config, const model::Time& time, Scoreboard&& before);

  std::function<void(const FrameResult&)> on_result;
  std::function<void(const Mismatch&)> on_mismatch;

  /// The last beat of the next frame was accepted; `first` is the clock of its first beat.
  void accepted(std::uint64_t first, std::uint64_t cycle, std::uint64_t tag, const std::uint8_t* data, std::size_t length, bool bad_fcs,
                bool empty_last = false);
  /// A commit through the registers: `generation` is the number that shows it.
  void committed(std::uint64_t generation, const model::Config& config, const model::Time& time);
  /// A register that does not read as it must.
  void register_mismatch(std::uint64_t cycle, std::string field, std::string rtl, std::string wanted);
  /// A pin that does not do what its protocol or the line rate asks for.
  void protocol_mismatch(std::uint64_t cycle, std::string stage, std::string field, std::string rtl, std::string wanted);
  /// Idle clocks were left out before the next event.
  void skipped() { window_known_ = false; }
  /// The memory of the table answers a lookup that is in flight wrongly, or holds other bits from now on.
  void read_fault(const std::array<std::uint32_t, 2>& rows, const std::array<model::TableRow, 2>& answer);
  void set_row(unsigned channel, std::uint32_t row, const model::TableRow& data) { model_.set_table_row(channel, row, data); }
  void entered(std::uint64_t cycle, std::uint32_t id, std::uint32_t generation);
  void decided(std::uint64_t cycle, const DecidedEvent& event);
  void done(std::uint64_t cycle, std::uint32_t id, std::uint8_t verdict, std::uint8_t reason);
  void swept(std::uint64_t cycle, const model::Sweep& sweep);
  /// A beat that is not the last of its frame left.
  void beat_left(Port port) { ++beats_left_[static_cast<std::size_t>(port)]; }
  /// A whole frame left; `cycle` is the clock in which its first beat was offered. Says for which frame it was sent.
  Output left(Port port, std::uint64_t cycle, const std::uint8_t* data, std::size_t length);
  /// Compares the counters and reports outputs that never came. `before`: the model's counters when the first register was read; the
  /// sweep goes on while they are read.
  void finish(std::uint64_t cycle, const model::Counters& before, const model::Counters& rtl);

  /// Nothing accepted is undecided and no expected output is outstanding.
  bool idle() const { return done_ == accepted_ && waiting_[0].empty() && waiting_[1].empty(); }
  std::uint64_t accepted_count() const { return accepted_; }
  std::uint64_t done_count() const { return done_; }
  const model::Pipeline& model() const { return model_; }
  /// Functional points, nullptr unless they are wanted (sim/coverage).
  FunctionalCoverage* coverage() const { return coverage_.get(); }
  void fill(Statistics& statistics) const;

 private:
  struct InFlight {
    std::uint64_t tag = 0;
    std::uint64_t cycle_first = 0, cycle_in = 0, cycle_entered = 0, cycle_decided = 0;
    std::uint64_t generation = 0;
    Decision decision;
    std::uint64_t flows = 0;
    bool bad_fcs = false;
    bool queued = false;  // met others in the ingress queue
    std::uint64_t release = 0;  // clock from which nothing but constants lies between it and its decision
    std::vector<std::uint8_t> data;
    model::Outcome outcome;
  };
  struct Expected {
    std::uint64_t id = 0, tag = 0, cycle_in = 0, cycle_done = 0;
    bool queued = false;
    bool follows = false;  // the original of a hand-off pair: no latency of its own
    bool original = false;  // a frame as it came
    const char* stage = "egress";
    std::vector<std::uint8_t> bytes;
  };
  struct Commit {
    std::uint64_t generation;
    model::Config config;
    model::Time time;
  };
  // Frames between acceptance and decision are few: FIFO beats plus pipeline clocks.
  static constexpr std::size_t kRing = 4096;

  InFlight& frame(std::uint64_t id) { return ring_[id % kRing]; }
  void apply_commits(std::uint64_t generation);
  void expect(Port port, const InFlight& f, std::uint64_t id, std::uint64_t cycle, const std::vector<std::uint8_t>& bytes,
              bool queued, bool follows, const char* stage);
  void expect_outputs(const InFlight& f, std::uint64_t id, std::uint64_t cycle, defs::Verdict verdict);
  void report(std::uint64_t id, std::uint64_t cycle, std::string stage, std::string field, std::string rtl,
              std::string model);
  void report_bytes(const Expected& expected, std::uint64_t cycle, const std::uint8_t* data, std::size_t length);
  // Whether egress had to drop a frame for this reason, or was right not to.
  bool room_was_short(const InFlight& f, defs::Verdict verdict, defs::Reason reason) const;
  bool cap_is_kept(std::uint64_t cycle, bool capped, bool admitted);
  void add_latency(std::uint64_t total, bool queued);

  SimulatorOptions options_;
  model::Pipeline model_;
  model::Time time_;
  std::deque<Commit> commits_;
  std::uint64_t generation_ = 0;  // applied to the model
  std::vector<InFlight> ring_;
  std::array<std::deque<Expected>, 2> waiting_;
  std::vector<std::vector<std::uint8_t>> spare_;  // buffers to use again
  std::uint64_t accepted_ = 0, entered_ = 0, decided_ = 0, done_ = 0;
  std::uint64_t ingress_free_ = 0;  // clock from which the ingress queue is empty
  std::uint64_t entry_latency_ = 0, done_latency_ = 0;  // from `release`; constant
  std::array<std::uint64_t, 2> beats_left_{};  // of the frame that is leaving
  std::array<std::uint64_t, 2> beats_waiting_{};  // of originals, whole frames
  std::uint64_t handoffs_waiting_ = 0, pairs_waiting_ = 0;
  // REPLY_CAP counts in windows whose start is not said: for each start that is still possible, the window and its replies.
  struct Window {
    std::uint64_t number = 0, replies = 0;
    bool possible = true;
  };
  std::vector<Window> windows_;
  bool window_known_ = true;
  std::uint64_t mismatches_ = 0, lost_ = 0;
  std::array<std::uint64_t, 2> last_left_{};  // clock of the last output per port
  std::uint64_t replies_ = 0, handoffs_ = 0, forwarded_ = 0;
  std::uint64_t base_latency_ = 0;
  Histogram latency_, queueing_;
  std::unique_ptr<FunctionalCoverage> coverage_ = FunctionalCoverage::from_environment();
};

}  // namespace syngate::sim
