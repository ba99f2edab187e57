// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>

namespace syngate::sim {

enum class Color : std::uint8_t { kNone, kGreen, kBlue, kRed, kMagenta, kBold };

/// How text for people may look. The default is plain: no colours, ASCII, digits ungrouped.
struct Style {
  bool color = false;
  bool unicode = false;
  bool group_digits = false;

  std::string paint(Color chosen, const std::string& text) const;
  /// Thousands separated by thin spaces where that is wanted.
  std::string number(std::uint64_t value) const;
  /// A bar of up to `width` cells for value of total; anything above 0 shows.
  std::string bar(std::uint64_t value, std::uint64_t total, unsigned width) const;
};

/// `mode`: auto, always or never. auto means colours on a terminal unless NO_COLOR is set
/// (no-color.org).
Style make_style(const std::string& mode, std::FILE* stream);

/// Cells that text takes: UTF-8 characters, each one cell wide in what we print.
std::size_t cells(const std::string& text);

/// Right-aligns text of `width` visible cells (thin spaces count as one).
std::string pad_left(const std::string& text, std::size_t width);

/// As the shell needs it: quoted where it is not plain.
std::string shell_quote(const std::string& argument);

}  // namespace syngate::sim
