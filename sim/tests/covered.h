// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#ifdef SYNGATE_COVERAGE
#include <unistd.h>
#include <verilated_cov.h>

#include <atomic>
#include <cstdlib>
#include <string>
#endif

/// A Verilated module under test: in builds that count coverage its counts go to the folder of the environment variable
/// SYNGATE_COVERAGE_DATA when it ends, one file each; elsewhere it is the module and nothing else.
template <typename Top>
class Covered : public Top {
 public:
  using Top::Top;
#ifdef SYNGATE_COVERAGE
  ~Covered() {
    const char* folder = std::getenv("SYNGATE_COVERAGE_DATA");
    if (folder == nullptr) return;
    static std::atomic<unsigned> number{0};
    const std::string name = std::string(folder) + "/" + std::to_string(::getpid()) + "-m" + std::to_string(number++) + ".dat";
    this->contextp()->coveragep()->write(name.c_str());
  }
#endif
};
