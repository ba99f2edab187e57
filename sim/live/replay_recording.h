// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "keys.h"
#include "recording.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

struct RecordingReplayOptions {
  std::string path;
  std::optional<KeyFile> key_file;
  bool check = true;
  std::string waves;  ///< path of an FST (needs syngate-traced), empty: none
  std::uint64_t waves_from = 0, waves_to = 0, waves_frames = 0;  ///< as SimulatorOptions
  std::uint64_t fault_output = 0;                                ///< SimulatorOptions::fault_output
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string&)> on_mismatch;
  std::function<void(const FrameResult&)> on_result;
};

struct RecordingReplayResult {
  LiveStart start;
  std::uint64_t inputs = 0, flood = 0, outputs = 0,
                compared = 0;  ///< `compared`: outputs whose bytes are in the recording
  std::uint64_t end_cycle = 0;
  std::string difference;  ///< the first; empty: every byte and clock is as recorded
  std::string cut;         ///< the recording ends early
  bool interrupted = false;
  Statistics statistics;
  int exit_code() const;
};

/// Does again what was recorded and compares every output byte and clock. Throws CaptureError and
/// InputError.
RecordingReplayResult replay_recording(const RecordingReplayOptions& options);

struct TrimOptions {
  std::string path, out;
  std::optional<KeyFile> key_file;
  std::uint64_t packet = 0;   ///< id of the frame, as the comments say
  std::uint64_t context = 8;  ///< frames around it that are kept besides its connection's
};

struct TrimResult {
  std::uint64_t inputs = 0, kept = 0;
  std::uint64_t packet = 0;  ///< its id in the new recording
  std::string verdict, flow;
  bool whole = false;  ///< less than everything before it gave another fate
};

/// Writes the part of a recording that shows what happened to one frame: its connection, its
/// neighbours, the times. The frame's verdict and bytes that leave for it are the same, clocks may
/// differ. Throws CaptureError, InputError, OutputError.
TrimResult trim_recording(const TrimOptions& options);

}  // namespace syngate::sim
