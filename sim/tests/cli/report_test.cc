// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "catch2.h"
#include "exit_code.h"
#include "replay.h"
#include "style.h"

namespace syngate::sim {
namespace {

ReplayResult finished() {
  ReplayResult result;
  ReplayFile file;
  file.path = "flood.pcap";
  file.format = "pcap, microseconds, little-endian, Ethernet";
  file.counts.frames_read = 1000;
  file.counts.skipped[static_cast<std::size_t>(Skip::kTruncatedCapture)] = 10;
  result.files.push_back(file);
  result.counts = file.counts;
  result.frames_offered = 990;
  result.verdicts = {0, 900, 40, 10, 40};
  result.reasons[static_cast<std::size_t>(defs::Reason::kBadCookie)] = 40;
  result.statistics.offered = result.statistics.decided = 990;
  result.statistics.busy_cycles = 1980;
  result.statistics.counters[defs::counter::kCookieAge0] = 48;
  result.statistics.counters[defs::counter::kCookieAge1] = 2;
  result.statistics.latency = {990, 150, 150, 150, 150};
  return result;
}

TEST_CASE("exit codes, the worst first") {
  ReplayResult result = finished();
  CHECK(result.exit_code() == kExitOk);
  result.files.push_back({"bad", "", "broken", {}});
  CHECK(result.exit_code() == kExitBadInput);
  result.interrupted = true;
  CHECK(result.exit_code() == kExitInterrupted);
  result.failure = Failure::kOutput;
  CHECK(result.exit_code() == kExitBadInput);
  result.statistics.lost = 1;
  CHECK(result.exit_code() == kExitMismatch);
  result.statistics.lost = 0;
  result.statistics.mismatches = 1;
  CHECK(result.exit_code() == kExitMismatch);
  result.failure = Failure::kAssertion;
  CHECK(result.exit_code() == kExitAssertion);
  result.failure = Failure::kHang;
  CHECK(result.exit_code() == kExitHang);
  result.failure = Failure::kInternal;
  CHECK(result.exit_code() == kExitInternal);
}

TEST_CASE("the JSON object has what scripts rely on") {
  ReplayOptions options;
  options.seed = 9;
  const auto object = nlohmann::json::parse(replay_json(options, finished()));
  CHECK(object["schema"] == "syngate.replay/1");
  CHECK(object["seed"] == 9);
  CHECK(object["frames_read"] == 1000);
  CHECK(object["frames_offered"] == 990);
  CHECK(object["frames_skipped"] == nlohmann::json({{"truncated_capture", 10}}));
  CHECK(object["verdicts"] ==
        nlohmann::json(
            {{"pass", 0}, {"reply", 900}, {"handoff", 40}, {"handoff_pass", 10}, {"drop", 40}}));
  CHECK(object["drops"] == nlohmann::json({{"bad_cookie", 40}}));
  CHECK(object["latency_clocks"] ==
        nlohmann::json({{"min", 150}, {"median", 150}, {"p99", 150}, {"max", 150}}));
  CHECK(object["queueing_clocks"]["min"].is_null());
  CHECK(object["frames_per_clock"] == 0.5);
  CHECK(object["simulated_mpps"] == 100.0);
  CHECK(object["cookies"] == nlohmann::json({{"sent", 900}, {"validated", 50}, {"rejected", 40}}));
  for (const char* name : {"version", "files", "frames_padded", "checksums_fixed", "mismatches",
                           "lost", "clock_mhz", "counters", "outputs", "warnings"}) {
    INFO(name);
    CHECK(object.contains(name));
  }
  ReplayResult odd = finished();
  odd.files[0].path = "name with \xff byte";
  CHECK(nlohmann::json::accept(replay_json(options, odd)));
}

TEST_CASE("the text for people") {
  ReplayOptions options;
  options.captures = {"flood.pcap"};
  const std::string text = replay_text(options, finished(), Style());
  CHECK(text ==
        "syngate 0.1.0 replay, seed 1\n"
        "\n"
        "What went in\n"
        "  capture     flood.pcap (pcap, microseconds, little-endian, Ethernet, 1000 frames)\n"
        "  frames      1000 read, 990 offered, 10 skipped\n"
        "              skipped for truncated_capture: 10\n"
        "  pace        as captured, clock 200 MHz\n"
        "  protected   nothing\n"
        "\n"
        "What was decided\n"
        "  pass                           0    0.0 %\n"
        "  reply                        900   90.9 %  ####################################\n"
        "  handoff                       40    4.0 %  ##\n"
        "  handoff_pass                  10    1.0 %  #\n"
        "  drop                          40    4.0 %  ##\n"
        "    bad_cookie                  40    4.0 %  ##\n"
        "  cookies     900 sent, 50 validated, 40 rejected\n"
        "  latency     min 150, median 150, p99 150, max 150 clocks (750, 750, 750, 750 ns)\n"
        "  rate        0.5000 frames per clock while busy: 100.000 Mpps at 200 MHz\n"
        "  model       0 mismatches, 0 lost\n"
        "\n"
        "What next\n"
        "  frames were cut by the snaplen: --truncated=pad fills them with zeros\n");
}

}  // namespace
}  // namespace syngate::sim
