// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>

#include "record_reader.h"

namespace syngate::sim {

/// A BPF expression, compiled once for every link type that is met.
class Filter {
 public:
  explicit Filter(std::string expression);
  ~Filter();
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  /// Compiles for a link type if that has not been done. Throws FilterError.
  void prepare(std::uint32_t link_type);
  /// Runs on the bytes as captured. Throws FilterError.
  bool matches(const Record& record);

 private:
  struct Program;
  Program& program_for(std::uint32_t link_type);

  std::string expression_;
  std::map<std::uint32_t, std::unique_ptr<Program>> programs_;
};

}  // namespace syngate::sim
