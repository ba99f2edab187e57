// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "toml.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "exit_code.h"

namespace syngate::sim {
namespace {

bool is_bare(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// Integers (decimal, 0x) and decimal fractions with an exponent, without separators.
bool is_number(const std::string& text) {
  std::size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const auto digits = [&](const char* set) {
    const std::size_t start = at;
    at = std::min(text.find_first_not_of(set, at), text.size());
    return at != start;
  };
  if (text.compare(at, 2, "0x") == 0) {
    at += 2;
    return digits("0123456789abcdefABCDEF") && at == text.size();
  }
  if (text.compare(at, 1, "0") == 0 && at + 1 < text.size() &&
      std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0) {
    return false;  // TOML has no leading zeros
  }
  if (!digits("0123456789")) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits("0123456789")) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits("0123456789")) return false;
  }
  return at == text.size();
}

class Parser {
 public:
  Parser(const std::string& text, const std::string& name) : text_(text), name_(name) {}

  std::vector<TomlItem> run() {
    std::vector<std::vector<std::string>> sections;
    while (skip_blank_lines()) {
      if (peek() == '[') {
        section_ = section();
        if (std::count(sections.begin(), sections.end(), section_) != 0)
          fail("this section is there twice");
        sections.push_back(section_);
      } else {
        item();
      }
      end_of_line();
    }
    return std::move(items_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(fmt::format("{}:{}: {}", name_, line_, why));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (peek() == ' ' || peek() == '\t' || (peek() == '\r' && text_[at_ + 1] == '\n')) ++at_;
  }
  void skip_comment() {
    skip_spaces();
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  // Goes to the next line with something on it; false at the end.
  bool skip_blank_lines() {
    for (;;) {
      skip_comment();
      if (at_ >= text_.size()) return false;
      if (text_[at_] != '\n') return true;
      ++at_;
      ++line_;
    }
  }
  void end_of_line() {
    skip_comment();
    if (at_ < text_.size() && peek() != '\n') fail(fmt::format("unexpected '{}'", peek()));
  }

  std::string bare_or_quoted() {
    if (peek() == '"' || peek() == '\'') return string();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
    if (at_ == start) fail("expected 'key = value' or '[section]'");
    return text_.substr(start, at_ - start);
  }

  std::vector<std::string> section() {
    std::vector<std::string> path;
    ++at_;
    if (peek() == '[') fail("arrays of tables are not understood");
    for (;;) {
      skip_spaces();
      path.push_back(bare_or_quoted());
      skip_spaces();
      if (peek() != '.') break;
      ++at_;
    }
    if (peek() != ']') fail("expected ']'");
    ++at_;
    return path;
  }

  void item() {
    TomlItem item;
    item.section = section_;
    item.line = line_;
    item.key = bare_or_quoted();
    skip_spaces();
    if (peek() != '=') fail(fmt::format("expected '=' after '{}'", item.key));
    ++at_;
    skip_spaces();
    if (peek() == '[') {
      item.is_array = true;
      item.values = array();
    } else {
      item.values.push_back(value());
    }
    for (const TomlItem& other : items_) {
      if (other.section == item.section && other.key == item.key)
        fail(fmt::format("'{}' is there twice, first in line {}", item.key, other.line));
    }
    items_.push_back(item);
  }

  std::vector<std::string> array() {
    std::vector<std::string> values;
    ++at_;
    for (;;) {
      if (!skip_blank_lines()) fail("the array does not end");
      if (peek() == ']') break;
      values.push_back(value());
      if (!skip_blank_lines()) fail("the array does not end");
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        fail("expected ',' or ']'");
      }
    }
    ++at_;
    return values;
  }

  std::string value() {
    if (peek() == '"' || peek() == '\'') return string();
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_bare(text_[at_]) || text_[at_] == '.' || text_[at_] == '+'))
      ++at_;
    const std::string text = text_.substr(start, at_ - start);
    if (text != "true" && text != "false" && !is_number(text)) {
      fail(fmt::format("expected a number, true, false, a string in quotes or an array{}",
                       text.empty() ? "" : fmt::format(", not '{}'", text)));
    }
    return text;
  }

  std::string string() {
    const char quote = text_[at_++];
    if (text_.compare(at_, 2, std::string(2, quote)) == 0)
      fail("multi-line strings are not understood");
    std::string result;
    for (; peek() != quote; ++at_) {
      if (at_ >= text_.size() || peek() == '\n') fail("the string does not end on its line");
      if (quote == '\'' || peek() != '\\') {
        result += peek();
        continue;
      }
      ++at_;
      const std::string escapes = "\"\\tnr";
      const std::string meanings = "\"\\\t\n\r";
      const auto which = escapes.find(peek());
      if (peek() == '\0' || which == std::string::npos)
        fail("unknown escape: there are \\\" \\\\ \\t \\n \\r");
      result += meanings[which];
    }
    ++at_;
    return result;
  }

  const std::string& text_;
  const std::string& name_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  std::vector<std::string> section_;
  std::vector<TomlItem> items_;
};

}  // namespace

std::vector<TomlItem> parse_toml(const std::string& text, const std::string& name) {
  return Parser(text, name).run();
}

std::string toml_value(const std::string& value) {
  if (value == "true" || value == "false" || is_number(value)) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else if (c == '\r') {
      text += "\\r";
    } else {
      text += c;
    }
  }
  return text + "\"";
}

}  // namespace syngate::sim
