// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "questions.h"

namespace syngate::sim {
namespace {

constexpr const char* kScope = "TOP.syngate_tb.";

// Trace flags of GTKWave's save files (analyzer.h of GTKWave 3.3): hex, decimal, binary, right-justified, blank (comment), and
// the bit that shows the names of an enumeration that the FST carries.
std::uint64_t gtkwave_flags(Radix radix, unsigned bits) {
  constexpr std::uint64_t kHexFlag = 0x2, kDecFlag = 0x4, kBinFlag = 0x8, kRightFlag = 0x20, kEnumFlag = 0x100000000;
  if (bits == 1) return kBinFlag | kRightFlag;
  switch (radix) {
    case Radix::kHex: return kHexFlag | kRightFlag;
    case Radix::kDecimal: return kDecFlag | kRightFlag;
    case Radix::kBinary: return kBinFlag | kRightFlag;
    case Radix::kEnum: return kBinFlag | kRightFlag | kEnumFlag;
  }
  return kHexFlag;
}

// GTKWave's colours 1 to 7: red, orange, yellow, green, blue, indigo, violet; 0 is the default.
unsigned gtkwave_color(Tint tint) {
  switch (tint) {
    case Tint::kPlain: return 0;
    case Tint::kPass: return 4;
    case Tint::kReply: return 5;
    case Tint::kHandoff: return 6;
    case Tint::kDrop: return 1;
  }
  return 0;
}

// GTKWave names vectors with their range.
std::string gtkwave_name(const WaveSignal& signal) {
  return signal.bits == 1 ? fmt::format("{}{}", kScope, signal.name)
                          : fmt::format("{}{}[{}:0]", kScope, signal.name, signal.bits - 1);
}

}  // namespace

std::string gtkwave_preset(const Question& question, const WaveWindow& window) {
  // The zoom is the negative logarithm of the time that 200 pixels show; the window gets about five times that.
  const double span = static_cast<double>(window.to_ps > window.from_ps ? window.to_ps - window.from_ps : 1);
  const double zoom = -std::log2(std::max(1.0, span / 5.0));
  std::string text = fmt::format("[*]\n[*] syngate: {}\n[*]\n[timestart] {}\n[size] 1600 900\n", question.title, window.from_ps);
  text += fmt::format("[signals_width] 360\n[sst_expanded] 0\n*{:.6f} {}", zoom, window.marker_ps);
  for (int i = 0; i < 26; ++i) text += " -1";
  text += "\n";
  for (const WaveGroup& group : question.groups) {
    text += fmt::format("@200\n-{}\n", group.title);
    for (const WaveSignal& signal : group.signals) {
      if (const unsigned color = gtkwave_color(signal.tint); color != 0) text += fmt::format("[color] {}\n", color);
      text += fmt::format("@{:x}\n{}\n", gtkwave_flags(signal.radix, signal.bits), gtkwave_name(signal));
    }
  }
  return text + "[pattern_trace] 1\n[pattern_trace] 0\n";
}

// Commands as Surfer's documentation lists them (docs/commands). Colours and formats would need item numbers that it does not
// document; it shows vectors in hexadecimal and enumerations of an FST by their names by itself.
std::string surfer_preset(const Question& question, const WaveWindow& window) {
  std::string text;
  for (const WaveGroup& group : question.groups) {
    text += fmt::format("divider_add {}\n", group.title);
    for (const WaveSignal& signal : group.signals) text += fmt::format("variable_add {}{}\n", kScope, signal.name);
  }
  return text + fmt::format("cursor_set {}\nzoom_fit\n", window.marker_ps);
}

}  // namespace syngate::sim
