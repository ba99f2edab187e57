// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "events.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "catch2.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

std::string scratch(const char* name) { return "events-" + std::to_string(getpid()) + "-" + name; }

std::string content(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

FrameResult result(std::uint64_t id, defs::Verdict verdict, std::size_t outputs) {
  FrameResult r;
  r.id = id;
  r.cycle_first = 10 + id;
  r.cycle_in = 11 + id;
  r.cycle_entered = 19 + id;
  r.cycle_decided = 100 + id;
  r.cycle_out = 122 + id;
  r.generation = 47;
  r.verdict = verdict;
  r.reason = verdict == defs::Verdict::kDrop ? defs::Reason::kBadCookie : defs::Reason::kNone;
  r.decision = {defs::TableOp::kInsert, true, true, true, 3, 0x5b1d07f3, 0xa9};
  r.outputs = outputs;
  r.flows = 7;
  return r;
}

FrameEvent offered(const char* flow) {
  FrameEvent event;
  event.file = 1;
  event.number = 18;
  event.time_ns = 1234567890123456789;
  event.length = 60;
  event.flow = flow;
  event.options = "MSS";
  return event;
}

// The text of docs/reference/run-directory.md, by hand.
const char* const kLine =
    R"({"event":"frame","id":0,"source":"capture","file":1,"number":18,"time_ns":1234567890123456789,"length":60,)"
    R"("flow":"SYN a -> b","options":"MSS","first":10,"in":11,"entered":19,"decided":100,"done":122,"generation":47,)"
    R"("verdict":"reply","reason":"none","op":"insert","hit":true,"cookie_ok":true,"age":1,"mss_index":3,)"
    R"("cookie":"0x5b1d07f3","tsval":"0x000000a9","flows":7,)"
    R"("out":[{"port":"reply","cycle":123,"length":74,"handoff":false}]})"
    "\n";

}  // namespace

TEST_CASE("a frame's line is complete when its last output has left, in the order of ids") {
  const std::string path = scratch("order.jsonl");
  EventWriter writer(path);
  writer.offered(offered("SYN a -> b"));
  FrameEvent second = offered("ACK a -> b");
  second.source = Source::kAttack;
  second.options.clear();
  writer.offered(second);
  writer.decided(result(0, defs::Verdict::kReply, 1), true);
  writer.decided(result(1, defs::Verdict::kDrop, 0), false);
  writer.left(Output{Port::kReply, 0, 0, false, 123, nullptr, 74});
  writer.close();
  std::istringstream lines(content(path));
  std::string line;
  std::getline(lines, line);
  CHECK(line + "\n" == kLine);
  std::getline(lines, line);
  // Generated frames come from no file; without the model nothing is known of the table.
  CHECK(line.find("\"file\"") == std::string::npos);
  CHECK(line.find("\"flows\"") == std::string::npos);
  CHECK(line.find(R"("id":1,"source":"attack","length":60)") != std::string::npos);
  CHECK(line.find(R"("verdict":"drop","reason":"bad_cookie")") != std::string::npos);
  CHECK_FALSE(std::getline(lines, line));
  unlink(path.c_str());
}

TEST_CASE("a line that is still waiting for its output is not written") {
  const std::string path = scratch("waiting.jsonl");
  {
    EventWriter writer(path);
    writer.offered(offered("x"));
    writer.decided(result(0, defs::Verdict::kHandoffPass, 2), true);
    writer.left(Output{Port::kForward, 0, 0, true, 123, nullptr, 74});
    writer.close();
  }
  CHECK(content(path).empty());
  unlink(path.c_str());
}

TEST_CASE("what is written is read back") {
  const std::string path = scratch("back.jsonl");
  const std::string start =
      R"({"event":"start","schema":"syngate.events/1","cycle":5,"clock_mhz":200,"count":9,"ms":8,"check":false})";
  const std::string mismatch =
      R"({"event":"mismatch","id":3,"cycle":4,"stage":"cookie","field":"isn","rtl":"1","model":"2"})";
  write_file(path, start + "\n" + kLine + mismatch + "\n" + R"({"event":"end","cycle":6,"frames":1,"mismatches":1,"lost":0})" + "\n");
  EventReader reader(path);
  Event event;
  REQUIRE(reader.next(&event));
  CHECK(event.kind == Event::Kind::kStart);
  CHECK(event.clock_mhz == 200);
  CHECK_FALSE(event.check);
  REQUIRE(reader.next(&event));
  CHECK(event.kind == Event::Kind::kFrame);
  CHECK(event.frame.decision.cookie == 0x5b1d07f3);
  CHECK(event.frame.decision.op == defs::TableOp::kInsert);
  CHECK(event.frame.flows == std::uint64_t{7});
  REQUIRE(event.frame.out.size() == 1);
  CHECK(event.frame.out[0].cycle == 123);
  REQUIRE(reader.next(&event));
  CHECK(event.kind == Event::Kind::kMismatch);
  CHECK(event.field == "isn");
  REQUIRE(reader.next(&event));
  CHECK(event.kind == Event::Kind::kEnd);
  CHECK(event.mismatches == 1);
  CHECK_FALSE(reader.next(&event));
  CHECK_FALSE(reader.cut());
  unlink(path.c_str());
}

TEST_CASE("a cut last line ends the file, a wrong line is named") {
  const std::string path = scratch("wrong.jsonl");
  const std::string end = R"({"event":"end","cycle":6,"frames":1,"mismatches":1,"lost":0})";
  write_file(path, end + "\n" + end.substr(0, 20));
  {
    EventReader reader(path);
    Event event;
    CHECK(reader.next(&event));
    CHECK_FALSE(reader.next(&event));
    CHECK(reader.cut());
  }
  for (const char* bad : {"{\"event\":\"end\"}", "nonsense", "[]", R"({"event":"other","cycle":1})",
                          R"({"event":"start","schema":"x","cycle":1})"}) {
    write_file(path, end + "\n" + bad + "\n");
    EventReader reader(path);
    Event event;
    CHECK(reader.next(&event));
    try {
      reader.next(&event);
      FAIL("accepted: " << bad);
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).find(path + " line 2: ") == 0);
    }
  }
  unlink(path.c_str());
  CHECK_THROWS_AS(EventReader("no/such/file"), InputError);
}

TEST_CASE("a number that its field cannot hold is named") {
  const std::string path = scratch("number.jsonl");
  for (const char* frames : {"1e92", "1.5", "-1", "18446744073709551616", "\"1\""}) {
    write_file(path, fmt::format(R"({{"event":"end","cycle":6,"frames":{},"mismatches":1,"lost":0}})", frames) + "\n");
    EventReader reader(path);
    Event event;
    try {
      reader.next(&event);
      FAIL("accepted: " << frames);
    } catch (const InputError& error) {
      CHECK(error.what() == path + " line 1: frames is no whole number from 0 to 18446744073709551615");
    }
  }
  unlink(path.c_str());
}

TEST_CASE("a disk that is full is an error") {
  EventWriter writer("/dev/full");
  writer.offered(offered("x"));
  writer.decided(result(0, defs::Verdict::kDrop, 0), true);
  CHECK_THROWS_AS(writer.close(), OutputError);
  CHECK_THROWS_AS(EventWriter("no/such/folder/events.jsonl"), OutputError);
}

}  // namespace syngate::sim
