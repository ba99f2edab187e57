// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "frames.h"
#include "keys.h"
#include "pacing.h"
#include "protect.h"
#include "style.h"
#include "syngate/model/cookie.h"
#include "syngate/model/pipeline.h"
#include "syngate/sim/packet_view.h"
#include "version.h"

namespace syngate::sim {
namespace {

enum class Kind : std::uint8_t { kPassed, kSyn, kAck, kAckData };

constexpr std::size_t kLengths[] = {60,  64,  65,  66,  74,  78,   98,   117,
                                    118, 128, 129, 256, 512, 1024, 1514, 9014};
// What run() goes through: two rates, seven kinds, each length and the mix; then latency, the
// simulator's speed with and without checking, the model's.
constexpr std::uint64_t kRows = 2 * 7 * (std::size(kLengths) + 1);
constexpr std::uint64_t kSteps = kRows + 4;
constexpr std::size_t kBareAckLengthMax = 128;  // longer padding than this no MAC sends
constexpr std::uint64_t kLatencyGap = 1000;     // clocks between frames that meet an empty pipeline
constexpr std::uint64_t kLatencyFrames = 400;
constexpr model::Time kTime = {286326, 1000000};

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::kPassed:
      return "passed";
    case Kind::kSyn:
      return "syn";
    case Kind::kAck:
      return "ack";
    case Kind::kAckData:
      return "ack_data";
  }
  return "?";
}

defs::Verdict deserved(Kind kind) {
  switch (kind) {
    case Kind::kPassed:
      return defs::Verdict::kPass;
    case Kind::kSyn:
      return defs::Verdict::kReply;
    case Kind::kAck:
      return defs::Verdict::kHandoff;
    case Kind::kAckData:
      return defs::Verdict::kHandoffPass;
  }
  return defs::Verdict::kDrop;
}

model::Address ipv4(std::uint32_t value) {
  model::Address address;
  for (unsigned i = 0; i < 4; ++i)
    address.bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  return address;
}

model::Address ipv6(std::uint32_t low) {
  model::Address address;
  address.is6 = true;
  address.bytes = {0x20, 0x01, 0x0d, 0xb8};
  for (unsigned i = 0; i < 4; ++i)
    address.bytes[12 + i] = static_cast<std::uint8_t>(low >> (24 - 8 * i));
  return address;
}

// Client i: its own address and port, towards the protected server.
PlainSegment client(std::uint64_t i, bool is6) {
  PlainSegment segment;
  const auto low = static_cast<std::uint32_t>(i + 1);
  segment.source = is6 ? ipv6(low) : ipv4(0x0a000000u + low);
  segment.destination = is6 ? ipv6(0xffff0001u) : ipv4(0xc6336402u);  // 198.51.100.2
  segment.source_port = static_cast<std::uint16_t>(1024 + i % 60000);
  segment.destination_port = 443;
  segment.seq = static_cast<std::uint32_t>(i * 2654435761u);
  return segment;
}

using Frame = std::vector<std::uint8_t>;

class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_(options) {
    config_.keys = KeySchedule(options.seed).initial(kTime.count);
    for (const bool is6 : {false, true}) {
      model::Destination& entry = config_.destinations[is6 ? 1 : 0];
      entry = default_destination(is6);
      entry.prefix = client(0, is6).destination;
      entry.prefix_length = is6 ? 128 : 32;
    }
  }

  BenchResult run() {
    make_cookies();
    for (const char* rate : {"40G", "100G"}) {
      for (const Kind kind : {Kind::kPassed, Kind::kSyn, Kind::kAck, Kind::kAckData}) {
        for (const bool paced : {false, true}) {
          if (paced && kind == Kind::kPassed) continue;
          for (const std::size_t length : kLengths) add_row(rate, kind, paced, length);
          add_row(rate, kind, paced, 0);
        }
      }
    }
    if (!stopped()) measure_latency();
    if (!stopped()) measure_speed();
    result_.interrupted = stopped();
    return std::move(result_);
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  // The model answers a SYN of every client; its cookies make the ACKs valid.
  void make_cookies() {
    model::Pipeline pipeline(config_);
    for (std::uint64_t i = 0; i < std::max(options_.frames, kLatencyFrames); ++i) {
      PlainSegment syn = client(i, false);
      syn.flags = kTcpSyn;
      syn.options = syn_options_mss(1460);
      const Frame frame = make_frame(syn);
      cookies_.push_back(pipeline.process({frame.data(), frame.size(), false}, kTime).cookie);
    }
  }

  // Lengths of a mix: the sizes that the kind has in the wild.
  static std::size_t mixed_length(Kind kind, std::uint64_t i) {
    constexpr std::size_t kSyns[] = {60, 66, 74, 78, 74, 66, 60, 98, 74, 78, 66, 60};
    constexpr std::size_t kAcks[] = {60, 66, 60, 66, 66, 60, 60, 66, 66, 60, 60, 66};
    constexpr std::size_t kImix[] = {60, 590, 60, 590, 60, 1514,
                                     60, 590, 60, 590, 60, 60};  // 7 : 4 : 1
    const std::size_t at = i % 12;
    return kind == Kind::kSyn ? kSyns[at] : kind == Kind::kAck ? kAcks[at] : kImix[at];
  }

  // Frame i of a kind with exactly `length` bytes.
  Frame frame_of(Kind kind, std::size_t length, std::uint64_t i) const {
    PlainSegment segment = client(i, kind == Kind::kSyn && length == 98);
    switch (kind) {
      case Kind::kPassed:
        segment.destination = ipv4(0xcb007105u);  // 203.0.113.5, not protected
        segment.flags = kTcpAck;
        segment.payload = length - 54;
        break;
      case Kind::kSyn:
        segment.flags = kTcpSyn;
        segment.options = length == 66   ? syn_options_windows(1460)
                          : length == 78 ? syn_options_macos(1460, 1)
                          : length == 98 ? syn_options_macos(1440, 1)
                          : length >= 74 ? syn_options_linux(1460, 1)
                                         : syn_options_mss(1460);
        segment.payload =
            length - std::min(length, (segment.source.is6 ? 74 : 54) + segment.options.size());
        // 60 bytes is a SYN of 58 and padding; above, what the header leaves is data on the SYN.
        if (length == 60) segment.payload = 0;
        break;
      case Kind::kAck:
      case Kind::kAckData:
        segment.flags = kTcpAck;
        ++segment.seq;
        segment.ack = cookies_[i % cookies_.size()] + 1;
        segment.payload = kind == Kind::kAckData ? length - 54 : 0;
        break;
    }
    return make_frame(segment, length);
  }

  void add_row(const std::string& rate, Kind kind, bool paced, std::size_t length) {
    if (stopped()) return;
    BenchRow row;
    row.length = length == 0 ? "mix" : fmt::format("{}", length);
    row.rate = rate;
    row.kind = std::string(kind_name(kind)) + (paced ? "_paced" : "");
    row.must_not_lose = !paced && kind != Kind::kAckData;
    if (kind == Kind::kAck && length > kBareAckLengthMax) {
      row.applies = false;
      row.note = "a bare ACK is never that long";
    } else {
      if (options_.on_progress) {
        options_.on_progress(fmt::format("{} {} {} bytes", row.rate, row.kind, row.length),
                             result_.line_rate.size(), kSteps);
      }
      run_row(kind, paced, length, &row);
    }
    result_.line_rate.push_back(row);
  }

  void run_row(Kind kind, bool paced, std::size_t length, BenchRow* row) {
    const std::uint64_t bits_per_second = row->rate == "40G" ? 40000000000 : 100000000000;
    SimulatorOptions simulator_options;
    simulator_options.seed = options_.seed;
    simulator_options.clock_mhz = options_.clock_mhz;
    if (paced) {
      simulator_options.reply_gbps = static_cast<double>(bits_per_second) / 1e9;
      simulator_options.forward_gbps = simulator_options.reply_gbps;
    }
    Simulator simulator(simulator_options, config_, kTime);
    std::uint64_t first_in = 0, last_in = 0;
    simulator.on_result = [&](const FrameResult& frame) {
      if (frame.id == 0) first_in = frame.cycle_in;
      last_in = std::max(last_in, frame.cycle_in);
      if (frame.verdict == deserved(kind)) return;
      ++row->lost;
      const std::string_view why = frame.verdict == defs::Verdict::kDrop
                                       ? defs::to_string(frame.reason)
                                       : defs::to_string(frame.verdict);
      ++row->reasons[std::string(why)];
    };
    const std::size_t longest =
        length == 0 ? (kind == Kind::kPassed || kind == Kind::kAckData ? 1514u : 98u) : length;
    const std::size_t beats = (longest + defs::kBusBytes - 1) / defs::kBusBytes;
    const std::uint64_t frames =
        std::max<std::uint64_t>(std::min<std::uint64_t>(options_.frames, 24),
                                std::min(options_.frames, 4 * options_.frames / beats));
    Pacer pacer(Pace::kLine, bits_per_second, options_.clock_mhz);
    const std::uint64_t start = simulator.cycle();
    std::uint64_t bits = 0;
    for (std::uint64_t i = 0; i < frames; ++i) {
      const Frame frame = frame_of(kind, length == 0 ? mixed_length(kind, i) : length, i);
      simulator.offer(start + pacer.due(0, frame.size()), frame.data(), frame.size(), i);
      if (i + 1 < frames) bits += (frame.size() + 24) * 8;
    }
    const Statistics& statistics = simulator.finish();
    row->offered = statistics.offered;
    row->lost += statistics.lost;
    if (statistics.lost != 0) row->reasons["never_came"] += statistics.lost;
    row->mismatches = statistics.mismatches;
    const double gaps = static_cast<double>(frames - 1);
    const double wire_clocks =
        static_cast<double>(bits) * options_.clock_mhz * 1e6 / static_cast<double>(bits_per_second);
    if (frames > 1) {
      row->wire_frames_per_clock = gaps / wire_clocks;
      row->frames_per_clock =
          gaps / static_cast<double>(std::max<std::uint64_t>(last_in - first_in, 1));
    }
  }

  void measure_latency() {
    if (options_.on_progress) options_.on_progress("latency", kRows, kSteps);
    SimulatorOptions simulator_options;
    simulator_options.seed = options_.seed;
    simulator_options.clock_mhz = options_.clock_mhz;
    Simulator simulator(simulator_options, config_, kTime);
    const std::uint64_t start = simulator.cycle();
    for (std::uint64_t i = 0; i < std::min(kLatencyFrames, options_.frames); ++i) {
      const auto kind = static_cast<Kind>(i % 4);
      const std::size_t all = std::size(kLengths);
      const std::size_t length = kind == Kind::kAck ? 60 : kLengths[i / 4 % all];
      const Frame frame = frame_of(kind, length, i);
      simulator.offer(start + i * kLatencyGap, frame.data(), frame.size(), i);
    }
    result_.latency = simulator.finish().latency;
  }

  void measure_speed() {
    std::vector<Frame> syns;
    for (std::uint64_t i = 0; i < 4096; ++i)
      syns.push_back(frame_of(Kind::kSyn, i % 2 == 0 ? 60 : 74, i));
    using Clock = std::chrono::steady_clock;
    const auto seconds_since = [](Clock::time_point start) {
      return std::max(std::chrono::duration<double>(Clock::now() - start).count(), 1e-9);
    };
    const std::uint64_t frames = options_.frames * 10;
    for (const bool check : {true, false}) {
      if (options_.on_progress)
        options_.on_progress(check ? "speed with checking" : "speed without checking",
                             kRows + (check ? 1 : 2), kSteps);
      SimulatorOptions simulator_options;
      simulator_options.seed = options_.seed;
      simulator_options.check = check;
      simulator_options.clock_mhz = options_.clock_mhz;
      Simulator simulator(simulator_options, config_, kTime);
      const std::uint64_t clocks_before = simulator.statistics().cycles;
      const auto start = Clock::now();
      for (std::uint64_t i = 0; i < frames && !stopped(); ++i) {
        const Frame& frame = syns[i % syns.size()];
        simulator.offer(0, frame.data(), frame.size(), i);
      }
      const Statistics& statistics = simulator.finish();
      const double seconds = seconds_since(start);
      const double kframes = static_cast<double>(frames) / seconds / 1000.0;
      (check ? result_.kframes_per_s_checked : result_.kframes_per_s_unchecked) = kframes;
      if (!check) {
        result_.kcycles_per_s =
            static_cast<double>(statistics.cycles - clocks_before) / seconds / 1000.0;
      }
    }

    if (options_.on_progress) options_.on_progress("model", kRows + 3, kSteps);
    const auto start = Clock::now();
    std::uint64_t made = 0;
    std::uint32_t sum = 0;  // goes into the next cookie, so that the work cannot be dropped
    const model::CookieKeys keys = {config_.keys.secret0_v4,
                                    config_.keys.secret1_v4[kTime.count % defs::kSecret1Banks]};
    model::Flow flow = {ipv4(0x0a000001), ipv4(0xc6336402), 1024, 443};
    do {
      for (unsigned i = 0; i < 4096; ++i, ++made) {
        ++flow.source_port;
        sum += model::make_cookie(flow, sum, kTime.count, made & 3u, keys);
      }
    } while (seconds_since(start) < 0.5);
    result_.cookies_per_s = static_cast<double>(made) / seconds_since(start);
  }

  const BenchOptions& options_;
  model::Config config_;
  std::vector<std::uint32_t> cookies_;
  BenchResult result_;
};

}  // namespace

bool BenchResult::good() const {
  return std::all_of(line_rate.begin(), line_rate.end(), [](const BenchRow& row) {
    return row.mismatches == 0 && (row.lost == 0 || !row.must_not_lose);
  });
}

BenchResult run_bench(const BenchOptions& options) { return Bench(options).run(); }

std::string bench_json(const BenchOptions& options, const BenchResult& result) {
  using Json = nlohmann::ordered_json;
  Json root = {{"schema", "syngate.bench/1"},
               {"version", kVersion},
               {"seed", options.seed},
               {"clock_mhz", options.clock_mhz},
               {"frames", options.frames}};
  root["line_rate"] = Json::array();
  for (const BenchRow& row : result.line_rate) {
    Json entry = {{"length", row.length == "mix" ? Json(row.length) : Json(std::stoul(row.length))},
                  {"rate", row.rate},
                  {"kind", row.kind},
                  {"applies", row.applies}};
    if (!row.applies) {
      entry["note"] = row.note;
    }
    entry["offered"] = row.offered;
    entry["wire_frames_per_clock"] = row.applies ? Json(row.wire_frames_per_clock) : Json(nullptr);
    entry["frames_per_clock"] = row.applies ? Json(row.frames_per_clock) : Json(nullptr);
    entry["lost"] = row.lost;
    entry["must_not_lose"] = row.must_not_lose;
    entry["reasons"] = Json(row.reasons);
    entry["mismatches"] = row.mismatches;
    root["line_rate"].push_back(entry);
  }
  const Distribution& latency = result.latency;
  root["latency_clocks"] = {
      {"min", latency.min}, {"median", latency.median}, {"p99", latency.p99}, {"max", latency.max}};
  root["simulator"] = {{"kframes_per_s_checked", result.kframes_per_s_checked},
                       {"kframes_per_s_unchecked", result.kframes_per_s_unchecked},
                       {"kcycles_per_s", result.kcycles_per_s}};
  root["model"] = {{"cookies_per_s", result.cookies_per_s}};
  root["interrupted"] = result.interrupted;
  return root.dump(2) + "\n";
}

std::string bench_text(const BenchOptions& options, const BenchResult& result, const Style& style) {
  std::string text =
      style.paint(Color::kBold, fmt::format("syngate {} bench, clock {} MHz, seed {}", kVersion,
                                            options.clock_mhz, options.seed)) +
      "\n\n";
  text += fmt::format("{:<6}{:<16}{:>6}  {:>9}  {:>10}  {:>10}  {:>8}  {}\n", "rate", "kind",
                      "length", "frames", "wire f/clk", "in f/clk", "lost", "why");
  for (const BenchRow& row : result.line_rate) {
    if (!row.applies) continue;
    std::string why;
    for (const auto& [reason, count] : row.reasons)
      why += fmt::format("{}{} {}", why.empty() ? "  " : ", ", reason, count);
    const bool bad = (row.must_not_lose && row.lost != 0) || row.mismatches != 0;
    if (row.mismatches != 0)
      why += fmt::format("{}{} MISMATCHES", why.empty() ? "  " : ", ", row.mismatches);
    text += fmt::format(
        "{:<6}{:<16}{:>6}  {}  {:>10.5f}  {:>10.5f}  {}{}\n", row.rate, row.kind, row.length,
        pad_left(style.number(row.offered), 9), row.wire_frames_per_clock, row.frames_per_clock,
        style.paint(bad ? Color::kRed : Color::kNone, pad_left(style.number(row.lost), 8)), why);
  }
  const Distribution& latency = result.latency;
  text += fmt::format(
      "\nBare ACKs are measured up to {} bytes. Rows without _paced drain the egress at once and, "
      "but for ack_data (two\n"
      "frames out for one in), must lose nothing.\n\n"
      "latency    min {}, median {}, p99 {}, max {} clocks\n"
      "simulator  {:.0f} kframes/s with checking, {:.0f} without; {:.0f} kcycles/s\n"
      "model      {:.0f} cookies/s\n",
      kBareAckLengthMax, latency.min, latency.median, latency.p99, latency.max,
      result.kframes_per_s_checked, result.kframes_per_s_unchecked, result.kcycles_per_s,
      result.cookies_per_s);
  return text;
}

}  // namespace syngate::sim
