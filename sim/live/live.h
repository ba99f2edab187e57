// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "impairment.h"
#include "keys.h"
#include "live_port.h"
#include "recording.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// Everything `syngate live` can be told, checked.
struct LiveOptions {
  std::string client;                ///< port, as open_port()
  std::vector<std::string> servers;  ///< likewise, at least one
  LiveStart start;                   ///< `version`, `base_ns` and `servers` are filled in
  std::optional<KeyFile> key_file;
  std::string record;      ///< path of the recording
  std::string flood_file;  ///< frames of the flood come from this capture, again and again
  std::map<std::string, Impairment> impairments;  ///< by "client", "server0", "server1" ...
  bool flood_passes = false;  ///< frames of the flood that pass go on to the servers
  bool check = true;
  std::uint64_t duration_ns = 0;  ///< of real time; 0: no limit
  const std::atomic<bool>* stop = nullptr;
  /// The box's minutes and milliseconds go ahead by this much for each of `steps`; whatever else is of time stays.
  std::uint64_t step_ns = 0;
  const std::atomic<unsigned>* steps = nullptr;
  std::function<void(const std::string&)> on_warning;
  std::function<void(const std::string&)> on_mismatch;
  std::function<void()> on_ready;                           ///< all ports are open
  std::function<void(const struct LiveResult&)> on_status;  ///< at most every 100 ms, and when idle
};

/// What came out, so far or at the end.
struct LiveResult {
  struct Named {
    std::string spec;
    PortCounts counts;
  };
  std::vector<Named> ports;         ///< client first
  std::uint64_t offered = 0;        ///< live frames into the pipeline
  std::uint64_t flood = 0;          ///< frames of the flood
  std::uint64_t bypassed = 0;       ///< server to client, not through the pipeline
  std::uint64_t lost_on_lines = 0;  ///< by impairments
  std::array<std::uint64_t, defs::kVerdictCount> verdicts{}, flood_verdicts{};
  std::array<std::uint64_t, defs::kReasonCount> reasons{}, flood_reasons{};
  std::uint64_t outputs = 0, digest = 0;
  std::uint64_t elapsed_ns = 0;  ///< real time
  std::uint64_t simulated_ns = 0;
  Statistics statistics;
  bool interrupted = false;
  std::string gone;  ///< a port that went away ended the run: its message
};

/// Runs until interrupted, until --duration is over, until a port is gone or a capture at the
/// client side is at its end. The recording is complete whenever it returns; when it throws
/// (AssertionError, HangError), the recording ends before what failed. Throws PortError and
/// OutputError when it cannot start.
LiveResult run_live(const LiveOptions& options);

}  // namespace syngate::sim
