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
/// The counters of `syngatectl --json status`.
std::map<std::string, std::uint64_t> counters();

}  // namespace syngate::guest
