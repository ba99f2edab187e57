// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// What is told to Prometheus about a run, at its end or on the way.
struct Metrics {
  std::string version;
  unsigned clock_mhz = 200;
  std::array<std::uint64_t, defs::kVerdictCount> verdicts{};  ///< as the observation port showed them
  std::array<std::uint64_t, defs::kReasonCount> reasons{};    ///< likewise, of the drops; [0] is not used
  Statistics statistics;
  bool counters_read = false;          ///< statistics.counters holds the registers (Simulator::finish())
  bool checked = true;                 ///< compared with the model
  std::optional<std::uint64_t> flows;  ///< occupied slots of the flow table
  std::uint64_t rotations = 0;         ///< minutes for which secret1 was renewed
  /// Of a live run only. Frames of the flood are in the figures above too; what a server sends goes past the pipeline.
  struct Live {
    struct Port {
      std::string name;  ///< as on the command line
      std::uint64_t in = 0, out = 0, not_sent = 0;
    };
    std::vector<Port> ports;
    std::uint64_t flood = 0, bypassed = 0, lost_on_lines = 0;
  };
  std::optional<Live> live;
};

/// Prometheus text format 0.0.4 (docs/reference/run-directory.md). The same figures give the same bytes: no timestamps.
std::string metrics_text(const Metrics& metrics);

/// A text file that is there as a whole or not at all, as node_exporter's textfile collector wants it: written beside `path` as
/// `path`.part and renamed. Where `path` is no regular file (a pipe, a terminal) it is written directly.
class MetricsFile {
 public:
  /// Creates the file, `-` is standard output. Throws OutputError, so that a run does not end with the news.
  explicit MetricsFile(const std::string& path);
  ~MetricsFile();
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;
  /// Writes it all and closes. Throws OutputError.
  void write(const std::string& text);

 private:
  std::string path_, part_;
  int fd_ = -1;
};

}  // namespace syngate::sim
