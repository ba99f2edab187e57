// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "manual.h"

#include <fmt/core.h>

#include <algorithm>

#include "exit_code.h"
#include "settings.h"
#include "version.h"

namespace syngate::sim {
namespace {

// Text for roff: backslashes, dashes as they are typed, no line that looks like a request.
std::string roff(const std::string& text) {
  std::string result;
  bool line_starts = true;
  for (const char c : text) {
    if (line_starts && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
    line_starts = c == '\n';
  }
  return result;
}

// Text in a macro's argument.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : roff(text)) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

// As it stands, for lines whose layout matters.
std::string verbatim(const std::string& text) {
  std::string body = text;
  while (!body.empty() && body.back() == '\n') body.pop_back();
  return ".nf\n" + roff(body) + "\n.fi\n";
}

std::string option_text(const OptionEntry& option) {
  std::string head;
  // Short first, as manual pages have it.
  for (auto name = option.names.rbegin(); name != option.names.rend(); ++name)
    head += (head.empty() ? "\\fB" : ", \\fB") + roff(*name) + "\\fR";
  if (!option.operand.empty()) head = "\\fI" + roff(option.operand) + "\\fR";
  if (!option.is_flag() && option.operand.empty()) head += " \\fI" + roff(option.value) + "\\fR";
  std::string text = ".TP\n" + head + "\n" + roff(option.description) + "\n";
  std::string more;
  for (const std::string& choice : option.choices) more += (more.empty() ? "One of " : ", ") + choice;
  if (!option.fallback.empty()) more += (more.empty() ? "Default " : "; default ") + option.fallback;
  if (option.repeatable && option.operand.empty())
    more += more.empty() ? "Repeatable" : "; repeatable";
  return more.empty() ? text : text + ".br\n" + roff(more) + ".\n";
}

std::string synopsis(const CommandEntry& command) {
  std::string text = ".B " + roff(command.name()) + "\n";
  if (!command.options.empty()) text += "[\\fIOPTIONS\\fR]\n";
  if (!command.commands.empty()) text += "\\fICOMMAND\\fR\n";
  for (const OptionEntry& operand : command.operands) {
    const std::string name = "\\fI" + roff(operand.operand) + "\\fR";
    const std::string dots = operand.repeatable ? "..." : "";
    text += operand.required ? name + dots + "\n" : "[" + name + dots + "]\n";
  }
  return text;
}

// The footer's prose: what stands before the examples.
std::string prose_of(const CommandEntry& command) {
  const auto end = command.footer.find("Examples:\n");
  std::string text = command.footer.substr(0, end == std::string::npos ? 0 : end);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  while (!text.empty() && text.front() == '\n') text.erase(0, 1);
  return text;
}

std::string paragraphs(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] == '\n') {
      result += "\n.PP\n";
      ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

}  // namespace

std::string examples_of(const CommandEntry& command) {
  const std::string heading = "Examples:\n";
  const auto start = command.footer.find(heading);
  if (start == std::string::npos) return "";
  const auto begin = start + heading.size();
  const auto end = command.footer.find("\n\n", begin);
  return command.footer.substr(begin, end == std::string::npos ? end : end + 1 - begin);
}

std::string manual_page(const CommandEntry& command, const CommandEntry& root) {
  std::string title = command.name("-");
  for (char& c : title) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  std::string description = one_line(command.description);
  if (description.rfind("syngate: ", 0) == 0) description = description.substr(9);
  std::string text =
      ".\\\" SPDX\\-FileCopyrightText: syngate authors\n"
      ".\\\" SPDX\\-License\\-Identifier: Apache\\-2.0\n"
      ".\\\" Generated from the help; do not edit.\n";
  text += fmt::format(".TH {} 1 \"\" \"syngate {}\" \"User Commands\"\n", quoted(title), kVersion);
  text += ".SH NAME\n" + roff(command.name("-")) + " \\- " + roff(description) + "\n";
  text += ".SH SYNOPSIS\n" + synopsis(command);
  const std::string prose = prose_of(command);
  if (!prose.empty()) text += ".SH DESCRIPTION\n" + paragraphs(roff(prose)) + "\n";
  if (!command.commands.empty()) {
    text += ".SH COMMANDS\n";
    for (const CommandEntry& below : command.commands)
      text += ".TP\n\\fB" + roff(below.path.back()) + "\\fR\n" + roff(below.description) + "\n";
  }
  if (!command.operands.empty() || !command.options.empty()) text += ".SH OPTIONS\n";
  for (const OptionEntry& operand : command.operands) text += option_text(operand);
  std::string group = command.options.empty() ? "" : command.options.front().group;
  for (const OptionEntry& option : command.options) {
    if (option.group != group) text += ".SS " + quoted(option.group) + "\n";
    group = option.group;
    text += option_text(option);
  }
  if (!command.path.empty()) {
    text += ".SS \"Of every command\"\n";
    for (const OptionEntry& option : root.options) {
      if (option.key() != "help" && option.key() != "version") text += option_text(option);
    }
  }
  text += ".SH EXIT STATUS\n";
  const std::string codes = kExitCodeHelp;
  text += verbatim(codes.substr(codes.find('\n') + 1));
  text += ".SH ENVIRONMENT\n.TP\n\\fBSYNGATE_CONFIG\\fR\nFile of options, as \\fB\\-\\-config\\fR.\n";
  bool any = false;
  for (const OptionEntry& option : command.options) {
    if (option.key().empty() || option.key() == "help" || option.secret) continue;
    if (any || command.path.empty()) continue;
    text += fmt::format(".TP\n\\fB{}\\fR\nAs \\fB{}\\fR; every long option has such a variable.\n",
                        roff(variable_of(command, option)), roff(option.names[0]));
    any = true;
  }
  text += ".TP\n\\fBNO_COLOR\\fR\nNo colours on a terminal, unless \\fB\\-\\-color always\\fR.\n";
  text +=
      ".PP\nThe command line comes before the environment, the environment before the file of "
      "options.\n";
  const std::string examples = examples_of(command);
  if (!examples.empty()) text += ".SH EXAMPLES\n" + verbatim(examples);
  std::string also;
  const auto refer = [&](const CommandEntry& other) {
    if (other.path == command.path) return;
    // The comma stands behind the parenthesis, on its line.
    also += (also.empty() ? "" : ",\n") + fmt::format(".BR {} (1)", roff(other.name("-")));
  };
  std::vector<std::string> parent = command.path;
  if (!parent.empty()) parent.pop_back();
  refer(root);
  for (const CommandEntry& below : command.commands) refer(below);
  if (const CommandEntry* above = find_command(root, parent)) {
    if (!above->path.empty()) refer(*above);
    for (const CommandEntry& sibling : above->commands) {
      if (!command.path.empty()) refer(sibling);
    }
  }
  return text + ".SH SEE ALSO\n" + also + "\n";
}

}  // namespace syngate::sim
