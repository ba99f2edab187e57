// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "events.h"
#include "json_number.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::json;

// The enumerator whose name is in the field.
template <typename Enum>
Enum named(const Json& object, const char* field, unsigned count) {
  const auto& text = object.at(field).get_ref<const std::string&>();
  for (unsigned i = 0; i < count; ++i) {
    if (to_string(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  }
  throw std::invalid_argument(fmt::format("{} '{}' is unknown", field, text));
}

std::uint32_t word(const Json& object, const char* field) {
  const auto& text = object.at(field).get_ref<const std::string&>();
  std::size_t used = 0;
  const unsigned long value = std::stoul(text, &used, 16);
  if (used != text.size() || value > 0xffffffffUL) throw std::invalid_argument(fmt::format("{} is no 32-bit word", field));
  return static_cast<std::uint32_t>(value);
}

template <typename Number>
void read_number(const Json& object, const char* field, Number* out) {
  *out = whole_number<Number>(object.at(field), field);
}

void read_frame(const Json& o, FrameEvent* f) {
  *f = FrameEvent{};
  read_number(o, "id", &f->id);
  const auto& source = o.at("source").get_ref<const std::string&>();
  std::size_t s = 0;
  while (s < kSourceCount && source != source_name(static_cast<Source>(s))) ++s;
  if (s == kSourceCount) throw std::invalid_argument(fmt::format("source '{}' is unknown", source));
  f->source = static_cast<Source>(s);
  if (f->source == Source::kCapture || f->source == Source::kFollow) {
    read_number(o, "file", &f->file);
    read_number(o, "number", &f->number);
    read_number(o, "time_ns", &f->time_ns);
  }
  read_number(o, "length", &f->length);
  o.at("flow").get_to(f->flow);
  f->options = o.value("options", "");
  read_number(o, "first", &f->first);
  read_number(o, "in", &f->in);
  read_number(o, "entered", &f->entered);
  read_number(o, "decided", &f->decided);
  read_number(o, "done", &f->done);
  read_number(o, "generation", &f->generation);
  f->verdict = named<defs::Verdict>(o, "verdict", defs::kVerdictCount);
  f->reason = named<defs::Reason>(o, "reason", defs::kReasonCount);
  f->decision.op = named<defs::TableOp>(o, "op", defs::kTableOpCount);
  o.at("hit").get_to(f->decision.hit);
  o.at("cookie_ok").get_to(f->decision.cookie_ok);
  f->decision.age = whole_number<unsigned>(o.at("age"), "age") != 0;
  read_number(o, "mss_index", &f->decision.mss_index);
  f->decision.cookie = word(o, "cookie");
  f->decision.tsval = word(o, "tsval");
  if (o.contains("flows")) f->flows = whole_number<std::uint64_t>(o.at("flows"), "flows");
  for (const Json& left : o.at("out")) {
    const auto& port = left.at("port").get_ref<const std::string&>();
    if (port != "reply" && port != "forward") throw std::invalid_argument(fmt::format("port '{}' is unknown", port));
    f->out.push_back({port == "reply" ? Port::kReply : Port::kForward, whole_number<std::uint64_t>(left.at("cycle"), "cycle"),
                      whole_number<std::size_t>(left.at("length"), "length"), left.at("handoff").get<bool>()});
  }
}

void read_event(const Json& o, Event* e) {
  const auto& kind = o.at("event").get_ref<const std::string&>();
  if (kind == "frame") {
    e->kind = Event::Kind::kFrame;
    read_frame(o, &e->frame);
    return;
  }
  read_number(o, "cycle", &e->cycle);
  if (kind == "start") {
    e->kind = Event::Kind::kStart;
    if (o.at("schema") != "syngate.events/1") throw std::invalid_argument("the schema is not syngate.events/1");
    read_number(o, "clock_mhz", &e->clock_mhz);
    read_number(o, "count", &e->count);
    read_number(o, "ms", &e->ms);
    o.at("check").get_to(e->check);
    if (e->clock_mhz == 0) throw std::invalid_argument("clock_mhz is 0");
  } else if (kind == "time") {
    e->kind = Event::Kind::kTime;
    read_number(o, "count", &e->count);
    read_number(o, "ms", &e->ms);
  } else if (kind == "rotate") {
    e->kind = Event::Kind::kRotate;
    read_number(o, "count", &e->count);
  } else if (kind == "mismatch") {
    e->kind = Event::Kind::kMismatch;
    read_number(o, "id", &e->id);
    o.at("stage").get_to(e->stage);
    o.at("field").get_to(e->field);
    o.at("rtl").get_to(e->rtl);
    o.at("model").get_to(e->model);
  } else if (kind == "end") {
    e->kind = Event::Kind::kEnd;
    read_number(o, "frames", &e->frames);
    read_number(o, "mismatches", &e->mismatches);
    read_number(o, "lost", &e->lost);
  } else {
    throw std::invalid_argument(fmt::format("event '{}' is unknown", kind));
  }
}

}  // namespace

struct EventReader::Impl {
  std::string path;
  std::ifstream file;
  std::uint64_t line_number = 0;
  std::string line;
};

EventReader::EventReader(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->file.open(path);
  if (!impl_->file) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
}

EventReader::~EventReader() = default;

bool EventReader::next(Event* event) {
  Impl& in = *impl_;
  if (cut_ || !std::getline(in.file, in.line)) return false;
  ++in.line_number;
  if (in.file.eof()) {
    // Every line ends with a newline: this one was being written when the run was killed.
    cut_ = true;
    return false;
  }
  try {
    read_event(Json::parse(in.line), event);
  } catch (const std::exception& error) {
    throw InputError(fmt::format("{} line {}: {}", in.path, in.line_number, error.what()));
  }
  return true;
}

}  // namespace syngate::sim
