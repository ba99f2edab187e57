// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "syngate/sim/errors.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// Where an offered frame came from. Spelled in outputs as source_name() says.
enum class Source : std::uint8_t { kCapture = 0, kFollow = 1, kClient = 2, kAttack = 3 };
inline constexpr std::size_t kSourceCount = 4;
const char* source_name(Source source);

/// A `frame` line of events.jsonl (docs/reference/run-directory.md).
struct FrameEvent {
  std::uint64_t id = 0;
  Source source = Source::kCapture;
  std::size_t file = 0;         ///< with kCapture and kFollow: index of the capture
  std::uint64_t number = 0;     ///< likewise: frame number in it, from 1
  std::int64_t time_ns = 0;     ///< likewise: timestamp
  std::size_t length = 0;
  std::string flow;
  std::string options;          ///< option layout of a SYN, else empty
  std::uint64_t first = 0, in = 0, entered = 0, decided = 0, done = 0;  ///< clocks
  std::uint32_t generation = 0;
  defs::Verdict verdict = defs::Verdict::kPass;
  defs::Reason reason = defs::Reason::kNone;
  Decision decision;
  std::optional<std::uint64_t> flows;
  struct Left {
    Port port = Port::kReply;
    std::uint64_t cycle = 0;
    std::size_t length = 0;
    bool handoff = false;
  };
  std::vector<Left> out;
};

/// One line of events.jsonl, whatever it is. Fields that its kind does not have keep their defaults.
struct Event {
  enum class Kind : std::uint8_t { kStart, kTime, kRotate, kFrame, kMismatch, kEnd };
  Kind kind = Kind::kStart;
  FrameEvent frame;                              // kFrame
  std::uint64_t cycle = 0;                       // all others
  unsigned clock_mhz = 0;                        // kStart
  bool check = true;                             // kStart
  std::uint32_t count = 0, ms = 0;               // kStart, kTime, kRotate (count only)
  std::uint64_t id = 0;                          // kMismatch
  std::string stage, field, rtl, model;          // kMismatch
  std::uint64_t frames = 0, mismatches = 0, lost = 0;  // kEnd
};

/// Writes events.jsonl. Lines of frames in the order of their ids, each when all that leaves for it has left; what is kept
/// in memory is what is in flight. Errors are kept for close().
class EventWriter {
 public:
  /// Creates the file. Throws OutputError.
  explicit EventWriter(const std::string& path);
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  void start(std::uint64_t cycle, unsigned clock_mhz, const model::Time& time, bool check);
  void time(std::uint64_t cycle, const model::Time& time);
  void rotate(std::uint64_t cycle, std::uint32_t count);
  /// Before Simulator::offer(): the next frame, with its first fields up to `options`.
  void offered(FrameEvent frame);
  void decided(const FrameResult& result, bool check);
  void left(const Output& output);
  void mismatch(const Mismatch& mismatch);
  /// Writes what is complete and the last line.
  void end(std::uint64_t cycle, const Statistics& statistics);
  /// Throws OutputError if a byte could not be written.
  void close();

 private:
  struct Pending {
    FrameEvent event;
    std::size_t outputs = 0;
    bool done = false;
  };
  void put(const std::string& line);
  void flush_buffer();
  void flush_complete();

  std::string path_;
  int fd_ = -1;
  int error_ = 0;
  std::string buffer_;
  std::deque<Pending> pending_;  // ids from first_ on
  std::uint64_t first_ = 0;
};

/// Reads events.jsonl line by line.
class EventReader {
 public:
  /// Throws InputError when the file cannot be opened.
  explicit EventReader(const std::string& path);
  ~EventReader();
  /// False at the end. A last line that was cut (a run that was killed) ends the file, see cut(). Throws InputError naming file and line.
  bool next(Event* event);
  bool cut() const { return cut_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  bool cut_ = false;
};

/// Option layout of a SYN in the words of option_bytes(): "MSS,SOK,TS,N,WS", "(none)"; "..." in the end where the walk cannot go on.
/// Empty when the frame is no TCP SYN.
std::string syn_layout(const std::uint8_t* data, std::size_t length);

}  // namespace syngate::sim
