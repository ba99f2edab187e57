// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "replay.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "exit_code.h"
#include "mismatch.h"
#include "protect.h"
#include "run_directory.h"
#include "version.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

constexpr std::uint64_t kMillisecond = 1000000;
constexpr std::uint64_t kMinute = 60000 * kMillisecond;
constexpr std::uint64_t kProgressFrames = 1024;

// What is kept of recent frames, to describe them when a mismatch is found.
struct RecentFrame {
  std::size_t file = 0;
  std::uint64_t number = 0;
  std::size_t length = 0;
  std::array<std::uint8_t, 128> head{};
};
constexpr std::size_t kRecentFrames = 4096;  // more than the pipeline and its queues hold

bool can_be_read_twice(const std::string& path) {
  struct stat info {};
  return path != "-" && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first {
  }, second{};
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 && S_ISREG(first.st_mode) &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

class Replay {
 public:
  explicit Replay(const ReplayOptions& options)
      : options_(options),
        schedule_(options.key_file ? KeySchedule(options.seed, *options.key_file)
                                   : KeySchedule(options.seed)),
        pacer_(options.pace, options.rate, options.clock_mhz),
        recent_(kRecentFrames) {}

  ReplayResult run() {
    check_options();
    if (!options_.run_directory.empty()) {
      directory_ = std::make_unique<RunDirectory>(RunDirectory::create(options_.run_directory));
      events_ = std::make_unique<EventWriter>(directory_->file("events.jsonl"));
    }
    open_outputs();
    make_config();
    for (const std::string& path : options_.captures) {
      ReplayFile file;
      file.path = path;
      result_.files.push_back(file);
    }
    try {
      run_simulator();
    } catch (const AssertionError& error) {
      fail(Failure::kAssertion, error.what());
    } catch (const HangError& error) {
      fail(Failure::kHang, error.what());
    } catch (const OutputError& error) {
      fail(Failure::kOutput, error.what());
    } catch (const std::exception& error) {
      fail(Failure::kInternal, error.what());
    }
    try {
      if (reply_) reply_->close();
      if (forward_) forward_->close();
      if (events_) events_->close();
    } catch (const OutputError& error) {
      fail(Failure::kOutput, error.what());
    }
    for (const ReplayFile& file : result_.files) result_.counts += file.counts;
    result_.interrupted = stopped();
    if (directory_) write_run();
    return std::move(result_);
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }
  bool limit_reached() const {
    if (options_.stop_at_mismatch && result_.first_mismatch) return true;
    return options_.limit != 0 && result_.frames_offered >= options_.limit;
  }

  void fail(Failure failure, const std::string& text) {
    if (result_.failure != Failure::kNone) return;
    result_.failure = failure;
    result_.failure_text = text;
  }

  void warn(const std::string& text) {
    result_.warnings.push_back(text);
    if (options_.on_warning) options_.on_warning(text);
  }

  CaptureOptions capture_options() const {
    CaptureOptions capture;
    capture.filter = options_.filter;
    capture.pad_truncated = options_.pad_truncated;
    capture.fix_checksums = options_.fix_checksums;
    capture.stop = options_.stop;
    return capture;
  }

  void check_options() const {
    if (!options_.filter.empty()) check_filter(options_.filter);
    if (std::count(options_.captures.begin(), options_.captures.end(), "-") > 1) {
      throw UsageError("standard input (-) can be named once only");
    }
    for (const std::string& path : options_.captures) {
      struct stat info {};
      if (options_.loop > 1 &&
          (path == "-" || (stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode)))) {
        throw UsageError(
            fmt::format("--loop: {} cannot be read twice", path == "-" ? "standard input" : path));
      }
      for (const std::string& out : {options_.out_reply, options_.out_forward}) {
        if (!out.empty() && same_file(path, out)) {
          throw UsageError(fmt::format("{} is both input and output", out));
        }
      }
    }
    if (!options_.out_reply.empty() && options_.out_reply == options_.out_forward) {
      throw UsageError("--out-reply and --out-forward name the same file");
    }
    if (options_.protect.size() > defs::kDestinations) {
      throw UsageError(fmt::format("--protect: {} entries, there is room for {}",
                                   options_.protect.size(), defs::kDestinations));
    }
  }

  // Creates the outputs, so that a run does not end with the news that they cannot be written.
  void open_outputs() {
    if (!options_.out_reply.empty()) reply_ = std::make_unique<PcapWriter>(options_.out_reply);
    if (!options_.out_forward.empty()) {
      forward_ = std::make_unique<PcapWriter>(options_.out_forward);
    }
    if (!options_.waves.empty() && !std::ofstream(options_.waves, std::ios::app)) {
      throw OutputError(
          fmt::format("{}: cannot be written: {}", options_.waves, std::strerror(errno)));
    }
  }

  // First pass over the captures: counts what will be offered and finds what to protect. Files
  // that cannot be read are reported by the second. False when a capture can be read once only.
  bool first_pass(SynTargets* targets) {
    const bool all_regular =
        std::all_of(options_.captures.begin(), options_.captures.end(), [](const auto& path) {
          struct stat info {};
          return path != "-" &&
                 (stat(path.c_str(), &info) != 0 || can_be_read_twice(path) || S_ISDIR(info.st_mode));
        });
    if (!all_regular) return false;
    std::uint64_t frames = 0;
    for (const std::string& path : options_.captures) {
      try {
        CaptureReader reader(path, capture_options());
        CaptureFrame frame;
        while ((options_.limit == 0 || frames < options_.limit) && !stopped() &&
               reader.next(&frame)) {
          ++frames;
          targets->add(frame.bytes.data(), frame.bytes.size());
          if (options_.on_progress && frames % kProgressFrames == 0)
            options_.on_progress({true, frames, 0, 0.0});
        }
      } catch (const CaptureError&) {
        continue;
      }
    }
    total_ = frames * options_.loop;
    if (options_.limit != 0) total_ = std::min(total_, options_.limit);
    return true;
  }

  std::vector<model::Destination> find_targets() {
    SynTargets targets;
    // With --protect, counting is of use to the progress only.
    const bool wanted = options_.protect.empty() || options_.on_progress;
    const bool read = wanted && first_pass(&targets);
    if (!options_.protect.empty()) return options_.protect;
    if (!read) return {default_destination(false), default_destination(true)};
    if (total_ != 0 && targets.empty()) {
      warn(
          "no SYN in the captures, so nothing is protected and everything passes; name servers "
          "with --protect");
    }
    return targets.entries();
  }

  void make_config() {
    result_.destinations = find_targets();
    for (std::size_t i = 0; i < result_.destinations.size(); ++i) {
      model::Destination& entry = result_.destinations[i];
      if (options_.mss) entry.mss = *options_.mss;
      if (options_.wscale) entry.wscale = *options_.wscale;
      config_.destinations[i] = entry;
    }
    if (options_.policy) config_.policy = *options_.policy;
    config_.keys = schedule_.initial(options_.count);
    time_.count = options_.count;
    time_.ms = options_.ts_clock;
  }

  void run_simulator() {
    SimulatorOptions simulator_options;
    simulator_options.seed = options_.seed;
    simulator_options.check = options_.check;
    simulator_options.input_idle = options_.idle;
    simulator_options.reply_backpressure = options_.backpressure;
    simulator_options.fault_output = options_.fault_output;
    simulator_options.fault_pattern = options_.fault_pattern;
    simulator_options.forward_backpressure = options_.backpressure;
    simulator_options.clock_mhz = options_.clock_mhz;
    simulator_options.waves = options_.waves;
    simulator_options.waves_frames = options_.waves.empty() ? 0 : options_.waves_frames;
    Simulator simulator(simulator_options, config_, time_);
    start_cycle_ = simulator.cycle();
    if (events_) events_->start(start_cycle_, options_.clock_mhz, time_, options_.check);
    simulator.on_output = [this](const Output& output) { take_output(output); };
    simulator.on_result = [this](const FrameResult& frame) {
      if (events_) events_->decided(frame, options_.check);
      ++result_.verdicts[static_cast<std::size_t>(frame.verdict)];
      ++result_.reasons[static_cast<std::size_t>(frame.reason)];
    };
    simulator.on_mismatch = [this](const Mismatch& mismatch) { take_mismatch(mismatch); };
    try {
      for (std::uint64_t round = 0; round < options_.loop && !stopped() && !limit_reached();
           ++round) {
        for (std::size_t i = 0; i < result_.files.size() && !stopped() && !limit_reached(); ++i) {
          if (result_.files[i].error.empty()) replay_file(simulator, i, round == 0);
        }
      }
      result_.statistics = simulator.finish();
      if (events_) events_->end(simulator.cycle(), result_.statistics);
    } catch (...) {
      result_.statistics = simulator.statistics();
      throw;
    }
    result_.times_adjusted = clock_.adjusted();
  }

  void file_failed(ReplayFile* file, const std::string& text) {
    file->error = text;
    if (options_.on_error) options_.on_error(text);
  }

  void replay_file(Simulator& simulator, std::size_t index, bool first_round) {
    ReplayFile& file = result_.files[index];
    std::optional<CaptureReader> reader;
    const std::uint64_t adjusted_before = clock_.adjusted();
    try {
      reader.emplace(file.path, capture_options());
      clock_.start_file();
      CaptureFrame frame;
      while (!stopped() && !limit_reached() && reader->next(&frame)) offer(simulator, index, frame);
    } catch (const CaptureError& error) {
      file_failed(&file, error.what());
    } catch (const FilterError& error) {
      file_failed(&file, fmt::format("{}: {}", file.path, error.what()));
    } catch (...) {
      if (reader) file.counts += reader->counts();
      throw;
    }
    if (!reader) return;
    file.format = reader->description();
    file.counts += reader->counts();
    if (!first_round) return;
    for (const std::string& warning : reader->warnings()) warn(warning);
    if (const std::uint64_t adjusted = clock_.adjusted() - adjusted_before; adjusted != 0) {
      warn(
          fmt::format("{}: {} timestamps run backwards or jump by more than a day; time was kept "
                      "running forwards",
                      reader->name(), adjusted));
    }
  }

  void offer(Simulator& simulator, std::size_t index, const CaptureFrame& frame) {
    if (result_.frames_offered == 0) capture_start_ns_ = frame.time_ns;
    const std::uint64_t elapsed = clock_.advance(frame.time_ns, frame.has_time);
    const std::uint64_t due = pacer_.due(elapsed, frame.bytes.size());
    std::uint64_t run_ns = elapsed;
    if (options_.pace != Pace::kCapture) {
      run_ns = cycles_to_ns(std::max(due, simulator.cycle() - start_cycle_));
    }
    set_time(simulator, run_ns);
    if (options_.on_offer) options_.on_offer(frame, elapsed, run_ns);

    const std::uint64_t tag = result_.frames_offered;
    RecentFrame& recent = recent_[tag % kRecentFrames];
    recent.file = index;
    recent.number = frame.number;
    recent.length = frame.bytes.size();
    std::copy_n(frame.bytes.begin(), std::min(recent.head.size(), frame.bytes.size()),
                recent.head.begin());
    // 0 means at once; due clocks count from the start of the run.
    const std::uint64_t cycle = options_.pace == Pace::kTopSpeed ? 0 : start_cycle_ + due;
    ++result_.frames_offered;
    if (events_) record(index, frame);
    simulator.offer(cycle, frame.bytes.data(), frame.bytes.size(), tag);
    if (options_.on_progress && result_.frames_offered % kProgressFrames == 0) {
      const auto clocks = static_cast<double>(simulator.cycle() - start_cycle_);
      options_.on_progress({false, result_.frames_offered, total_, clocks / options_.clock_mhz});
    }
  }

  // The first fields of the frame's line, before it is offered.
  void record(std::size_t index, const CaptureFrame& frame) {
    FrameEvent event;
    event.file = index;
    event.number = frame.number;
    event.time_ns = frame.time_ns;
    event.length = frame.bytes.size();
    event.flow = describe_packet(frame.bytes.data(), frame.bytes.size());
    event.options = syn_layout(frame.bytes.data(), frame.bytes.size());
    events_->offered(std::move(event));
  }

  void set_time(Simulator& simulator, std::uint64_t run_ns) {
    model::Time time;
    time.ms = options_.ts_clock + static_cast<std::uint32_t>(run_ns / kMillisecond);
    time.count = options_.count + static_cast<std::uint32_t>(run_ns / kMinute);
    if (time.ms == time_.ms && time.count == time_.count) return;
    if (time.count != time_.count) {
      // The new key goes to a bank that neither this minute nor the last uses, so no handshake
      // notices. After a jump the banks in use change as well; the simulator then waits for the
      // frames that need them.
      schedule_.advance(time_.count, time.count, &config_.keys);
      simulator.set_config(config_);
      result_.rotations += time.count - time_.count;
      if (events_) events_->rotate(simulator.cycle(), time.count);
    }
    time_ = time;
    simulator.set_time(time);
    if (events_) events_->time(simulator.cycle(), time);
  }

  std::uint64_t cycles_to_ns(std::uint64_t cycles) const {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(cycles) * 1000 /
                                      options_.clock_mhz);
  }

  void take_output(const Output& output) {
    if (events_) events_->left(output);
    PcapWriter* writer = output.port == Port::kReply ? reply_.get() : forward_.get();
    if (writer == nullptr) return;
    const auto after = static_cast<std::int64_t>(
        std::min<std::uint64_t>(cycles_to_ns(output.cycle - start_cycle_), INT64_MAX / 2));
    const std::int64_t start = std::clamp<std::int64_t>(capture_start_ns_, 0, INT64_MAX / 2);
    writer->write(start + after, output.data, output.length);
  }

  void take_mismatch(const Mismatch& mismatch) {
    if (events_) events_->mismatch(mismatch);
    FrameOrigin origin;
    const std::uint64_t offered = result_.frames_offered;
    // Counters, compared at the end, belong to no frame.
    const bool of_frame = mismatch.id < offered && mismatch.tag < offered;
    if (of_frame && mismatch.tag + kRecentFrames > offered) {
      const RecentFrame& recent = recent_[mismatch.tag % kRecentFrames];
      origin.capture = result_.files[recent.file].path;
      origin.number = recent.number;
      origin.description =
          describe_packet(recent.head.data(), std::min(recent.length, recent.head.size()));
    }
    std::string rerun;
    if (!options_.rerun.empty()) {
      rerun = fmt::format("{} --limit {}", options_.rerun, of_frame ? mismatch.tag + 1 : offered);
    }
    if (!result_.first_mismatch) {
      result_.first_mismatch = mismatch;
      result_.first_origin = origin;
    }
    result_.mismatch_texts.push_back(mismatch_text(mismatch, origin, rerun));
    if (options_.on_mismatch) options_.on_mismatch(result_.mismatch_texts.back());
  }

  void write_run() {
    using Json = nlohmann::ordered_json;
    try {
      Json captures = Json::array();
      for (const ReplayFile& file : result_.files) {
        captures.push_back({{"path", file.path}, {"frames_read", file.counts.frames_read}, {"error", file.error}});
      }
      Json run = {{"argv", options_.argv}, {"seed", options_.seed}, {"clock_mhz", options_.clock_mhz}};
      run["options"] = Json::parse(options_json(options_));
      run["captures"] = captures;
      const Json result = Json::parse(replay_json(options_, result_));
      run["destinations"] = result.at("protected");
      run["result"] = result;
      run["files"] = Json::array({"events.jsonl"});
      directory_->write_run(std::move(run), kVersion);
    } catch (const OutputError& error) {
      fail(Failure::kOutput, error.what());
    }
  }

  const ReplayOptions& options_;
  std::unique_ptr<RunDirectory> directory_;
  std::unique_ptr<EventWriter> events_;
  KeySchedule schedule_;
  Pacer pacer_;
  CaptureClock clock_;
  model::Config config_;
  model::Time time_;
  ReplayResult result_;
  std::vector<RecentFrame> recent_;
  std::unique_ptr<PcapWriter> reply_, forward_;
  std::uint64_t start_cycle_ = 0;
  std::uint64_t total_ = 0;  // frames that will be offered, 0: not known
  std::int64_t capture_start_ns_ = 0;
};

}  // namespace

bool ReplayResult::any_file_failed() const {
  return std::any_of(files.begin(), files.end(),
                     [](const ReplayFile& file) { return !file.error.empty(); });
}

bool ReplayResult::any_file_used() const {
  return std::any_of(files.begin(), files.end(),
                     [](const ReplayFile& file) { return file.error.empty(); });
}

int ReplayResult::exit_code() const {
  switch (failure) {
    case Failure::kAssertion:
      return kExitAssertion;
    case Failure::kHang:
      return kExitHang;
    case Failure::kInternal:
      return kExitInternal;
    case Failure::kOutput:
    case Failure::kNone:
      break;
  }
  if (statistics.mismatches != 0 || statistics.lost != 0) return kExitMismatch;
  if (failure == Failure::kOutput) return kExitBadInput;
  if (interrupted) return kExitInterrupted;
  return any_file_failed() ? kExitBadInput : kExitOk;
}

ReplayResult replay(const ReplayOptions& options) { return Replay(options).run(); }

}  // namespace syngate::sim
