// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

#include "events.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;

const char* yes(bool value) { return value ? "true" : "false"; }

// Flows and layouts are made of letters, digits and punctuation that JSON takes as it is.
void append_frame(const FrameEvent& f, std::string& text) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, R"({{"event":"frame","id":{},"source":"{}")", f.id, source_name(f.source));
  if (f.source == Source::kCapture || f.source == Source::kFollow) {
    fmt::format_to(out, R"(,"file":{},"number":{},"time_ns":{})", f.file, f.number, f.time_ns);
  }
  fmt::format_to(out, R"(,"length":{},"flow":"{}")", f.length, f.flow);
  if (!f.options.empty()) fmt::format_to(out, R"(,"options":"{}")", f.options);
  fmt::format_to(out, R"(,"first":{},"in":{},"entered":{},"decided":{},"done":{},"generation":{})", f.first, f.in,
                 f.entered, f.decided, f.done, f.generation);
  fmt::format_to(out, R"(,"verdict":"{}","reason":"{}","op":"{}")", to_string(f.verdict), to_string(f.reason),
                 to_string(f.decision.op));
  const Decision& d = f.decision;
  fmt::format_to(out, R"(,"hit":{},"cookie_ok":{},"age":{},"mss_index":{},"cookie":"0x{:08x}","tsval":"0x{:08x}")",
                 yes(d.hit), yes(d.cookie_ok), d.age ? 1 : 0, d.mss_index, d.cookie, d.tsval);
  if (f.flows) fmt::format_to(out, R"(,"flows":{})", *f.flows);
  text += R"(,"out":[)";
  bool first = true;
  for (const FrameEvent::Left& left : f.out) {
    fmt::format_to(out, R"({}{{"port":"{}","cycle":{},"length":{},"handoff":{}}})", first ? "" : ",",
                   left.port == Port::kReply ? "reply" : "forward", left.cycle, left.length, yes(left.handoff));
    first = false;
  }
  text += "]}\n";
}

}  // namespace

const char* source_name(Source source) {
  static constexpr const char* kNames[kSourceCount] = {"capture", "follow", "client", "attack"};
  return kNames[static_cast<std::size_t>(source)];
}

EventWriter::EventWriter(const std::string& path) : path_(path) {
  fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

EventWriter::~EventWriter() {
  if (fd_ >= 0) ::close(fd_);
}

void EventWriter::put(const std::string& line) {
  buffer_ += line;
  if (buffer_.size() >= kBufferBytes) flush_buffer();
}

void EventWriter::flush_buffer() {
  for (std::size_t at = 0; at < buffer_.size() && error_ == 0;) {
    const ssize_t written = write(fd_, buffer_.data() + at, buffer_.size() - at);
    if (written >= 0) at += static_cast<std::size_t>(written);
    else if (errno != EINTR) error_ = errno;
  }
  buffer_.clear();
}

void EventWriter::start(std::uint64_t cycle, unsigned clock_mhz, const model::Time& time, bool check) {
  put(fmt::format(R"({{"event":"start","schema":"syngate.events/1","cycle":{},"clock_mhz":{},"count":{},"ms":{},"check":{}}})"
                  "\n",
                  cycle, clock_mhz, time.count, time.ms, yes(check)));
}

void EventWriter::time(std::uint64_t cycle, const model::Time& t) {
  put(fmt::format(R"({{"event":"time","cycle":{},"count":{},"ms":{}}})" "\n", cycle, t.count, t.ms));
}

void EventWriter::rotate(std::uint64_t cycle, std::uint32_t count) {
  put(fmt::format(R"({{"event":"rotate","cycle":{},"count":{}}})" "\n", cycle, count));
}

void EventWriter::offered(FrameEvent frame) {
  frame.id = first_ + pending_.size();
  pending_.push_back({std::move(frame), 0, false});
}

void EventWriter::decided(const FrameResult& r, bool check) {
  Pending& pending = pending_[r.id - first_];
  FrameEvent& f = pending.event;
  f.first = r.cycle_first;
  f.in = r.cycle_in;
  f.entered = r.cycle_entered;
  f.decided = r.cycle_decided;
  f.done = r.cycle_out;
  f.generation = r.generation;
  f.verdict = r.verdict;
  f.reason = r.reason;
  f.decision = r.decision;
  if (check) f.flows = r.flows;
  pending.outputs = r.outputs;
  pending.done = true;
  flush_complete();
}

void EventWriter::left(const Output& output) {
  // An output that nobody expects is a mismatch, and belongs to no frame here.
  if (output.id < first_ || output.id - first_ >= pending_.size()) return;
  pending_[output.id - first_].event.out.push_back({output.port, output.cycle, output.length, output.handoff});
  flush_complete();
}

void EventWriter::flush_complete() {
  std::string line;
  while (!pending_.empty() && pending_.front().done && pending_.front().event.out.size() >= pending_.front().outputs) {
    line.clear();
    append_frame(pending_.front().event, line);
    put(line);
    pending_.pop_front();
    ++first_;
  }
}

void EventWriter::mismatch(const Mismatch& m) {
  nlohmann::ordered_json line = {{"event", "mismatch"}, {"id", m.id}, {"cycle", m.cycle}, {"stage", m.stage},
                                 {"field", m.field},    {"rtl", m.rtl}, {"model", m.model}};
  put(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void EventWriter::end(std::uint64_t cycle, const Statistics& s) {
  put(fmt::format(R"({{"event":"end","cycle":{},"frames":{},"mismatches":{},"lost":{}}})" "\n", cycle, s.offered,
                  s.mismatches, s.lost));
}

void EventWriter::close() {
  if (fd_ < 0) return;
  flush_buffer();
  if (::close(fd_) != 0 && error_ == 0) error_ = errno;
  fd_ = -1;
  if (error_ != 0) throw OutputError(fmt::format("{}: {}", path_, std::strerror(error_)));
}

}  // namespace syngate::sim
