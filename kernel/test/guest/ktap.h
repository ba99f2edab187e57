// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <string>

namespace syngate::guest {

/// Results as KTAP on stdout, one line each, written at once; the plan comes last.
class Ktap {
 public:
  Ktap() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::puts("KTAP version 1");
  }
  /// One result. `why` explains a failure.
  bool result(bool good, const std::string& name, const std::string& why = "") {
    ++count_;
    failed_ += good ? 0 : 1;
    std::printf("%sok %u - %s\n", good ? "" : "not ", count_, name.c_str());
    if (!good && !why.empty()) std::printf("# %s\n", why.c_str());
    return good;
  }
  void skip(const std::string& name, const std::string& why) {
    std::printf("ok %u - %s # SKIP %s\n", ++count_, name.c_str(), why.c_str());
  }
  /// A line that is no result.
  static void note(const std::string& text) { std::printf("# %s\n", text.c_str()); }
  /// Writes the plan; the exit status of the program.
  int finish() const {
    std::printf("1..%u\n", count_);
    return failed_ == 0 && count_ != 0 ? 0 : 1;
  }

 private:
  unsigned count_ = 0, failed_ = 0;
};

}  // namespace syngate::guest
