// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The program from outside: exit codes, streams, bad input.
#include "program.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "catch2.h"
#include "frames.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim::test {
namespace {

using Json = nlohmann::json;

Bytes syn_frame(std::uint32_t i) {
  PlainSegment segment;
  segment.source = *address_from_text("203.0.113." + std::to_string(i % 250 + 1));
  segment.destination = *address_from_text("198.51.100.2");
  segment.source_port = static_cast<std::uint16_t>(1024 + i);
  segment.destination_port = 443;
  segment.seq = i * 77777;
  segment.flags = kTcpSyn;
  segment.options = syn_options_mss(1460);
  return make_frame(segment);
}

Bytes flood(std::uint32_t frames) {
  std::vector<Packet> packets;
  for (std::uint32_t i = 0; i < frames; ++i) packets.push_back({1600000000, i, syn_frame(i)});
  return pcap_file(packets);
}

// The invariants of the JSON object, whatever happened.
Json checked(const ProgramResult& result) {
  const Json object = Json::parse(result.out);
  CHECK(object["schema"] == "syngate.replay/1");
  CHECK(object["exit_code"] == result.code);
  std::uint64_t skipped = 0, decided = 0;
  for (const auto& [reason, count] : object["frames_skipped"].items())
    skipped += count.get<std::uint64_t>();
  for (const auto& [verdict, count] : object["verdicts"].items())
    decided += count.get<std::uint64_t>();
  CHECK(object["verdicts"].size() == 5);
  CHECK(object["frames_read"] == object["frames_offered"].get<std::uint64_t>() + skipped);
  CHECK(object["frames_offered"] == decided);
  return object;
}

TEST_CASE("a flood is answered") {
  const TempFile file(flood(50));
  const ProgramResult result = run({"replay", file.path(), "--json"});
  CHECK(result.code == 0);
  CHECK(result.err.empty());
  const Json object = checked(result);
  CHECK(object["frames_offered"] == 50);
  CHECK(object["verdicts"]["reply"] == 50);
  CHECK(object["mismatches"] == 0);
  CHECK(object["lost"] == 0);
  CHECK(object["cookies"]["sent"] == 50);
  CHECK(object["protected"][0] == "198.51.100.2/32 port 443");
  CHECK(object["latency_clocks"]["min"].is_number());
  CHECK(object["seed"] == 1);
}

TEST_CASE("same seed, same bytes; another seed, other cookies") {
  const TempFile file(flood(20));
  const TempFile first({}), second({}), third({});
  const auto replay = [&file](const TempFile& out, const char* seed) {
    const auto result =
        run({"replay", file.path(), "--json", "--seed", seed, "--out-reply", out.path()});
    REQUIRE(result.code == 0);
    return result.out;
  };
  replay(first, "5");
  replay(second, "5");
  replay(third, "6");
  CHECK(text_of(first.path()) == text_of(second.path()));
  CHECK(text_of(first.path()) != text_of(third.path()));
  const auto answers = read_file(Bytes([&first] {
    const std::string text = text_of(first.path());
    return Bytes(text.begin(), text.end());
  }()));
  REQUIRE(answers.frames.size() == 20);
  CHECK(describe_packet(answers.frames[0].bytes.data(), answers.frames[0].bytes.size()) ==
        "SYN|ACK 198.51.100.2:443 -> 203.0.113.1:1024");
  CHECK(answers.frames[0].time_ns >= 1600000000000000000);
}

TEST_CASE("forwarded frames are those of the capture") {
  const TempFile file(pcap_file({{1, 0, marked_frame(1, 60)}, {1, 5, marked_frame(2, 500)}}));
  const TempFile out({});
  const auto result = run({"replay", file.path(), "--json", "--out-forward", out.path()});
  CHECK(result.code == 0);
  CHECK(checked(result)["verdicts"]["pass"] == 2);
  const std::string text = text_of(out.path());
  const auto forwarded = read_file(Bytes(text.begin(), text.end()));
  REQUIRE(forwarded.frames.size() == 2);
  CHECK(forwarded.frames[0].bytes == marked_frame(1, 60));
  CHECK(forwarded.frames[1].bytes == marked_frame(2, 500));
}

TEST_CASE("standard input: everything is protected") {
  const auto result = run({"replay", "-", "--json"}, flood(5));
  CHECK(result.code == 0);
  const Json object = checked(result);
  CHECK(object["verdicts"]["reply"] == 5);
  CHECK(object["protected"] == Json({"0.0.0.0/0 all ports", "::/0 all ports"}));
}

TEST_CASE("wrong use: exit 2") {
  const TempFile file(flood(1));
  const std::string path = file.path();
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"frobnicate"},
      {"replay"},
      {"replay", path, "--no-such-option"},
      {"replay", path, "--limit", "many"},
      {"replay", path, "--pps", "5", "--topspeed"},
      {"replay", path, "--pps", "0"},
      {"replay", path, "--pps", "1e300"},
      {"replay", path, "--line-rate", "10G"},
      {"replay", path, "--protect", "198.51.100.2/33"},
      {"replay", path, "--filter", "tcp and and"},
      {"replay", path, "--policy", "fragment"},
      {"replay", path, "--policy", "nonsense=on"},
      {"replay", path, "--truncated", "maybe"},
      {"replay", path, "--wscale", "15"},
      {"replay", path, "--idle", "2"},
      {"replay", "-", "-"},
      {"replay", "-", "--loop", "2"},
      {"replay", path, "--out-reply", path},
      {"replay", path, "--out-reply", "/tmp/x.pcap", "--out-forward", "/tmp/x.pcap"},
      {"replay", path, "--color", "sometimes"},
      {"replay", path, "--lim", "1"},
      {"cookie"},
      {"cookie", "make", "--src", "1.2.3.4:5"},
      {"cookie", "make", "--src", "1.2.3.4:5", "--dst", "[::1]:6", "--seq", "1", "--mss", "1"},
      {"bench", "--frames", "0"},
  };
  for (const auto& arguments : wrong) {
    std::string line;
    for (const auto& argument : arguments) line += " " + argument;
    INFO("syngate" << line);
    const auto result = run(arguments);
    CHECK(result.code == 2);
    CHECK(result.err.find("error: ") == 0);
    CHECK(result.out.empty());
  }
  CHECK(text_of(path).size() == flood(1).size());  // an input named as output is left alone
}

TEST_CASE("too many protected entries: exit 2") {
  const TempFile file(flood(1));
  std::vector<std::string> arguments = {"replay", file.path()};
  for (int i = 0; i < 17; ++i) {
    arguments.push_back("--protect");
    arguments.push_back("10.0.0." + std::to_string(i));
  }
  CHECK(run(arguments).code == 2);
}

TEST_CASE("bad input: exit 3 and one clear error") {
  const TempFile empty({}), gzip({0x1f, 0x8b, 8, 0}), text({'h', 'e', 'l', 'l', 'o'});
  const TempFile radiotap(pcap_file({{1, 0, marked_frame(1, 60)}}, 127));
  const TempFile half(Bytes{0xd4, 0xc3, 0xb2, 0xa1, 2, 0});
  const std::vector<std::pair<std::string, std::string>> bad = {
      {empty.path(), "the file is empty"},
      {gzip.path(), "gzip"},
      {text.path(), "neither pcap nor pcapng"},
      {radiotap.path(), "link type 127"},
      {half.path(), "the file ends inside the 24 bytes of the pcap file header"},
      {"/nonexistent.pcap", "No such file or directory"},
  };
  for (const auto& [path, reason] : bad) {
    INFO(path << " " << reason);
    const auto result = run({"replay", path});
    CHECK(result.code == 3);
    CHECK(result.out.empty());
    CHECK(result.err.find("error: ") == 0);
    CHECK(result.err.find(reason) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    const auto json = run({"replay", path, "--json"});
    CHECK(json.code == 3);
    CHECK(checked(json)["files"][0]["error"].get<std::string>().find(reason) != std::string::npos);
  }
}

TEST_CASE("one bad capture among several: the others are used, exit 3") {
  const TempFile good(flood(3)), bad({});
  const auto result = run({"replay", bad.path(), good.path(), "--json"});
  CHECK(result.code == 3);
  CHECK(checked(result)["frames_offered"] == 3);
  CHECK(result.err.find("the figures are those of the others") != std::string::npos);
}

TEST_CASE("a cut capture: the rest is kept, a warning, exit 0") {
  Bytes content = flood(3);
  content.resize(content.size() - 1);
  const TempFile file(content);
  const auto result = run({"replay", file.path(), "--json"});
  CHECK(result.code == 0);
  const Json object = checked(result);
  CHECK(object["frames_offered"] == 2);
  REQUIRE(object["warnings"].size() == 1);
  CHECK(object["warnings"][0].get<std::string>().find("cut in frame 3 at offset") !=
        std::string::npos);
  CHECK(result.err.find("warning: ") == 0);
}

TEST_CASE("a capture without packets: exit 0, nothing measured") {
  const TempFile file(pcap_file({}));
  const auto result = run({"replay", file.path(), "--json"});
  CHECK(result.code == 0);
  const Json object = checked(result);
  CHECK(object["frames_read"] == 0);
  CHECK(object["latency_clocks"]["min"].is_null());
  CHECK(object["frames_per_clock"].is_null());
}

TEST_CASE("absurd timestamps: order and every frame kept, one warning") {
  const TempFile file(pcap_file({{100, 0, syn_frame(1)},
                                 {0xffffffff, 999999, syn_frame(2)},
                                 {0, 0, syn_frame(3)},
                                 {1, 4000000000u, syn_frame(4)}}));
  const auto result = run({"replay", file.path(), "--json"});
  CHECK(result.code == 0);
  const Json object = checked(result);
  CHECK(object["verdicts"]["reply"] == 4);
  CHECK(object["warnings"].size() == 1);
  CHECK(object["times_adjusted"].get<int>() >= 2);
}

TEST_CASE("outputs that cannot be written: exit 3") {
  const TempFile file(flood(2));
  const auto missing = run({"replay", file.path(), "--out-reply", "/nonexistent/r.pcap"});
  CHECK(missing.code == 3);
  CHECK(missing.out.empty());
  CHECK(missing.err ==
        "error: /nonexistent/r.pcap: cannot be written: No such file or directory\n");
  const auto full = run({"replay", file.path(), "--out-reply", "/dev/full", "--json"});
  CHECK(full.code == 3);
  CHECK(full.err.find("No space left on device") != std::string::npos);
  checked(full);
}

TEST_CASE("key files") {
  const auto key_file = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  const TempFile file(flood(2));
  const TempFile good(key_file("secret0_v4 = 000102030405060708090a0b0c0d0e0f\n"));
  CHECK(run({"replay", file.path(), "--key-file", good.path()}).code == 0);
  const TempFile bad(key_file("secret0_v4 = 00\n"));
  const auto result = run({"replay", file.path(), "--key-file", bad.path()});
  CHECK(result.code == 3);
  CHECK(result.err.find(bad.path() + ":1: 'secret0_v4' needs 32 hex digits") != std::string::npos);
}

TEST_CASE("limit, loop and filter") {
  const TempFile file(flood(10));
  CHECK(checked(run({"replay", file.path(), "--json", "--limit", "4"}))["frames_offered"] == 4);
  CHECK(checked(run({"replay", file.path(), "--json", "--loop", "3"}))["frames_offered"] == 30);
  CHECK(checked(run({"replay", file.path(), "--json", "--loop", "3", "--limit",
                     "25"}))["frames_offered"] == 25);
  const Json filtered =
      checked(run({"replay", file.path(), "--json", "--filter", "src port 1024"}));
  CHECK(filtered["frames_offered"] == 1);
  CHECK(filtered["frames_skipped"]["filter"] == 9);
}

TEST_CASE("every pace takes all frames") {
  const TempFile file(flood(30));
  for (const std::vector<std::string>& pace :
       std::vector<std::vector<std::string>>{{"--topspeed"},
                                             {"--pps", "1000000"},
                                             {"--mbps", "1000"},
                                             {"--line-rate", "40G"},
                                             {"--line-rate", "100G"},
                                             {"--idle", "0.3", "--backpressure", "0.3"}}) {
    std::vector<std::string> arguments = {"replay", file.path(), "--json"};
    arguments.insert(arguments.end(), pace.begin(), pace.end());
    const Json object = checked(run(arguments));
    CHECK(object["frames_offered"] == 30);
    CHECK(object["mismatches"] == 0);
  }
}

TEST_CASE("minutes pass: cookies of the last minute are still good, keys change") {
  // Frames 70 s apart: the count advances between them.
  const TempFile file(
      pcap_file({{0, 0, syn_frame(1)}, {70, 0, syn_frame(2)}, {200, 0, syn_frame(3)}}));
  const Json object = checked(run({"replay", file.path(), "--json"}));
  CHECK(object["rotations"] == 3);
  CHECK(object["mismatches"] == 0);
  CHECK(object["verdicts"]["reply"] == 3);
}

TEST_CASE("interrupted: the summary is printed, outputs are closed, exit 130") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const TempFile out({});
    Program program(
        {"replay", "-", "--json", "--out-reply", out.path(), "--protect", "198.51.100.2"});
    program.send(flood(40));
    // The input stays open, so the program waits for more; it is stopped when the frames must have
    // arrived.
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    program.kill(signal);
    const ProgramResult result = program.wait();
    CHECK(result.code == 130);
    const Json object = checked(result);
    CHECK(object["interrupted"] == true);
    const auto offered = object["frames_offered"].get<std::size_t>();
    CHECK(offered >= 1);
    CHECK(result.err.find("interrupted: ") != std::string::npos);
    CHECK(text_of(out.path()).size() == 24 + offered * (16 + 60));
  }
}

TEST_CASE("text output: three blocks, plain when not on a terminal") {
  const TempFile file(flood(5));
  const auto result = run({"replay", file.path()});
  CHECK(result.code == 0);
  for (const char* part :
       {"What went in", "What was decided", "What next", "frames      5 read, 5 offered, 0 skipped",
        "0 mismatches, 0 lost", "seed 1"}) {
    INFO(part << "\n" << result.out);
    CHECK(result.out.find(part) != std::string::npos);
  }
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(run({"replay", file.path(), "--color", "always"}).out.find('\x1b') != std::string::npos);
}

TEST_CASE("a wrong bit in one output: exit 1, with frame, byte and rerun command") {
  const ProgramResult result = run({"replay", "-", "--fault-output", "3"}, flood(10));
  CHECK(result.code == 1);
  const std::string text = result.out + result.err;
  CHECK(text.find("MISMATCH packet 2") != std::string::npos);
  CHECK(text.find("first difference at 0x28") != std::string::npos);
  CHECK(text.find("rerun") != std::string::npos);
  // Standard input is gone: no waves of it.
  CHECK(text.find("  waves ") == std::string::npos);
}

TEST_CASE("a mismatch names the command that shows the signals") {
  const TempFile file(flood(10)), spare({});
  const std::string path = file.path(), directory = spare.path() + "-run";
  std::string text = run({"replay", path, "--fault-output", "3"}).out;
  CHECK(text.find("\n  waves   syngate replay " + path + " --fault-output 3 --seed 1 --limit 3 --waves mismatch.fst --on packet=2\n") !=
        std::string::npos);
  text = run({"check", path, "--fault-output", "3"}).out;
  CHECK(text.find("\n  waves   syngate replay " + path + " --fault-output 3 --seed 1 --limit 3 --waves mismatch.fst --on packet=2\n") !=
        std::string::npos);
  text = run({"replay", path, "--fault-output", "3", "--out", directory}).out;
  CHECK(text.find("\n  waves   syngate waves " + directory + " --packet 2\n") != std::string::npos);
  // The report of a capture: the run is made and thrown away.
  const std::string report = directory + "/capture.html";
  const ProgramResult made = run({"report", path, "--out", report});
  CHECK(made.code == 0);
  CHECK(made.out == report + ": 10 frames, 0 mismatches\n");
  CHECK(text_of(report).find("syngate replay " + path) != std::string::npos);
  CHECK(run({"report", directory}).code == 0);
  const auto json = nlohmann::json::parse(text_of(directory + "/run.json"));
  CHECK(json["files"] == nlohmann::json({"capture.html", "events.jsonl", "metrics.prom", "out.pcapng", "report.html"}));
  CHECK(run({"report", directory + "-none"}).code == 3);
  std::filesystem::remove_all(directory);
}

TEST_CASE("help and version") {
  const auto version = run({"--version"});
  CHECK(version.code == 0);
  CHECK(version.out.find("syngate 0.") == 0);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"replay"},
                                             {"bench"},
                                             {"check"},
                                             {"config"},
                                             {"cookie"},
                                             {"cookie", "make"},
                                             {"cookie", "check"},
                                             {"cookie", "decode"},
                                             {"cookie", "verify"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const auto result = run(arguments);
    CHECK(result.code == 0);
    CHECK(result.out.find("Examples:\n  ") != std::string::npos);
    CHECK(result.out.find("130  interrupted") != std::string::npos);
  }
}

TEST_CASE("cookie: make, check, decode") {
  // The known answer for this tuple comes from the kernel's own functions.
  const std::vector<std::string> flow = {"--src",     "192.0.2.1:12345",
                                         "--dst",     "198.51.100.2:80",
                                         "--secret0", "000102030405060708090a0b0c0d0e0f",
                                         "--secret1", "101112131415161718191a1b1c1d1e1f"};
  const auto with = [&flow](std::vector<std::string> arguments,
                            const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), flow.begin(), flow.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  const auto made = with({"cookie", "make"}, {"--seq", "0x11223344", "--mss", "1460", "--count",
                                              "0x01020304", "--json"});
  CHECK(made.code == 0);
  CHECK(Json::parse(made.out)["cookie"] == 0x602ec29e);
  CHECK(Json::parse(made.out)["mss_index"] == 3);
  const auto text = with({"cookie", "make"},
                         {"--seq", "0x11223344", "--mss", "1460", "--count", "0x01020304",
                          "--ts-clock", "1000000", "--wscale", "7", "--sack", "--ts-offset", "0"});
  CHECK(text.out.find("cookie     0x602ec29e") == 0);
  CHECK(text.out.find("0x000f4217") != std::string::npos);
  const std::vector<std::string> ack = {"--seq", "0x11223345", "--ack", "0x602ec29f", "--json"};
  for (const auto& [count, code] : std::vector<std::pair<std::string, int>>{
           {"0x01020304", 0}, {"0x01020305", 0}, {"0x01020306", 1}, {"0x01020303", 1}}) {
    std::vector<std::string> more = ack;
    more.insert(more.end(), {"--count", count});
    const auto checked_ack = with({"cookie", "check"}, more);
    CHECK(checked_ack.code == code);
    CHECK(Json::parse(checked_ack.out)["valid"] == (code == 0));
  }
  const auto decoded = run({"cookie", "decode", "--tsval", "0x000f4217", "--json"});
  CHECK(decoded.code == 0);
  CHECK(Json::parse(decoded.out)["wscale"] == 7);
  CHECK(Json::parse(decoded.out)["sack"] == true);
  CHECK(Json::parse(decoded.out)["ecn"] == false);
  CHECK(run({"cookie", "verify", "/nonexistent.json"}).code == 3);
  const TempFile broken({'{', '"', 'x'});
  CHECK(run({"cookie", "verify", broken.path()}).code == 3);
}

}  // namespace
}  // namespace syngate::sim::test
