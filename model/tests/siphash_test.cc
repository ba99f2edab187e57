// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/siphash.h"

#include "catch2.h"
#include "vectors.h"

using namespace syngate::model;

TEST_CASE("siphash: the 64 published vectors", "[siphash][vectors]") {
  const auto file = vectors::load("cookie/siphash24.json");
  const auto key = vectors::bytes(file["key"].get<std::string>());
  std::vector<std::uint8_t> message;
  REQUIRE(file["results"].size() == 64);
  for (const auto& text : file["results"]) {
    const auto expected = vectors::bytes(text.get<std::string>());
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{expected[i]} << (8 * i);
    CHECK(siphash24(SipKey::from_bytes(key.data()), message.data(), message.size()) == value);
    message.push_back(static_cast<std::uint8_t>(message.size()));
  }
}
