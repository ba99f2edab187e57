// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "ktap.h"

namespace syngate::guest {

int control(const std::string& arguments) {
  FILE* pipe = popen(("exec /bin/syngatectl " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen of syngatectl");
  char line[512];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    std::string text = line;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    Ktap::note("syngatectl: " + text);
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int add_key(const char* cases, const std::string& id) {
  std::ifstream file(cases);
  const std::string begin = "key " + id + " ";
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(begin, 0) != 0) continue;
    std::ofstream("/tmp/key") << line.substr(begin.size()) << '\n';
    const int result = control("key add " + id + " /tmp/key");
    std::remove("/tmp/key");
    return result;
  }
  throw std::runtime_error(std::string(cases) + ": no key " + id);
}

void start_module(const char* cases) {
  std::ifstream file(cases);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("key ", 0) == 0 && add_key(cases, line.substr(4, line.find(' ', 4) - 4)) != 0) {
      throw std::runtime_error("syngatectl key add");
    }
  }
  if (control("enable") != 0) throw std::runtime_error("syngatectl enable");
}

std::string output_of(const std::string& arguments) {
  FILE* pipe = popen(("exec /bin/syngatectl " + arguments).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen of syngatectl");
  std::string text;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
  if (pclose(pipe) != 0) throw std::runtime_error("syngatectl " + arguments);
  return text;
}

std::string status() { return output_of("--json status"); }

std::map<std::string, std::uint64_t> counters() {
  const std::string text = status();
  std::map<std::string, std::uint64_t> result;
  std::size_t at = text.find("\"counters\":{");
  if (at == std::string::npos)
    throw std::runtime_error("syngatectl status: no counters in " + text);
  at += 12;
  while (at < text.size() && text[at] == '"') {
    const std::size_t end = text.find('"', at + 1);
    result[text.substr(at + 1, end - at - 1)] = std::stoull(text.substr(end + 2));
    at = text.find_first_of(",}", end) + 1;
  }
  return result;
}

}  // namespace syngate::guest
