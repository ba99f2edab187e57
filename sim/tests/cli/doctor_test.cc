// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Diagnosis, bundles, and that no output holds a key.
#include <dirent.h>
#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bundle.h"
#include "catch2.h"
#include "frames.h"
#include "program.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim::test {
namespace {

using Json = nlohmann::json;

Bytes bytes(const std::string& text) { return Bytes(text.begin(), text.end()); }

Bytes syns(std::uint32_t frames) {
  std::vector<Packet> packets;
  for (std::uint32_t i = 0; i < frames; ++i) {
    PlainSegment segment;
    segment.source = *address_from_text("203.0.113.7");
    segment.destination = *address_from_text("198.51.100.2");
    segment.source_port = static_cast<std::uint16_t>(1024 + i);
    segment.destination_port = 443;
    segment.flags = kTcpSyn;
    segment.options = syn_options_linux(1460, i);
    packets.push_back({1600000000, i, make_frame(segment)});
  }
  return pcap_file(packets);
}

std::string unpacked(const std::string& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  char buffer[4096];
  for (int count; (count = gzread(file, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  gzclose(file);
  return text;
}

// Every file of a folder, one behind the other.
std::string all_of(const std::string& folder) {
  std::string text;
  DIR* directory = opendir(folder.c_str());
  REQUIRE(directory != nullptr);
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') text += text_of(folder + "/" + entry->d_name);
  }
  closedir(directory);
  return text;
}

TEST_CASE("doctor: the tools this was built with are found") {
  const ProgramResult result = run({"doctor", "--json"});
  const Json object = Json::parse(result.out);
  CHECK(object["schema"] == "syngate.doctor/1");
  CHECK(object["bundle"].is_null());
  bool verilator = false;
  for (const Json& tool : object["tools"]) {
    CHECK(tool["purpose"].get<std::string>().size() > 3);
    if (tool["name"] != "verilator") continue;
    verilator = true;
    CHECK(tool["version"].get<std::string>().substr(0, 2) == "5.");
    CHECK(tool["required"] == true);
  }
  CHECK(verilator);
  CHECK(result.code == (object["good"] == true ? 0 : 1));
}

TEST_CASE("doctor: what is missing is named with its package, exit 1") {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const ProgramResult result = run({"doctor"});
  setenv("PATH", path.c_str(), 1);
  CHECK(result.code == 1);
  CHECK(result.out.find("MISSING verilator") != std::string::npos);
  CHECK(result.out.find("needed: apt-get install verilator g++ cmake ninja-build") !=
        std::string::npos);
}

TEST_CASE("an excerpt of events keeps both ends and what surrounds mismatches") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"event\":\"frame\",\"id\":" + std::to_string(i) + "}\n";
  const std::string mark = "{\"event\":\"mismatch\",\"id\":50}\n";
  text.insert(text.find("{\"event\":\"frame\",\"id\":51}"), mark);
  const TempFile file(bytes(text));
  const std::string excerpt = excerpt_events(file.path(), 3, 2);
  const auto line = [](int id) { return "{\"event\":\"frame\",\"id\":" + std::to_string(id) + "}\n"; };
  CHECK(excerpt == line(0) + line(1) + line(2) + "{\"omitted\": 46}\n" + line(49) + line(50) + mark +
                       line(51) + line(52) + "{\"omitted\": 44}\n" + line(97) + line(98) + line(99));
  const TempFile few(bytes(line(1) + line(2)));
  CHECK(excerpt_events(few.path(), 3, 2) == line(1) + line(2));
}

TEST_CASE("no output of a run holds a key, in any spelling; waves are refused with --redact-keys") {
  // The key's bytes, and SipHash's words as hexadecimal numbers (little-endian halves).
  const std::string hex = "c0ffee1122334455667788990badcafe";
  const Bytes raw = {0xc0, 0xff, 0xee, 0x11, 0x22, 0x33, 0x44, 0x55,
                     0x66, 0x77, 0x88, 0x99, 0x0b, 0xad, 0xca, 0xfe};
  std::string keys;
  for (const char* name : {"secret0_v4", "secret0_v6", "secret1_v4", "secret1_v6", "stamp[0]"})
    keys += std::string(name) + " = " + hex + "\n";
  const TempFile key_file(bytes(keys)), capture(syns(30)), spare({});
  const std::string folder = spare.path() + ".run";
  const std::string archive = spare.path() + ".tar.gz";
  const std::string reply = spare.path() + ".reply.pcap";
  const ProgramResult first =
      run({"-v", "replay", capture.path(), "--key-file", key_file.path(), "--out", folder, "--json",
           "--redact-keys", "--out-reply", reply, "--fault-output", "3"});
  CHECK(first.code == 1);
  const ProgramResult text = run({"check", capture.path(), "--key-file", key_file.path(), "-v",
                                  "--fault-output", "3"});
  const ProgramResult doctor = run({"doctor", "--bundle", folder, "--out", archive, "--json"});
  INFO(doctor.err);
  const std::string packed = unpacked(archive);
  CHECK(packed.find("syngate-bundle/run.json") != std::string::npos);
  CHECK(packed.find("\"event\":\"mismatch\"") != std::string::npos);
  std::string all = first.out + first.err + text.out + text.err + doctor.out + doctor.err +
                    all_of(folder) + text_of(reply) + packed;
  CHECK(all.size() > 10000);
  const std::string bytes_of_key(raw.begin(), raw.end());
  const std::string backwards(raw.rbegin(), raw.rend());
  CHECK(all.find(bytes_of_key) == std::string::npos);
  CHECK(all.find(backwards) == std::string::npos);
  std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  for (const char* spelling : {"c0ffee1122334455", "667788990badcafe", "5544332211eeffc0", "fecaad0b99887766"})
    CHECK(all.find(spelling) == std::string::npos);

  // The same run makes the same bundle.
  const std::string second = spare.path() + ".2.tar.gz";
  CHECK(run({"doctor", "--bundle", folder, "--out", second}).code == doctor.code);
  CHECK(text_of(second) == text_of(archive));
  CHECK(run({"doctor", "--bundle", folder, "--out", second}).code == 2);  // is there already
  CHECK(run({"doctor", "--bundle", capture.path()}).code == 3);
  const ProgramResult waves =
      run({"replay", capture.path(), "--redact-keys", "--waves", spare.path() + ".fst"});
  CHECK(waves.code == 2);
  CHECK(waves.err.find("the waves hold the keys") != std::string::npos);
  for (const std::string& path : {archive, second, reply}) std::remove(path.c_str());
  CHECK(std::system(("rm -r '" + folder + "'").c_str()) == 0);
}

}  // namespace
}  // namespace syngate::sim::test
