// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch2.h"
#include "frames.h"
#include "minimise.h"
#include "program.h"
#include "protect.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim::test {
namespace {

using Json = nlohmann::json;
using Set = std::vector<std::size_t>;

bool contains(const Set& set, std::size_t value) {
  return std::find(set.begin(), set.end(), value) != set.end();
}

TEST_CASE("ddmin finds the frames that are needed, and no others") {
  for (const Set& needed : std::vector<Set>{{0}, {99}, {3, 70}, {0, 1, 98, 99}, {10, 20, 30, 40, 50}}) {
    unsigned runs = 0;
    const Set found = ddmin(
        100,
        [&](const Set& set) {
          ++runs;
          CHECK(std::is_sorted(set.begin(), set.end()));
          return std::all_of(needed.begin(), needed.end(),
                             [&set](std::size_t frame) { return contains(set, frame); });
        },
        [] { return false; });
    CHECK(found == needed);
    CHECK(runs < 300);
  }
}

TEST_CASE("ddmin: of an alternative, one; with an order of magnitude, no frame can be left out") {
  // Fails with any three of the multiples of seven.
  const auto fails = [](const Set& set) {
    return std::count_if(set.begin(), set.end(), [](std::size_t i) { return i % 7 == 0; }) >= 3;
  };
  const Set found = ddmin(1000, fails, [] { return false; });
  CHECK(found.size() == 3);
  CHECK(fails(found));
}

TEST_CASE("ddmin stops when it is told, with what fails") {
  unsigned runs = 0;
  const Set found = ddmin(
      64, [&](const Set& set) { ++runs; return contains(set, 5); }, [&] { return runs >= 3; });
  CHECK(runs == 3);
  CHECK(contains(found, 5));
  CHECK(found.size() > 1);
}

TEST_CASE("protected entries as arguments are read back") {
  for (const std::string text : {"198.51.100.2/32", "198.51.100.0/24:80-443", "198.51.100.2/32:443",
                                 "2001:db8::/32", "[2001:db8::1/128]:443", "[::/0]:1-65535"}) {
    CHECK(protect_argument(parse_protect(text)) == text);
  }
}

PlainSegment client(std::uint32_t i) {
  PlainSegment segment;
  segment.source = *address_from_text("203.0.113." + std::to_string(i % 250 + 1));
  segment.destination = *address_from_text("198.51.100.2");
  segment.source_port = static_cast<std::uint16_t>(2000 + i);
  segment.destination_port = 443;
  segment.seq = i * 77777;
  segment.flags = kTcpSyn;
  segment.options = syn_options_mss(1460);
  return segment;
}

// The cookie that client 0 gets, asked from the program itself.
std::uint32_t cookie_of_client() {
  const TempFile syn(pcap_file({{1600000000, 0, make_frame(client(0))}})), out({});
  REQUIRE(run({"replay", syn.path(), "--out-reply", out.path()}).code == 0);
  const std::string text = text_of(out.path());
  const auto frames = read_file(Bytes(text.begin(), text.end())).frames;
  REQUIRE(frames.size() == 1);
  std::uint32_t seq = 0;
  for (unsigned i = 0; i < 4; ++i) seq = seq << 8 | frames[0].bytes[38 + i];
  return seq;
}

// Among SYNs of others: client 0's ACK with a cookie, and much later a segment with a mark in it. The
// segment passes only behind the ACK, so a fault that needs the mark at an output needs both frames.
Bytes two_frames_among(std::uint32_t others) {
  const std::uint32_t cookie = cookie_of_client();
  PlainSegment ack = client(0);
  ack.flags = kTcpAck;
  ack.options.clear();
  ack.seq += 1;
  ack.ack = cookie + 1;
  PlainSegment data = ack;
  data.seq += 1000;
  data.ack += 5000;
  data.payload = 600;
  std::vector<Packet> packets;
  const auto add = [&packets](const Bytes& frame) {
    packets.push_back({1600000000, static_cast<std::uint32_t>(packets.size()) * 40, frame});
  };
  for (std::uint32_t i = 1; i < others; ++i) {
    add(make_frame(client(i)));
    if (i == others / 3) add(make_frame(ack));
    if (i == others * 2 / 3) add(make_frame(data));
  }
  return pcap_file(packets);
}

// Bytes 40 to 47 of the payload, which counts up.
constexpr const char* kMark = "28292a2b2c2d2e2f";

TEST_CASE("check: agreement is exit 0, the first mismatch exit 1 and the end") {
  const TempFile file(two_frames_among(90));
  const ProgramResult good = run({"check", file.path(), "--json"});
  CHECK(good.code == 0);
  const Json agreed = Json::parse(good.out);
  CHECK(agreed["schema"] == "syngate.check/1");
  CHECK(agreed["agreed"] == true);
  CHECK(agreed["frames_offered"] == 91);
  CHECK(agreed["mismatch"].is_null());

  const ProgramResult bad = run({"check", file.path(), "--fault-pattern", kMark, "--json"});
  CHECK(bad.code == 1);
  const Json object = Json::parse(bad.out);
  CHECK(object["agreed"] == false);
  CHECK(object["mismatch"]["frame"] == 62);  // 60 SYNs and the ACK come before the segment
  CHECK(object["mismatch"]["stage"] == "egress");
  CHECK(object["exit_code"] == 1);
  CHECK(object["reproducer"].is_null());

  const ProgramResult text = run({"check", file.path(), "--fault-output", "2"});
  CHECK(text.code == 1);
  CHECK(text.out.find("MISMATCH packet 1 ") == 0);
  CHECK(text.out.find("--minimise") != std::string::npos);
  // Offered are those up to the mismatch and what was on its way.
  const Json early = Json::parse(run({"check", file.path(), "--fault-output", "2", "--json"}).out);
  CHECK(early["frames_offered"].get<int>() < 20);
}

TEST_CASE("check --minimise: two frames of many, the payload cut to what is needed") {
  const TempFile file(two_frames_among(300));
  const TempFile spare({});
  const std::string out = spare.path() + ".repro.pcap";
  const ProgramResult result = run({"check", file.path(), "--fault-pattern", kMark, "--minimise",
                                    "--out", out, "--json"});
  CHECK(result.code == 1);
  INFO(result.out << result.err);
  const Json reproducer = Json::parse(result.out)["reproducer"];
  CHECK(reproducer["reproduced"] == true);
  CHECK(reproducer["complete"] == true);
  CHECK(reproducer["frames"] == 2);
  CHECK(reproducer["frames_before"] == 202);
  CHECK(reproducer["mismatch"]["stage"] == "egress");
  const std::string content = text_of(out);
  const auto frames = read_file(Bytes(content.begin(), content.end())).frames;
  REQUIRE(frames.size() == 2);
  // As in the capture: the segment is 101 frames of 40 us behind the ACK.
  CHECK(frames[1].time_ns - frames[0].time_ns == 101 * 40000);
  CHECK(frames[0].bytes.size() == 60);
  CHECK(frames[1].bytes.size() == 54 + 64);  // 48 bytes hold the mark; powers of two are tried
  CHECK(reproducer["payload_cut"] == 600 - 64);

  // The command shows it, and with the fault away nothing is wrong with the frames.
  std::istringstream words(reproducer["command"].get<std::string>());
  std::vector<std::string> command;
  for (std::string word; words >> word;) command.push_back(word);
  REQUIRE(command.size() > 2);
  CHECK(command[0] == "syngate");
  command.erase(command.begin());
  const ProgramResult again = run(command);
  CHECK(again.code == 1);
  CHECK(again.out.find("MISMATCH packet 1 ") == 0);
  CHECK(run({"check", out}).code == 0);

  const ProgramResult refused = run({"check", file.path(), "--minimise", "--out", out});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("is there already") != std::string::npos);
  std::remove(out.c_str());
}

// What the clients sent is in the reproducer as it was sent: without --follow and --clients, with the cookies of the box.
void minimised_traffic(std::vector<std::string> arguments, const char* pattern) {
  const TempFile spare({});
  const std::string out = spare.path() + ".repro.pcap";
  arguments.insert(arguments.begin(), "check");
  CHECK(run(arguments).code == 0);
  for (const char* more : {"--fault-pattern", pattern, "--minimise", "--out", out.c_str(), "--json"}) arguments.emplace_back(more);
  const ProgramResult result = run(arguments);
  INFO(result.out << result.err);
  CHECK(result.code == 1);
  const Json object = Json::parse(result.out);
  const Json& reproducer = object["reproducer"];
  CHECK(reproducer["reproduced"] == true);
  // The pattern (sender, receiver) first leaves in the hand-off, and only the ACK with the cookie is needed for that.
  CHECK(reproducer["frames"] == 1);
  CHECK(reproducer["frames_before"].get<int>() > 1);
  const std::string content = text_of(out);
  const auto frames = read_file(Bytes(content.begin(), content.end())).frames;
  REQUIRE(frames.size() == 1);
  CHECK((frames[0].bytes[47] & kTcpAck) != 0);
  std::string line = reproducer["command"].get<std::string>();
  line.erase(std::remove(line.begin(), line.end(), '\''), line.end());  // of IPv6 addresses
  std::istringstream words(line);
  std::vector<std::string> command;
  for (std::string word; words >> word;) command.push_back(word);
  REQUIRE(command.size() > 2);
  command.erase(command.begin());
  CHECK(std::find(command.begin(), command.end(), "--follow") == command.end());
  const ProgramResult again = run(command);
  CHECK(again.code == 1);
  CHECK(again.out.find("MISMATCH packet 0 ") == 0);
  std::remove(out.c_str());
}

TEST_CASE("check --minimise with --follow and --clients") {
  const std::string web = std::string(SYNGATE_CAPTURES) + "/linux-cookies.pcap";
  minimised_traffic({web, "--follow", "--attack", "syn", "--attack-frames", "100"}, "c6336401c633640a");  // 198.51.100.1 -> .10
  minimised_traffic({"--clients", "5"}, "0a000000c633640a");  // 10.0.0.0 -> 198.51.100.10
}

TEST_CASE("check --minimise without a failure writes nothing; standard input is refused") {
  const TempFile file(two_frames_among(30)), spare({});
  const std::string out = spare.path() + ".repro.pcap";
  CHECK(run({"check", file.path(), "--minimise", "--out", out}).code == 0);
  CHECK(access(out.c_str(), F_OK) != 0);
  CHECK(run({"check", "-", "--minimise", "--out", out}).code == 2);
  CHECK(run({"check", "/nonexistent.pcap"}).code == 3);
}

}  // namespace
}  // namespace syngate::sim::test
