// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "minimise.h"

#include <algorithm>
#include <numeric>

#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

constexpr std::uint64_t kMillisecond = 1000000;
constexpr std::uint64_t kMinute = 60000 * kMillisecond;
constexpr std::int64_t kSecondsLimit = 0xffffffff;     // of a pcap file
constexpr std::int64_t kStandInTime = 1600000000;      // where the capture's own times do not fit
constexpr std::size_t kEthernetMin = 60;

struct Kept {
  std::vector<std::uint8_t> bytes;
  std::uint64_t elapsed_ns = 0;  // since the first frame of the run
  std::uint64_t run_ns = 0;      // time that the pipeline was told
};

// The frame with `payload` bytes of TCP payload only; empty when that is not possible.
std::vector<std::uint8_t> with_payload(const std::vector<std::uint8_t>& frame,
                                       std::size_t payload) {
  const PacketView view = view_packet(frame.data(), frame.size());
  if (!view.tcp || view.fragment || view.payload <= payload) return {};
  const std::size_t header = static_cast<std::size_t>(frame[view.l4 + 12] >> 4) * 4;
  const std::size_t end = view.l4 + header + payload;
  if (header < 20 || end > frame.size()) return {};
  std::vector<std::uint8_t> cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(end));
  const std::size_t length = view.ip4 ? end - view.l3 : end - view.l3 - 40;
  const std::size_t at = view.l3 + (view.ip4 ? 2u : 4u);
  cut[at] = static_cast<std::uint8_t>(length >> 8);
  cut[at + 1] = static_cast<std::uint8_t>(length);
  fix_checksums(cut.data(), cut.size());
  cut.resize(std::max(cut.size(), kEthernetMin));
  return cut;
}

class Minimiser {
 public:
  Minimiser(const ReplayOptions& options, const ReplayResult& failed, const std::string& out,
            const MinimiseProgress& progress)
      : options_(options),
        out_(out),
        progress_(progress),
        signature_(failure_signature(failed)),
        last_(failed.first_mismatch ? failed.first_mismatch->tag + 1 : failed.frames_offered) {
    reproducer_.destinations = failed.destinations;
  }

  Reproducer run() {
    collect();
    if (frames_.empty()) return std::move(reproducer_);  // it failed without any frame
    std::vector<std::size_t> best = window();
    if (reproducer_.reproduced) {
      std::vector<Kept> window_frames;
      for (const std::size_t i : best) window_frames.push_back(std::move(frames_[i]));
      frames_ = std::move(window_frames);
      best = ddmin(
          frames_.size(), [this](const auto& chosen) { return fails(chosen); },
          [this] { return stopped(); });
      shorten(best);
      reproducer_.complete = !stopped();
    }
    // The file now holds the last trial, which may be one that agrees.
    write(best);
    reproducer_.frames = best.size();
    for (const std::size_t i : best) reproducer_.bytes += frames_[i].bytes.size();
    return std::move(reproducer_);
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  // The run again, up to the frame that failed, keeping the frames as they were offered.
  void collect() {
    ReplayOptions options = options_;
    options.stop_at_mismatch = false;
    options.run_directory.clear();
    options.limit = std::max<std::uint64_t>(last_, 1);
    options.on_mismatch = nullptr;
    options.on_progress = nullptr;
    options.on_warning = nullptr;
    options.on_error = nullptr;
    options.on_offer = [this](const CaptureFrame& frame, std::uint64_t elapsed_ns,
                              std::uint64_t run_ns) {
      if (frames_.empty()) first_time_ns_ = frame.time_ns;
      // What the run made of the captures (answers, an attack, another pace) is a capture now.
      const bool made = options_.follow || options_.attack != Attack::kNone ||
                        options_.clients != 0 || options_.multiplier != 1.0;
      frames_.push_back({frame.bytes, made ? run_ns : elapsed_ns, run_ns});
    };
    replay(options);
    reproducer_.frames_before = frames_.size();
  }

  // Most bugs need what was shortly before: the last 1, 2, 4 ... frames, until they fail.
  std::vector<std::size_t> window() {
    for (std::size_t size = 1; !stopped(); size *= 2) {
      const std::size_t begin = size < frames_.size() ? frames_.size() - size : 0;
      std::vector<std::size_t> chosen(frames_.size() - begin);
      std::iota(chosen.begin(), chosen.end(), begin);
      if (fails(chosen)) {
        reproducer_.reproduced = true;
        return chosen;
      }
      if (begin == 0) break;
    }
    std::vector<std::size_t> all(frames_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }

  void shorten(const std::vector<std::size_t>& chosen) {
    for (const std::size_t i : chosen) {
      const std::size_t before = view_packet(frames_[i].bytes.data(), frames_[i].bytes.size()).payload;
      // All of it, else ever less.
      std::size_t keep = 0;
      for (unsigned trial = 0; trial < 12 && keep < before && !stopped(); ++trial) {
        std::vector<std::uint8_t> shorter = with_payload(frames_[i].bytes, keep);
        if (shorter.empty()) break;
        std::swap(frames_[i].bytes, shorter);
        if (fails(chosen)) {
          reproducer_.payload_cut += before - keep;
          break;
        }
        std::swap(frames_[i].bytes, shorter);
        keep = keep == 0 ? 1 : keep * 2;
      }
    }
  }

  void write(const std::vector<std::size_t>& chosen) {
    PcapWriter writer(out_);
    const std::int64_t span = static_cast<std::int64_t>(frames_.back().elapsed_ns / 1000000000) + 1;
    const bool fits = first_time_ns_ >= 0 && first_time_ns_ / 1000000000 + span < kSecondsLimit;
    const std::int64_t base = fits ? first_time_ns_ : kStandInTime * 1000000000;
    for (const std::size_t i : chosen) {
      writer.write(base + static_cast<std::int64_t>(frames_[i].elapsed_ns),
                   frames_[i].bytes.data(), frames_[i].bytes.size());
    }
    writer.close();
    const std::uint64_t start = chosen.empty() ? 0 : frames_[chosen.front()].run_ns;
    reproducer_.count = options_.count + static_cast<std::uint32_t>(start / kMinute);
    reproducer_.ts_clock = options_.ts_clock + static_cast<std::uint32_t>(start / kMillisecond);
  }

  bool fails(const std::vector<std::size_t>& chosen) {
    if (progress_) progress_(reproducer_.runs, chosen.size());
    ++reproducer_.runs;
    write(chosen);
    ReplayOptions options = options_;
    options.captures = {out_};
    options.filter.clear();
    options.pad_truncated = options.fix_checksums = false;
    options.loop = 1;
    options.limit = options.duration_ns = 0;
    options.multiplier = 1.0;
    options.unique_ip = options.follow = false;
    options.attack = Attack::kNone;
    options.clients = 0;
    options.protect = reproducer_.destinations;
    options.count = reproducer_.count;
    options.ts_clock = reproducer_.ts_clock;
    options.out_reply.clear();
    options.out_forward.clear();
    options.out_pcapng.clear();
    options.metrics.clear();
    options.run_directory.clear();
    options.waves.clear();
    options.rerun.clear();
    options.stop_at_mismatch = true;
    options.on_warning = options.on_error = options.on_mismatch = nullptr;
    options.on_progress = nullptr;
    options.on_offer = nullptr;
    ReplayResult result = replay(options);
    // An interrupted trial has not shown that the frames agree.
    if (failure_signature(result) != signature_) return false;
    reproducer_.result = std::move(result);
    return true;
  }

  const ReplayOptions& options_;
  const std::string& out_;
  const MinimiseProgress& progress_;
  std::string signature_;
  std::uint64_t last_;
  std::vector<Kept> frames_;
  std::int64_t first_time_ns_ = 0;
  Reproducer reproducer_;
};

}  // namespace

std::vector<std::size_t> ddmin(std::size_t count,
                               const std::function<bool(const std::vector<std::size_t>&)>& fails,
                               const std::function<bool()>& stop) {
  std::vector<std::size_t> current(count);
  std::iota(current.begin(), current.end(), std::size_t{0});
  std::size_t parts = 2;
  while (current.size() >= 2 && !stop()) {
    parts = std::min(parts, current.size());
    bool reduced = false;
    for (std::size_t part = 0; part < parts && !stop(); ++part) {
      const auto begin = current.begin() + static_cast<std::ptrdiff_t>(part * current.size() / parts);
      const auto end =
          current.begin() + static_cast<std::ptrdiff_t>((part + 1) * current.size() / parts);
      std::vector<std::size_t> without(current.begin(), begin);
      without.insert(without.end(), end, current.end());
      // With two parts, leaving one out is trying the other.
      if (without.empty() || !fails(without)) continue;
      current = without;
      parts = std::max<std::size_t>(parts - 1, 2);
      reduced = true;
      break;
    }
    if (reduced) continue;
    if (parts >= current.size()) break;
    parts *= 2;
  }
  return current;
}

std::string failure_signature(const ReplayResult& result) {
  if (result.first_mismatch)
    return "mismatch " + result.first_mismatch->stage + " " + result.first_mismatch->field;
  switch (result.failure) {
    case Failure::kAssertion:
      return "assertion";
    case Failure::kHang:
      return "hang";
    default:
      break;
  }
  if (result.statistics.mismatches != 0) return "mismatch";
  return result.statistics.lost != 0 ? "lost" : "";
}

Reproducer minimise(const ReplayOptions& options, const ReplayResult& failed,
                    const std::string& out, const MinimiseProgress& progress) {
  return Minimiser(options, failed, out, progress).run();
}

}  // namespace syngate::sim
