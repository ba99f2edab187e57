// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "line_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "frames.h"
#include "keys.h"
#include "pacing.h"
#include "protect.h"
#include "syngate/model/cookie.h"
#include "syngate/sim/errors.h"
#include "syngate/sim/packet_view.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {
namespace {

constexpr std::pair<std::string_view, LineKind> kKinds[] = {
    {"flow", LineKind::kFlow}, {"syn", LineKind::kSyn}, {"ack", LineKind::kAck}, {"ack_data", LineKind::kAckData},
    {"drop", LineKind::kDrop}, {"any", LineKind::kAny}};
constexpr model::Time kTime = {286326, 1000000};
constexpr std::uint64_t kFlows = 64;
constexpr std::size_t kIpv4Header = 54, kIpv6Header = 74;  // Ethernet to TCP, without options
constexpr std::size_t kFrameMax = 9216;

using Frame = std::vector<std::uint8_t>;

// A decimal number with up to three decimals, times 1000. 0 when it is none.
std::uint64_t thousandths(const std::string& text) {
  const std::size_t point = text.find('.');
  std::string digits = text.substr(0, point);
  std::string decimals = point == std::string::npos ? "" : text.substr(point + 1);
  if (digits.empty() || digits.size() > 6 || decimals.size() > 3) return 0;
  decimals.resize(3, '0');
  digits += decimals;
  if (digits.find_first_not_of("0123456789") != std::string::npos) return 0;
  return std::stoull(digits);
}

std::vector<std::size_t> lengths_of(const std::string& text) {
  std::vector<std::size_t> lengths;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, '+');) {
    const std::uint64_t length = thousandths(word) / 1000;
    if (word.find('.') != std::string::npos || length < 60 || length > kFrameMax) return {};
    lengths.push_back(length);
  }
  return lengths;
}

model::Address address(bool is6, std::uint32_t low) {
  model::Address result;
  result.is6 = is6;
  if (is6) result.bytes = {0x20, 0x01, 0x0d, 0xb8};
  for (unsigned i = 0; i < 4; ++i) result.bytes[(is6 ? 12 : 0) + i] = static_cast<std::uint8_t>(low >> (24 - 8 * i));
  return result;
}

model::Address server(bool is6) { return address(is6, is6 ? 0xffff0001u : 0xc6336402u); }

// Every client is new: nothing of it is in the table.
class Clients {
 public:
  explicit Clients(const model::Keys& keys) : keys_(keys) {}

  PlainSegment next(bool is6) {
    const auto number = static_cast<std::uint32_t>(++made_);
    PlainSegment segment;
    segment.source = address(is6, 0x0a000000u + (number & 0xffffffu));
    segment.destination = server(is6);
    segment.source_port = static_cast<std::uint16_t>(1024 + number % 60000);
    segment.destination_port = 443;
    segment.seq = number * 2654435761u;
    return segment;
  }

  // The client's ACK of the SYN-ACK that its SYN would have got.
  PlainSegment next_ack(bool is6) {
    PlainSegment segment = next(is6);
    const model::Flow flow = {segment.source, segment.destination, segment.source_port, segment.destination_port};
    const unsigned bank = kTime.count % defs::kSecret1Banks;
    const model::CookieKeys keys = is6 ? model::CookieKeys{keys_.secret0_v6, keys_.secret1_v6[bank]}
                                       : model::CookieKeys{keys_.secret0_v4, keys_.secret1_v4[bank]};
    segment.flags = kTcpAck;
    segment.ack = model::make_cookie(flow, segment.seq, kTime.count, made_ & 3u, keys) + 1;
    ++segment.seq;
    return segment;
  }

 private:
  const model::Keys& keys_;
  std::uint64_t made_ = 0;
};

struct Wanted {
  defs::Verdict verdict = defs::Verdict::kPass;
  defs::Reason reason = defs::Reason::kNone;
};

class Runner {
 public:
  Runner(const std::vector<LinePlan>& plans, const LineOptions& options)
      : plans_(plans), options_(options), config_(config(options.seed)), clients_(config_.keys),
        simulator_(simulator_options(options.seed), config_, kTime) {}

  std::uint64_t run() {
    simulator_.on_result = [this](const FrameResult& frame) { take(frame); };
    make_flows();
    std::uint64_t mismatches = simulator_.statistics().mismatches;
    for (const LinePlan& plan : plans_) {
      if (options_.stop != nullptr && options_.stop->load()) break;
      run_line(plan);
      result_.mismatches = simulator_.statistics().mismatches - mismatches;
      mismatches += result_.mismatches;
      if (options_.on_result) options_.on_result(plan, result_);
    }
    return simulator_.finish().mismatches;
  }

 private:
  static SimulatorOptions simulator_options(std::uint64_t seed) {
    SimulatorOptions options;
    options.seed = seed;
    return options;
  }

  static model::Config config(std::uint64_t seed) {
    model::Config config;
    config.keys = KeySchedule(seed).initial(kTime.count);
    for (const bool is6 : {false, true}) {
      model::Destination& entry = config.destinations[is6 ? 1 : 0];
      entry = default_destination(is6);
      entry.prefix = server(is6);
      entry.prefix_length = is6 ? 128 : 32;
    }
    return config;
  }

  // Connections that are established when the lines begin: hand-offs before, data of theirs from then on.
  void make_flows() {
    for (std::uint64_t i = 0; i < kFlows; ++i) {
      PlainSegment segment = clients_.next_ack(i % 2 != 0);
      const Frame frame = make_frame(segment);
      simulator_.offer(0, frame.data(), frame.size(), 0);
      // Not the number of the first segment: that one would repeat the hand-off.
      segment.seq += 1004;
      flows_.push_back(segment);
    }
    simulator_.drain();
  }

  Frame frame_of(LineKind kind, std::size_t length, std::uint64_t i, Wanted* wanted) {
    // Every other frame is IPv6 where that fits.
    const auto is6 = [&](std::size_t more) { return i % 2 != 0 && length >= kIpv6Header + more; };
    const auto fill = [length](PlainSegment segment) {
      const std::size_t header = (segment.source.is6 ? kIpv6Header : kIpv4Header) + segment.options.size();
      segment.payload = length - header;
      return make_frame(segment, length);
    };
    PlainSegment segment;
    switch (kind) {
      case LineKind::kFlow: {
        *wanted = {defs::Verdict::kPass, defs::Reason::kNone};
        PlainSegment& flow = flows_[i % kFlows / 2 * 2 + (is6(0) ? 1 : 0)];
        flow.seq += 8;
        return fill(flow);
      }
      case LineKind::kSyn: {
        *wanted = {defs::Verdict::kReply, defs::Reason::kNone};
        std::vector<std::uint8_t> options[] = {syn_options_linux(1460, 1), syn_options_windows(1460), syn_options_mss(1460),
                                               syn_options_macos(1440, 1), {}};
        std::vector<std::uint8_t>& chosen = options[i / 2 % 5];
        if (length < kIpv4Header + chosen.size()) chosen = syn_options_mss(1460);
        segment = clients_.next(is6(chosen.size()));
        segment.flags = kTcpSyn;
        segment.options = chosen;
        return fill(segment);
      }
      case LineKind::kAck:
        *wanted = {defs::Verdict::kHandoff, defs::Reason::kNone};
        return make_frame(clients_.next_ack(is6(0)), length);
      case LineKind::kAckData:
        *wanted = {defs::Verdict::kHandoffPass, defs::Reason::kNone};
        return fill(clients_.next_ack(is6(1)));
      case LineKind::kDrop:
        segment = clients_.next_ack(is6(0));
        segment.flags = i % 3 == 0 ? kTcpAck : i % 3 == 1 ? kTcpRst : 0;
        // One bit of the minute that the cookie carries: always wrong.
        segment.ack ^= 0x40000000u;
        *wanted = {defs::Verdict::kDrop, i % 3 == 0   ? defs::Reason::kBadCookie
                                         : i % 3 == 1 ? defs::Reason::kRstUnknown
                                                      : defs::Reason::kUnknownFlow};
        return fill(segment);
      case LineKind::kAny:
        break;
    }
    constexpr LineKind kTurns[] = {LineKind::kFlow, LineKind::kSyn, LineKind::kDrop};
    return frame_of(kTurns[i % 3], length, i / 3, wanted);
  }

  void take(const FrameResult& frame) {
    if (!running_) return;
    const std::uint64_t i = frame.tag;
    ++seen_;
    if (frame.verdict != wanted_[i].verdict || (frame.verdict == defs::Verdict::kDrop && frame.reason != wanted_[i].reason)) {
      ++result_.lost;
      ++result_.reasons[std::string(frame.verdict == defs::Verdict::kDrop ? defs::to_string(frame.reason)
                                                                          : defs::to_string(frame.verdict))];
    }
    const std::uint64_t waited = frame.cycle_first - due_[i], entry = frame.cycle_entered - frame.cycle_in;
    result_.wait_max = std::max(result_.wait_max, waited);
    result_.wait_last = waited;
    if (i == 0) {
      result_.entry = entry;
      first_ = frame.cycle_first;
    }
    result_.entry_more = std::max(result_.entry_more, entry - std::min(entry, result_.entry));
    result_.span = frame.cycle_entered - first_;
  }

  void run_line(const LinePlan& plan) {
    result_ = {};
    due_.clear();
    wanted_.clear();
    seen_ = 0;
    running_ = true;
    // Both numbers times 1000: only their ratio counts.
    Pacer pacer(Pace::kLine, plan.megabits * 1000000000, static_cast<unsigned>(plan.kilohertz));
    const std::uint64_t start = simulator_.cycle();
    for (std::uint64_t i = 0; i < plan.frames; ++i) {
      const std::size_t length = plan.lengths[i % plan.lengths.size()];
      Wanted wanted;
      const Frame frame = frame_of(plan.kind, length, i, &wanted);
      wanted_.push_back(wanted);
      due_.push_back(start + pacer.due(0, frame.size()));
      simulator_.offer(due_.back(), frame.data(), frame.size(), i);
    }
    simulator_.drain();
    running_ = false;
    if (seen_ < plan.frames) {
      result_.lost += plan.frames - seen_;
      result_.reasons["never_came"] += plan.frames - seen_;
    }
  }

  const std::vector<LinePlan>& plans_;
  const LineOptions& options_;
  const model::Config config_;
  Clients clients_;
  Simulator simulator_;
  std::vector<PlainSegment> flows_;  // even: IPv4
  bool running_ = false;
  std::vector<std::uint64_t> due_;
  std::vector<Wanted> wanted_;
  std::uint64_t seen_ = 0, first_ = 0;
  LineResult result_;
};

}  // namespace

std::vector<LinePlan> parse_line_plan(const std::string& text, const std::string& name) {
  std::vector<LinePlan> plans;
  std::istringstream in(text);
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string kind, lengths, gbps, mhz, frames, more;
    if (!(words >> kind)) continue;
    words >> lengths >> gbps >> mhz >> frames;
    LinePlan plan;
    const auto* const known =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& entry) { return entry.first == kind; });
    plan.lengths = lengths_of(lengths);
    plan.megabits = thousandths(gbps);
    plan.kilohertz = thousandths(mhz);
    plan.frames = thousandths(frames) / 1000;
    if (known == std::end(kKinds) || plan.lengths.empty() || plan.megabits == 0 || plan.megabits > 1000000 ||
        plan.kilohertz == 0 || plan.frames == 0 || frames.find('.') != std::string::npos || words >> more) {
      throw InputError(fmt::format("{}:{}: not KIND LENGTHS GBPS MHZ FRAMES: {}", name, number, line));
    }
    plan.kind = known->second;
    plans.push_back(std::move(plan));
  }
  return plans;
}

std::uint64_t run_line_plan(const std::vector<LinePlan>& plans, const LineOptions& options) {
  return Runner(plans, options).run();
}

std::string line_json(const LinePlan& plan, const LineResult& result) {
  using Json = nlohmann::ordered_json;
  const auto* const kind =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& entry) { return entry.second == plan.kind; });
  const Json root = {{"schema", "syngate.line/1"},
                     {"kind", std::string(kind->first)},
                     {"lengths", plan.lengths},
                     {"mbps", plan.megabits},
                     {"khz", plan.kilohertz},
                     {"frames", plan.frames},
                     {"lost", result.lost},
                     {"reasons", result.reasons},
                     {"mismatches", result.mismatches},
                     {"wait_max", result.wait_max},
                     {"wait_last", result.wait_last},
                     {"entry", result.entry},
                     {"entry_more", result.entry_more},
                     {"span", result.span}};
  return root.dump() + "\n";
}

}  // namespace syngate::sim
