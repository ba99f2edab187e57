// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "packet_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace syngate::sim {
namespace {

constexpr std::uint32_t kRx = 0, kReply = 1, kForward = 2;

}  // namespace

std::string packet_comment(const FrameResult& frame, const std::vector<std::uint64_t>& out_cycles) {
  std::string text = fmt::format("packet {} in {}..{} decided {}", frame.id, frame.cycle_first, frame.cycle_in, frame.cycle_decided);
  if (!out_cycles.empty()) text += fmt::format(" out {}", fmt::join(out_cycles, ","));
  if (frame.verdict == defs::Verdict::kDrop) return text + fmt::format(" DROP {}", defs::to_string(frame.reason));
  text += fmt::format(" verdict {}", defs::to_string(frame.verdict));
  if (frame.verdict == defs::Verdict::kPass) return text;
  return text + fmt::format(" cookie 0x{:08x} mss_index {}", frame.decision.cookie, frame.decision.mss_index);
}

PacketLog::PacketLog(const std::string& path, std::function<std::int64_t(std::uint64_t)> clock_ns)
    : writer_(path, {"rx0", "reply0", "forward0"}), clock_ns_(std::move(clock_ns)) {}

void PacketLog::offered(const std::vector<std::uint8_t>& bytes) {
  pending_.emplace_back();
  pending_.back().bytes = bytes;
}

void PacketLog::decided(const FrameResult& frame) {
  if (frame.id < first_ || frame.id - first_ >= pending_.size()) return;
  Pending& pending = pending_[frame.id - first_];
  pending.result = frame;
  pending.result.outcome = nullptr;  // valid during the call only
  pending.decided = true;
  last_in_ = frame.cycle_in;
  flush();
}

void PacketLog::left(const Output& output) {
  if (output.id < first_ || output.id - first_ >= pending_.size()) return;
  pending_[output.id - first_].sent.push_back(
      {output.port == Port::kReply ? kReply : kForward, output.cycle, {output.data, output.data + output.length}});
  flush();
}

void PacketLog::finish_front() {
  Pending& front = pending_.front();
  std::vector<std::uint64_t> cycles;
  for (const Sent& sent : front.sent) cycles.push_back(sent.cycle);
  const std::string comment = front.decided ? packet_comment(front.result, cycles) : fmt::format("packet {} not decided", first_);
  const std::uint64_t first = front.decided ? front.result.cycle_first : last_in_;
  ready_.push({first, order_++, kRx, std::move(front.bytes), comment});
  for (Sent& sent : front.sent) ready_.push({sent.cycle, order_++, sent.interface, std::move(sent.bytes), comment});
  pending_.pop_front();
  ++first_;
}

void PacketLog::flush() {
  while (!pending_.empty() && pending_.front().decided && pending_.front().sent.size() >= pending_.front().result.outputs) finish_front();
  // Nothing that is still to come is earlier than this.
  const std::uint64_t bound = !pending_.empty() && pending_.front().decided ? pending_.front().result.cycle_first : last_in_;
  while (!ready_.empty() && ready_.top().cycle <= bound) {
    const Record& record = ready_.top();
    writer_.write(record.interface, clock_ns_(record.cycle), record.bytes.data(), record.bytes.size(), record.comment);
    ready_.pop();
  }
}

void PacketLog::close() {
  while (!pending_.empty()) finish_front();
  last_in_ = UINT64_MAX;
  flush();
  writer_.close();
}

}  // namespace syngate::sim
