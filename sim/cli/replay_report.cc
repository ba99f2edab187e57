// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// What replay() found, as JSON and as text.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protect.h"
#include "replay.h"
#include "style.h"
#include "version.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned kBarCells = 40;

// File names are bytes; JSON wants UTF-8.
std::string utf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace))
      .get<std::string>();
}

Json distribution_json(const Distribution& distribution) {
  Json object = {{"min", nullptr}, {"median", nullptr}, {"p99", nullptr}, {"max", nullptr}};
  if (distribution.count == 0) return object;
  object["min"] = distribution.min;
  object["median"] = distribution.median;
  object["p99"] = distribution.p99;
  object["max"] = distribution.max;
  return object;
}

double frames_per_clock(const Statistics& statistics) {
  if (statistics.busy_cycles == 0) return 0.0;
  return static_cast<double>(statistics.offered) / static_cast<double>(statistics.busy_cycles);
}

std::uint64_t cookies_validated(const Statistics& statistics) {
  return statistics.counters[defs::counter::kCookieAge0] +
         statistics.counters[defs::counter::kCookieAge1];
}

std::uint64_t of_verdict(const ReplayResult& result, defs::Verdict verdict) {
  return result.verdicts[static_cast<std::size_t>(verdict)];
}

std::uint64_t of_reason(const ReplayResult& result, defs::Reason reason) {
  return result.reasons[static_cast<std::size_t>(reason)];
}

Color verdict_color(defs::Verdict verdict) {
  switch (verdict) {
    case defs::Verdict::kPass:
    case defs::Verdict::kHandoff:
    case defs::Verdict::kHandoffPass:
      return Color::kGreen;
    case defs::Verdict::kReply:
      return Color::kBlue;
    case defs::Verdict::kDrop:
      return Color::kRed;
  }
  return Color::kNone;
}

std::string pace_text(const ReplayOptions& options) {
  switch (options.pace) {
    case Pace::kCapture:
      return "as captured";
    case Pace::kFrames:
      return fmt::format("{:g} frames/s", static_cast<double>(options.rate) / 1000.0);
    case Pace::kBits:
      return fmt::format("{:g} Mbit/s", static_cast<double>(options.rate) / 1e6);
    case Pace::kLine:
      return fmt::format("{:g} Gbit/s Ethernet line rate", static_cast<double>(options.rate) / 1e9);
    case Pace::kTopSpeed:
      return "top speed";
  }
  return "?";
}

std::string share(std::uint64_t value, std::uint64_t total) {
  return total == 0 ? ""
                    : fmt::format("{:.1f} %",
                                  100.0 * static_cast<double>(value) / static_cast<double>(total));
}

class Text {
 public:
  Text(const ReplayOptions& options, const ReplayResult& result, const Style& style)
      : options_(options), result_(result), style_(style) {}

  std::string render() {
    heading(fmt::format("syngate {} replay, seed {}", kVersion, options_.seed));
    input();
    decisions();
    next();
    return std::move(text_);
  }

 private:
  void heading(const std::string& title) { text_ += style_.paint(Color::kBold, title) + "\n"; }
  void line(const std::string& label, const std::string& value) {
    text_ += fmt::format("  {:<12}{}\n", label, value);
  }
  std::string n(std::uint64_t value) const { return style_.number(value); }

  // A row of a table with a bar.
  void row(const std::string& name, std::uint64_t value, std::uint64_t total, Color color) {
    std::string bar = style_.bar(value, total, kBarCells);
    if (!bar.empty()) bar = "  " + style_.paint(color, bar);
    text_ +=
        fmt::format("  {:<20}{}{:>9}{}\n", name, pad_left(n(value), 12), share(value, total), bar);
  }

  void input() {
    text_ += '\n';
    heading("What went in");
    for (const ReplayFile& file : result_.files) {
      if (!file.error.empty()) {
        line("capture", style_.paint(Color::kRed, "not used: ") + file.error);
      } else if (!file.format.empty()) {
        line("capture",
             fmt::format("{} ({}, {} frames)", file.path, file.format, n(file.counts.frames_read)));
      }
    }
    line("frames", fmt::format("{} read, {} offered, {} skipped", n(result_.counts.frames_read),
                               n(result_.frames_offered), n(result_.counts.skipped_total())));
    for (std::size_t i = 0; i < kSkipCount; ++i) {
      if (result_.counts.skipped[i] == 0) continue;
      line("", fmt::format("skipped for {}: {}", skip_name(static_cast<Skip>(i)),
                           n(result_.counts.skipped[i])));
    }
    if (result_.counts.frames_padded != 0) {
      line("", fmt::format("padded to 60 bytes: {}", n(result_.counts.frames_padded)));
    }
    if (result_.counts.frames_extended != 0) {
      line("", fmt::format("cut by the snaplen, filled with zeros: {}",
                           n(result_.counts.frames_extended)));
    }
    if (options_.fix_checksums) {
      line("", fmt::format("checksums fixed: {}, IPv4 lengths set: {}",
                           n(result_.counts.checksums_fixed), n(result_.counts.lengths_fixed)));
    }
    if (std::any_of(result_.sources.begin() + 1, result_.sources.end(), [](std::uint64_t count) { return count != 0; })) {
      std::string text;
      for (std::size_t i = 0; i < kSourceCount; ++i) {
        if (result_.sources[i] == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n(result_.sources[i]), source_name(static_cast<Source>(i)));
      }
      line("sources", text);
    }
    line("pace", fmt::format("{}, clock {} MHz", pace_text(options_), options_.clock_mhz));
    bool first = true;
    for (const model::Destination& destination : result_.destinations) {
      line(first ? "protected" : "", to_text(destination));
      first = false;
    }
    if (first) line("protected", "nothing");
  }

  void decisions() {
    const Statistics& statistics = result_.statistics;
    text_ += '\n';
    heading(result_.interrupted ? "What was decided (interrupted)" : "What was decided");
    for (unsigned i = 0; i < defs::kVerdictCount; ++i) {
      const auto verdict = static_cast<defs::Verdict>(i);
      row(std::string(defs::to_string(verdict)), result_.verdicts[i], result_.frames_offered,
          verdict_color(verdict));
    }
    const std::uint64_t drops = of_verdict(result_, defs::Verdict::kDrop);
    for (unsigned i = 1; drops != 0 && i < defs::kReasonCount; ++i) {
      if (result_.reasons[i] == 0) continue;
      row("  " + std::string(defs::to_string(static_cast<defs::Reason>(i))), result_.reasons[i],
          result_.frames_offered, Color::kRed);
    }
    if (result_.follow) follow(*result_.follow);
    if (result_.clients) clients(*result_.clients);
    line("cookies", fmt::format("{} sent, {} validated, {} rejected",
                                n(of_verdict(result_, defs::Verdict::kReply)),
                                n(cookies_validated(statistics)),
                                n(of_reason(result_, defs::Reason::kBadCookie))));
    distribution("latency", statistics.latency);
    distribution("queueing", statistics.queueing);
    if (statistics.busy_cycles != 0) {
      const double rate = frames_per_clock(statistics);
      line("rate", fmt::format("{:.4f} frames per clock while busy: {:.3f} Mpps at {} MHz", rate,
                               rate * options_.clock_mhz, options_.clock_mhz));
    }
    const std::string compared = options_.check
                                     ? fmt::format("{} mismatches", n(statistics.mismatches))
                                     : "not compared (--no-check)";
    const bool good = statistics.mismatches == 0 && statistics.lost == 0;
    line("model", style_.paint(good ? Color::kGreen : Color::kMagenta,
                               fmt::format("{}, {} lost", compared, n(statistics.lost))));
  }

  void follow(const FollowReport& report) {
    line("followed", style_.paint(report.completed == report.handshakes ? Color::kGreen : Color::kBold,
                                  fmt::format("{} of {} recorded handshakes completed", n(report.completed),
                                              n(report.handshakes))));
    for (const auto& [reason, count] : report.why_not) line("", fmt::format("not completed for {}: {}", reason, n(count)));
    for (const auto& [reason, count] : report.incomplete) {
      line("", fmt::format("not complete in the captures, {}: {}", reason, n(count)));
    }
    line("", fmt::format("{} server frames left out, {} client frames rewritten, {} segments repeated",
                         n(report.server_frames), n(report.rewritten), n(report.repeated)));
  }

  void clients(const ReplayResult::ClientReport& report) {
    const bool good = report.completed == report.started && report.wrong == 0;
    line("clients", style_.paint(good ? Color::kGreen : Color::kBold,
                                 fmt::format("{} of {} completed, {} segments repeated, {} gave up", n(report.completed),
                                             n(report.started), n(report.retried), n(report.gave_up))));
    line("", fmt::format("first SYN to hand-off: median {:g}, p99 {:g} us", static_cast<double>(report.connect_p50_ns) / 1000.0,
                         static_cast<double>(report.connect_p99_ns) / 1000.0));
    if (report.wrong != 0) {
      line("", style_.paint(Color::kRed, fmt::format("{} answers that a real client would not take", n(report.wrong))));
    }
  }

  void distribution(const std::string& label, const Distribution& d) {
    if (d.count == 0) return;
    const auto ns = [this](std::uint64_t clocks) {
      return static_cast<double>(clocks) * 1000.0 / static_cast<double>(options_.clock_mhz);
    };
    line(label, fmt::format("min {}, median {}, p99 {}, max {} clocks ({:g}, {:g}, {:g}, {:g} ns)",
                            n(d.min), n(d.median), n(d.p99), n(d.max), ns(d.min), ns(d.median),
                            ns(d.p99), ns(d.max)));
  }

  void next() {
    text_ += '\n';
    heading("What next");
    for (const std::string& suggestion : suggestions()) text_ += "  " + suggestion + "\n";
  }

  std::vector<std::string> suggestions() const {
    std::vector<std::string> list;
    if (result_.statistics.mismatches != 0) {
      list.push_back(
          "RTL and model differ: the line 'waves' of the first mismatch shows the signals around it");
    }
    if (result_.counts.skipped[static_cast<std::size_t>(Skip::kTruncatedCapture)] != 0) {
      list.push_back("frames were cut by the snaplen: --truncated=pad fills them with zeros");
    }
    if (of_reason(result_, defs::Reason::kBadTcpChecksum) != 0 && !options_.fix_checksums) {
      list.push_back(
          "TCP checksums are wrong: if the capture was taken with checksum offload, use "
          "--fix-checksums");
    }
    if (!options_.out_reply.empty() || !options_.out_forward.empty()) {
      std::string read = "look at the output:";
      for (const std::string& out : {options_.out_reply, options_.out_forward}) {
        if (!out.empty()) read += fmt::format(" tcpdump -nnr {};", shell_quote(out));
      }
      read.pop_back();
      list.push_back(read);
    }
    if (list.empty()) {
      std::string captures;
      if (options_.follow) captures += " --follow";
      if (options_.clients != 0) captures += fmt::format(" --clients {}", options_.clients);
      if (options_.attack != Attack::kNone) captures += fmt::format(" --attack {}", attack_name(options_.attack));
      for (const ReplayFile& file : result_.files) captures += " " + shell_quote(file.path);
      list.push_back(fmt::format(
          "keep the answers: syngate replay{} --out-reply reply.pcap --out-forward forward.pcap",
          captures));
    }
    return list;
  }

  const ReplayOptions& options_;
  const ReplayResult& result_;
  const Style& style_;
  std::string text_;
};

const char* pace_name(Pace pace) {
  switch (pace) {
    case Pace::kCapture: return "capture";
    case Pace::kFrames: return "frames";
    case Pace::kBits: return "bits";
    case Pace::kLine: return "line";
    case Pace::kTopSpeed: return "topspeed";
  }
  return "";
}

}  // namespace

std::string options_json(const ReplayOptions& o) {
  Json object = {{"filter", utf8(o.filter)},
                 {"pad_truncated", o.pad_truncated},
                 {"fix_checksums", o.fix_checksums},
                 {"loop", o.loop},
                 {"unique_ip", o.unique_ip},
                 {"multiplier", o.multiplier},
                 {"duration_ns", o.duration_ns},
                 {"follow", o.follow},
                 {"clients", o.clients},
                 {"client_mix", o.client_mix_path.empty() ? Json("default") : Json(utf8(o.client_mix_path))},
                 {"attack", attack_name(o.attack)},
                 {"attack_frames", o.attack_frames},
                 {"attack_ratio", o.attack_ratio},
                 {"limit", o.limit},
                 {"pace", pace_name(o.pace)},
                 {"rate", o.rate},
                 {"clock_mhz", o.clock_mhz},
                 {"mss", nullptr},
                 {"wscale", nullptr},
                 {"policy", o.policy.value_or(defs::kPolicyReset)},
                 {"seed", o.seed},
                 {"keys", o.key_file ? "file and seed" : "seed"},
                 {"count", o.count},
                 {"ts_clock", o.ts_clock},
                 {"check", o.check},
                 {"idle", o.idle},
                 {"backpressure", o.backpressure}};
  if (o.mss) object["mss"] = *o.mss;
  if (o.wscale) object["wscale"] = *o.wscale;
  return object.dump();
}

namespace {

Json follow_json(const FollowReport& report) {
  Json object = {{"handshakes", report.handshakes}, {"completed", report.completed}};
  object["why_not"] = Json(report.why_not);
  object["incomplete"] = Json(report.incomplete);
  object["server_frames"] = report.server_frames;
  object["rewritten"] = report.rewritten;
  object["acks_made"] = report.acks_made;
  object["dropped"] = report.dropped;
  object["repeated"] = report.repeated;
  object["connections"] = Json::array();
  for (const FollowReport::Connection& c : report.connections) {
    object["connections"].push_back(
        {{"client", c.client}, {"server", c.server}, {"file", c.file}, {"number", c.number}, {"result", c.result}});
  }
  return object;
}

}  // namespace

std::string replay_json(const ReplayOptions& options, const ReplayResult& result) {
  const Statistics& statistics = result.statistics;
  const bool any = result.frames_offered != 0;
  Json root;
  root["schema"] = "syngate.replay/1";
  root["version"] = kVersion;
  root["seed"] = options.seed;
  root["files"] = Json::array();
  for (const ReplayFile& file : result.files) {
    Json entry = {{"path", utf8(file.path)},
                  {"format", file.format},
                  {"frames_read", file.counts.frames_read},
                  {"frames_offered", file.offered()}};
    if (!file.error.empty()) entry["error"] = utf8(file.error);
    root["files"].push_back(entry);
  }
  root["frames_read"] = result.counts.frames_read;
  root["frames_offered"] = result.frames_offered;
  Json& sources = root["sources"] = Json::object();
  for (std::size_t i = 0; i < kSourceCount; ++i) sources[source_name(static_cast<Source>(i))] = result.sources[i];
  Json& skipped = root["frames_skipped"] = Json::object();
  for (std::size_t i = 0; i < kSkipCount; ++i) {
    if (result.counts.skipped[i] != 0)
      skipped[skip_name(static_cast<Skip>(i))] = result.counts.skipped[i];
  }
  root["frames_padded"] = result.counts.frames_padded;
  root["frames_extended"] = result.counts.frames_extended;
  root["checksums_fixed"] = result.counts.checksums_fixed;
  root["lengths_fixed"] = result.counts.lengths_fixed;
  root["times_adjusted"] = result.times_adjusted;
  root["rounds"] = result.rounds;
  Json& verdicts = root["verdicts"] = Json::object();
  for (unsigned i = 0; i < defs::kVerdictCount; ++i) {
    verdicts[std::string(defs::to_string(static_cast<defs::Verdict>(i)))] = result.verdicts[i];
  }
  Json& drops = root["drops"] = Json::object();
  for (unsigned i = 1; i < defs::kReasonCount; ++i) {
    if (result.reasons[i] == 0) continue;
    drops[std::string(defs::to_string(static_cast<defs::Reason>(i)))] = result.reasons[i];
  }
  root["checked"] = options.check;
  root["mismatches"] = statistics.mismatches;
  root["lost"] = statistics.lost;
  root["latency_clocks"] = distribution_json(statistics.latency);
  root["queueing_clocks"] = distribution_json(statistics.queueing);
  const double rate = frames_per_clock(statistics);
  root["frames_per_clock"] = any && statistics.busy_cycles != 0 ? Json(rate) : Json(nullptr);
  root["clock_mhz"] = options.clock_mhz;
  root["simulated_mpps"] =
      any && statistics.busy_cycles != 0 ? Json(rate * options.clock_mhz) : Json(nullptr);
  root["cycles"] = statistics.cycles;
  root["rotations"] = result.rotations;
  root["cookies"] = {{"sent", of_verdict(result, defs::Verdict::kReply)},
                     {"validated", cookies_validated(statistics)},
                     {"rejected", of_reason(result, defs::Reason::kBadCookie)}};
  root["protected"] = Json::array();
  for (const model::Destination& destination : result.destinations)
    root["protected"].push_back(to_text(destination));
  if (result.follow) root["follow"] = follow_json(*result.follow);
  if (result.clients) {
    const ReplayResult::ClientReport& clients = *result.clients;
    root["clients"] = {{"started", clients.started},
                       {"completed", clients.completed},
                       {"retried", clients.retried},
                       {"gave_up", clients.gave_up},
                       {"wrong", clients.wrong},
                       {"connect_us",
                        {{"p50", static_cast<double>(clients.connect_p50_ns) / 1000.0},
                         {"p99", static_cast<double>(clients.connect_p99_ns) / 1000.0}}}};
    if (clients.completed == 0) root["clients"]["connect_us"] = nullptr;
  }
  if (options.attack != Attack::kNone) {
    root["attack"] = {{"kind", attack_name(options.attack)},
                      {"frames", result.sources[static_cast<std::size_t>(Source::kAttack)]}};
  }
  Json& counters = root["counters"] = Json::object();
  for (unsigned i = 0; i < defs::counter::kCount; ++i) {
    const std::string_view name = defs::counter::name(i);
    if (!name.empty()) counters[std::string(name)] = statistics.counters[i];
  }
  const auto path_or_null = [](const std::string& path) {
    return path.empty() ? Json(nullptr) : Json(utf8(path));
  };
  root["outputs"] = {{"reply", path_or_null(options.out_reply)},
                     {"forward", path_or_null(options.out_forward)},
                     {"pcapng", path_or_null(options.out_pcapng)},
                     {"metrics", path_or_null(options.metrics)}};
  root["interrupted"] = result.interrupted;
  root["warnings"] = Json::array();
  for (const std::string& warning : result.warnings) root["warnings"].push_back(utf8(warning));
  if (!result.mismatch_texts.empty()) {
    root["mismatch_texts"] = Json::array();
    for (const std::string& mismatch : result.mismatch_texts)
      root["mismatch_texts"].push_back(utf8(mismatch));
  }
  if (result.failure != Failure::kNone) root["error"] = utf8(result.failure_text);
  root["exit_code"] = result.exit_code();
  return root.dump(2) + "\n";
}

std::string replay_text(const ReplayOptions& options, const ReplayResult& result,
                        const Style& style) {
  return Text(options, result, style).render();
}

}  // namespace syngate::sim
