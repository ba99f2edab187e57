// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "syngate/model/cookie.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

struct Step {
  std::string name;
  std::uint64_t begin;
};

// Lane 0 from the first beat to the last departure; ends at end_of().
std::vector<Step> steps_of(const FrameEvent& frame) {
  std::vector<Step> steps = {{"in", frame.first}};
  if (frame.entered > frame.in) steps.push_back({"ingress", frame.in});
  for (const defs::Stage& stage : defs::kStages) steps.push_back({std::string(stage.name), frame.entered + stage.offset});
  steps.push_back({"out", frame.done});
  return steps;
}

std::uint64_t last_departure(const FrameEvent& frame) {
  std::uint64_t last = frame.done;
  for (const FrameEvent::Left& left : frame.out) last = std::max(last, left.cycle);
  return last;
}

std::string entry_words(defs::TableOp op) {
  switch (op) {
    case defs::TableOp::kInsert: return ", new entry";
    case defs::TableOp::kEvict: return ", new entry in place of the oldest";
    case defs::TableOp::kReopen: return ", entry reopened";
    case defs::TableOp::kClose: return ", entry closing";
    case defs::TableOp::kRefresh: return ", entry refreshed";
    case defs::TableOp::kRepeat: return ", hand-off repeated";
    default: return "";
  }
}

}  // namespace

bool TraceFilter::matches(const FrameEvent& frame) const {
  return frame.id >= first && frame.id <= last && (flow.empty() || frame.flow.find(flow) != std::string::npos) &&
         (!verdict || *verdict == frame.verdict) && (!reason || *reason == frame.reason);
}

std::string why(const FrameEvent& frame) {
  const bool is6 = frame.flow.find('[') != std::string::npos;
  const unsigned mss = model::mss_of_index(is6, frame.decision.mss_index);
  const std::string entry = entry_words(frame.decision.op);
  switch (frame.verdict) {
    case defs::Verdict::kReply: return fmt::format("SYN answered with a cookie for MSS {}{}", mss, entry);
    case defs::Verdict::kHandoff:
    case defs::Verdict::kHandoffPass:
      return fmt::format("valid cookie of age {}, MSS {}{}", frame.decision.age ? 1 : 0, mss, entry);
    case defs::Verdict::kPass: return frame.decision.hit ? "flow is in the table" + entry : "not to be judged: rules 1 to 5 let it pass";
    case defs::Verdict::kDrop: break;
  }
  return fmt::format("dropped as {}{}", defs::to_string(frame.reason), entry);
}

std::string trace_line(const FrameEvent& frame) {
  std::string line = fmt::format("{} {}", frame.id, source_name(frame.source));
  if (frame.number != 0) line += fmt::format(" {}:{}", frame.file, frame.number);
  line += fmt::format(" in {}..{} entered {}", frame.first, frame.in, frame.entered);
  for (const defs::Stage& stage : defs::kStages) line += fmt::format(" {} {}", stage.name, frame.entered + stage.offset);
  line += fmt::format(" decided {} done {}", frame.decided, frame.done);
  if (frame.out.empty()) line += " left -";
  for (std::size_t i = 0; i < frame.out.size(); ++i) {
    const FrameEvent::Left& left = frame.out[i];
    const char* what = left.handoff ? "handoff" : left.port == Port::kReply ? "reply" : "forward";
    line += fmt::format("{}{} {}", i == 0 ? " left " : ", ", what, left.cycle);
  }
  return line + fmt::format(" verdict {} ({}) | {}", defs::to_string(frame.verdict), why(frame), frame.flow);
}

std::string trace_json(const FrameEvent& frame) {
  Json o = {{"schema", "syngate.trace/1"}, {"id", frame.id}, {"source", source_name(frame.source)}};
  if (frame.number != 0) {
    o["file"] = frame.file;
    o["number"] = frame.number;
  }
  o["flow"] = frame.flow;
  o["first"] = frame.first;
  o["in"] = frame.in;
  o["entered"] = frame.entered;
  for (const defs::Stage& stage : defs::kStages) o["stages"][std::string(stage.name)] = frame.entered + stage.offset;
  o["decided"] = frame.decided;
  o["done"] = frame.done;
  o["out"] = Json::array();
  for (const FrameEvent::Left& left : frame.out)
    o["out"].push_back({{"port", left.port == Port::kReply ? "reply" : "forward"}, {"cycle", left.cycle}, {"handoff", left.handoff}});
  o["verdict"] = defs::to_string(frame.verdict);
  o["reason"] = defs::to_string(frame.reason);
  o["why"] = why(frame);
  return o.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void KonataWriter::put(std::uint64_t cycle, std::string text, std::uint64_t row, bool dropped) {
  commands_.push({cycle, order_++, std::move(text), row, dropped});
}

void KonataWriter::add(const FrameEvent& frame) {
  if (!started_) {
    *out_ << "Kanata\t0004\n" << fmt::format("C=\t{}\n", frame.first);
    now_ = frame.first;
    started_ = true;
  }
  // Frames are accepted one after the other: nothing earlier than this one's first beat is to come.
  flush(frame.first);
  const std::uint64_t row = rows_++;
  put(frame.first, fmt::format("I\t{}\t{}\t0", row, frame.id));
  put(frame.first, fmt::format("L\t{}\t0\t{} {} {}", row, frame.id, defs::to_string(frame.verdict), frame.flow));
  put(frame.first, fmt::format("L\t{}\t1\t{}", row, why(frame)));
  const std::vector<Step> steps = steps_of(frame);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i != 0) put(steps[i].begin, fmt::format("E\t{}\t0\t{}", row, steps[i - 1].name));
    put(steps[i].begin, fmt::format("S\t{}\t0\t{}", row, steps[i].name));
  }
  const std::uint64_t last = last_departure(frame) + 1;
  if (last > frame.done + 2) {
    put(frame.done + 1, fmt::format("S\t{}\t1\tqueue", row));
    put(last, fmt::format("E\t{}\t1\tqueue", row));
  }
  put(last, fmt::format("E\t{}\t0\tout", row));
  put(last, "", row, frame.verdict == defs::Verdict::kDrop);
}

void KonataWriter::flush(std::uint64_t before) {
  while (!commands_.empty() && commands_.top().cycle < before) {
    const Command& command = commands_.top();
    if (command.cycle > now_) *out_ << fmt::format("C\t{}\n", command.cycle - now_);
    now_ = std::max(now_, command.cycle);
    if (!command.text.empty()) {
      *out_ << command.text << '\n';
    } else {
      *out_ << fmt::format("R\t{}\t{}\t{}\n", command.row, retired_, command.dropped ? 1 : 0);
      if (!command.dropped) ++retired_;
    }
    commands_.pop();
  }
}

void KonataWriter::finish() {
  if (!started_) *out_ << "Kanata\t0004\n";
  flush(UINT64_MAX);
}

namespace {

// Where a clock is drawn: one column each, but idle time of more than kGapClocks takes two columns, the second of which is '|'.
class Columns {
 public:
  explicit Columns(const std::vector<FrameEvent>& frames) {
    std::map<std::uint64_t, std::uint64_t> busy;  // from the first clock to behind the last
    for (const FrameEvent& frame : frames) {
      std::uint64_t& end = busy[frame.first];
      end = std::max(end, last_departure(frame) + 1);
    }
    for (const auto& [first, last] : busy) {
      if (count_ == 0) begin_ = end_ = first;
      if (first > end_ + kGapClocks) {
        const std::uint64_t column = count_ + 1;
        gaps_.push_back({first, column});
        count_ = column + 1;
        end_ = first;
      }
      if (last > end_) {
        count_ += last - end_;
        end_ = last;
      }
    }
  }
  std::uint64_t begin() const { return begin_; }
  std::size_t count() const { return count_; }
  std::size_t of(std::uint64_t clock) const {
    std::uint64_t from = begin_, column = 0;
    for (const Gap& gap : gaps_) {
      if (clock < gap.first) break;
      from = gap.first;
      column = gap.column + 1;
    }
    return column + (clock - from);
  }
  /// A lane in which nothing happens.
  std::string lane() const {
    std::string wave(count_, '.');
    wave[0] = 'z';
    for (const Gap& gap : gaps_) wave[gap.column] = '|';
    return wave;
  }

 private:
  static constexpr std::uint64_t kGapClocks = 16;
  struct Gap {
    std::uint64_t first;   // busy again
    std::uint64_t column;  // of the '|' before it
  };
  std::uint64_t begin_ = 0, end_ = 0, count_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace

std::string wavedrom(const std::vector<FrameEvent>& frames) {
  Json signals = Json::array();
  const Columns columns(frames);
  for (const FrameEvent& frame : frames) {
    std::string wave = columns.lane();
    std::size_t box = 0;
    const std::vector<Step> steps = steps_of(frame);
    for (const Step& step : steps) wave[columns.of(step.begin)] = static_cast<char>('3' + box++ % 7);  // colours 3 to 9
    const std::size_t behind = columns.of(last_departure(frame)) + 1;
    if (behind < wave.size()) wave[behind] = 'z';
    // Two steps of one clock share a box, which has the name of the later one.
    Json data = Json::array();
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (i + 1 == steps.size() || steps[i + 1].begin != steps[i].begin) data.push_back(steps[i].name);
    signals.push_back({{"name", fmt::format("{} {}", frame.id, defs::to_string(frame.verdict))}, {"wave", wave}, {"data", data}});
  }
  Json root = {{"signal", signals}, {"head", {{"text", "packets of syngate"}}}};
  if (!frames.empty()) root["foot"] = {{"tock", columns.begin()}};
  return root.dump() + "\n";
}

}  // namespace syngate::sim
