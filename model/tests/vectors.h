// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Reading of the project's test vectors.
#pragma once
#include <arpa/inet.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "syngate/model/cookie.h"

namespace vectors {

inline nlohmann::json load(const std::string& name) {
  std::ifstream file(std::string(SYNGATE_TEST_VECTORS) + "/" + name);
  if (!file) throw std::runtime_error(name + ": cannot read");
  return nlohmann::json::parse(file);
}

inline std::uint32_t hex(const std::string& text) { return static_cast<std::uint32_t>(std::stoul(text, nullptr, 16)); }

inline std::vector<std::uint8_t> bytes(const std::string& text) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

inline syngate::model::Address address(const std::string& text) {
  syngate::model::Address a;
  a.is6 = text.find(':') != std::string::npos;
  if (inet_pton(a.is6 ? AF_INET6 : AF_INET, text.c_str(), a.bytes.data()) != 1) throw std::runtime_error(text);
  return a;
}

inline syngate::model::Flow flow(const std::string& source, unsigned sport, const std::string& destination,
                                 unsigned dport) {
  return {address(source), address(destination), static_cast<std::uint16_t>(sport), static_cast<std::uint16_t>(dport)};
}

}  // namespace vectors
