// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "client_mix.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "frame_builder.h"
#include "shapes.h"
#include "syngate/sim/errors.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kOptionsMax = 40;
constexpr std::uint64_t kMicrosecondsMax = 60000000;
constexpr std::uint64_t kWeightMax = 1000000000000;

class MixFile {
 public:
  explicit MixFile(const std::string& path) : path_(path) {}

  ClientMix read() {
    std::ifstream in(path_);
    if (!in) throw InputError(fmt::format("{}: {}", path_, std::strerror(errno)));
    Json root;
    try {
      root = Json::parse(in);
    } catch (const Json::exception& error) {
      throw InputError(fmt::format("{}: not JSON: {}", path_, error.what()));
    }
    if (!root.is_object()) fail("the file", "an object is expected");
    ClientMix mix = default_client_mix();
    for (const auto& [name, value] : root.items()) {
      if (name == "shapes") shapes(value, &mix);
      else if (name == "mss") values(name, value, 1, 65535, &mix.mss);
      else if (name == "wscale") values(name, value, 0, 255, &mix.wscale);
      else if (name == "ipv6") mix.ipv6 = share(name, value);
      else if (name == "vlan") mix.vlan = share(name, value);
      else if (name == "ecn") mix.ecn = share(name, value);
      else if (name == "with_data") mix.with_data = share(name, value);
      else if (name == "with_fin") mix.with_fin = share(name, value);
      else if (name == "rtt_us") mix.rtt_us = range(name, value, 1);
      else if (name == "rto_us") mix.rto_us = range(name, value, 1);
      else if (name == "start_us") mix.start_us = integer(name, value, 0, kMicrosecondsMax);
      else fail(name, "no such field; there are shapes, mss, wscale, ipv6, vlan, ecn, with_data, with_fin, rtt_us, rto_us, start_us");
    }
    return mix;
  }

 private:
  [[noreturn]] void fail(const std::string& field, const std::string& why) const {
    throw InputError(fmt::format("{}: {}: {}", path_, field, why));
  }

  std::uint64_t integer(const std::string& field, const Json& value, std::uint64_t min, std::uint64_t max) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < min || value.get<std::uint64_t>() > max) {
      fail(field, fmt::format("an integer from {} to {} is expected, not {}", min, max, value.dump()));
    }
    return value.get<std::uint64_t>();
  }

  double share(const std::string& field, const Json& value) const {
    if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 1) {
      fail(field, fmt::format("a share from 0 to 1 is expected, not {}", value.dump()));
    }
    return value.get<double>();
  }

  std::pair<std::uint64_t, std::uint64_t> range(const std::string& field, const Json& value, std::uint64_t min) const {
    if (!value.is_array() || value.size() != 2) fail(field, "two numbers [least, most] in microseconds are expected");
    const std::pair<std::uint64_t, std::uint64_t> pair = {integer(field, value[0], min, kMicrosecondsMax),
                                                          integer(field, value[1], min, kMicrosecondsMax)};
    if (pair.first > pair.second) fail(field, "the least is above the most");
    return pair;
  }

  // Entries of an array, each an object with `name` and perhaps a weight.
  template <typename Take>
  void entries(const std::string& field, const Json& array, const char* name, Take take) const {
    if (!array.is_array() || array.empty()) fail(field, "an array with at least one entry is expected");
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < array.size(); ++i) {
      const std::string at = fmt::format("{}[{}]", field, i);
      if (!array[i].is_object() || !array[i].contains(name)) fail(at, fmt::format("an object with '{}' is expected", name));
      for (const auto& [key, unused] : array[i].items()) {
        if (key != name && key != "weight") fail(at, fmt::format("no such field: {}", key));
      }
      const std::uint64_t weight = array[i].contains("weight") ? integer(at + ".weight", array[i]["weight"], 0, kWeightMax) : 1;
      total += weight;
      take(at + "." + name, array[i][name], weight);
    }
    if (total == 0) fail(field, "all weights are 0");
  }

  void shapes(const Json& array, ClientMix* mix) const {
    mix->shapes.clear();
    entries("shapes", array, "layout", [&](const std::string& at, const Json& layout, std::uint64_t weight) {
      if (!layout.is_string()) fail(at, "text like \"MSS,SOK,TS,N,WS\" is expected");
      const std::string text = layout.get<std::string>();
      const std::string words = "," + text + ",";
      const std::size_t end = words.find(",E");
      if (end != std::string::npos && words.compare(end, 4, ",EXP") != 0 && words.find(',', end + 1) + 1 != words.size()) {
        fail(at, "nothing can follow E, the end of the options");
      }
      try {
        if (option_bytes(text, OptionValues{}).size() > kOptionsMax) fail(at, "longer than 40 bytes");
      } catch (const std::invalid_argument& error) {
        fail(at, error.what());
      } catch (const std::out_of_range&) {
        fail(at, "a length is out of range");
      }
      mix->shapes.push_back({text, weight});
    });
  }

  template <typename Value>
  void values(const std::string& field, const Json& array, std::uint64_t min, std::uint64_t max,
              std::vector<Weighted<Value>>* into) const {
    into->clear();
    entries(field, array, "value", [&](const std::string& at, const Json& value, std::uint64_t weight) {
      into->push_back({static_cast<Value>(integer(at, value, min, max)), weight});
    });
  }

  std::string path_;
};

}  // namespace

ClientMix default_client_mix() {
  ClientMix mix;
  for (const SynShape& shape : kClientShapes) mix.shapes.push_back({shape.layout, shape.weight});
  for (const SynNumber& number : kClientMss) mix.mss.push_back({static_cast<std::uint16_t>(number.value), number.weight});
  for (const SynNumber& number : kClientWscale) mix.wscale.push_back({static_cast<std::uint8_t>(number.value), number.weight});
  return mix;
}

ClientMix read_client_mix(const std::string& path) { return MixFile(path).read(); }

}  // namespace syngate::sim
