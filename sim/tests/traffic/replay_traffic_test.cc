// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The traffic options of `syngate replay`, from outside. Handshakes of the captures were counted with tshark.
#include <nlohmann/json.hpp>

#include "catch2.h"
#include "frame_builder.h"
#include "program.h"
#include "targets.h"

namespace syngate::sim::test {
namespace {

using Json = nlohmann::json;

std::string capture(const char* name) { return std::string(SYNGATE_CAPTURES) + "/" + name; }

Json replay(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "replay");
  arguments.push_back("--json");
  const ProgramResult result = run(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  Json object = Json::parse(result.out);
  CHECK(object["mismatches"] == 0);
  CHECK(object["lost"] == 0);
  std::uint64_t sources = 0;
  for (const auto& [name, count] : object["sources"].items()) sources += count.get<std::uint64_t>();
  CHECK(object["frames_offered"] == sources);
  return object;
}

void refused(std::vector<std::string> arguments, const char* because) {
  arguments.insert(arguments.begin(), "replay");
  const ProgramResult result = run(arguments);
  CHECK(result.code == 2);
  CHECK(result.out.empty());
  INFO(result.err);
  CHECK(result.err.find(because) != std::string::npos);
}

Segment client(std::uint32_t seq, std::uint32_t ack, std::uint8_t flags, std::size_t frame_length = 60) {
  Segment s;
  s.source = {{192, 0, 2, 9}, 4000};
  s.destination = kServer4;
  s.seq = seq;
  s.ack = ack;
  s.flags = flags;
  if (frame_length > 60) s.payload.assign(frame_length - 54, 0x55);
  return s;
}

// So many SYNs of as many clients, `gap_us` apart.
Bytes syns(std::uint32_t count, std::uint32_t gap_us) {
  std::vector<Packet> packets;
  for (std::uint32_t i = 0; i < count; ++i) {
    Segment s = client(i, 0, kSyn);
    s.source.port = static_cast<std::uint16_t>(4000 + i);
    const std::uint64_t at = std::uint64_t{i} * gap_us;
    packets.push_back({static_cast<std::uint32_t>(1600000000 + at / 1000000), static_cast<std::uint32_t>(at % 1000000), build_frame(s)});
  }
  return pcap_file(packets);
}

}  // namespace

TEST_CASE("followed clients: a frame that no wire carries is named and not sent") {
  Segment answer = client(5000, 1001, kSyn | kAck);
  std::swap(answer.source, answer.destination);
  const std::vector<Segment> segments = {client(1000, 0, kSyn), answer, client(1001, 5001, kAck),
                                         client(1001, 5001, kAck | kPsh, 9216), client(10163, 5001, kAck | kPsh, 9217)};
  std::vector<Packet> packets;
  for (const Segment& segment : segments) {
    packets.push_back({1600000000, static_cast<std::uint32_t>(packets.size()) * 1000, build_frame(segment)});
  }
  REQUIRE(packets[3].data.size() == 9216);
  REQUIRE(packets[4].data.size() == 9217);
  const TempFile file(pcap_file(packets, 1, false));
  const ProgramResult result = run({"replay", file.path(), "--follow", "--json"});
  CHECK(result.code == 0);
  INFO(result.err);
  CHECK(result.err.find(file.path() + ": 1 frames longer than 9216 bytes") != std::string::npos);
  CHECK(result.err.find("the first is frame 5 of 9217 bytes") != std::string::npos);
  const Json object = Json::parse(result.out);
  CHECK(object["frames_read"] == 5);
  CHECK(object["frames_offered"] == 3);
  CHECK(object["files"][0]["frames_offered"] == 3);
  CHECK(object["follow"]["completed"] == 1);
  CHECK(object["follow"]["dropped"] == 1);
  CHECK(object["drops"].empty());
  // Not followed, it goes to the pipeline, which drops it.
  CHECK(replay({file.path()})["drops"]["bad_frame"] == 1);
}

TEST_CASE("--duration ends the run in front of the first frame that would be later") {
  const TempFile near(syns(10, 1000)), far(syns(3, 1000000));
  const Json some = replay({near.path(), "--duration", "0.0045"});
  CHECK(some["frames_offered"] == 5);  // at 0, 1, 2, 3, 4 ms
  CHECK(some["verdicts"]["reply"] == 5);
  CHECK(some["files"][0]["frames_offered"] == 5);
  CHECK(replay({near.path(), "--duration", "0.004"})["frames_offered"] == 4);
  CHECK(replay({near.path(), "--duration", "1"})["frames_offered"] == 10);
  CHECK(replay({near.path(), "--duration", "0.0045", "--multiplier", "2"})["frames_offered"] == 9);
  CHECK(replay({far.path(), "--duration", "1.5"})["frames_offered"] == 2);
  // 1 us apart, on and on.
  CHECK(replay({"--attack", "syn", "--pps", "1000000", "--duration", "0.0001"})["frames_offered"] == 100);
}

TEST_CASE("recorded clients of a real kernel complete with the box") {
  const Json quiet = replay({capture("linux618-syncookies2.pcap"), "--follow"});
  CHECK(quiet["follow"]["handshakes"] == 124);
  CHECK(quiet["follow"]["completed"] == 124);
  CHECK(quiet["drops"].empty());
  CHECK(quiet["follow"]["connections"].size() == 124);
  CHECK(quiet["frames_read"] == quiet["frames_offered"].get<std::uint64_t>() + quiet["follow"]["server_frames"].get<std::uint64_t>());
  // Without it, the recorded ACKs are wrong for this box's secrets.
  const Json plain = replay({capture("linux618-syncookies2.pcap")});
  CHECK(plain["drops"]["bad_cookie"].get<std::uint64_t>() > 100);
  CHECK_FALSE(plain.contains("follow"));
}

TEST_CASE("recorded clients complete during a flood at line rate") {
  for (const char* name : {"linux618-syncookies0.pcap", "nft-synproxy-client-side.pcap", "linux-cookies.pcap"}) {
    const Json object = replay({capture(name), "--follow", "--attack", "syn", "--line-rate", "100G"});
    INFO(name);
    CHECK(object["follow"]["handshakes"].get<std::uint64_t>() > 0);
    CHECK(object["follow"]["completed"] == object["follow"]["handshakes"]);
    CHECK(object["attack"]["kind"] == "syn");
    CHECK(object["attack"]["frames"].get<std::uint64_t>() >= 10 * (object["frames_read"].get<std::uint64_t>() - 1));
  }
}

TEST_CASE("an attack needs no capture") {
  const Json object = replay({"--attack", "syn", "--attack-frames", "3000"});
  CHECK(object["verdicts"]["reply"] == 3000);
  CHECK(object["sources"]["attack"] == 3000);
  const Json reset = replay({"--attack", "rst", "--attack-frames", "500", "--protect", "192.0.2.0/24:80"});
  CHECK(reset["drops"]["rst_unknown"] == 500);
  CHECK(replay({"--attack", "ack", "--attack-frames", "500"})["drops"]["bad_cookie"] == 500);
  CHECK(replay({"--attack", "synack", "--attack-frames", "500"})["drops"]["unknown_flow"] == 500);
}

TEST_CASE("generated clients complete while a flood goes on, and the captures are repeated for them") {
  const Json object = replay({capture("linux-flood.pcap"), "--clients", "300", "--pps", "5000000"});
  CHECK(object["clients"]["started"] == 300);
  CHECK(object["clients"]["completed"] == 300);
  CHECK(object["clients"]["gave_up"] == 0);
  CHECK(object["clients"]["wrong"] == 0);
  CHECK(object["rounds"].get<std::uint64_t>() > 1);
  CHECK(object["sources"]["client"].get<std::uint64_t>() >= 3 * 300);
  // A connection takes one round trip of 100 to 2000 us.
  CHECK(object["clients"]["connect_us"]["p50"].get<double>() > 100);
  CHECK(object["clients"]["connect_us"]["p99"].get<double>() < 2100);
  // The same seed, the same run; another, another.
  CHECK(replay({"--clients", "50"}) == replay({"--clients", "50"}));
  CHECK(replay({"--clients", "50"})["clients"] != replay({"--clients", "50", "--seed", "2"})["clients"]);
}

TEST_CASE("a mix of one's own") {
  const Json object = replay({"--clients", "100", "--client-mix", SYNGATE_MIX, "--attack", "syn", "--pps", "10000000"});
  CHECK(object["clients"]["completed"] == 100);
  CHECK(object["clients"]["connect_us"]["p50"].get<double>() > 200);
  CHECK(object["sources"]["attack"].get<std::uint64_t>() >= 100000);
}

TEST_CASE("captures go on at their own pace, scaled, and with other addresses each round") {
  const Json once = replay({capture("linux-flood.pcap"), "--limit", "50"});
  const Json all = replay({capture("linux-flood.pcap"), "--loop", "2", "--unique-ip", "--limit", "200000", "--topspeed"});
  CHECK(once["frames_offered"] == 50);
  CHECK(all["rounds"] == 2);
}

TEST_CASE("what cannot be is said") {
  refused({}, "--attack");
  refused({"--follow", "--attack", "syn"}, "--follow needs a CAPTURE");
  refused({capture("linux-flood.pcap"), "--multiplier", "2", "--line-rate", "40G"}, "--multiplier");
  refused({capture("linux-flood.pcap"), "--follow", "--unique-ip", "--loop", "2"}, "--unique-ip");
  refused({"-", "--follow"}, "cannot be read twice");
  refused({"-", "--clients", "3"}, "cannot be read twice");
  refused({capture("linux-flood.pcap"), "--client-mix", SYNGATE_MIX}, "--clients");
  refused({capture("linux-flood.pcap"), "--attack-frames", "9"}, "--attack");
  const ProgramResult nobody = run({"replay", capture("flood.pcap"), "--follow", "--json"});
  CHECK(nobody.code == 0);
  CHECK(nobody.err.find("nobody is followed") != std::string::npos);
}

}  // namespace syngate::sim::test
