// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <fstream>

#include "exit_code.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kTarBlock = 512;

// A ustar header of a regular file (POSIX.1-2017, pax: "ustar Interchange Format").
std::string tar_header(const std::string& name, std::size_t size) {
  std::string header(kTarBlock, '\0');
  const auto put = [&header](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(0, name.substr(0, 99));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", size));
  put(136, "00000000000");
  put(148, "        ");  // the checksum is made with blanks in its place
  put(156, "0");
  put(257, std::string("ustar\0", 6));
  put(263, "00");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return header;
}

}  // namespace

std::string excerpt_events(const std::string& path, unsigned edge, unsigned around) {
  std::ifstream stream(path);
  if (!stream) throw InputError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  std::string text, line;
  std::deque<std::string> held;  // not yet written, perhaps the last ones
  const std::size_t hold = std::max(edge, around);
  std::uint64_t number = 0, write_until = edge, omitted = 0;
  const auto write = [&](const std::string& row) {
    if (omitted != 0) text += fmt::format("{{\"omitted\": {}}}\n", omitted);
    omitted = 0;
    text += row + "\n";
  };
  while (std::getline(stream, line)) {
    ++number;
    if (line.find("\"event\":\"mismatch\"") != std::string::npos) {
      // What stood shortly before it, too.
      while (held.size() > around) {
        ++omitted;
        held.pop_front();
      }
      for (const std::string& row : held) write(row);
      held.clear();
      write_until = number + around;
    }
    if (number <= write_until) {
      write(line);
      continue;
    }
    held.push_back(line);
    if (held.size() > hold) {
      ++omitted;
      held.pop_front();
    }
  }
  while (held.size() > edge) {
    ++omitted;
    held.pop_front();
  }
  for (const std::string& row : held) write(row);
  return text;
}

void write_bundle(const std::string& path,
                  const std::vector<std::pair<std::string, std::string>>& files) {
  std::string tar;
  for (const auto& [name, content] : files) {
    tar += tar_header(name, content.size()) + content;
    tar.resize((tar.size() + kTarBlock - 1) / kTarBlock * kTarBlock, '\0');
  }
  tar.resize(tar.size() + 2 * kTarBlock, '\0');
  // gzopen() writes no time and no name.
  gzFile file = gzopen(path.c_str(), "wb9");
  if (file == nullptr)
    throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  const bool written =
      gzwrite(file, tar.data(), static_cast<unsigned>(tar.size())) == static_cast<int>(tar.size());
  if (gzclose(file) != Z_OK || !written)
    throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

}  // namespace syngate::sim
