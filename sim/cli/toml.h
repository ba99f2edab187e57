// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace syngate::sim {

/// One `key = value` of a TOML file.
struct TomlItem {
  std::vector<std::string> section;  ///< {"cookie", "make"} under [cookie.make]
  std::string key;
  std::vector<std::string> values;  ///< as text, without quotes; several only for an array
  bool is_array = false;
  unsigned line = 0;
};

/// Reads what settings need of TOML 1.0: sections, bare or quoted keys, strings on one line, numbers,
/// booleans, arrays of these (over several lines, too), comments. Refuses the rest (dates, inline
/// tables, arrays of tables, dotted keys, multi-line strings) and keys given twice. `name` is used
/// in messages. Throws InputError naming file and line.
std::vector<TomlItem> parse_toml(const std::string& text, const std::string& name);

/// The value as TOML: bare if it is a number or boolean, else a quoted string.
std::string toml_value(const std::string& value);

}  // namespace syngate::sim
