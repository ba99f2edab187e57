// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frame_builder.h"
#include "syngate/model/config.h"
#include "syngate/sim/pcapng_writer.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// A flood that the simulator makes beside the live traffic.
struct LiveFlood {
  std::string kind;          ///< "syn", "ack", "mixed" ... as Flood::choose()
  std::uint64_t rate = 0;    ///< as Pacer: frames per 1000 s, or bits per second of the line
  bool line = false;         ///< `rate` is that of a line
  std::uint64_t frames = 0;  ///< to send in all; 0: until the end
};

/// Everything that a run depends on, besides what came in and when. No key material: keys come from
/// the seed.
struct LiveStart {
  std::string version;  ///< of the program that recorded
  std::uint64_t seed = 1;
  unsigned clock_mhz = 200;
  model::Time time;  ///< at the start
  std::vector<model::Destination> destinations;
  std::uint32_t policy = 0;
  bool own_keys = false;     ///< a key file was used: the same is needed again
  std::int64_t base_ns = 0;  ///< since 1970, of clock 0
  std::optional<LiveFlood> flood;
  std::size_t servers = 1;
};

/// One thing that happened in a recorded run, in the order in which it happened.
struct LiveEvent {
  enum class Kind : std::uint8_t {
    kInput,   ///< bytes were offered no earlier than `cycle`
    kOutput,  ///< bytes left at `cycle`
    kTime,    ///< `time` was committed
    kFlood,   ///< `count` frames of the flood were offered
    kDrain,   ///< the pipeline was run until it was empty
    kCheck,   ///< so many outputs (`count`) with this `digest` have left
    kBypass,  ///< server to client, not through the pipeline
    kEnd,     ///< the run was ended in order
  };
  Kind kind = Kind::kEnd;
  std::uint64_t cycle = 0;
  std::uint64_t id = 0;  ///< of the frame, with inputs and outputs
  bool flood = false;    ///< input that belongs to the flood: its outputs do not go to the ports
  Port port = Port::kReply;
  bool handoff = false;
  std::size_t server = 0;
  model::Time time;
  std::uint64_t count = 0, digest = 0;
  Bytes bytes;
};

/// Digest of outputs: FNV-1a, 64 bits, over port, clock, length and bytes.
class OutputDigest {
 public:
  void add(const Output& output);
  std::uint64_t value() const { return value_; }
  std::uint64_t outputs() const { return outputs_; }

 private:
  void put(std::uint64_t value, unsigned bytes);
  std::uint64_t value_ = 0xcbf29ce484222325u;
  std::uint64_t outputs_ = 0;
};

/// Writes a recording: pcapng with the interfaces control (USER0: one JSON object a record), rx0,
/// reply0, forward0, bypass0 and so on. Frames have their clock in the comment and, in ns, in the
/// time stamp. docs/how-to/live.md describes it.
class LiveRecorder {
 public:
  /// Throws OutputError.
  LiveRecorder(const std::string& path, const LiveStart& start);
  void write(const LiveEvent& event);
  void flush() { writer_.flush(); }
  /// Throws OutputError.
  void close() { writer_.close(); }

 private:
  void control(std::uint64_t cycle, const std::string& json);
  std::int64_t time_ns(std::uint64_t cycle) const;

  LiveStart start_;
  PcapngWriter writer_;
};

/// Reads one. A recording that is cut (a killed run) ends at its last whole record, without kEnd.
class LiveRecording {
 public:
  /// Throws CaptureError when there is no such capture, InputError when it is no recording or one
  /// of another schema.
  explicit LiveRecording(const std::string& path);
  ~LiveRecording();
  /// Whether the file is a recording; false for everything else, also what cannot be read.
  static bool is_one(const std::string& path);
  const LiveStart& start() const;
  /// False at the end. Throws InputError naming the record that cannot be.
  bool next(LiveEvent* event);
  /// Why it ended before kEnd; empty: it did not.
  const std::string& cut() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syngate::sim
