// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "temporary_run.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "interrupt.h"

namespace syngate::sim {

TemporaryRun::TemporaryRun(const std::string& capture, std::uint64_t limit) {
  std::string name = (std::filesystem::temp_directory_path() / "syngate-run-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw OutputError(fmt::format("{}: {}", name, std::strerror(errno)));
  folder_ = name;
  path_ = folder_ + "/run";
  ReplayOptions options;
  options.captures = {capture};
  options.run_directory = path_;
  options.argv = {"syngate", "replay", capture};
  options.limit = limit;
  options.stop = &catch_interrupts();
  options.on_warning = [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); };
  options.on_error = [](const std::string& text) { fmt::print(stderr, "error: {}\n", text); };
  options.on_mismatch = [](const std::string& text) { fmt::print(stderr, "{}", text); };
  try {
    result_ = replay(options);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    throw;
  }
  if (result_.failure != Failure::kNone) fmt::print(stderr, "error: {}\n", result_.failure_text);
}

TemporaryRun::~TemporaryRun() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace syngate::sim
