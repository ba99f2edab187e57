// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "style.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace syngate::sim {
namespace {

constexpr const char* kThinSpace = "\xe2\x80\x89";
constexpr const char* kFullBlock = "\xe2\x96\x88";

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string text = value;
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    return text.find("utf-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

std::size_t cells(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string Style::paint(Color chosen, const std::string& text) const {
  if (!color || chosen == Color::kNone || text.empty()) return text;
  const char* code = "0";
  switch (chosen) {
    case Color::kNone:
      break;
    case Color::kGreen:
      code = "32";
      break;
    case Color::kBlue:
      code = "34";
      break;
    case Color::kRed:
      code = "31";
      break;
    case Color::kMagenta:
      code = "35";
      break;
    case Color::kBold:
      code = "1";
      break;
  }
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

std::string Style::number(std::uint64_t value) const {
  std::string text = std::to_string(value);
  if (!group_digits) return text;
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, unicode ? kThinSpace : " ");
  }
  return text;
}

std::string Style::bar(std::uint64_t value, std::uint64_t total, unsigned width) const {
  if (value == 0 || total == 0) return "";
  const double share = static_cast<double>(value) / static_cast<double>(total);
  const auto length = std::max(1u, static_cast<unsigned>(share * width + 0.5));
  std::string text;
  for (unsigned i = 0; i < std::min(length, width); ++i) text += unicode ? kFullBlock : "#";
  return text;
}

Style make_style(const std::string& mode, std::FILE* stream) {
  Style style;
  const bool terminal = isatty(fileno(stream)) != 0;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string(term) == "dumb";
  style.color = mode == "always" ||
                (mode == "auto" && terminal && !dumb && (no_color == nullptr || *no_color == '\0'));
  style.unicode = terminal && locale_is_utf8();
  style.group_digits = terminal;
  return style;
}

std::string pad_left(const std::string& text, std::size_t width) {
  const std::size_t have = cells(text);
  return have >= width ? text : std::string(width - have, ' ') + text;
}

std::string shell_quote(const std::string& argument) {
  const std::string plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) return argument;
  std::string quoted = "'";
  for (const char c : argument) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace syngate::sim
