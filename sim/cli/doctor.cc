// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor.h"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/Version.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>

#include "traced.h"
#include "version.h"

namespace syngate::sim {
namespace {

struct Tool {
  const char* name;
  const char* command;
  const char* package;
  const char* purpose;
  bool required;
};

// A library answers through pkg-config or, where it has no such file, through its header.
constexpr Tool kTools[] = {
    {"verilator", "verilator --version", "verilator", "turns the RTL into C++", true},
    {"g++", "g++ --version", "g++", "compiles", true},
    {"cmake", "cmake --version", "cmake", "builds", true},
    {"ninja", "ninja --version", "ninja-build", "builds", true},
    {"libpcap", "pkg-config --modversion libpcap", "libpcap-dev", "capture filters", true},
    {"fmt", "pkg-config --modversion fmt", "libfmt-dev", "text", true},
    {"zlib", "pkg-config --modversion zlib", "zlib1g-dev", "waves, bundles", true},
    {"catch2",
     "pkg-config --modversion catch2 || pkg-config --modversion catch2-with-main", "catch2",
     "tests", false},
    {"yosys", "yosys -V", "yosys", "lint, netlist", false},
    {"ccache", "ccache --version", "ccache", "faster builds", false},
    {"gtkwave", "gtkwave --version", "gtkwave", "looks at waves", false},
    {"surfer", "surfer --version", "", "looks at waves (cargo install, not in Debian)", false},
    {"tshark", "tshark --version", "tshark", "looks at captures, test of the dissector", false},
    {"qemu", "qemu-system-x86_64 --version", "qemu-system-x86", "tests with a Linux kernel", false},
    {"mkdocs", "mkdocs --version", "mkdocs-material", "documentation as a site", false},
    {"zsh", "zsh --version", "zsh", "test of its completion", false},
    {"fish", "fish --version", "fish", "test of its completion", false},
    {"mandoc", "command -v mandoc", "mandoc",
     "test of the manual pages", false},
};

// The first word of the output that looks like a version, 1.2 or v1.2; "present" when there is none,
// empty if the command fails.
std::string version_told(const char* command) {
  const std::string shell =
      fmt::format("{{ {}; }} </dev/null 2>/dev/null || exit 9", command);
  std::FILE* pipe = popen(fmt::format("LC_ALL=C timeout 20 sh -c \"{}\"", shell).c_str(), "r");
  if (pipe == nullptr) return "";
  std::string text;
  char buffer[4096];
  for (std::size_t count; (count = fread(buffer, 1, sizeof buffer, pipe)) != 0;)
    text.append(buffer, count);
  if (pclose(pipe) != 0) return "";
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool starts = at == 0 || std::isspace(static_cast<unsigned char>(text[at - 1])) != 0;
    const std::size_t skip = text[at] == 'v' ? 1 : 0;
    if (!starts || at + skip >= text.size() || !is_digit(text[at + skip])) continue;
    const auto end = std::min(text.find_first_of(" \t\n,()", at), text.size());
    const std::string word = text.substr(at + skip, end - at - skip);
    if (word.find('.') != std::string::npos) return word;
  }
  return text.empty() ? "" : "present";
}

bool traced_stands_beside() { return access(sibling_program("syngate-traced").c_str(), X_OK) == 0; }

}  // namespace

bool Diagnosis::good() const {
  return std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.required && finding.version.empty();
  });
}

Diagnosis diagnose() {
  Diagnosis diagnosis;
  diagnosis.program = kVersion;
  diagnosis.compiler = __VERSION__;
  diagnosis.fmt = fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                              FMT_VERSION % 100);
  diagnosis.cli11 = CLI11_VERSION;
  diagnosis.json =
      fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                  NLOHMANN_JSON_VERSION_PATCH);
  diagnosis.traced = traced_stands_beside();
  for (const Tool& tool : kTools) {
    diagnosis.findings.push_back(
        {tool.name, version_told(tool.command), tool.package, tool.purpose, tool.required});
  }
  return diagnosis;
}

nlohmann::ordered_json diagnosis_json(const Diagnosis& diagnosis) {
  using Json = nlohmann::ordered_json;
  Json object = {{"schema", "syngate.doctor/1"},
                 {"version", diagnosis.program},
                 {"built_with",
                  {{"compiler", diagnosis.compiler},
                   {"fmt", diagnosis.fmt},
                   {"cli11", diagnosis.cli11},
                   {"nlohmann_json", diagnosis.json}}},
                 {"traced", diagnosis.traced}};
  object["tools"] = Json::array();
  for (const Finding& finding : diagnosis.findings) {
    object["tools"].push_back(
        {{"name", finding.name},
         {"version", finding.version.empty() ? Json(nullptr) : Json(finding.version)},
         {"package", finding.package.empty() ? Json(nullptr) : Json(finding.package)},
         {"purpose", finding.purpose},
         {"required", finding.required}});
  }
  object["good"] = diagnosis.good();
  return object;
}

}  // namespace syngate::sim
