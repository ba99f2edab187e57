// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "capture_files.h"
#include "catch2.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

using test::contains;

Metrics some() {
  Metrics metrics;
  metrics.version = "1.2.3";
  metrics.clock_mhz = 250;
  metrics.verdicts = {1, 2, 3, 4, 5};
  metrics.reasons[static_cast<std::size_t>(defs::Reason::kBadCookie)] = 5;
  metrics.statistics.offered = 15;
  // 4 ns each: 100 clocks are 400 ns, 101 are 404, 1000 are 4 us, 100000 are 400 us.
  metrics.statistics.latency.count = 10;
  metrics.statistics.latency.values = {{100, 4}, {101, 3}, {1000, 2}, {100000, 1}};
  return metrics;
}

}  // namespace

TEST_CASE("frames by verdict and reason, zero ones as well") {
  const std::string text = metrics_text(some());
  CHECK(contains(text, "\nsyngate_packets_total{verdict=\"pass\",reason=\"none\"} 1\n"));
  CHECK(contains(text, "\nsyngate_packets_total{verdict=\"handoff_pass\",reason=\"none\"} 4\n"));
  CHECK(contains(text, "\nsyngate_packets_total{verdict=\"drop\",reason=\"bad_cookie\"} 5\n"));
  CHECK(contains(text, "\nsyngate_packets_total{verdict=\"drop\",reason=\"land\"} 0\n"));
  CHECK_FALSE(contains(text, "verdict=\"drop\",reason=\"none\""));
  CHECK(contains(text, "\nsyngate_clock_hertz 250000000\n"));
  CHECK(contains(text, "\nsyngate_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_CASE("clocks become seconds; buckets are cumulative and hold what equals their bound") {
  const std::string text = metrics_text(some());
  CHECK(contains(text, "\n# TYPE syngate_latency_seconds histogram\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"3e-07\"} 0\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"4e-07\"} 4\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"5e-07\"} 7\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"3e-06\"} 7\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"5e-06\"} 9\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"0.0001\"} 9\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_bucket{le=\"+Inf\"} 10\n"));
  // 400 + 303 + 2000 + 100000 clocks of 4 ns.
  CHECK(contains(text, "\nsyngate_latency_seconds_sum 0.000410812\n"));
  CHECK(contains(text, "\nsyngate_latency_seconds_count 10\n"));
}

TEST_CASE("what is not known is not told") {
  Metrics metrics = some();
  metrics.checked = false;
  std::string text = metrics_text(metrics);
  CHECK_FALSE(contains(text, "syngate_core_"));
  CHECK_FALSE(contains(text, "syngate_mismatches_total"));
  CHECK_FALSE(contains(text, "syngate_flow_table_slots"));
  metrics.checked = true;
  metrics.counters_read = true;
  metrics.flows = 7;
  metrics.statistics.counters[defs::counter::kTableEvict] = 9;
  text = metrics_text(metrics);
  CHECK(contains(text, "\n# HELP syngate_core_table_evict_total table_op evict\n"
                       "# TYPE syngate_core_table_evict_total counter\nsyngate_core_table_evict_total 9\n"));
  CHECK(contains(text, "\nsyngate_mismatches_total 0\n"));
  CHECK(contains(text, "\nsyngate_flow_table_slots 7\n"));
}

TEST_CASE("the file is there as a whole or not at all") {
  const test::TempFile place({'o', 'l', 'd'});
  const auto content = [&place] {
    std::ifstream in(place.path());
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  };
  const std::string part = place.path() + ".part";
  {
    MetricsFile file(place.path());
    CHECK(access(part.c_str(), F_OK) == 0);
    CHECK(content() == "old");
  }
  CHECK(access(part.c_str(), F_OK) != 0);
  CHECK(content() == "old");
  MetricsFile file(place.path());
  file.write("new\n");
  CHECK(access(part.c_str(), F_OK) != 0);
  CHECK(content() == "new\n");
  // A device is written to, never replaced.
  MetricsFile null("/dev/null");
  null.write("x");
  struct stat info {};
  REQUIRE(stat("/dev/null", &info) == 0);
  CHECK(S_ISCHR(info.st_mode));
  MetricsFile full("/dev/full");
  CHECK_THROWS_AS(full.write("x"), OutputError);
  CHECK_THROWS_AS(MetricsFile("/nonexistent/m.prom"), OutputError);
}

}  // namespace syngate::sim
