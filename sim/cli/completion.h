// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "option_table.h"

namespace syngate::sim {

/// Completion scripts made from the option tables: commands, options, values that can be listed, files.
std::string bash_completion(const CommandEntry& root);
std::string zsh_completion(const CommandEntry& root);
std::string fish_completion(const CommandEntry& root);

}  // namespace syngate::sim
