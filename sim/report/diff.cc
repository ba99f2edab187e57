// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "record_reader.h"

namespace syngate::sim {
namespace {

// Frames of one run in the order of their ids; everything goes into the summary on the way.
class Frames {
 public:
  Frames(const std::string& path, RunSummary* summary)
      : path_(path), reader_(path), summary_(summary) {}

  // False at the end.
  bool next() {
    const bool first = !summary_->started || summary_->frames == 0;
    const std::uint64_t last = event_.frame.id;
    while (reader_.next(&event_)) {
      summary_->add(event_);
      if (event_.kind != Event::Kind::kFrame) continue;
      if (!first && event_.frame.id <= last) {
        throw InputError(fmt::format("{}: frame {} comes after frame {}; ids must ascend", path_,
                                     event_.frame.id, last));
      }
      return true;
    }
    if (!summary_->started)
      throw InputError(fmt::format("{}: no start line; nothing to compare", path_));
    return false;
  }
  const FrameEvent& frame() const { return event_.frame; }
  bool cut() const { return reader_.cut(); }

 private:
  std::string path_;
  EventReader reader_;
  RunSummary* summary_;
  Event event_;
};

// From the last beat in to the first beat out; to the decision of egress when nothing left.
std::uint64_t latency_of(const FrameEvent& f) {
  const std::uint64_t out = f.out.empty() ? f.done : f.out.front().cycle;
  return out > f.in ? out - f.in : 0;
}

std::string outputs_of(const FrameEvent& f) {
  std::string text;
  for (const FrameEvent::Left& left : f.out) {
    text += fmt::format("{}{} {} bytes{}", text.empty() ? "" : ", ",
                        left.port == Port::kReply ? "reply" : "forward", left.length,
                        left.handoff ? " (hand-off)" : "");
  }
  return text.empty() ? "nothing" : text;
}

bool same_outputs(const FrameEvent& a, const FrameEvent& b) {
  return std::equal(a.out.begin(), a.out.end(), b.out.begin(), b.out.end(),
                    [](const FrameEvent::Left& x, const FrameEvent::Left& y) {
                      return x.port == y.port && x.length == y.length && x.handoff == y.handoff;
                    });
}

struct Field {
  const char* name;
  bool (*same)(const FrameEvent&, const FrameEvent&);
  std::string (*text)(const FrameEvent&);
};

using F = const FrameEvent&;
std::string yes(bool value) { return value ? "true" : "false"; }
std::string word(std::uint32_t value) { return fmt::format("{:#010x}", value); }

constexpr std::size_t kFieldCount = 16;
const std::array<Field, kFieldCount> kFields = {{
    {"source", [](F a, F b) { return a.source == b.source; },
     [](F f) { return std::string(source_name(f.source)); }},
    {"length", [](F a, F b) { return a.length == b.length; },
     [](F f) { return fmt::format("{} bytes", f.length); }},
    {"flow", [](F a, F b) { return a.flow == b.flow; }, [](F f) { return f.flow; }},
    {"options", [](F a, F b) { return a.options == b.options; }, [](F f) { return f.options; }},
    {"verdict", [](F a, F b) { return a.verdict == b.verdict; },
     [](F f) { return std::string(to_string(f.verdict)); }},
    {"reason", [](F a, F b) { return a.reason == b.reason; },
     [](F f) { return std::string(to_string(f.reason)); }},
    {"op", [](F a, F b) { return a.decision.op == b.decision.op; },
     [](F f) { return std::string(to_string(f.decision.op)); }},
    {"hit", [](F a, F b) { return a.decision.hit == b.decision.hit; },
     [](F f) { return yes(f.decision.hit); }},
    {"cookie_ok", [](F a, F b) { return a.decision.cookie_ok == b.decision.cookie_ok; },
     [](F f) { return yes(f.decision.cookie_ok); }},
    {"age", [](F a, F b) { return a.decision.age == b.decision.age; },
     [](F f) { return fmt::format("{}", f.decision.age ? 1 : 0); }},
    {"mss_index", [](F a, F b) { return a.decision.mss_index == b.decision.mss_index; },
     [](F f) { return fmt::format("{}", f.decision.mss_index); }},
    {"cookie", [](F a, F b) { return a.decision.cookie == b.decision.cookie; },
     [](F f) { return word(f.decision.cookie); }},
    {"tsval", [](F a, F b) { return a.decision.tsval == b.decision.tsval; },
     [](F f) { return word(f.decision.tsval); }},
    {"flows", [](F a, F b) { return !a.flows || !b.flows || *a.flows == *b.flows; },
     [](F f) { return f.flows ? fmt::format("{}", *f.flows) : std::string(); }},
    {"outputs", same_outputs, outputs_of},
    {"latency_clocks", [](F a, F b) { return latency_of(a) == latency_of(b); },
     [](F f) { return fmt::format("{}", latency_of(f)); }},
}};

constexpr std::array<const char*, 3> kInterfaces = {"rx0", "reply0", "forward0"};

// The packets of one interface of a pcapng file.
class Packets {
 public:
  Packets(const std::string& path, std::uint32_t interface)
      : interface_(interface), source_(path, nullptr), reader_(open_records(&source_)) {}

  bool next() {
    while (true) {
      switch (reader_->next(&record_)) {
        case ReadStatus::kRecord:
          if (record_.interface != interface_) continue;
          ++count;
          bytes += record_.data.size();
          return true;
        case ReadStatus::kEnd:
          return false;
        case ReadStatus::kCut:
          cut = true;
          return false;
        case ReadStatus::kCorrupt:
          throw InputError(fmt::format("{} offset {}: {}", source_.name(), reader_->record_offset(),
                                       reader_->problem()));
      }
    }
  }
  const std::vector<std::uint8_t>& data() const { return record_.data; }

  std::uint64_t count = 0, bytes = 0;
  bool cut = false;

 private:
  std::uint32_t interface_;
  ByteSource source_;
  std::unique_ptr<RecordReader> reader_;
  Record record_;
};

PacketDiff diff_interface(const std::string& path_a, const std::string& path_b,
                          std::uint32_t index) {
  PacketDiff diff;
  diff.interface = kInterfaces[index];
  Packets a(path_a, index), b(path_b, index);
  bool has_a = a.next(), has_b = b.next();
  for (std::uint64_t packet = 0; has_a || has_b; ++packet) {
    if (has_a && has_b && a.data() != b.data() && diff.differing++ == 0) {
      diff.first_packet = packet;
      const std::size_t shorter = std::min(a.data().size(), b.data().size());
      const auto end = a.data().begin() + static_cast<std::ptrdiff_t>(shorter);
      diff.first_offset = static_cast<std::uint64_t>(
          std::mismatch(a.data().begin(), end, b.data().begin()).first - a.data().begin());
    }
    if (has_a) has_a = a.next();
    if (has_b) has_b = b.next();
  }
  diff.a = a.count;
  diff.b = b.count;
  diff.bytes_a = a.bytes;
  diff.bytes_b = b.bytes;
  diff.cut_a = a.cut;
  diff.cut_b = b.cut;
  return diff;
}

}  // namespace

bool EventDiff::same() const {
  return differing == 0 && only_a == 0 && only_b == 0 && complete_a() == complete_b() &&
         a.mismatches == b.mismatches && a.lost == b.lost;
}

EventDiff diff_events(const std::string& path_a, const std::string& path_b) {
  EventDiff diff;
  Frames a(path_a, &diff.a), b(path_b, &diff.b);
  std::array<FieldDiff, kFieldCount> fields;
  bool has_a = a.next(), has_b = b.next();
  while (has_a || has_b) {
    if (has_a && (!has_b || a.frame().id < b.frame().id)) {
      if (diff.only_a++ == 0) diff.first_only_a = a.frame().id;
      has_a = a.next();
      continue;
    }
    if (has_b && (!has_a || b.frame().id < a.frame().id)) {
      if (diff.only_b++ == 0) diff.first_only_b = b.frame().id;
      has_b = b.next();
      continue;
    }
    ++diff.compared;
    bool differs = false;
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (kFields[i].same(a.frame(), b.frame())) continue;
      differs = true;
      FieldDiff& field = fields[i];
      if (field.frames++ != 0) continue;
      field.name = kFields[i].name;
      field.first_id = a.frame().id;
      field.first_flow = a.frame().flow;
      field.a = kFields[i].text(a.frame());
      field.b = kFields[i].text(b.frame());
    }
    if (differs) ++diff.differing;
    has_a = a.next();
    has_b = b.next();
  }
  diff.cut_a = a.cut();
  diff.cut_b = b.cut();
  for (FieldDiff& field : fields) {
    if (field.frames != 0) diff.fields.push_back(std::move(field));
  }
  return diff;
}

std::vector<PacketDiff> diff_packets(const std::string& path_a, const std::string& path_b) {
  std::vector<PacketDiff> diffs;
  for (std::uint32_t i = 0; i < kInterfaces.size(); ++i)
    diffs.push_back(diff_interface(path_a, path_b, i));
  return diffs;
}

}  // namespace syngate::sim
