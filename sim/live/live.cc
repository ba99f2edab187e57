// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "live.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "live_bench.h"
#include "mismatch.h"
#include "spreader.h"
#include "syngate/sim/capture.h"
#include "traffic_source.h"
#include "version.h"

namespace syngate::sim {
namespace {

constexpr std::uint64_t kMillisecond = 1000000;
constexpr std::uint64_t kMinute = 60000 * kMillisecond;
constexpr int kIdleMs = 500;  // the longest sleep: the status line lives, a signal is never missed
constexpr unsigned kReadsAtOnce = 64;  // of one port, before the others have their turn
constexpr std::uint64_t kFloodAtOnce = 128;
constexpr std::uint64_t kStatusNs = 100 * kMillisecond;

class Live {
 public:
  explicit Live(const LiveOptions& options)
      : options_(options), spreader_(options.servers.size()) {}

  LiveResult run() {
    open_all();
    begin();
    try {
      while (!over()) turn();
    } catch (const PortError& error) {
      result_.gone = error.what();
    } catch (...) {
      recorder_->flush();
      throw;
    }
    finish();
    return result_;
  }

 private:
  struct End {
    std::unique_ptr<LivePort> port;
    std::string name;  // client, server0 ...
    std::optional<ImpairedLine> in, out;
  };

  void open_all() {
    ends_.emplace_back();
    ends_[0].port = open_port(options_.client);
    ends_[0].name = "client";
    for (std::size_t i = 0; i < options_.servers.size(); ++i) {
      ends_.emplace_back();
      ends_.back().port = open_port(options_.servers[i]);
      ends_.back().name = fmt::format("server{}", i);
    }
    if (!options_.flood_file.empty()) open_flood_file();
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw std::runtime_error(fmt::format("epoll: {}", std::strerror(errno)));
    std::uint64_t seed = options_.start.seed;
    for (End& end : ends_) {
      ++seed;
      if (end.port->fd() >= 0) {
        struct epoll_event event {};
        event.events = EPOLLIN;
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, end.port->fd(), &event) != 0) {
          throw PortError(
              fmt::format("{}: cannot be waited for: {}", end.port->spec(), std::strerror(errno)));
        }
      }
      const auto impairment = options_.impairments.find(end.name);
      if (impairment == options_.impairments.end()) continue;
      end.in.emplace(impairment->second, seed << 8);
      end.out.emplace(impairment->second, seed << 8 | 1);
    }
  }

  void open_flood_file() {
    flood_reader_ = std::make_unique<CaptureReader>(options_.flood_file, CaptureOptions{});
    CaptureFrame first;
    if (!flood_reader_->next(&first))
      throw InputError(fmt::format("--flood {}: there is no frame in it", options_.flood_file));
    flood_next_ = std::move(first.bytes);
  }

  void begin() {
    LiveStart start = options_.start;
    start.version = kVersion;
    start.servers = options_.servers.size();
    start.base_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
    recorder_ = std::make_unique<LiveRecorder>(options_.record, start);
    SimulatorOptions simulator;
    simulator.check = options_.check;
    bench_ = std::make_unique<LiveBench>(start, options_.key_file, simulator);
    bench_->on_output = [this](const Output& output, bool flood) { take_output(output, flood); };
    bench_->on_result = [this](const FrameResult& frame, bool flood) {
      ++(flood ? result_.flood_verdicts
               : result_.verdicts)[static_cast<std::size_t>(frame.verdict)];
      ++(flood ? result_.flood_reasons : result_.reasons)[static_cast<std::size_t>(frame.reason)];
    };
    bench_->on_mismatch = [this](const Mismatch& mismatch) {
      if (options_.on_mismatch) options_.on_mismatch(mismatch_text(mismatch, {}, "", ""));
    };
    if (options_.on_ready) options_.on_ready();
    begin_ = std::chrono::steady_clock::now();
  }

  std::uint64_t now_ns() const {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now() - begin_)
                                          .count());
  }

  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  bool over() {
    result_.interrupted = stopped();
    if (result_.interrupted || !result_.gone.empty()) return true;
    if (options_.duration_ns != 0 && now_ns() >= options_.duration_ns) return true;
    const bool client_done =
        ends_[0].port->finished() && (!ends_[0].in || ends_[0].in->due_ns() == kNever);
    return client_done && (!flood_open() || options_.start.flood->frames == 0);
  }

  bool flood_open() const {
    return options_.start.flood &&
           (options_.start.flood->frames == 0 || bench_->flooded() < options_.start.flood->frames);
  }

  // The flood has frames whose time has come, in the time of the wall.
  bool flood_behind() const { return flood_open() && bench_->flood_due() <= wall_cycle(); }

  std::uint64_t wall_cycle() const {
    return bench_->start_cycle() +
           static_cast<std::uint64_t>(static_cast<unsigned __int128>(now_ns()) *
                                      options_.start.clock_mhz / 1000);
  }

  void turn() {
    const std::uint64_t now = now_ns();
    for (std::size_t i = 0; i < ends_.size(); ++i) receive(i, now);
    // What goes in at once leaves together; while a flood runs, its clocks push everything out.
    const bool behind = flood_behind();
    if (behind) flood();
    if (under_way_ && !behind) settle();
    for (End& end : ends_) {
      if (!end.out) continue;
      while (auto frame = end.out->take(now)) end.port->write(frame->data(), frame->size());
    }
    say_warnings();
    if (options_.on_status && now >= status_ns_) {
      status_ns_ = now + kStatusNs;
      fill();
      result_.statistics = bench_->statistics();
      options_.on_status(result_);
    }
    if (!behind) wait();
  }

  void receive(std::size_t index, std::uint64_t now) {
    End& end = ends_[index];
    end.port->set_now(now);
    Bytes frame;
    for (unsigned i = 0; i < kReadsAtOnce && end.port->read(&frame); ++i) {
      if (end.in) {
        end.in->put(now, frame);
      } else {
        arrived(index, frame);
      }
    }
    if (!end.in) return;
    while (auto due = end.in->take(now)) arrived(index, *due);
  }

  void arrived(std::size_t index, Bytes& frame) {
    if (index != 0) {
      spreader_.learn(index - 1, frame);
      LiveEvent event;
      event.kind = LiveEvent::Kind::kBypass;
      event.server = index - 1;
      event.cycle = bench_->cycle();
      event.bytes = frame;
      recorder_->write(event);
      ++result_.bypassed;
      send(ends_[0], frame.data(), frame.size());
      return;
    }
    set_time();
    // A simulation that is behind the wall takes it at once.
    offer(std::max(bench_->cycle(), flood_behind() ? 0 : wall_cycle()), frame, false);
  }

  void offer(std::uint64_t cycle, const Bytes& frame, bool flood) {
    LiveEvent event;
    event.kind = LiveEvent::Kind::kInput;
    event.cycle = cycle;
    event.id = bench_->offered();
    event.flood = flood;
    event.bytes = frame;
    recorder_->write(event);
    bench_->offer(cycle, frame, flood);
    under_way_ = true;
  }

  void set_time() {
    std::uint64_t now = now_ns();
    if (options_.steps != nullptr) now += options_.steps->load() * options_.step_ns;
    model::Time time;
    time.ms = options_.start.time.ms + static_cast<std::uint32_t>(now / kMillisecond);
    time.count = options_.start.time.count + static_cast<std::uint32_t>(now / kMinute);
    if (time.ms == bench_->time().ms && time.count == bench_->time().count) return;
    LiveEvent event;
    event.kind = LiveEvent::Kind::kTime;
    event.cycle = bench_->cycle();
    event.time = time;
    recorder_->write(event);
    bench_->set_time(time);
  }

  void flood() {
    set_time();
    std::uint64_t count = kFloodAtOnce;
    if (options_.start.flood->frames != 0)
      count = std::min(count, options_.start.flood->frames - bench_->flooded());
    // At a low rate the simulation must not run ahead of the wall.
    const std::uint64_t wall = wall_cycle();
    if (flood_reader_) {
      for (std::uint64_t i = 0; i < count && bench_->flood_due() <= wall; ++i) flood_from_file();
    } else {
      const bool slow = bench_->flood_due() + kFloodAtOnce * 64 > wall;
      LiveEvent event;
      event.kind = LiveEvent::Kind::kFlood;
      event.cycle = bench_->cycle();
      event.count = slow ? 1 : count;
      recorder_->write(event);
      bench_->flood(event.count);
    }
    under_way_ = true;
    if (++bursts_ % kFloodAtOnce == 0) check(LiveEvent::Kind::kCheck);
  }

  void flood_from_file() {
    offer(bench_->take_flood_slot(flood_next_.size()), flood_next_, true);
    CaptureFrame frame;
    if (!flood_reader_->next(&frame)) {
      flood_reader_ = std::make_unique<CaptureReader>(options_.flood_file, CaptureOptions{});
      if (!flood_reader_->next(&frame))
        throw InputError(
            fmt::format("--flood {}: was emptied while it was used", options_.flood_file));
    }
    flood_next_ = std::move(frame.bytes);
  }

  void settle() {
    LiveEvent event;
    event.kind = LiveEvent::Kind::kDrain;
    event.cycle = bench_->cycle();
    recorder_->write(event);
    bench_->drain();
    under_way_ = false;
    check(LiveEvent::Kind::kCheck);
  }

  void check(LiveEvent::Kind kind) {
    LiveEvent event;
    event.kind = kind;
    event.cycle = bench_->cycle();
    event.count = bench_->digest().outputs();
    event.digest = bench_->digest().value();
    recorder_->write(event);
  }

  void take_output(const Output& output, bool flood) {
    // The flood's answers go to addresses that it made up; they count in the digest.
    if (flood && options_.flood_passes && output.port == Port::kForward) {
      Bytes frame(output.data, output.data + output.length);
      const std::size_t server = spreader_.choose(&frame);
      spreader_.address(server, &frame);
      send(ends_[1 + server], frame.data(), frame.size());
    }
    if (flood && !flood_reader_) return;
    LiveEvent event;
    event.kind = LiveEvent::Kind::kOutput;
    event.cycle = output.cycle;
    event.id = output.id;
    event.port = output.port;
    event.handoff = output.handoff;
    event.bytes.assign(output.data, output.data + output.length);
    recorder_->write(event);
    if (flood) return;
    if (output.port == Port::kReply) {
      send(ends_[0], output.data, output.length);
      return;
    }
    const std::size_t server = spreader_.choose(&event.bytes);
    send(ends_[1 + server], event.bytes.data(), event.bytes.size());
  }

  void send(End& end, const std::uint8_t* data, std::size_t length) {
    if (end.out) {
      end.out->put(now_ns(), Bytes(data, data + length));
      return;
    }
    // The pipeline may be in the middle of a clock: the loop ends the run.
    try {
      end.port->write(data, length);
    } catch (const PortError& error) {
      if (result_.gone.empty()) result_.gone = error.what();
    }
  }

  void say_warnings() {
    for (const End& end : ends_) {
      const std::string text = end.port->take_warning();
      if (!text.empty() && options_.on_warning) options_.on_warning(text);
    }
  }

  void wait() {
    std::uint64_t due = kNever;
    for (const End& end : ends_) {
      due = std::min(due, end.port->due_ns());
      if (end.in) due = std::min(due, end.in->due_ns());
      if (end.out) due = std::min(due, end.out->due_ns());
    }
    const std::uint64_t now = now_ns();
    if (options_.duration_ns != 0) due = std::min(due, options_.duration_ns);
    if (flood_open()) {
      const std::uint64_t clocks =
          bench_->flood_due() - std::min(bench_->flood_due(), wall_cycle());
      due = std::min(due, now + clocks * 1000 / options_.start.clock_mhz);
    }
    int timeout = kIdleMs;
    if (due != kNever) {
      const std::uint64_t ms = due <= now ? 0 : (due - now + kMillisecond - 1) / kMillisecond;
      timeout = static_cast<int>(std::min<std::uint64_t>(ms, kIdleMs));
    }
    if (timeout != 0) recorder_->flush();
    struct epoll_event events[8];
    if (epoll_wait(epoll_, events, 8, timeout) < 0 && errno != EINTR) {
      throw std::runtime_error(fmt::format("epoll: {}", std::strerror(errno)));
    }
  }

  void finish() {
    // Outputs stand in a recording behind the event that brought them out.
    if (under_way_) settle();
    result_.statistics = bench_->finish();
    check(LiveEvent::Kind::kEnd);
    recorder_->close();
    say_warnings();
    fill();
    result_.statistics = bench_->statistics();
    close(epoll_);
  }

  void fill() {
    result_.ports.clear();
    for (const End& end : ends_) {
      result_.ports.push_back({end.port->spec(), end.port->counts()});
    }
    result_.lost_on_lines = 0;
    for (const End& end : ends_)
      result_.lost_on_lines += (end.in ? end.in->lost() : 0) + (end.out ? end.out->lost() : 0);
    result_.flood = bench_->flooded();
    result_.offered = bench_->offered() - bench_->flooded();
    result_.outputs = bench_->digest().outputs();
    result_.digest = bench_->digest().value();
    result_.elapsed_ns = now_ns();
    result_.simulated_ns =
        (bench_->cycle() - bench_->start_cycle()) * 1000 / options_.start.clock_mhz;
  }

  const LiveOptions& options_;
  Spreader spreader_;
  std::vector<End> ends_;
  std::unique_ptr<LiveRecorder> recorder_;
  std::unique_ptr<LiveBench> bench_;
  std::unique_ptr<CaptureReader> flood_reader_;
  Bytes flood_next_;
  LiveResult result_;
  std::chrono::steady_clock::time_point begin_;
  int epoll_ = -1;
  bool under_way_ = false;  // the pipeline may still emit something
  std::uint64_t bursts_ = 0, status_ns_ = 0;
};

}  // namespace

LiveResult run_live(const LiveOptions& options) { return Live(options).run(); }

}  // namespace syngate::sim
