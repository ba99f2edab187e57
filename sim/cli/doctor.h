// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace syngate::sim {

/// Something that syngate works with.
struct Finding {
  std::string name;
  std::string version;  ///< as it tells, empty: not there
  std::string package;  ///< Debian package that brings it, empty: none does
  std::string purpose;
  bool required = false;  ///< for building and running the command
};

struct Diagnosis {
  std::string program;  ///< version of this program
  std::string compiler, fmt, cli11, json;  ///< it was built with
  bool traced = false;  ///< syngate-traced stands beside it
  std::vector<Finding> findings;

  bool good() const;
};

/// Looks at this machine: runs every tool with --version.
Diagnosis diagnose();
/// Schema "syngate.doctor/1".
nlohmann::ordered_json diagnosis_json(const Diagnosis& diagnosis);

}  // namespace syngate::sim
