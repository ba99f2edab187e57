// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration file (--config), first as TOML, then as settings of a command.
#include "settings.h"

#include "exit_code.h"
#include "input.h"
#include "memory_file.h"
#include "protect.h"
#include "toml.h"

namespace {

using syngate::sim::CommandEntry;
using syngate::sim::OptionEntry;

OptionEntry option(const char* name, const char* value, bool repeatable = false) {
  OptionEntry entry;
  entry.names = {name};
  entry.value = value;
  entry.repeatable = repeatable;
  return entry;
}

// A command of each kind of option; the real tables need the whole command line.
CommandEntry command() {
  CommandEntry root;
  root.options = {option("--color", "WHEN"), option("--config", "FILE"), option("--quiet", "")};
  CommandEntry replay;
  replay.path = {"replay"};
  replay.options = {option("--pps", "N"), option("--mbps", "N"), option("--protect", "SPEC", true), option("--keep", "")};
  CommandEntry cookie, make;
  cookie.path = {"cookie"};
  make.path = {"cookie", "make"};
  make.options = {option("--key-file", "FILE")};
  cookie.commands = {make};
  root.commands = {replay, cookie};
  return root;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syngate::sim;
  static syngate::fuzz::MemoryFile file;
  static const CommandEntry root = command();
  file.set(data, size);
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    for (const TomlItem& item : parse_toml(text, "fuzz")) {
      FUZZ_PROMISE(item.line >= 1, "an item has a line");
      FUZZ_PROMISE(item.is_array || item.values.size() == 1, "one value, or an array");
      for (const std::string& value : item.values) {
        // What is written as TOML reads the same.
        bool printable = true;
        for (const char c : value) printable = printable && static_cast<unsigned char>(c) >= 32 && c != 127;
        if (!printable) continue;
        const auto again = parse_toml("k = " + toml_value(value) + "\n", "again");
        FUZZ_PROMISE(again.size() == 1 && again[0].values == std::vector<std::string>{value}, "toml_value() can be read back");
      }
    }
  } catch (const InputError&) {
  }
  try {
    const CommandLine line = complete_command_line(root, {"--config", file.path(), "replay"}, [](const std::string&) { return nullptr; });
    for (const Setting& setting : line.settings) {
      FUZZ_PROMISE(setting.from_file && setting.option.compare(0, 2, "--") == 0, "a setting comes from the file");
      if (setting.option == "--protect") parse_protect(setting.value);
    }
  } catch (const InputError&) {
  } catch (const UsageError&) {
  }
  return 0;
}
