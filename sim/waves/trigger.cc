// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "trigger.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace syngate::sim {
namespace {

constexpr const char* kForms = "mismatch, drop=REASON, packet=N, cycle=C, verdict=V, assert";

std::uint64_t parse_number(const std::string& text, const std::string& value) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || value.empty()) {
    throw std::invalid_argument(fmt::format("{}: '{}' is not a number", text, value));
  }
  return number;
}

template <typename Enum>
Enum parse_name(const std::string& text, const std::string& value, unsigned first, unsigned count) {
  std::string names;
  for (unsigned i = first; i < count; ++i) {
    const std::string name(to_string(static_cast<Enum>(i)));
    if (name == value) return static_cast<Enum>(i);
    if (name != "?") names += (names.empty() ? "" : ", ") + name;
  }
  throw std::invalid_argument(fmt::format("{}: there is no '{}'; there are {}", text, value, names));
}

}  // namespace

Trigger parse_trigger(const std::string& text) {
  Trigger trigger;
  const auto equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  const bool has_value = equals != std::string::npos;
  if (name == "mismatch" && !has_value) {
    trigger.kind = Trigger::Kind::kMismatch;
  } else if (name == "assert" && !has_value) {
    trigger.kind = Trigger::Kind::kAssert;
  } else if (name == "drop" && has_value) {
    trigger.kind = Trigger::Kind::kDrop;
    trigger.reason = parse_name<defs::Reason>(text, value, 1, defs::kReasonCount);
  } else if (name == "verdict" && has_value) {
    trigger.kind = Trigger::Kind::kVerdict;
    trigger.verdict = parse_name<defs::Verdict>(text, value, 0, defs::kVerdictCount);
  } else if (name == "packet" && has_value) {
    trigger.kind = Trigger::Kind::kPacket;
    trigger.number = parse_number(text, value);
  } else if (name == "cycle" && has_value) {
    trigger.kind = Trigger::Kind::kCycle;
    trigger.number = parse_number(text, value);
  } else {
    throw std::invalid_argument(fmt::format("{}: no such trigger; there are {}", text, kForms));
  }
  return trigger;
}

std::string to_text(const Trigger& trigger) {
  switch (trigger.kind) {
    case Trigger::Kind::kMismatch: return "mismatch";
    case Trigger::Kind::kAssert: return "assert";
    case Trigger::Kind::kDrop: return fmt::format("drop={}", to_string(trigger.reason));
    case Trigger::Kind::kVerdict: return fmt::format("verdict={}", to_string(trigger.verdict));
    case Trigger::Kind::kPacket: return fmt::format("packet={}", trigger.number);
    case Trigger::Kind::kCycle: return fmt::format("cycle={}", trigger.number);
  }
  return "";
}

void TriggerWatch::fire(std::uint64_t cycle, std::optional<std::uint64_t> packet) {
  if (cycle_) return;
  cycle_ = cycle;
  packet_ = packet;
}

void TriggerWatch::result(const FrameResult& frame) {
  const bool matches = (trigger_.kind == Trigger::Kind::kPacket && frame.id == trigger_.number) ||
                       (trigger_.kind == Trigger::Kind::kVerdict && frame.verdict == trigger_.verdict) ||
                       (trigger_.kind == Trigger::Kind::kDrop && frame.verdict == defs::Verdict::kDrop &&
                        frame.reason == trigger_.reason);
  if (matches) fire(frame.cycle_out, frame.id);
}

void TriggerWatch::mismatch(const Mismatch& mismatch) {
  if (trigger_.kind == Trigger::Kind::kMismatch) fire(mismatch.cycle, mismatch.id);
}

void TriggerWatch::assertion(std::uint64_t cycle) {
  if (trigger_.kind == Trigger::Kind::kAssert) fire(cycle, std::nullopt);
}

void TriggerWatch::clock(std::uint64_t cycle) {
  if (trigger_.kind == Trigger::Kind::kCycle && cycle >= trigger_.number) fire(trigger_.number, std::nullopt);
}

}  // namespace syngate::sim
