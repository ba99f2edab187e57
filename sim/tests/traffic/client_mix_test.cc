// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "client_mix.h"

#include "capture_files.h"
#include "catch2.h"
#include "syngate/sim/errors.h"

namespace syngate::sim::test {
namespace {

std::string refusal(const std::string& text) {
  const TempFile file(Bytes(text.begin(), text.end()));
  try {
    read_client_mix(file.path());
  } catch (const InputError& error) {
    const std::string what = error.what();
    CHECK(what.find(file.path() + ": ") == 0);
    return what.substr(file.path().size() + 2);
  }
  return "";
}

}  // namespace

TEST_CASE("a mix has what its file says, and else the default") {
  const ClientMix mix = read_client_mix(SYNGATE_MIX);
  REQUIRE(mix.shapes.size() == 3);
  CHECK(mix.shapes[1].value == "MSS,N,WS,N,N,TS,SOK,E2");
  CHECK(mix.shapes[1].weight == 4803);
  CHECK(mix.mss[2].value == 1360);
  CHECK(mix.rtt_us.second == 3000);
  CHECK(mix.vlan == 0.0);
  const std::string text = R"({"ecn": 1})";
  const TempFile file(Bytes(text.begin(), text.end()));
  const ClientMix little = read_client_mix(file.path());
  CHECK(little.ecn == 1.0);
  CHECK(little.shapes.size() == default_client_mix().shapes.size());
}

TEST_CASE("a malformed mix is refused with field and reason") {
  CHECK(refusal("[").find("not JSON: ") == 0);
  CHECK(refusal("[]") == "the file: an object is expected");
  CHECK(refusal(R"({"rtt": 3})").find("rtt: no such field") == 0);
  CHECK(refusal(R"({"ipv6": 2})") == "ipv6: a share from 0 to 1 is expected, not 2");
  CHECK(refusal(R"({"mss": []})") == "mss: an array with at least one entry is expected");
  CHECK(refusal(R"({"mss": [{"value": 0}]})") == "mss[0].value: an integer from 1 to 65535 is expected, not 0");
  CHECK(refusal(R"({"wscale": [{"value": 1, "weight": 0}]})") == "wscale: all weights are 0");
  CHECK(refusal(R"({"wscale": [{"value": 1, "wieght": 1}]})") == "wscale[0]: no such field: wieght");
  CHECK(refusal(R"({"rtt_us": [5, 4]})") == "rtt_us: the least is above the most");
  CHECK(refusal(R"({"shapes": [{"layout": "MSS,FOO"}]})") == "shapes[0].layout: option layout: unknown word 'FOO'");
  CHECK(refusal(R"({"shapes": [{"layout": "AO.16,AO.20,MSS"}]})") == "shapes[0].layout: longer than 40 bytes");
  CHECK(refusal(R"({"shapes": [{"layout": "E,TS"}]})") == "shapes[0].layout: nothing can follow E, the end of the options");
  CHECK_THROWS_AS(read_client_mix("no-such-file.json"), InputError);
}

TEST_CASE("draws follow the weights") {
  const std::vector<Weighted<int>> choices = {{1, 3}, {2, 0}, {3, 1}};
  Random random(5);
  std::size_t counts[3] = {};
  for (int i = 0; i < 40000; ++i) ++counts[draw(choices, random)];
  CHECK(counts[0] > 29000);
  CHECK(counts[0] < 31000);
  CHECK(counts[1] == 0);
}

}  // namespace syngate::sim::test
