// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "option_table.h"

namespace syngate::sim {

/// The manual page of one command as roff (man(7)), made from what its help says. `root` gives the
/// list of commands and the options of every command.
std::string manual_page(const CommandEntry& command, const CommandEntry& root);

/// The lines below "Examples:" of a help's footer, with continuation lines joined.
std::string examples_of(const CommandEntry& command);

}  // namespace syngate::sim
