// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "impairment.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "exit_code.h"
#include "traffic_source.h"

namespace syngate::sim {
namespace {

// How long a frame is held back so that those behind it overtake it.
constexpr std::uint64_t kReorderNs = 10000000;

std::uint64_t parse_time(const std::string& text) {
  double scale = 0;
  std::string number = text;
  for (const auto& [unit, nanoseconds] :
       {std::pair{"ms", 1e6}, {"us", 1e3}, {"ns", 1.0}, {"s", 1e9}}) {
    const std::string suffix(unit);
    if (text.size() <= suffix.size() ||
        text.compare(text.size() - suffix.size(), suffix.size(), suffix) != 0)
      continue;
    number = text.substr(0, text.size() - suffix.size());
    scale = nanoseconds;
    break;
  }
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (scale == 0 || number.empty() || *end != '\0' || !(value >= 0) || value * scale > 60e9) {
    throw UsageError(fmt::format(
        "--impair: delay={}: expected a time up to 60s with its unit: 5ms, 200us", text));
  }
  return static_cast<std::uint64_t>(std::llround(value * scale));
}

}  // namespace

Impairment parse_impairment(const std::string& text) {
  Impairment impairment;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    at = comma + 1;
    const auto equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (name == "delay") {
      impairment.delay_ns = parse_time(value);
      continue;
    }
    double* share = name == "loss"      ? &impairment.loss
                    : name == "dup"     ? &impairment.duplicate
                    : name == "reorder" ? &impairment.reorder
                    : name == "corrupt" ? &impairment.corrupt
                                        : nullptr;
    if (share == nullptr)
      throw UsageError(
          fmt::format("--impair: '{}': there are loss, dup, reorder, corrupt and delay", part));
    char* end = nullptr;
    *share = std::strtod(value.c_str(), &end);
    if (value.empty() || *end != '\0' || !(*share >= 0) || *share > 1) {
      throw UsageError(fmt::format("--impair: {}: expected a probability from 0 to 1", part));
    }
  }
  return impairment;
}

void ImpairedLine::put(std::uint64_t now_ns, Bytes frame) {
  // All draws come first: what is lost does not change what happens to the frames behind it.
  const bool lost = random_.chance(impairment_.loss);
  const bool twice = random_.chance(impairment_.duplicate);
  const bool late = random_.chance(impairment_.reorder);
  const bool damaged = random_.chance(impairment_.corrupt);
  const std::uint64_t place = random_.next();
  if (lost) {
    ++lost_;
    return;
  }
  if (damaged && !frame.empty())
    frame[place / 8 % frame.size()] ^= static_cast<std::uint8_t>(1u << place % 8);
  const std::uint64_t due = now_ns + impairment_.delay_ns + (late ? kReorderNs : 0);
  if (twice) line_.push({due, order_++, frame});
  line_.push({due, order_++, std::move(frame)});
}

std::optional<Bytes> ImpairedLine::take(std::uint64_t now_ns) {
  if (line_.empty() || line_.top().due > now_ns) return std::nullopt;
  Bytes frame = line_.top().frame;
  line_.pop();
  return frame;
}

std::uint64_t ImpairedLine::due_ns() const { return line_.empty() ? kNever : line_.top().due; }

}  // namespace syngate::sim
