// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace syngate::guest {

/// Runs `/bin/syngatectl ARGUMENTS`, as an operator would. The exit status; its output is a note in
/// the results.
int control(const std::string& arguments);
/// Adds the keys of a case file (lines `key ID HEX`) and enables the module in this namespace.
/// Throws std::runtime_error when a command fails.
void start_module(const char* cases);
/// Adds one key of a case file; the exit status.
int add_key(const char* cases, const std::string& id);
/// What `/bin/syngatectl ARGUMENTS` prints; throws std::runtime_error when it fails.
std::string output_of(const std::string& arguments);
/// The text of `syngatectl --json status`; throws std::runtime_error.
std::string status();
/// The counters of `syngatectl --json status`.
std::map<std::string, std::uint64_t> counters();

}  // namespace syngate::guest
