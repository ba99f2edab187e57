// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <verilated.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "random.h"
#include "scoreboard.h"

#ifdef SYNGATE_TRACED
#include <verilated_fst_c.h>

#include "Vsyngate_traced.h"
namespace syngate::sim {
using Top = Vsyngate_traced;
}
#else
#include "Vsyngate_fast.h"
namespace syngate::sim {
using Top = Vsyngate_fast;
}
#endif

namespace syngate::sim {

/// The pins of syngate_tb: clock, streams, registers, observation port. Knows protocols, not meanings.
///
/// One clock: inputs are set, combinational logic settles with the clock low, everything is sampled as a flop
/// would see it, then the clock rises.
class Driver {
 public:
  Driver(const SimulatorOptions& options, Scoreboard& scoreboard);
  ~Driver();

  std::function<void(const Output&)> on_output;

  void clock();
  /// Presents a frame beat by beat until its last beat is accepted.
  void send(const std::uint8_t* data, std::size_t length, std::uint64_t tag, bool bad_fcs);
  /// Beats `from` to `to` of a frame, the last one as its end if `end`. Beats of one frame may come in several calls.
  void send_beats(const std::uint8_t* data, std::size_t length, std::size_t from, std::size_t to, bool end, std::uint64_t tag,
                  bool bad_fcs);
  void write(std::uint32_t address, std::uint32_t value, unsigned strobes = 0xf);
  std::uint32_t read(std::uint32_t address);
  /// Nothing is in flight, no output is valid.
  bool quiescent() const;
  /// Puts the box into reset: what is in it is gone, what left half is cut.
  void enter_reset();
  /// Lets it go on, watched by another scoreboard.
  void leave_reset(const SimulatorOptions& options, Scoreboard& scoreboard);
  void set_backpressure(Port port, double probability) { sinks_[static_cast<std::size_t>(port)].backpressure = probability; }

  // The flow table's memory.
  void fault_read(const ReadFault& fault) { read_faults_.push_back(fault); }
  std::size_t waiting_faults() const { return read_faults_.size(); }
  /// No lookup and no sweep is between its read and its write.
  bool memory_quiet() const { return clocks_ > last_read_ + kMemoryQuiet; }
  model::TableRow peek(unsigned channel, std::uint32_t row);
  void poke(unsigned channels, std::uint32_t row, const model::TableRow& data);
  /// Skips idle time. Only when quiescent.
  void skip_to(std::uint64_t cycle) {
    cycle_ = cycle;
    scoreboard_->skipped();
  }

  std::uint64_t cycle() const { return cycle_; }
  std::uint64_t clocks() const { return clocks_; }
  std::uint64_t busy_clocks() const { return busy_clocks_; }

 private:
  struct Sink {
    std::vector<std::uint8_t> bytes;     // beats of the frame so far
    std::array<std::uint32_t, 37> held{};  // data, keep and last of a beat that was not taken
    std::uint64_t first_cycle = 0;       // its first beat was offered
    bool offering = false;               // tvalid was high and not taken
    double backpressure = 0;
    double clocks_per_byte = 0;          // > 0: paced like a wire
    double free_at = 0;                  // clock from which the wire is free
  };
  template <typename Data, typename Keep>
  void check_beat(Port port, Sink& sink, bool valid, bool ready, bool last, const Data& data, const Keep& keep);
  template <typename Data, typename Keep>
  void sample_sink(Port port, bool valid, bool ready, bool last, const Data& data, const Keep& keep);
  bool sink_ready(Sink& sink);
  void sample_events();
  void answer_read();
  void check_health();
  std::uint32_t event(defs::event::Field field) const;

  static constexpr std::uint64_t kMemoryQuiet = 64;  // more than from any read to its write
  static constexpr std::size_t kReadsKept = 8;

  SimulatorOptions options_;
  Scoreboard* scoreboard_;
  VerilatedContext context_;
  std::unique_ptr<Top> top_;
#ifdef SYNGATE_COVERAGE
  /// Into the folder of the environment variable SYNGATE_COVERAGE_DATA, if set: one file a simulated pipeline.
  void write_coverage();
#endif
#ifdef SYNGATE_TRACED
  void open_trace();
  void close_trace();
  std::unique_ptr<VerilatedFstC> trace_;
  bool trace_wanted_ = false;  // the window of the waves is not over
#endif
  Random random_;
  Random bus_random_;  // idle clocks on the register bus
  std::array<Sink, 2> sinks_;
  std::uint64_t first_ = 0;  // clock at which beat 0 of the frame being sent was accepted
  std::vector<ReadFault> read_faults_;
  std::deque<std::array<model::TableRow, 2>> reads_;  // answers to the last reads, newest last, while faults wait
  std::uint64_t last_read_ = 0;
  std::uint64_t cycle_ = 0;   // includes skipped idle time
  std::uint64_t clocks_ = 0;  // simulated
  std::uint64_t busy_clocks_ = 0;
  std::uint64_t outputs_ = 0;
  std::uint64_t last_progress_ = 0;
  std::uint64_t last_done_ = 0;
  std::uint64_t quiet_since_ = 0;  // clocks_ when an output was last valid
};

}  // namespace syngate::sim
