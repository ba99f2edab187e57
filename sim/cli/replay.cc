// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "replay.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>

#include "clients.h"
#include "exit_code.h"
#include "flood.h"
#include "metrics.h"
#include "mismatch.h"
#include "packet_log.h"
#include "protect.h"
#include "run_directory.h"
#include "style.h"
#include "targets.h"
#include "version.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

constexpr std::uint64_t kMillisecond = 1000000;
constexpr std::uint64_t kMinute = 60000 * kMillisecond;
constexpr std::uint64_t kProgressFrames = 1024;
constexpr std::uint64_t kAttackFrames = 100000;  // without a capture
constexpr unsigned kClientTries = 5;             // the last one after 31 times the first RTO
// A frame farther away than this leaves time for all answers to what is under way.
constexpr std::uint64_t kSettleClocks = 512;

// What is kept of recent frames, to describe them when a mismatch is found.
struct RecentFrame {
  Source source = Source::kCapture;
  std::size_t file = 0;
  std::uint64_t number = 0;
  std::size_t length = 0;
  std::uint32_t connection = 0;
  std::array<std::uint8_t, 128> head{};
};
constexpr std::size_t kRecentFrames = 4096;  // more than the pipeline and its queues hold

bool can_be_read_twice(const std::string& path) {
  struct stat info {};
  return path != "-" && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

// Missing files and directories are reported when they are read.
bool is_missing(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode);
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
    for (const std::string& path : options_.captures) {
      ReplayFile file;
      file.path = path;
      result_.files.push_back(file);
    }
    make_config();
    make_traffic();
    try {
      run_simulator();
    } catch (const AssertionError& error) {
      if (watch_) watch_->assertion(error.cycle);
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
      for (const auto& log : packet_logs_) log->close();
      if (events_) events_->close();
      if (!metrics_files_.empty()) write_metrics();
    } catch (const OutputError& error) {
      fail(Failure::kOutput, error.what());
    }
    for (const ReplayFile& file : result_.files) result_.counts += file.counts;
    if (watch_) {
      result_.trigger_cycle = watch_->cycle();
      result_.trigger_packet = watch_->packet();
    }
    result_.interrupted = stopped();
    if (directory_) write_run();
    return std::move(result_);
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }
  bool limit_reached() const {
    if (window_over_) return true;
    if (options_.stop_at_mismatch && result_.first_mismatch) return true;
    return (options_.limit != 0 && result_.frames_offered >= options_.limit) ||
           (options_.duration_ns != 0 && run_ns_ >= options_.duration_ns);
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
    capture.fix_checksums = options_.fix_checksums || options_.follow;
    capture.stop = options_.stop;
    return capture;
  }

  void check_options() const {
    if (!options_.filter.empty()) check_filter(options_.filter);
    check_traffic_options();
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
      for (const std::string& out : {options_.out_reply, options_.out_forward, options_.out_pcapng, options_.metrics}) {
        if (!out.empty() && same_file(path, out)) {
          throw UsageError(fmt::format("{} is both input and output", out));
        }
      }
    }
    if (!options_.out_reply.empty() && options_.out_reply == options_.out_forward) {
      throw UsageError("--out-reply and --out-forward name the same file");
    }
    if (!options_.out_pcapng.empty() && (options_.out_pcapng == options_.out_reply || options_.out_pcapng == options_.out_forward)) {
      throw UsageError("--out-pcapng names the file of another output");
    }
    if (!options_.metrics.empty() && (options_.metrics == options_.out_reply || options_.metrics == options_.out_forward ||
                                      options_.metrics == options_.out_pcapng)) {
      throw UsageError("--metrics names the file of another output");
    }
    if (options_.protect.size() > defs::kDestinations) {
      throw UsageError(fmt::format("--protect: {} entries, there is room for {}",
                                   options_.protect.size(), defs::kDestinations));
    }
  }

  void check_traffic_options() const {
    if (options_.captures.empty() && options_.attack == Attack::kNone && options_.clients == 0) {
      throw UsageError("nothing to send: name a CAPTURE, or use --attack or --clients");
    }
    if (options_.clients != 0 &&
        std::find(options_.captures.begin(), options_.captures.end(), "-") != options_.captures.end()) {
      throw UsageError("--clients goes through the captures until they are done; standard input cannot be read twice");
    }
    if (options_.captures.empty()) {
      if (options_.follow) throw UsageError("--follow needs a CAPTURE with connections to follow");
      if (options_.pace == Pace::kCapture) throw UsageError("the pace of captures needs a CAPTURE");
    }
    if (options_.follow && options_.unique_ip) {
      throw UsageError("--unique-ip changes the addresses by which --follow knows its connections; use one of them");
    }
    for (const std::string& path : options_.captures) {
      if (options_.follow && !can_be_read_twice(path) && (path == "-" || !is_missing(path))) {
        throw UsageError(fmt::format("--follow: {} cannot be read twice; save it to a file first",
                                     path == "-" ? "standard input" : path));
      }
    }
  }

  // Creates the outputs, so that a run does not end with the news that they cannot be written.
  void open_outputs() {
    if (!options_.out_reply.empty()) reply_ = std::make_unique<PcapWriter>(options_.out_reply);
    if (!options_.out_forward.empty()) {
      forward_ = std::make_unique<PcapWriter>(options_.out_forward);
    }
    const auto clock_ns = [this](std::uint64_t cycle) { return output_time(cycle); };
    if (directory_) packet_logs_.push_back(std::make_unique<PacketLog>(directory_->file("out.pcapng"), clock_ns));
    if (!options_.out_pcapng.empty()) packet_logs_.push_back(std::make_unique<PacketLog>(options_.out_pcapng, clock_ns));
    if (directory_) metrics_files_.push_back(std::make_unique<MetricsFile>(directory_->file("metrics.prom")));
    if (!options_.metrics.empty()) metrics_files_.push_back(std::make_unique<MetricsFile>(options_.metrics));
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

  static std::vector<model::Destination> generated_targets() {
    std::vector<model::Destination> entries;
    for (const bool is6 : {false, true}) {
      const Endpoint& server = is6 ? kServer6 : kServer4;
      model::Destination entry = default_destination(is6);
      entry.prefix.bytes = server.address;
      entry.prefix_length = is6 ? 128 : 32;
      entry.port_first = entry.port_last = server.port;
      entries.push_back(entry);
    }
    return entries;
  }

  void make_config() {
    result_.destinations = options_.captures.empty()
                               ? (options_.protect.empty() ? generated_targets() : options_.protect)
                               : find_targets();
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
    simulator_options.waves_from = options_.waves_from;
    simulator_options.waves_to = options_.waves_to;
    simulator_options.fault_keep = options_.fault_keep;
    if (options_.trigger) watch_.emplace(*options_.trigger);
    simulator_options.waves_frames = options_.waves.empty() ? 0 : options_.waves_frames;
    Simulator simulator(simulator_options, config_, time_);
    start_cycle_ = simulator.cycle();
    if (events_) events_->start(start_cycle_, options_.clock_mhz, time_, options_.check);
    simulator.on_output = [this](const Output& output) { take_output(output); };
    simulator.on_result = [this](const FrameResult& frame) {
      if (events_) events_->decided(frame, options_.check);
      for (const auto& log : packet_logs_) log->decided(frame);
      if (watch_) watch_->result(frame);
      ++result_.verdicts[static_cast<std::size_t>(frame.verdict)];
      ++result_.reasons[static_cast<std::size_t>(frame.reason)];
      if (!follow_) return;
      const RecentFrame& recent = recent_[frame.tag % kRecentFrames];
      if (recent.source == Source::kFollow) follow_->saw_verdict(recent.connection, frame.verdict, frame.reason);
    };
    simulator.on_mismatch = [this](const Mismatch& mismatch) { take_mismatch(mismatch); };
    try {
      while (!stopped() && !limit_reached() && step(simulator)) {
      }
      if (watch_) watch_->clock(simulator.cycle());
      result_.statistics = simulator.finish();
      result_.counters_read = true;
      if (simulator.model() != nullptr) result_.flows = simulator.model()->occupied();
      if (events_) events_->end(simulator.cycle(), result_.statistics);
    } catch (...) {
      result_.statistics = simulator.statistics();
      end_traffic();
      throw;
    }
    end_traffic();
  }

  // Everything that sends, once the destinations are known.
  void make_traffic() {
    CaptureStream::Listener listener;
    listener.on_warning = [this](const std::string& text) { warn(text); };
    listener.on_error = options_.on_error;
    if (!result_.files.empty()) stream_.emplace(&result_.files, capture_options(), options_.loop, listener);
    if (options_.follow) {
      learn();
      sources_.push_back(&*follow_);
    }
    if (options_.clients != 0) {
      Clients::Options clients;
      clients.count = options_.clients;
      clients.seed = options_.seed;
      clients.targets = Targets(result_.destinations);
      clients.mix = options_.client_mix;
      clients.in_nanoseconds = true;
      clients.tries = kClientTries;
      clients.every_shape = false;
      clients.ecn = (config_.policy >> static_cast<unsigned>(defs::Policy::kEcn) & 1u) != 0;
      clients_.emplace(clients);
      sources_.push_back(&*clients_);
    }
    if (!sources_.empty()) total_ = 0;
    if (options_.attack == Attack::kNone) return;
    Flood::Options flood;
    flood.seed = options_.seed;
    flood.targets = Targets(result_.destinations);
    flood.shares = true;
    Flood::choose(attack_name(options_.attack), &flood);
    attack_.emplace(flood);
    attack_left_ = options_.attack_frames;
    if (!stream_ && attack_left_ == 0) attack_left_ = kAttackFrames;
    total_ = stream_ || clients_ ? 0 : attack_left_;
    if (total_ != 0 && options_.limit != 0) total_ = std::min(total_, options_.limit);
  }

  // The two passes over the captures that --follow needs.
  void learn() {
    follow_.emplace(result_.destinations);
    for (const bool clients : {false, true}) {
      for (std::size_t i = 0; i < options_.captures.size(); ++i) {
        try {
          CaptureReader reader(options_.captures[i], capture_options());
          CaptureFrame frame;
          while (!stopped() && reader.next(&frame)) {
            if (clients) {
              follow_->learn_clients(i, frame.number, frame.time_ns, frame.bytes);
            } else {
              follow_->learn_servers(frame.bytes);
            }
          }
        } catch (const CaptureError&) {
          continue;  // reported when it is replayed
        } catch (const FilterError&) {
          continue;
        }
      }
    }
    if (follow_->followable() == 0) {
      warn("--follow: no connection to a protected destination is complete in the captures (SYN, SYN-ACK and ACK), so "
           "nobody is followed");
    }
  }

  // What is left to say when the last frame has left, or the run has failed.
  void end_traffic() {
    if (follow_) {
      follow_->finish_round(round_ < options_.loop);
      result_.follow = follow_->report();
      for (const auto& [file, too_long] : too_long_) {
        warn(fmt::format("{}: {} frames longer than {} bytes (joined by the capturing host) are not sent; the first is "
                         "frame {} of {} bytes",
                         result_.files[file].path, too_long.count, Follow::kFrameMax, too_long.number, too_long.length));
      }
    }
    if (clients_) {
      ReplayResult::ClientReport& report = result_.clients.emplace();
      report.started = clients_->started();
      report.completed = clients_->completed();
      report.retried = clients_->retried();
      report.gave_up = clients_->gave_up();
      report.wrong = clients_->wrong();
      report.connect_p50_ns = clients_->connect_time(0.5);
      report.connect_p99_ns = clients_->connect_time(0.99);
      if (report.wrong != 0) {
        warn(fmt::format("--clients: {} answers that a real client would not take; the first: {}", report.wrong,
                         clients_->first_wrong()));
      }
    }
    if (!stream_) return;
    stream_->close();
    result_.rounds = stream_->rounds();
    result_.times_adjusted = stream_->times_adjusted();
  }

  std::uint64_t run_cycle(const Simulator& simulator) const { return simulator.cycle() - start_cycle_; }
  std::uint64_t ns_to_cycles(std::uint64_t ns) const {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(ns) * options_.clock_mhz + 999) / 1000);
  }

  bool fetch() {
    if (has_item_ || !stream_) return has_item_;
    has_item_ = stream_->next(&item_);
    if (!has_item_ && clients_ && !clients_->finished() && !stream_->empty_round()) {
      // The captures go on until the clients are done.
      stream_->add_round();
      has_item_ = stream_->next(&item_);
    }
    if (!has_item_) return false;
    if (options_.multiplier != 1.0) {
      item_.elapsed_ns = static_cast<std::uint64_t>(static_cast<double>(item_.elapsed_ns) / options_.multiplier);
    }
    // With the captures' pace, the attack is spread over the time until this frame.
    attack_gap_ns_ = (item_.elapsed_ns - std::min(item_.elapsed_ns, captured_ns_)) / (attack_credit() + 1);
    return true;
  }

  std::uint64_t attack_credit() const {
    return attack_ ? static_cast<std::uint64_t>(attack_credit_) : 0;
  }

  // One frame, or one thing that must be waited for. False: nobody has anything to send any more.
  bool step(Simulator& simulator) {
    const bool reacting = std::any_of(sources_.begin(), sources_.end(),
                                      [](const TrafficSource* source) { return !source->finished(); });
    fetch();
    if (has_item_ && follow_ && item_.round != round_ && follow_->finished()) {
      follow_->finish_round(round_ < options_.loop);
      round_ = item_.round;
    }
    const bool capture_ready = has_item_ && (!follow_ || item_.round == round_);
    const bool attack_open =
        attack_ && (attack_left_ != 0 || (options_.attack_frames == 0 && (stream_.has_value() || reacting)));
    TrafficSource* first = nullptr;
    std::uint64_t first_due = kNever;
    for (TrafficSource* source : sources_) {
      const std::uint64_t due = source->due_ns();
      if (due >= first_due) continue;
      first_due = due;
      first = source;
    }
    if (options_.pace == Pace::kCapture) {
      return step_in_capture_time(simulator, reacting, capture_ready, attack_open, first, first_due);
    }
    const std::uint64_t slot = std::max(pacer_.next_slot(), run_cycle(simulator));
    const std::uint64_t slot_ns = cycles_to_ns(slot);
    if (first_due <= slot_ns) return send_reaction(simulator, *first, slot_ns);
    // Per captured frame so many of the attack; while others wait for answers, it goes on alone.
    if (attack_open && (attack_credit() != 0 || (!capture_ready && (reacting || attack_left_ != 0)))) {
      send_attack(simulator, slot_ns);
      return true;
    }
    if (capture_ready) {
      send_captured(simulator, slot_ns);
      return true;
    }
    if (!reacting) return false;
    if (settle(simulator)) return true;
    if (first == nullptr) throw std::logic_error("traffic waits for an answer that cannot come");
    pacer_.skip_to(ns_to_cycles(first_due));
    return send_reaction(simulator, *first, first_due);
  }

  // With the captures' pace, everybody's next frame has its time.
  bool step_in_capture_time(Simulator& simulator, bool reacting, bool capture_ready, bool attack_open,
                            TrafficSource* first, std::uint64_t first_due) {
    const bool attack_ready = attack_open && (attack_credit() != 0 || (!has_item_ && !reacting && attack_left_ != 0));
    const std::uint64_t attack_due = !attack_ready ? kNever : captured_ns_ + attack_gap_ns_;
    const std::uint64_t capture_due = capture_ready ? item_.elapsed_ns : kNever;
    const std::uint64_t due = std::min({attack_due, capture_due, first_due});
    if (due == kNever) {
      if (!reacting) return false;
      if (!settle(simulator)) throw std::logic_error("traffic waits for an answer that cannot come");
      return true;
    }
    if (reacting && ns_to_cycles(due) > run_cycle(simulator) + kSettleClocks && settle(simulator)) return true;
    if (first_due == due) return send_reaction(simulator, *first, due);
    if (attack_due == due) {
      captured_ns_ = due;
      send_attack(simulator, due);
    } else {
      captured_ns_ = item_.elapsed_ns;
      send_captured(simulator, due);
    }
    return true;
  }

  // Lets everything that is under way leave, so that all answers are known. False: nothing was under way.
  bool settle(Simulator& simulator) {
    if (!under_way_) return false;
    simulator.drain();
    under_way_ = false;
    return true;
  }

  bool send_reaction(Simulator& simulator, TrafficSource& source, std::uint64_t now_ns) {
    // What was due long ago goes now. A source that has nothing to send after all has changed its mind about what is next.
    now_ns = std::max(now_ns, cycles_to_ns(run_cycle(simulator)));
    if (source.next(now_ns, &frame_)) send(simulator, now_ns);
    return true;
  }

  void send_attack(Simulator& simulator, std::uint64_t now_ns) {
    if (attack_credit_ >= 1.0) attack_credit_ -= 1.0;
    if (attack_left_ != 0) --attack_left_;
    frame_ = {};
    frame_.bytes = attack_->next();
    frame_.source = Source::kAttack;
    send(simulator, now_ns);
  }

  void send_captured(Simulator& simulator, std::uint64_t now_ns) {
    has_item_ = false;
    if (attack_) attack_credit_ += options_.attack_ratio;
    frame_.source = Source::kCapture;
    frame_.file = item_.file;
    frame_.number = item_.frame.number;
    frame_.time_ns = item_.frame.time_ns;
    frame_.connection = 0;
    frame_.bytes.swap(item_.frame.bytes);
    if (options_.unique_ip && item_.round != 0) make_unique();
    if (follow_) {
      const std::size_t length = frame_.bytes.size();
      switch (follow_->take(now_ns, &frame_)) {
        case Follow::Take::kPlain:
        case Follow::Take::kSend:
          break;
        case Follow::Take::kTooLong: {
          TooLong& too_long = too_long_[item_.file];
          if (too_long.count++ == 0) {
            too_long.number = item_.frame.number;
            too_long.length = length;
          }
          ++result_.files[item_.file].left_out;
          return;
        }
        case Follow::Take::kHeld:
        case Follow::Take::kLeftOut:
          ++result_.files[item_.file].left_out;
          return;
      }
    }
    if (!send(simulator, now_ns)) ++result_.files[item_.file].left_out;
  }

  // As tcpreplay's option of this name, but protected addresses stay what they are.
  void make_unique() {
    const auto step = static_cast<std::uint32_t>(item_.round);
    const PacketView view = view_packet(frame_.bytes.data(), frame_.bytes.size());
    if (!view.ip4 && !view.ip6) return;
    for (const bool source : {true, false}) {
      const model::Address& address = source ? view.source : view.destination;
      if (!is_covered(result_.destinations, address)) add_to_address(&frame_.bytes, source, step);
    }
  }

  // Offers frame_ at `now_ns`, which is the slot's time for the paces that set a rate. False when that is behind the end of the run
  // (see limit_reached()): it is not offered.
  bool send(Simulator& simulator, std::uint64_t now_ns) {
    if (result_.frames_offered == 0) capture_start_ns_ = frame_.time_ns;
    const std::uint64_t due = pacer_.due(now_ns, frame_.bytes.size());
    run_ns_ = std::max(run_ns_, options_.pace == Pace::kCapture
                                    ? now_ns
                                    : cycles_to_ns(std::max(due, run_cycle(simulator))));
    if (options_.duration_ns != 0 && run_ns_ >= options_.duration_ns) return false;
    set_time(simulator, run_ns_);
    if (options_.on_offer) {
      CaptureFrame offered;
      offered.number = frame_.number;
      offered.time_ns = frame_.time_ns;
      offered.bytes = frame_.bytes;
      options_.on_offer(offered, frame_.source == Source::kCapture ? item_.elapsed_ns : now_ns, run_ns_);
    }

    const std::uint64_t tag = result_.frames_offered;
    RecentFrame& recent = recent_[tag % kRecentFrames];
    recent.source = frame_.source;
    recent.file = frame_.file;
    recent.number = frame_.number;
    recent.connection = frame_.connection;
    recent.length = frame_.bytes.size();
    std::copy_n(frame_.bytes.begin(), std::min(recent.head.size(), frame_.bytes.size()), recent.head.begin());
    // 0 means at once; due clocks count from the start of the run.
    std::uint64_t cycle = start_cycle_ + due;
    if (options_.pace == Pace::kTopSpeed) cycle = sources_.empty() ? 0 : start_cycle_ + ns_to_cycles(now_ns);
    ++result_.frames_offered;
    ++result_.sources[static_cast<std::size_t>(frame_.source)];
    if (events_) record();
    for (const auto& log : packet_logs_) log->offered(frame_.bytes);
    under_way_ = true;
    if (watch_) watch_->clock(simulator.cycle());
    window_over_ = options_.waves_to != 0 && simulator.cycle() > options_.waves_to;
    simulator.offer(cycle, frame_.bytes.data(), frame_.bytes.size(), tag);
    if (options_.on_progress && result_.frames_offered % kProgressFrames == 0) {
      const auto clocks = static_cast<double>(run_cycle(simulator));
      options_.on_progress({false, result_.frames_offered, total_, clocks / options_.clock_mhz});
    }
    return true;
  }

  // The first fields of the frame's line, before it is offered.
  void record() {
    FrameEvent event;
    event.source = frame_.source;
    event.file = frame_.file;
    event.number = frame_.number;
    event.time_ns = frame_.time_ns;
    event.length = frame_.bytes.size();
    event.flow = describe_packet(frame_.bytes.data(), frame_.bytes.size());
    event.options = syn_layout(frame_.bytes.data(), frame_.bytes.size());
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
    for (const auto& log : packet_logs_) log->left(output);
    const std::uint64_t now_ns = cycles_to_ns(output.cycle - start_cycle_);
    for (TrafficSource* source : sources_) {
      if (output.port == Port::kReply) source->saw_reply(now_ns, output.data, output.length);
      if (output.handoff) source->saw_handoff(now_ns, output.data, output.length);
    }
    PcapWriter* writer = output.port == Port::kReply ? reply_.get() : forward_.get();
    if (writer == nullptr) return;
    writer->write(output_time(output.cycle), output.data, output.length);
  }

  // Of a clock, in ns since 1970: the run begins with the first frame of the captures.
  std::int64_t output_time(std::uint64_t cycle) const {
    const auto after = static_cast<std::int64_t>(
        std::min<std::uint64_t>(cycles_to_ns(cycle - std::min(cycle, start_cycle_)), INT64_MAX / 2));
    return std::clamp<std::int64_t>(capture_start_ns_, 0, INT64_MAX / 2) + after;
  }

  void take_mismatch(const Mismatch& mismatch) {
    if (events_) events_->mismatch(mismatch);
    if (watch_) watch_->mismatch(mismatch);
    FrameOrigin origin;
    const std::uint64_t offered = result_.frames_offered;
    // Counters, compared at the end, belong to no frame.
    const bool of_frame = mismatch.id < offered && mismatch.tag < offered;
    if (of_frame && mismatch.tag + kRecentFrames > offered) {
      const RecentFrame& recent = recent_[mismatch.tag % kRecentFrames];
      const bool captured = recent.source == Source::kCapture || recent.source == Source::kFollow;
      origin.capture = captured ? result_.files[recent.file].path : source_name(recent.source);
      origin.number = captured ? recent.number : mismatch.tag + 1;
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
    const std::optional<std::uint64_t> packet = of_frame ? std::optional<std::uint64_t>(mismatch.id) : std::nullopt;
    result_.mismatch_texts.push_back(mismatch_text(mismatch, origin, waves_command(packet, rerun), rerun));
    if (options_.on_mismatch) options_.on_mismatch(result_.mismatch_texts.back());
  }

  // Shows the signals around that packet, or around the first mismatch; empty where the run cannot be made again.
  std::string waves_command(const std::optional<std::uint64_t>& packet, const std::string& rerun) const {
    if (rerun.empty() || !std::all_of(options_.captures.begin(), options_.captures.end(), can_be_read_twice)) return "";
    if (directory_) {
      return fmt::format("syngate waves {} {}", shell_quote(directory_->path()),
                         packet ? fmt::format("--packet {}", *packet) : "--on mismatch");
    }
    // Only `replay` writes waves; it takes the options of `check`.
    const auto options = rerun.find(' ', rerun.find(' ') + 1);
    return fmt::format("syngate replay{} --waves mismatch.fst --on {}", rerun.substr(options),
                       packet ? fmt::format("packet={}", *packet) : "mismatch");
  }

  void write_metrics() {
    Metrics metrics;
    metrics.version = kVersion;
    metrics.clock_mhz = options_.clock_mhz;
    metrics.verdicts = result_.verdicts;
    metrics.reasons = result_.reasons;
    metrics.statistics = result_.statistics;
    metrics.counters_read = result_.counters_read;
    metrics.checked = options_.check;
    metrics.flows = result_.flows;
    metrics.rotations = result_.rotations;
    const std::string text = metrics_text(metrics);
    for (const auto& file : metrics_files_) file->write(text);
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
      directory_->write_run(std::move(run), kVersion);
    } catch (const OutputError& error) {
      fail(Failure::kOutput, error.what());
    }
  }

  const ReplayOptions& options_;
  std::unique_ptr<RunDirectory> directory_;
  std::unique_ptr<EventWriter> events_;
  std::optional<TriggerWatch> watch_;
  KeySchedule schedule_;
  Pacer pacer_;
  model::Config config_;
  model::Time time_;
  ReplayResult result_;
  std::vector<RecentFrame> recent_;
  std::unique_ptr<PcapWriter> reply_, forward_;
  std::vector<std::unique_ptr<PacketLog>> packet_logs_;
  std::vector<std::unique_ptr<MetricsFile>> metrics_files_;
  std::optional<CaptureStream> stream_;
  CaptureStream::Item item_;  // the next captured frame, when has_item_
  bool has_item_ = false;
  std::optional<Clients> clients_;
  std::optional<Follow> follow_;
  std::uint64_t round_ = 0;  // through the captures, as far as follow_ is concerned
  struct TooLong {
    std::uint64_t count = 0, number = 0;
    std::size_t length = 0;
  };
  std::map<std::size_t, TooLong> too_long_;  // by file
  std::vector<TrafficSource*> sources_;      // all that react
  std::optional<Flood> attack_;
  std::uint64_t attack_left_ = 0;    // 0 may also mean: by the ratio alone
  double attack_credit_ = 0;         // frames that the ratio asks for
  std::uint64_t attack_gap_ns_ = 0;  // between them, in capture time
  std::uint64_t captured_ns_ = 0;    // time of the last frame in capture time
  TrafficFrame frame_;               // being sent
  bool under_way_ = false;           // the pipeline may still emit something
  std::uint64_t run_ns_ = 0;
  std::uint64_t start_cycle_ = 0;
  bool window_over_ = false;  // of the waves: nothing more is needed
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

const char* attack_name(Attack attack) {
  switch (attack) {
    case Attack::kNone: return "none";
    case Attack::kSyns: return "syn";
    case Attack::kAcks: return "ack";
    case Attack::kSynAcks: return "synack";
    case Attack::kRsts: return "rst";
    case Attack::kMixed: return "mixed";
  }
  return "";
}

ReplayResult replay(const ReplayOptions& options) { return Replay(options).run(); }

}  // namespace syngate::sim
