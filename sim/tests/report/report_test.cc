// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "catch2.h"
#include "html.h"
#include "summary.h"

namespace syngate::sim {
namespace {

Event frame_at(std::uint64_t cycle, defs::Verdict verdict) {
  Event event;
  event.kind = Event::Kind::kFrame;
  event.frame.in = cycle;
  event.frame.done = cycle + 111;
  event.frame.verdict = verdict;
  event.frame.flow = "SYN 203.0.113.9:41022 -> 198.51.100.2:443";
  return event;
}

RunSummary started() {
  RunSummary summary;
  Event start;
  start.kind = Event::Kind::kStart;
  start.cycle = 1000;
  start.clock_mhz = 200;
  summary.add(start);
  return summary;
}

}  // namespace

TEST_CASE("slices merge as the run gets longer, and no frame is lost") {
  RunSummary summary = started();
  for (std::uint64_t i = 0; i < 100000; ++i) summary.add(frame_at(1000 + 7 * i, i % 2 == 0 ? defs::Verdict::kReply : defs::Verdict::kPass));
  CHECK(summary.slices.size() <= RunSummary::kSlices);
  std::uint64_t offered = 0, answered = 0;
  for (const TimeSlice& slice : summary.slices) {
    offered += slice.offered;
    answered += slice.answered;
  }
  CHECK(offered == 100000);
  CHECK(answered == 50000);
  CHECK(summary.slices.size() * summary.slice_clocks >= 700000);
}

TEST_CASE("top names are exact while there are few and bounded while there are many") {
  TopNames few(10);
  for (int i = 0; i < 100; ++i) few.add(i % 3 == 0 ? "a" : "b");
  CHECK(few.exact());
  REQUIRE(few.top(5).size() == 2);
  CHECK(few.top(5)[0] == std::make_pair(std::string("b"), std::uint64_t{66}));
  CHECK(few.top(5)[1] == std::make_pair(std::string("a"), std::uint64_t{34}));
  // A heavy name among many light ones: space-saving keeps it, too high by at most its error.
  TopNames many(16);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    many.add("light " + std::to_string(i));
    many.add("heavy");
  }
  CHECK_FALSE(many.exact());
  CHECK(many.names() == 16);
  CHECK(many.top(1)[0].first == "heavy");
  CHECK(many.top(1)[0].second >= 5000);
  CHECK(many.top(1)[0].second <= 5000 + many.error());
}

TEST_CASE("the sender of a flow") {
  CHECK(flow_source("SYN 203.0.113.9:41022 -> 198.51.100.2:443") == "203.0.113.9");
  CHECK(flow_source("SYN|ECE [2001:db8::1]:443 -> [2001:db8::2]:1") == "2001:db8::1");
  CHECK(flow_source("IPv6 next header 58 2001:db8::1 -> 2001:db8::2") == "2001:db8::1");
  CHECK(flow_source("ethertype 0x0806").empty());
  CHECK(flow_source("").empty());
}

TEST_CASE("names in a report are text") {
  RunSummary summary = started();
  nlohmann::ordered_json run = {{"argv", {"syngate", "replay", "</pre><script>x</script>"}},
                                {"captures", {{{"path", "<b>&\"'"}, {"frames_read", 1}, {"error", ""}}}}};
  const std::string html = report_html(summary, run, false);
  CHECK(html.find("<script>") == std::string::npos);
  CHECK(html.find("&lt;b&gt;&amp;&quot;&#39;") != std::string::npos);
  CHECK(html.find("No frame was offered") != std::string::npos);
  CHECK(html.find("nan") == std::string::npos);
  CHECK(html.find("http") == std::string::npos);
}

}  // namespace syngate::sim
