// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace syngate::sim {

/// Path of a program that stands beside this one: waves come from a slower build, `syngate-traced`.
std::string sibling_program(const std::string& name);
/// Replaces this process by syngate-traced with the same arguments. Throws UsageError when there is none.
[[noreturn]] void become_traced(const std::vector<std::string>& arguments);
/// Runs a program with its standard output thrown away and waits. Returns its exit code, 128 + N when signal N ended it. Throws
/// UsageError when it cannot be started.
int run_quietly(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace syngate::sim
