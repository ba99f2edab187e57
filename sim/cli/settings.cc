// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "exit_code.h"
#include "toml.h"

namespace syngate::sim {
namespace {

// Only one of a row can be given; a weaker source then gives way.
const std::vector<std::vector<std::string>> kExclusive = {
    {"--pps", "--mbps", "--line-rate", "--topspeed"}, {"--out", "--save"}};

// These act at once or say where settings come from, so they are no settings.
bool can_be_set(const OptionEntry& option) {
  const std::string key = option.key();
  return !key.empty() && key != "help" && key != "version" && key != "config" && key != "dry-run";
}

const OptionEntry* find_option(const CommandEntry& command, const std::string& key) {
  for (const OptionEntry& option : command.options) {
    if (option.key() == key && can_be_set(option)) return &option;
  }
  return nullptr;
}

bool takes_value(const CommandEntry& command, const std::string& name) {
  for (const OptionEntry& option : command.options) {
    if (std::count(option.names.begin(), option.names.end(), name) != 0) return !option.is_flag();
  }
  return false;
}

// What a raw command line says, before it is parsed.
struct Given {
  std::vector<std::string> path;
  std::size_t insert_at = 0;    // behind the command's name
  std::set<std::string> names;  // "--line-rate", "-q"
  std::string config;
};

Given look_at(const CommandEntry& root, const std::vector<std::string>& arguments) {
  Given given;
  const CommandEntry* command = &root;
  bool operands = false;  // the first one ends the names of commands
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") break;
    if (argument.size() > 1 && argument[0] == '-') {
      const bool is_long = argument[1] == '-';
      const auto equals = is_long ? argument.find('=') : std::string::npos;
      const std::string name = is_long ? argument.substr(0, equals) : argument.substr(0, 2);
      given.names.insert(name);
      // Flags can stand together: -qv.
      for (std::size_t c = 2; !is_long && c < argument.size(); ++c)
        given.names.insert(std::string("-") + argument[c]);
      const bool needs_next = equals == std::string::npos && (is_long || argument.size() == 2) &&
                              (takes_value(*command, name) || takes_value(root, name));
      if (name == "--config") {
        if (equals != std::string::npos) {
          given.config = argument.substr(equals + 1);
        } else if (i + 1 < arguments.size()) {
          given.config = arguments[i + 1];
        }
      }
      if (needs_next) ++i;
      continue;
    }
    const CommandEntry* below = operands ? nullptr : find_command(*command, {argument});
    if (below == nullptr) {
      operands = true;
      continue;
    }
    command = below;
    given.path.push_back(argument);
    given.insert_at = i + 1;
  }
  return given;
}

bool is_given(const Given& given, const OptionEntry& option) {
  const auto named = [&given](const std::string& name) { return given.names.count(name) != 0; };
  if (std::any_of(option.names.begin(), option.names.end(), named)) return true;
  for (const auto& row : kExclusive) {
    if (std::count(row.begin(), row.end(), option.names[0]) != 0 &&
        std::any_of(row.begin(), row.end(), named)) {
      return true;
    }
  }
  return false;
}

// 1, 0 or, for something that is no boolean, -1.
int boolean(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  if (text == "1" || text == "true" || text == "on" || text == "yes") return 1;
  if (text == "0" || text == "false" || text == "off" || text == "no") return 0;
  return -1;
}

class Completion {
 public:
  Completion(const CommandEntry& root, const std::vector<std::string>& arguments,
             const Environment& environment)
      : root_(root), environment_(environment), given_(look_at(root, arguments)) {
    line_.path = given_.path;
    line_.arguments = arguments;
  }

  CommandLine run() {
    if (given_.config.empty()) {
      const char* variable = environment_("SYNGATE_CONFIG");
      if (variable != nullptr) given_.config = variable;
    }
    const std::vector<TomlItem> items = read_config();
    // The environment first: what it sets, the file cannot.
    each_command([this](const CommandEntry& command) { add_environment(command); });
    names_of_settings();
    each_command([this, &items](const CommandEntry& command) { add_config(command, items); });
    line_.arguments.insert(
        line_.arguments.begin() + static_cast<std::ptrdiff_t>(given_.insert_at), added_.begin(),
        added_.end());
    return std::move(line_);
  }

 private:
  // syngate itself, then the command that is called.
  template <typename Function>
  void each_command(const Function& function) const {
    function(root_);
    if (given_.path.empty()) return;
    const CommandEntry* command = find_command(root_, given_.path);
    if (command != nullptr) function(*command);
  }

  void names_of_settings() {
    for (const Setting& setting : line_.settings) given_.names.insert(setting.option);
  }

  void add(const OptionEntry& option, const std::string& value, const std::string& source,
           bool from_file) {
    Setting setting;
    setting.option = option.names[0];
    setting.source = source;
    setting.from_file = from_file;
    setting.secret = option.secret;
    if (!option.is_flag()) setting.value = value;
    line_.settings.push_back(setting);
    added_.push_back(option.is_flag() ? option.names[0] : option.names[0] + "=" + value);
  }

  void add_environment(const CommandEntry& command) {
    for (const OptionEntry& option : command.options) {
      if (!can_be_set(option) || is_given(given_, option)) continue;
      const std::string name = variable_of(command, option);
      const char* found = environment_(name);
      if (found == nullptr || *found == '\0') continue;
      const std::string value = found;
      if (option.is_flag()) {
        const int on = boolean(value);
        if (on < 0)
          throw UsageError(fmt::format("{}: expected 1 or 0, not '{}'", name, value));
        // Set to 0 it still counts as set: the file must not switch it on.
        if (on == 0) given_.names.insert(option.names[0]);
        if (on == 1) add(option, "", name, false);
      } else if (option.repeatable) {
        std::istringstream words(value);
        for (std::string word; words >> word;) add(option, word, name, false);
      } else {
        add(option, value, name, false);
      }
    }
  }

  std::vector<TomlItem> read_config() const {
    if (given_.config.empty()) return {};
    std::ifstream stream(given_.config);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf())) {
      if (stream && stream.peek() == std::ifstream::traits_type::eof()) return {};
      throw InputError(fmt::format("{}: cannot be read: {}", given_.config,
                                   errno != 0 ? std::strerror(errno) : "not a file"));
    }
    std::vector<TomlItem> items = parse_toml(text.str(), given_.config);
    for (const TomlItem& item : items) check(item);
    return items;
  }

  void check(const TomlItem& item) const {
    const std::string place = fmt::format("{}:{}", given_.config, item.line);
    const CommandEntry* command = find_command(root_, item.section);
    if (command == nullptr) {
      std::string section;
      for (const std::string& word : item.section) section += (section.empty() ? "" : ".") + word;
      throw InputError(
          fmt::format("{}: [{}] is no command; see syngate config --print-default", place, section));
    }
    const OptionEntry* option = find_option(*command, item.key);
    if (option == nullptr) {
      throw InputError(fmt::format("{}: '{}' is no option of {}; see {} --help", place, item.key,
                                   command->name(), command->name()));
    }
    if (item.is_array && !option->repeatable)
      throw InputError(fmt::format("{}: '{}' takes one value, not an array", place, item.key));
    if (option->is_flag() && item.values[0] != "true" && item.values[0] != "false")
      throw InputError(fmt::format("{}: '{}' must be true or false", place, item.key));
  }

  void add_config(const CommandEntry& command, const std::vector<TomlItem>& items) {
    for (const TomlItem& item : items) {
      if (item.section != command.path) continue;
      const OptionEntry& option = *find_option(command, item.key);
      if (is_given(given_, option) || (option.is_flag() && item.values[0] == "false")) continue;
      for (const std::string& value : item.values)
        add(option, value, fmt::format("{}:{}", given_.config, item.line), true);
    }
  }

  const CommandEntry& root_;
  const Environment& environment_;
  Given given_;
  CommandLine line_;
  std::vector<std::string> added_;
};

std::string upper(const std::string& text) {
  std::string result = text;
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return result;
}

void section_header(const CommandEntry& command, std::string* text) {
  if (command.path.empty()) return;
  std::string name;
  for (const std::string& word : command.path) name += (name.empty() ? "" : ".") + word;
  *text += fmt::format("\n# {}\n[{}]\n", command.description, name);
}

void print_defaults(const CommandEntry& command, bool below, std::string* text) {
  const bool any = std::any_of(command.options.begin(), command.options.end(), can_be_set);
  if (any && (command.commands.empty() || command.path.empty())) {
    section_header(command, text);
    for (const OptionEntry& option : command.options) {
      if (!can_be_set(option)) continue;
      *text += fmt::format("# {}\n", option.description);
      if (!option.choices.empty()) {
        std::string choices;
        for (const std::string& choice : option.choices)
          choices += (choices.empty() ? "" : ", ") + choice;
        *text += fmt::format("# one of: {}\n", choices);
      }
      if (option.is_flag()) {
        *text += fmt::format("{} = false\n", option.key());
      } else if (!option.fallback.empty()) {
        *text += fmt::format("{} = {}\n", option.key(), toml_value(option.fallback));
      } else {
        *text += fmt::format("# {} = {}\n", option.key(), option.repeatable ? "[]" : "\"\"");
      }
    }
  }
  if (!below) return;
  for (const CommandEntry& next : command.commands) print_defaults(next, true, text);
}

void print_resolved(const CommandEntry& command, std::string* text) {
  section_header(command, text);
  for (const OptionEntry& option : command.options) {
    if (!can_be_set(option)) continue;
    const bool given = option.option->count() != 0;
    if (option.secret) {
      if (given) *text += fmt::format("# {} is a key and not shown\n", option.key());
    } else if (option.is_flag()) {
      if (given && option.option->as<bool>()) *text += fmt::format("{} = true\n", option.key());
    } else if (given && option.repeatable) {
      std::string values;
      for (const std::string& value : option.option->results())
        values += (values.empty() ? "" : ", ") + toml_value(value);
      *text += fmt::format("{} = [{}]\n", option.key(), values);
    } else if (given || !option.fallback.empty()) {
      const std::string value = given ? option.option->results().back() : option.fallback;
      *text += fmt::format("{} = {}\n", option.key(), toml_value(value));
    }
  }
  for (const OptionEntry& operand : command.operands) {
    for (const std::string& value : operand.option->results())
      *text += fmt::format("# {}: {}\n", operand.operand, toml_value(value));
  }
}

}  // namespace

CommandLine complete_command_line(const CommandEntry& root,
                                  const std::vector<std::string>& arguments,
                                  const Environment& environment) {
  return Completion(root, arguments, environment).run();
}

std::string variable_of(const CommandEntry& command, const OptionEntry& option) {
  return upper(command.name("_")) + "_" + upper(option.key());
}

std::vector<std::string> unknown_variables(const CommandEntry& root,
                                           const std::vector<std::string>& path,
                                           const std::vector<std::string>& variables) {
  std::vector<std::string> unknown;
  const CommandEntry* command = find_command(root, path);
  if (command == nullptr || path.empty()) return unknown;
  const std::string prefix = upper(command->name("_")) + "_";
  for (const std::string& variable : variables) {
    const std::string name = variable.substr(0, variable.find('='));
    if (name.rfind(prefix, 0) != 0) continue;
    const bool known =
        std::any_of(command->options.begin(), command->options.end(), [&](const auto& option) {
          return can_be_set(option) && variable_of(*command, option) == name;
        });
    // SYNGATE_COOKIE_MAKE_SRC is no option of `cookie`, but of a command below it.
    const bool below =
        std::any_of(command->commands.begin(), command->commands.end(), [&](const auto& next) {
          return name.rfind(upper(next.name("_")) + "_", 0) == 0;
        });
    if (!known && !below) unknown.push_back(name);
  }
  std::sort(unknown.begin(), unknown.end());
  return unknown;
}

std::string default_settings(const CommandEntry& root, const std::vector<std::string>& path) {
  std::string text =
      "# Defaults of syngate, for --config FILE. The environment (SYNGATE_<COMMAND>_<OPTION>) comes "
      "before this file,\n# the command line before both.\n";
  if (path.empty()) {
    print_defaults(root, true, &text);
  } else if (const CommandEntry* command = find_command(root, path)) {
    print_defaults(*command, true, &text);
  }
  return text;
}

std::string resolved_settings(const CommandEntry& root, const std::vector<std::string>& path) {
  std::string text;
  print_resolved(root, &text);
  const CommandEntry* command = path.empty() ? nullptr : find_command(root, path);
  if (command != nullptr) print_resolved(*command, &text);
  return text;
}

}  // namespace syngate::sim
