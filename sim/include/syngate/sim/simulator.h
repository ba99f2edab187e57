// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "syngate/model/pipeline.h"

namespace syngate::sim {

/// Output ports of the pipeline.
enum class Port : std::uint8_t { kReply = 0, kForward = 1 };

/// How the bench treats the pipeline's ports. Probabilities are per clock, drawn from the seed.
struct SimulatorOptions {
  std::uint64_t seed = 1;
  bool check = true;              ///< compare everything with model::Pipeline
  double input_idle = 0.0;        ///< probability of tvalid low between beats and frames
  double empty_last_beat = 0.0;   ///< probability that a frame of whole beats ends with one more beat, without bytes
  double reply_backpressure = 0.0;
  double forward_backpressure = 0.0;
  double reply_gbps = 0.0;        ///< > 0: the port drains at this Ethernet rate (24 bytes overhead a frame)
  double forward_gbps = 0.0;
  unsigned reply_cap = 0;         ///< register REPLY_CAP: replies per 1024 clocks, 0: no cap
  unsigned clock_mhz = 200;
  std::uint64_t quiet_clocks = 200000;  ///< HangError after so many clocks with work outstanding in which nothing moved
  std::uint64_t max_clocks = 0;   ///< HangError after so many clocks in all; 0: no bound
  unsigned max_mismatches = 10;   ///< stop describing (not counting) after so many
  std::string waves;              ///< path of an FST to write; empty: none. Needs a build with tracing.
  std::uint64_t waves_frames = 0; ///< trace until this many frames have left (0: whole run)
  std::uint64_t waves_from = 0;   ///< first clock of the FST
  std::uint64_t waves_to = 0;     ///< last clock of the FST (0: no such bound)
  std::uint64_t x_seed = 0;       ///< seed of uninitialised state in builds with --x-initial unique (0: seed)
  std::uint64_t fault_keep = 0;   ///< test of the assertions: a hole in tkeep of this input frame (1 is the first)
  std::uint64_t fault_output = 0; ///< test of the checker: flip a bit of this output frame (1 is the first)
  std::size_t fault_byte = 40;    ///< of this byte
  std::vector<std::uint8_t> fault_pattern;  ///< test of the checker: so in every output frame that holds these bytes
  bool keep_reads = false;        ///< keep the table memory's last answers, for ReadFault::late
  /// Every register write is put here, in order: (address, value). nullptr: none.
  std::vector<std::pair<std::uint32_t, std::uint32_t>>* register_log = nullptr;
};

/// One frame that left the pipeline. Bytes are valid during the call only.
struct Output {
  Port port;
  std::uint64_t id;           ///< the frame it is sent for
  std::uint64_t tag;          ///< as given to offer() with that frame
  bool handoff;               ///< the hand-off frame, not the original
  std::uint64_t cycle;        ///< clock of its first beat
  const std::uint8_t* data;
  std::size_t length;
};

/// What the pipeline itself says of a decision (observation port).
struct Decision {
  defs::TableOp op = defs::TableOp::kNone;
  bool hit = false, cookie_ok = false, age = false;
  std::uint8_t mss_index = 0;
  std::uint32_t cookie = 0, tsval = 0;
};

/// What became of one offered frame, called in frame order when egress has decided. All from the RTL.
struct FrameResult {
  std::uint64_t id = 0;             ///< order of offering, from 0
  std::uint64_t tag = 0;            ///< as given to offer()
  std::uint64_t cycle_first = 0;    ///< clock at which its first beat was accepted
  std::uint64_t cycle_in = 0;       ///< clock at which its last beat was accepted
  std::uint64_t cycle_entered = 0;  ///< clock at which it entered the pipeline: time and configuration sampled
  std::uint64_t cycle_decided = 0;  ///< clock at which the rules decided
  std::uint64_t cycle_out = 0;      ///< clock of egress's decision
  std::uint32_t generation = 0;     ///< commits it has seen, 16 bits
  defs::Verdict verdict = defs::Verdict::kPass;
  defs::Reason reason = defs::Reason::kNone;
  Decision decision;
  std::size_t outputs = 0;          ///< frames that leave for it
  std::uint64_t flows = 0;          ///< occupied slots of the model's table after it, 0 with check off
  const model::Outcome* outcome = nullptr;  ///< the model's view, nullptr with check off
};

/// A difference between RTL and model, ready to print.
struct Mismatch {
  std::uint64_t id;      ///< frame id (order of offering)
  std::uint64_t tag;
  std::uint64_t cycle;
  std::string stage;     ///< ingress parse cookie table verdict stamp egress csr
  std::string field;
  std::string rtl;       ///< value, printed
  std::string model;
  std::vector<std::uint8_t> rtl_bytes;    ///< output frames, when bytes differ
  std::vector<std::uint8_t> model_bytes;
};

/// Count, minimum, median, 99th percentile, maximum of a distribution of clocks; exact.
struct Distribution {
  std::uint64_t count = 0, min = 0, median = 0, p99 = 0, max = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> values{};  ///< each value and how often, ascending
};

struct Statistics {
  std::uint64_t cycles = 0;          ///< clocks simulated (idle time that was skipped is not in it)
  std::uint64_t offered = 0;         ///< frames whose last beat was accepted
  std::uint64_t decided = 0;         ///< frames that egress admitted or dropped
  std::uint64_t lost = 0;            ///< offered - decided, and outputs that never came
  std::uint64_t mismatches = 0;
  std::uint64_t busy_cycles = 0;     ///< clocks from the first beat offered to the last frame decided, idle skips left out
  std::uint64_t replies = 0, handoffs = 0, forwarded = 0;  ///< frames that left
  model::Counters counters{};        ///< read from the RTL's registers by finish()
  Distribution latency;              ///< last beat accepted to first beat offered, frames that met empty queues
  Distribution queueing;             ///< what queues added, all frames
};

/// A wrong answer of the flow table's memory to one lookup, by channel. The bench makes it; the pipeline cannot know.
struct ReadFault {
  std::array<std::uint32_t, 2> rows{};          ///< the next read of these two rows gets it; two different rows
  std::array<model::TableRow, 2> flips{};       ///< bits of the answer that are wrong
  std::array<unsigned, 2> late{};               ///< > 0: what is seen is the answer to the read so many reads before (at most 8)
  bool tell_model = true;
};

/// The Verilated pipeline, driven at its pins, with the golden model beside it.
/// Cycle-accurate; idle gaps are skipped when the pipeline is empty. Throws std::runtime_error when the RTL hangs
/// (HangError) or an assertion of the RTL fails (AssertionError).
class Simulator {
 public:
  Simulator(const SimulatorOptions& options, const model::Config& config, const model::Time& time);
  ~Simulator();

  /// Called for every output frame and every result; set before the first offer().
  std::function<void(const Output&)> on_output;
  std::function<void(const FrameResult&)> on_result;
  std::function<void(const Mismatch&)> on_mismatch;

  /// Commits time through the registers; frames offered later see it. No drain.
  void set_time(const model::Time& time);
  /// Writes time into the staging registers without committing it: no frame may see any of it.
  void stage_time(const model::Time& time);
  /// Commits what differs from the present configuration. No drain (see datapath.md for what needs one).
  void set_config(const model::Config& config);

  /// Writes random values, from the seed, to the registers that only stage, has a commit refused, and reads every register that can be
  /// read: what was written or configured must be there. Frames see nothing of it; differences are mismatches of the stage csr.
  void check_registers(std::uint64_t seed);

  /// Runs until everything has left and the sweep has visited every row in use: then no dead slot may be left. The sweep takes
  /// defs::kSweepPeriod clocks a row.
  void check_sweep();

  /// Runs until nothing is in flight; then the table's memory must hold what the model's does, in every row in which the model has a slot.
  void check_memory();

  /// Offers a frame no earlier than `cycle` (0: at once). Copies the bytes. Clocks the pipeline as needed.
  void offer(std::uint64_t cycle, const std::uint8_t* data, std::size_t length, std::uint64_t tag,
             bool bad_fcs = false);
  // What only sim/faults does.
  /// Runs so many clocks, whatever happens.
  void run(std::uint64_t clocks);
  /// From now on the port takes a beat with probability 1 - `probability` a clock; 1: never.
  void set_backpressure(Port port, double probability);
  /// Presents `beats` whole beats of a frame and not its end. Then only reset() or offer() with the rest may follow.
  void offer_part(const std::uint8_t* data, std::size_t beats);
  /// A frame that offer_part() has begun: these bytes and its end. `data` is the whole frame.
  void offer_rest(const std::uint8_t* data, std::size_t length, std::size_t beats, std::uint64_t tag);
  /// Resets the box in the middle of whatever it does; what is inside is lost. Then writes configuration and time as software would
  /// after a reset. The table's memory is reset by nobody: it stays, or, with `wipe`, the bench fills the rows in use with zeros.
  /// Frames are numbered from 0 again, counters count from zero. Returns how many accepted frames were cut off.
  std::uint64_t reset(const SimulatorOptions& options, const model::Config& config, const model::Time& time, bool wipe);
  /// One write as it stands, known to nobody: it must not change what frames see. `strobe`: bytes of the word that count.
  void write_register(std::uint32_t address, std::uint32_t value, unsigned strobe = 15);
  std::uint32_t read_register(std::uint32_t address);
  /// A wrong answer to a read to come.
  void fault_read(const ReadFault& fault);
  /// Read faults that no read has met yet.
  std::size_t waiting_faults() const;
  /// Waits until nothing is in flight, then flips stored bits of a row.
  void upset(unsigned channel, std::uint32_t row, const model::TableRow& flips, bool tell_model = true);
  /// What the memory holds in a row, when nothing is in flight.
  model::TableRow table_row(unsigned channel, std::uint32_t row);

  /// Runs until everything offered so far has been decided and has left.
  void drain();
  /// Drains, reads the counters from the registers and compares them.
  const Statistics& finish();

  /// Current clock, idle skips included: time in ns = cycle * 1000 / clock_mhz.
  std::uint64_t cycle() const;
  const Statistics& statistics() const;
  /// The model beside the RTL (nullptr with check off).
  const model::Pipeline* model() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// An assertion of the RTL failed at this clock.
struct AssertionError : std::runtime_error {
  AssertionError(const std::string& text, std::uint64_t at) : std::runtime_error(text), cycle(at) {}
  std::uint64_t cycle;
};
struct HangError : std::runtime_error { using std::runtime_error::runtime_error; };

}  // namespace syngate::sim
