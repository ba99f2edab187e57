// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capture_stream.h"
#include "client_mix.h"
#include "events.h"
#include "follow.h"
#include "keys.h"
#include "mismatch.h"
#include "pacing.h"
#include "syngate/sim/capture.h"
#include "syngate/sim/simulator.h"
#include "trigger.h"

namespace syngate::sim {

/// How far a replay is.
struct ReplayProgress {
  bool counting = false;      ///< still the first pass over the captures
  std::uint64_t frames = 0;   ///< read by the first pass, or offered
  std::uint64_t total = 0;    ///< that will be offered; 0: not known (standard input)
  double simulated_us = 0;    ///< simulated time since the start
};

/// What a generated attack consists of. Spelled in options and outputs as attack_name() says.
enum class Attack : std::uint8_t { kNone, kSyns, kAcks, kSynAcks, kRsts, kMixed };
const char* attack_name(Attack attack);

/// Everything `syngate replay` can be told, checked.
struct ReplayOptions {
  std::vector<std::string> captures;
  std::string filter;
  bool pad_truncated = false;
  bool fix_checksums = false;
  std::uint64_t loop = 1;
  std::uint64_t limit = 0;  ///< frames offered in all; 0: no limit
  double multiplier = 1.0;  ///< of the captures' pace, with Pace::kCapture
  std::uint64_t duration_ns = 0;  ///< of the run's time; 0: no limit
  bool unique_ip = false;   ///< add the number of the round to the addresses that are not protected
  bool follow = false;      ///< recorded clients are answered by the pipeline

  std::uint64_t clients = 0;  ///< generated honest clients
  ClientMix client_mix = default_client_mix();
  std::string client_mix_path;  ///< where it came from, empty: default

  Attack attack = Attack::kNone;
  std::uint64_t attack_frames = 0;  ///< 0: by attack_ratio, or 100000 without captures
  double attack_ratio = 10.0;       ///< per captured frame

  Pace pace = Pace::kCapture;
  std::uint64_t rate = 0;  ///< as in Pacer
  unsigned clock_mhz = 200;

  std::vector<model::Destination> protect;  ///< empty: what the SYNs of the captures ask for
  std::optional<std::uint16_t> mss;         ///< for every entry
  std::optional<std::uint8_t> wscale;
  std::optional<std::uint32_t> policy;

  std::uint64_t seed = 1;
  std::optional<KeyFile> key_file;
  std::uint32_t count = 286326;  ///< minute count at the start: Linux just after boot with HZ 250
  std::uint32_t ts_clock = 1000000;  ///< ms at the start

  std::string out_reply, out_forward;
  std::string out_pcapng;  ///< what went in and what left, with comments
  std::string metrics;     ///< Prometheus text at the end, "-" for standard output
  std::string run_directory;  ///< to be created, empty: none
  std::vector<std::string> argv;  ///< for run.json: the command line, program name first
  std::string waves;
  std::uint64_t waves_frames = 1000;
  std::optional<Trigger> trigger;  ///< watched for; the run goes on to its end
  std::uint64_t waves_from = 0, waves_to = 0;  ///< clocks of the FST; with waves_to the run ends behind it
  bool check = true;
  double idle = 0.0;
  double backpressure = 0.0;
  std::uint64_t fault_keep = 0;    ///< SimulatorOptions::fault_keep
  std::uint64_t fault_output = 0;  ///< SimulatorOptions::fault_output
  std::vector<std::uint8_t> fault_pattern;  ///< SimulatorOptions::fault_pattern
  std::string rerun;  ///< command line to which " --limit N" is added for a mismatch
  const std::atomic<bool>* stop = nullptr;
  bool stop_at_mismatch = false;  ///< offer nothing more after the first one

  /// Every frame offered: its bytes, its time in the capture, the time of the run that was set for it.
  std::function<void(const CaptureFrame&, std::uint64_t elapsed_ns, std::uint64_t run_ns)> on_offer;
  std::function<void(const std::string&)> on_warning;   ///< one line, without "warning: "
  std::function<void(const std::string&)> on_error;     ///< one line, a capture that cannot be used
  std::function<void(const std::string&)> on_mismatch;  ///< several lines, as printed
  std::function<void(const ReplayProgress&)> on_progress;  ///< every 1024 frames
};

enum class Failure : std::uint8_t { kNone, kAssertion, kHang, kOutput, kInternal };

/// What came out of a run.
struct ReplayResult {
  std::vector<ReplayFile> files;
  CaptureCounts counts;
  std::uint64_t frames_offered = 0;
  std::uint64_t times_adjusted = 0;
  std::array<std::uint64_t, kSourceCount> sources{};  ///< frames offered, by Source
  std::uint64_t rounds = 0;     ///< through the captures, begun
  std::optional<FollowReport> follow;
  struct ClientReport {
    std::uint64_t started = 0, completed = 0, retried = 0, gave_up = 0;
    std::uint64_t wrong = 0;  ///< answers and hand-offs that are not right to a real client
    std::uint64_t connect_p50_ns = 0, connect_p99_ns = 0;  ///< first SYN to hand-off
  };
  std::optional<ClientReport> clients;
  std::uint64_t rotations = 0;  ///< minutes for which secret1 was renewed
  std::array<std::uint64_t, defs::kVerdictCount> verdicts{};
  std::array<std::uint64_t, defs::kReasonCount> reasons{};
  Statistics statistics;
  bool counters_read = false;  ///< statistics.counters holds the registers: the run came to its end
  std::optional<std::uint64_t> flows;  ///< occupied slots of the flow table at the end, when checked
  std::vector<model::Destination> destinations;  ///< as protected
  std::vector<std::string> warnings;
  std::vector<std::string> mismatch_texts;
  std::optional<Mismatch> first_mismatch;
  FrameOrigin first_origin;  ///< of the frame of the first mismatch
  bool interrupted = false;
  std::optional<std::uint64_t> trigger_cycle, trigger_packet;  ///< first event that matched ReplayOptions::trigger
  Failure failure = Failure::kNone;
  std::string failure_text;

  bool any_file_failed() const;
  bool any_file_used() const;
  int exit_code() const;
};

/// Replays. Throws UsageError, OutputError (an output that cannot be created, before anything runs)
/// and FilterError; everything that happens later is in the result.
ReplayResult replay(const ReplayOptions& options);

/// The options as they were resolved, without key material, for run.json.
std::string options_json(const ReplayOptions& options);

/// The result as one JSON object, schema "syngate.replay/1".
std::string replay_json(const ReplayOptions& options, const ReplayResult& result);

struct Style;
/// The result for people: what went in, what was decided, what next.
std::string replay_text(const ReplayOptions& options, const ReplayResult& result,
                        const Style& style);

}  // namespace syngate::sim
