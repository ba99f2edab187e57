// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "exit_code.h"

namespace syngate::sim {
namespace {

constexpr std::uint64_t kMinuteDomain =
    0x53594e4743000000;  // keeps minute keys apart from the fixed ones

model::SipKey next_key(SplitMix64& stream) {
  model::SipKey key;
  key.k0 = stream.next();
  key.k1 = stream.next();
  return key;
}

std::string trim(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Splits "name[7]" into name and index; -1 without an index, -2 when it is malformed.
int split_index(std::string* name) {
  const auto open = name->find('[');
  if (open == std::string::npos) return -1;
  const std::string digits = name->substr(open + 1);
  *name = name->substr(0, open);
  if (digits.size() < 2 || digits.size() > 3 || digits.back() != ']') return -2;
  int value = 0;
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    if (digits[i] < '0' || digits[i] > '9') return -2;
    value = value * 10 + (digits[i] - '0');
  }
  return value;
}

}  // namespace

std::uint64_t SplitMix64::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bool key_from_hex(const std::string& text, model::SipKey* key) {
  if (text.size() != 32) return false;
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 32; ++i) {
    const char c = text[i];
    int digit;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return false;
    }
    bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] << 4 | digit);
  }
  key->k0 = key->k1 = 0;
  for (unsigned i = 0; i < 8; ++i) {
    key->k0 |= std::uint64_t{bytes[i]} << (8 * i);
    key->k1 |= std::uint64_t{bytes[8 + i]} << (8 * i);
  }
  return true;
}

std::string key_to_hex(const model::SipKey& key) {
  std::string text;
  for (const std::uint64_t word : {key.k0, key.k1}) {
    for (unsigned i = 0; i < 8; ++i) text += fmt::format("{:02x}", (word >> (8 * i)) & 0xff);
  }
  return text;
}

KeyFile parse_key_file(const std::string& text, const std::string& name) {
  KeyFile file;
  std::istringstream lines(text);
  std::string line;
  unsigned number = 0;
  const auto fail = [&](const std::string& why) {
    throw InputError(fmt::format("{}:{}: {}", name, number, why));
  };
  while (std::getline(lines, line)) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto equals = line.find('=');
    if (equals == std::string::npos) fail("expected 'name = 32 hex digits'");
    const std::string full_name = trim(line.substr(0, equals));
    model::SipKey key;
    const std::string digits = trim(line.substr(equals + 1));
    if (!key_from_hex(digits, &key)) {
      // The digits are a secret: only their number is printed.
      fail(fmt::format("'{}' needs 32 hex digits, there are {} characters", full_name,
                       digits.size()));
    }
    std::string base = full_name;
    const int index = split_index(&base);
    const auto set = [&](model::SipKey& slot, bool& given) {
      if (given) fail(fmt::format("'{}' is given twice", full_name));
      slot = key;
      given = true;
    };
    const auto set_one_of = [&](auto& slots, auto& given) {
      if (index < 0 || static_cast<std::size_t>(index) >= slots.size()) {
        fail(fmt::format("'{}': the index goes from 0 to {}", full_name, slots.size() - 1));
      }
      set(slots[static_cast<std::size_t>(index)], given[static_cast<std::size_t>(index)]);
    };
    const auto set_banks = [&](auto& slots, auto& given) {
      if (index != -1) return set_one_of(slots, given);
      for (std::size_t i = 0; i < slots.size(); ++i) set(slots[i], given[i]);
    };
    if (base == "secret0_v4" && index == -1) {
      set(file.keys.secret0_v4, file.given.secret0_v4);
    } else if (base == "secret0_v6" && index == -1) {
      set(file.keys.secret0_v6, file.given.secret0_v6);
    } else if (base == "secret1_v4") {
      set_banks(file.keys.secret1_v4, file.given.secret1_v4);
    } else if (base == "secret1_v6") {
      set_banks(file.keys.secret1_v6, file.given.secret1_v6);
    } else if (base == "stamp") {
      set_one_of(file.keys.stamp, file.given.stamp);
    } else {
      fail(fmt::format(
          "'{}' is no key (secret0_v4, secret0_v6, secret1_v4, secret1_v6, stamp[0..15])",
          full_name));
    }
  }
  return file;
}

KeyFile read_key_file(const std::string& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    throw InputError(
        fmt::format("{}: {}", path, errno != 0 ? std::strerror(errno) : "empty or unreadable"));
  }
  return parse_key_file(text.str(), path);
}

model::Keys KeySchedule::initial(std::uint32_t count) const {
  model::Keys keys = file_.keys;
  SplitMix64 stream(seed_);
  const auto fill = [&stream](model::SipKey& slot, bool given) {
    const model::SipKey key =
        next_key(stream);  // drawn in any case: a key file does not move the others
    if (!given) slot = key;
  };
  fill(keys.secret0_v4, file_.given.secret0_v4);
  fill(keys.secret0_v6, file_.given.secret0_v6);
  for (std::size_t i = 0; i < keys.stamp.size(); ++i) fill(keys.stamp[i], file_.given.stamp[i]);
  for (std::uint32_t minute = count - 1; minute != count + 3; ++minute) renew(minute, &keys);
  return keys;
}

void KeySchedule::advance(std::uint32_t from_count, std::uint32_t to_count,
                          model::Keys* keys) const {
  const std::uint32_t passed = to_count - from_count;
  const std::uint32_t first =
      passed > defs::kSecret1Banks ? to_count - defs::kSecret1Banks : from_count;
  for (std::uint32_t minute = first; minute != to_count; ++minute) renew(minute + 2, keys);
}

void KeySchedule::renew(std::uint32_t minute, model::Keys* keys) const {
  SplitMix64 stream(SplitMix64(seed_ ^ kMinuteDomain).next() + minute);
  const std::size_t bank = minute % defs::kSecret1Banks;
  const model::SipKey v4 = next_key(stream);
  const model::SipKey v6 = next_key(stream);
  if (!file_.given.secret1_v4[bank]) keys->secret1_v4[bank] = v4;
  if (!file_.given.secret1_v6[bank]) keys->secret1_v6[bank] = v6;
}

}  // namespace syngate::sim
