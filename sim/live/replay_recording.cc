// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "replay_recording.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>

#include "exit_code.h"
#include "live_bench.h"
#include "mismatch.h"
#include "syngate/sim/errors.h"
#include "syngate/sim/packet_view.h"
#include "version.h"

namespace syngate::sim {
namespace {

using Kind = LiveEvent::Kind;

const char* port_name(Port port) { return port == Port::kReply ? "reply" : "forward"; }

std::string describe(const LiveEvent& event) {
  return fmt::format("packet {} at clock {} on the {} port, {} bytes{}, {}", event.id, event.cycle,
                     port_name(event.port), event.bytes.size(), event.handoff ? " (hand-off)" : "",
                     describe_packet(event.bytes.data(), event.bytes.size()));
}

LiveEvent output_event(const Output& output) {
  LiveEvent event;
  event.kind = Kind::kOutput;
  event.cycle = output.cycle;
  event.id = output.id;
  event.port = output.port;
  event.handoff = output.handoff;
  event.bytes.assign(output.data, output.data + output.length);
  return event;
}

// What is different, empty when nothing is.
std::string difference(const LiveEvent& recorded, const LiveEvent& now) {
  const bool same_place = recorded.id == now.id && recorded.port == now.port &&
                          recorded.cycle == now.cycle && recorded.handoff == now.handoff;
  if (same_place && recorded.bytes == now.bytes) return "";
  std::string text = fmt::format("recorded: {}\n  now:      {}", describe(recorded), describe(now));
  const auto [a, b] = std::mismatch(recorded.bytes.begin(), recorded.bytes.end(), now.bytes.begin(),
                                    now.bytes.end());
  if (a != recorded.bytes.end() && b != now.bytes.end()) {
    const auto at = static_cast<std::size_t>(a - recorded.bytes.begin());
    text += fmt::format("\n  byte {} ({}): 0x{:02x}, now 0x{:02x}", at,
                        field_at(recorded.bytes.data(), recorded.bytes.size(), at), *a, *b);
  }
  return text;
}

void check_keys(const std::string& path, const LiveStart& start,
                const std::optional<KeyFile>& key_file) {
  if (start.own_keys && !key_file)
    throw InputError(
        fmt::format("{}: was recorded with a key file; give the same with --key-file", path));
  if (!start.own_keys && key_file)
    throw InputError(
        fmt::format("{}: was recorded without a key file; leave out --key-file", path));
}

// Plays recorded events on a bench; outputs wait in `produced` until they are compared.
class Player {
 public:
  Player(const LiveStart& start, const std::optional<KeyFile>& key_file,
         const SimulatorOptions& simulator)
      : records_flood_(start.flood && start.flood->kind.empty()),
        bench(start, key_file, simulator) {
    bench.on_output = [this](const Output& output, bool flood) {
      if (!flood || records_flood_) produced.push_back(output_event(output));
    };
  }

  void play(const LiveEvent& event) {
    switch (event.kind) {
      case Kind::kInput:
        if (event.flood && records_flood_) bench.take_flood_slot(event.bytes.size());
        bench.offer(event.cycle, event.bytes, event.flood);
        break;
      case Kind::kTime:
        bench.set_time(event.time);
        break;
      case Kind::kFlood:
        bench.flood(event.count);
        break;
      case Kind::kDrain:
        bench.drain();
        break;
      case Kind::kEnd:
        bench.finish();
        break;
      case Kind::kOutput:
      case Kind::kCheck:
      case Kind::kBypass:
        break;
    }
  }

 private:
  bool records_flood_;

 public:
  LiveBench bench;
  std::deque<LiveEvent> produced;
};

}  // namespace

int RecordingReplayResult::exit_code() const {
  if (!difference.empty() || statistics.mismatches != 0 || statistics.lost != 0)
    return kExitMismatch;
  return interrupted ? kExitInterrupted : kExitOk;
}

RecordingReplayResult replay_recording(const RecordingReplayOptions& options) {
  LiveRecording recording(options.path);
  RecordingReplayResult result;
  result.start = recording.start();
  check_keys(options.path, result.start, options.key_file);
  SimulatorOptions simulator;
  simulator.check = options.check;
  simulator.waves = options.waves;
  simulator.waves_from = options.waves_from;
  simulator.waves_to = options.waves_to;
  simulator.waves_frames = options.waves_frames;
  simulator.fault_output = options.fault_output;
  Player player(result.start, options.key_file, simulator);
  player.bench.on_mismatch = [&options](const Mismatch& mismatch) {
    if (options.on_mismatch) options.on_mismatch(mismatch_text(mismatch, {}, "", ""));
  };
  player.bench.on_result = [&options](const FrameResult& frame, bool) {
    if (options.on_result) options.on_result(frame);
  };
  const auto differs = [&result](const std::string& text) {
    if (result.difference.empty()) result.difference = text;
  };
  LiveEvent event;
  bool ended = false;
  std::uint64_t last_check = 0;
  while (result.difference.empty() && recording.next(&event)) {
    result.interrupted = options.stop != nullptr && options.stop->load();
    if (result.interrupted) break;
    if (event.kind == Kind::kInput && event.id != player.bench.offered()) {
      throw InputError(
          fmt::format("{}: packet {} is where packet {} should be; was the file edited?",
                      options.path, event.id, player.bench.offered()));
    }
    player.play(event);
    ended = event.kind == Kind::kEnd;
    if (event.kind == Kind::kInput) ++result.inputs;
    if (event.kind == Kind::kOutput) {
      if (player.produced.empty()) {
        differs(fmt::format("recorded: {}\n  now:      nothing left until clock {}",
                            describe(event), player.bench.cycle()));
      } else {
        differs(difference(event, player.produced.front()));
        player.produced.pop_front();
        ++result.compared;
      }
    }
    if (event.kind != Kind::kCheck && event.kind != Kind::kEnd) continue;
    const OutputDigest& digest = player.bench.digest();
    if (!player.produced.empty()) {
      differs(fmt::format("recorded: nothing until clock {}\n  now:      {}", event.cycle,
                          describe(player.produced.front())));
    } else if (event.count != digest.outputs() || event.digest != digest.value() ||
               event.cycle != player.bench.cycle()) {
      differs(
          fmt::format("between clock {} and {}: recorded: {} outputs, digest {:016x}, clock {}\n  "
                      "now:      {} outputs, digest {:016x}, clock {}",
                      last_check, event.cycle, event.count, event.digest, event.cycle,
                      digest.outputs(), digest.value(), player.bench.cycle()));
    }
    last_check = event.cycle;
  }
  if (!ended) player.bench.finish();
  result.cut = recording.cut();
  result.flood = player.bench.flooded();
  result.outputs = player.bench.digest().outputs();
  result.end_cycle = player.bench.cycle();
  result.statistics = player.bench.statistics();
  return result;
}

namespace {

struct Fate {
  bool seen = false;
  defs::Verdict verdict = defs::Verdict::kPass;
  defs::Reason reason = defs::Reason::kNone;
  std::vector<std::pair<Port, Bytes>> outputs;

  bool operator==(const Fate& o) const {
    return verdict == o.verdict && reason == o.reason && outputs == o.outputs;
  }
};

bool same_connection(const PacketView& a, const PacketView& b) {
  if (!a.tcp || !b.tcp || a.ip6 != b.ip6) return false;
  const auto ends = [](const PacketView& v, bool swapped) {
    const auto from = std::pair(v.source.bytes, v.source_port),
               to = std::pair(v.destination.bytes, v.destination_port);
    return swapped ? std::pair(to, from) : std::pair(from, to);
  };
  return ends(a, false) == ends(b, false) || ends(a, false) == ends(b, true);
}

// Runs what `keep` says of the recording up to its end, writes it when `out` is set, and tells the
// fate of one frame.
template <typename Keep>
Fate run_part(const TrimOptions& options, bool keep_flood, Keep keep, const std::string& out,
              TrimResult* result) {
  LiveRecording recording(options.path);
  LiveStart start = recording.start();
  start.version = kVersion;
  if (!keep_flood) start.flood.reset();
  std::optional<LiveRecorder> recorder;
  if (!out.empty()) recorder.emplace(out, start);
  Player player(start, options.key_file, {});
  Fate fate;
  std::optional<std::uint64_t> wanted;
  player.bench.on_result = [&](const FrameResult& frame, bool) {
    if (!wanted || frame.id != *wanted) return;
    fate.seen = true;
    fate.verdict = frame.verdict;
    fate.reason = frame.reason;
  };
  const auto write = [&](LiveEvent event) {
    event.cycle = event.kind == Kind::kInput ? event.cycle : player.bench.cycle();
    if (recorder) recorder->write(event);
  };
  const auto check = [&](Kind kind) {
    LiveEvent event;
    event.kind = kind;
    event.count = player.bench.digest().outputs();
    event.digest = player.bench.digest().value();
    write(event);
  };
  const auto collect = [&] {
    for (LiveEvent& output : player.produced) {
      if (wanted && output.id == *wanted) fate.outputs.emplace_back(output.port, output.bytes);
      if (recorder) recorder->write(output);
    }
    player.produced.clear();
  };
  const auto drain = [&] {
    LiveEvent event;
    event.kind = Kind::kDrain;
    write(event);
    player.play(event);
    collect();
  };
  std::optional<LiveEvent> time;  // the last one: earlier ones show nothing
  LiveEvent event;
  bool dirty = false;
  while (recording.next(&event)) {
    switch (event.kind) {
      case Kind::kInput: {
        ++result->inputs;
        const std::uint64_t id = event.id;
        if (!keep(event)) continue;
        if (time) {
          // What was between is left out: the frame before must not meet this time in ingress.
          if (dirty) drain();
          write(*time);
          player.play(*time);
          time.reset();
        }
        event.id = player.bench.offered();
        if (id == options.packet) result->packet = event.id;
        if (id == options.packet) wanted = event.id;
        if (!keep_flood) event.flood = false;
        ++result->kept;
        break;
      }
      case Kind::kTime:
        time = event;
        continue;
      case Kind::kFlood:
        if (!keep_flood) continue;
        break;
      case Kind::kDrain:
        if (!dirty) continue;
        break;
      case Kind::kOutput:
      case Kind::kCheck:
      case Kind::kBypass:
      case Kind::kEnd:
        continue;
    }
    write(event);
    player.play(event);
    collect();
    dirty = event.kind != Kind::kDrain;
    if (!dirty) check(Kind::kCheck);
  }
  if (dirty) {
    // Outputs stand in a recording behind the event that brought them out.
    drain();
  }
  player.bench.finish();
  check(Kind::kEnd);
  if (recorder) recorder->close();
  return fate;
}

}  // namespace

TrimResult trim_recording(const TrimOptions& options) {
  TrimResult result;
  PacketView middle;
  bool found = false;
  std::uint64_t last = 0;
  {
    LiveRecording recording(options.path);
    check_keys(options.path, recording.start(), options.key_file);
    LiveEvent event;
    while (recording.next(&event)) {
      if (event.kind != Kind::kInput) continue;
      last = event.id;
      if (event.id != options.packet) continue;
      found = true;
      middle = view_packet(event.bytes.data(), event.bytes.size());
      result.flow = describe_packet(event.bytes.data(), event.bytes.size());
    }
  }
  if (!found) {
    throw InputError(
        fmt::format("{}: --around packet={}: no such frame came in on rx0; the last one there is "
                    "packet {} (frames of a "
                    "generated flood have no bytes in a recording)",
                    options.path, options.packet, last));
  }
  TrimResult scratch;
  const Fate before = run_part(
      options, true, [](const LiveEvent&) { return true; }, "", &scratch);
  const auto near = [&options](const LiveEvent& event) {
    const std::uint64_t distance =
        event.id > options.packet ? event.id - options.packet : options.packet - event.id;
    return distance <= options.context;
  };
  const auto part = [&](const LiveEvent& event) {
    return near(event) ||
           same_connection(middle, view_packet(event.bytes.data(), event.bytes.size()));
  };
  Fate after = run_part(options, false, part, options.out, &result);
  if (!(after == before)) {
    // Something else matters (a full table, a collision): all that came before stays.
    const std::string flow = result.flow;
    result = {};
    result.flow = flow;
    result.whole = true;
    after = run_part(
        options, true,
        [&](const LiveEvent& event) { return event.id <= options.packet || near(event); },
        options.out, &result);
    if (!(after == before))
      throw std::runtime_error(fmt::format("{}: packet {} does not have its recorded fate again",
                                           options.path, options.packet));
  }
  result.verdict = std::string(defs::to_string(after.verdict));
  if (after.verdict == defs::Verdict::kDrop)
    result.verdict += " " + std::string(defs::to_string(after.reason));
  return result;
}

}  // namespace syngate::sim
