// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace syngate::sim {
namespace {

constexpr std::size_t kBarCellsMin = 10;
constexpr std::size_t kBarCellsMax = 30;
constexpr std::size_t kColumnsDefault = 80;

std::string time_left(double seconds) {
  const auto whole =
      static_cast<std::uint64_t>(std::clamp(seconds, 0.0, 359999.0) + 0.5);  // 99:59:59
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::size_t columns_of(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col != 0) return size.ws_col;
  return kColumnsDefault;
}

bool rewritable(std::FILE* stream) {
  const char* term = std::getenv("TERM");
  return isatty(fileno(stream)) != 0 && (term == nullptr || std::string(term) != "dumb");
}

}  // namespace

std::string progress_line(const ProgressState& state, std::size_t columns, const Style& style) {
  const bool known = state.total != 0;
  const double share =
      known ? std::min(1.0, static_cast<double>(state.done) / static_cast<double>(state.total))
            : 0.0;
  const double speed = state.seconds > 0 ? static_cast<double>(state.done) / state.seconds : 0.0;
  const bool frames = state.what.empty();

  // In the order of the line; the lower the rank, the longer a part stays.
  struct Part {
    unsigned rank;
    std::string text;
    bool taken;
  };
  std::vector<Part> parts;
  if (known) parts.push_back({0, fmt::format("{:3.0f} %", share * 100.0), false});
  if (!frames) parts.push_back({1, state.what, false});
  const std::string unit = frames ? " frames" : "";
  parts.push_back({known ? 3u : 0u,
                   known ? style.number(state.done) + " of " + style.number(state.total) + unit
                         : style.number(state.done) + (frames ? unit : " frames"),
                   false});
  if (frames && state.mpps > 0)
    parts.push_back({4, fmt::format("{:.3g} Mpps simulated", state.mpps), false});
  if (frames && speed > 0)
    parts.push_back({2, fmt::format("{:.1f} kframes/s", speed / 1000), false});
  if (known && speed > 0) {
    parts.push_back(
        {1,
         "ETA " + time_left(static_cast<double>(state.total - std::min(state.total, state.done)) /
                            speed),
         false});
  }

  constexpr std::size_t kGap = 2;
  std::size_t used = 0;
  for (unsigned rank = 0; rank <= 4; ++rank) {
    for (Part& part : parts) {
      if (part.rank != rank) continue;
      const std::size_t cost = cells(part.text) + (used == 0 ? 0 : kGap);
      if (used + cost > columns) continue;
      part.taken = true;
      used += cost;
    }
  }
  std::string line;
  constexpr std::size_t kBarCost = kGap + 2;  // brackets
  if (known && used + kBarCost + kBarCellsMin <= columns) {
    const std::size_t width = std::min(kBarCellsMax, columns - used - kBarCost);
    const auto full = static_cast<std::size_t>(share * static_cast<double>(width) + 0.5);
    const std::string bar = style.bar(full, width, static_cast<unsigned>(width));
    line = "[" + style.paint(Color::kGreen, bar) + std::string(width - full, ' ') + "]";
  }
  for (const Part& part : parts) {
    if (!part.taken) continue;
    if (!line.empty()) line += "  ";
    line += part.text;
  }
  return line;
}

Progress::Progress(bool wanted, std::FILE* stream, const Style& style)
    : wanted_(wanted),
      terminal_(rewritable(stream)),
      stream_(stream),
      style_(style),
      start_(Clock::now()),
      last_(start_) {}

bool Progress::due() const {
  if (!wanted_) return false;
  const auto period =
      terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  return Clock::now() - last_ >= period;
}

void Progress::show(ProgressState state) {
  if (!due()) return;
  last_ = Clock::now();
  state.seconds = std::chrono::duration<double>(last_ - start_).count();
  if (terminal_) {
    // One column stays free: a terminal that wraps at its last one would scroll.
    const std::string line = progress_line(state, columns_of(stream_) - 1, style_);
    fmt::print(stream_, "\r{}\x1b[K", line);
  } else {
    // In a log a bar is noise.
    const std::string line = progress_line(state, kColumnsDefault, Style());
    const auto text = line.find("]  ");
    fmt::print(stream_, "{}\n", text == std::string::npos ? line : line.substr(text + 3));
  }
  std::fflush(stream_);
  shown_ = true;
}

void Progress::show_line(const std::string& line) {
  if (!due()) return;
  last_ = Clock::now();
  if (terminal_) {
    fmt::print(stream_, "\r{}\x1b[K", line.substr(0, columns_of(stream_) - 1));
  } else {
    fmt::print(stream_, "{}\n", line);
  }
  std::fflush(stream_);
  shown_ = true;
}

void Progress::clear() {
  if (terminal_ && shown_) {
    fmt::print(stream_, "\r\x1b[K");
    std::fflush(stream_);
  }
  shown_ = false;
}

}  // namespace syngate::sim
