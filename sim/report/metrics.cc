// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string_view>
#include <vector>

#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

// Upper bounds in ns. Fixed, so that runs at different clocks can be added.
const std::vector<std::uint64_t> kLatencyNs = {300,  400,  500,  600,   800,   1000,  1500,
                                               2000, 3000, 5000, 10000, 20000, 50000, 100000};
const std::vector<std::uint64_t> kQueueingNs = {0,   10,   20,   50,   100,   200,   500,
                                                1000, 2000, 5000, 10000, 20000, 50000, 100000};

class Text {
 public:
  explicit Text(const Metrics& metrics) : m_(metrics) {}

  std::string render() {
    const Statistics& s = m_.statistics;
    family("syngate_build_info", "version of the program", "gauge");
    sample("syngate_build_info", fmt::format(R"({{version="{}"}})", m_.version), 1);
    one("syngate_clock_hertz", "clock of the pipeline", "gauge", std::uint64_t{m_.clock_mhz} * 1000000);
    packets();
    one("syngate_frames_offered_total", "frames whose last beat was accepted", "counter", s.offered);
    one("syngate_frames_decided_total", "frames that egress admitted or dropped", "counter", s.decided);
    one("syngate_frames_lost_total", "frames that were not decided, and outputs that never came", "counter", s.lost);
    family("syngate_frames_out_total", "frames that left, by port; handoff frames leave on the forward port", "counter");
    sample("syngate_frames_out_total", R"({port="reply",handoff="false"})", s.replies);
    sample("syngate_frames_out_total", R"({port="forward",handoff="true"})", s.handoffs);
    sample("syngate_frames_out_total", R"({port="forward",handoff="false"})", s.forwarded);
    if (m_.checked) one("syngate_mismatches_total", "differences between RTL and model", "counter", s.mismatches);
    one("syngate_clocks_total", "clocks simulated, skipped idle time left out", "counter", s.cycles);
    one("syngate_busy_clocks_total", "clocks from the first beat offered to the last frame decided, skipped idle time left out",
        "counter", s.busy_cycles);
    one("syngate_key_rotations_total", "minutes for which secret1 was renewed", "counter", m_.rotations);
    if (m_.flows) one("syngate_flow_table_slots", "occupied slots of the flow table", "gauge", *m_.flows);
    if (m_.counters_read) counters();
    if (m_.live) live(*m_.live);
    histogram("syngate_latency_seconds", "last beat in to first beat out, frames that met empty queues", s.latency, kLatencyNs);
    histogram("syngate_queueing_seconds", "what queues added to the latency, all frames", s.queueing, kQueueingNs);
    return std::move(text_);
  }

 private:
  void family(std::string_view name, std::string_view help, std::string_view type) {
    text_ += fmt::format("# HELP {} ", name);
    for (const char c : help) {
      if (c == '\\') text_ += "\\\\";
      else if (c == '\n') text_ += "\\n";
      else text_ += c;
    }
    text_ += fmt::format("\n# TYPE {} {}\n", name, type);
  }
  void sample(std::string_view name, std::string_view labels, std::uint64_t value) {
    text_ += fmt::format("{}{} {}\n", name, labels, value);
  }
  void one(std::string_view name, std::string_view help, std::string_view type, std::uint64_t value) {
    family(name, help, type);
    sample(name, "", value);
  }

  void packets() {
    family("syngate_packets_total", "frames by verdict, and by reason where dropped", "counter");
    for (unsigned i = 0; i < defs::kVerdictCount; ++i) {
      const auto verdict = static_cast<defs::Verdict>(i);
      if (verdict == defs::Verdict::kDrop) continue;
      packet(verdict, defs::Reason::kNone, m_.verdicts[i]);
    }
    for (unsigned i = 1; i < defs::kReasonCount; ++i)
      packet(defs::Verdict::kDrop, static_cast<defs::Reason>(i), m_.reasons[i]);
  }
  void packet(defs::Verdict verdict, defs::Reason reason, std::uint64_t value) {
    sample("syngate_packets_total",
           fmt::format(R"({{verdict="{}",reason="{}"}})", defs::to_string(verdict), defs::to_string(reason)), value);
  }

  void counters() {
    for (unsigned i = 0; i < defs::counter::kCount; ++i) {
      if (defs::counter::name(i).empty()) continue;
      one(fmt::format("syngate_core_{}_total", defs::counter::name(i)), defs::counter::help(i), "counter",
          m_.statistics.counters[i]);
    }
  }

  void live(const Metrics::Live& l) {
    family("syngate_live_port_frames_total", "frames that came from and went to a port, and those that the port did not take", "counter");
    for (const Metrics::Live::Port& port : l.ports) {
      std::string name;
      for (const char c : port.name) name += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
      sample("syngate_live_port_frames_total", fmt::format(R"({{port="{}",way="in"}})", name), port.in);
      sample("syngate_live_port_frames_total", fmt::format(R"({{port="{}",way="out"}})", name), port.out);
      sample("syngate_live_port_frames_total", fmt::format(R"({{port="{}",way="not_sent"}})", name), port.not_sent);
    }
    one("syngate_live_flood_frames_total", "frames that the flood inside the simulator offered", "counter", l.flood);
    one("syngate_live_bypassed_frames_total", "frames of servers, past the pipeline", "counter", l.bypassed);
    one("syngate_live_lost_on_lines_total", "frames lost by the impairments asked for", "counter", l.lost_on_lines);
  }

  void histogram(std::string_view name, std::string_view help, const Distribution& d, const std::vector<std::uint64_t>& bounds_ns) {
    family(name, help, "histogram");
    auto value = d.values.begin();
    std::uint64_t seen = 0, clocks = 0;
    for (const std::uint64_t bound : bounds_ns) {
      // In integers: value * 1000 / clock_mhz <= bound.
      for (; value != d.values.end() && value->first * 1000 <= bound * m_.clock_mhz; ++value) seen += value->second;
      sample(name, fmt::format(R"(_bucket{{le="{}"}})", static_cast<double>(bound) / 1e9), seen);
    }
    sample(name, R"(_bucket{le="+Inf"})", d.count);
    for (const auto& [v, n] : d.values) clocks += v * n;
    text_ += fmt::format("{}_sum {}\n", name, static_cast<double>(clocks) / (1e6 * m_.clock_mhz));
    sample(name, "_count", d.count);
  }

  const Metrics& m_;
  std::string text_;
};

}  // namespace

std::string metrics_text(const Metrics& metrics) { return Text(metrics).render(); }

MetricsFile::MetricsFile(const std::string& path) : path_(path) {
  if (path == "-") {
    fd_ = dup(STDOUT_FILENO);
  } else {
    struct stat info {};
    const bool special = stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
    if (!special) part_ = path + ".part";
    fd_ = open((special ? path : part_).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  if (fd_ < 0) throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

MetricsFile::~MetricsFile() {
  if (fd_ < 0) return;
  close(fd_);
  if (!part_.empty()) unlink(part_.c_str());
}

void MetricsFile::write(const std::string& text) {
  int error = 0;
  for (std::size_t at = 0; at < text.size() && error == 0;) {
    const ssize_t written = ::write(fd_, text.data() + at, text.size() - at);
    if (written >= 0) at += static_cast<std::size_t>(written);
    else if (errno != EINTR) error = errno;
  }
  if (close(fd_) != 0 && error == 0) error = errno;
  fd_ = -1;
  if (!part_.empty()) {
    if (error == 0 && std::rename(part_.c_str(), path_.c_str()) != 0) error = errno;
    if (error != 0) unlink(part_.c_str());
  }
  if (error != 0) throw OutputError(fmt::format("{}: cannot be written: {}", path_, std::strerror(error)));
}

}  // namespace syngate::sim
