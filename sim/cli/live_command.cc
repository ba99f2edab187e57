// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate live` and `syngate trim`.
#include "live.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "app.h"
#include "exit_code.h"
#include "flood.h"
#include "interrupt.h"
#include "metrics.h"
#include "progress.h"
#include "protect.h"
#include "replay_flags.h"
#include "replay_recording.h"
#include "run_directory.h"
#include "style.h"
#include "version.h"

namespace syngate::sim {
namespace {

struct LiveFlags {
  LiveOptions live;
  std::vector<std::string> protect, policies, impairments;
  std::string key_file, flood, line_rate, metrics;
  double pps = 0, duration = 0, step = 0;
  std::uint64_t flood_frames = 0;
  std::uint16_t mss = 0;
  int wscale = -1;
  bool json = false, quiet = false, no_check = false, off = false;
};

void resolve_flood(LiveFlags& flags) {
  if (flags.flood.empty()) {
    if (flags.pps != 0 || !flags.line_rate.empty() || flags.flood_frames != 0) {
      throw UsageError("--pps, --line-rate and --flood-frames say how --flood goes: add --flood");
    }
    return;
  }
  if (flags.pps != 0 && !flags.line_rate.empty())
    throw UsageError("only one of --pps and --line-rate can be given");
  LiveFlood flood;
  flood.frames = flags.flood_frames;
  flood.line = flags.pps == 0;
  flood.rate = flags.pps != 0 ? static_cast<std::uint64_t>(std::llround(flags.pps * 1000))
               : flags.line_rate == "40G" ? 40000000000
                                          : 100000000000;
  Flood::Options unused;
  if (Flood::choose(flags.flood, &unused)) {
    flood.kind = flags.flood;
  } else {
    struct stat info {};
    if (stat(flags.flood.c_str(), &info) != 0) {
      throw UsageError(fmt::format(
          "--flood {}: neither syn, ack, synack, rst (or several: syn+ack), mixed nor a capture that is there",
          flags.flood));
    }
    flags.live.flood_file = flags.flood;
  }
  flags.live.start.flood = flood;
}

void resolve_impairments(LiveFlags& flags) {
  for (const std::string& text : flags.impairments) {
    const auto colon = text.find(':');
    const std::string end = text.substr(0, colon);
    bool known = end == "client";
    for (std::size_t i = 0; i < flags.live.servers.size(); ++i)
      known = known || end == fmt::format("server{}", i);
    if (!known || colon == std::string::npos) {
      throw UsageError(fmt::format("--impair {}: expected client:WHAT or serverN:WHAT, N below {}",
                                   text, flags.live.servers.size()));
    }
    flags.live.impairments[end] = parse_impairment(text.substr(colon + 1));
  }
}

void resolve_live(LiveFlags& flags) {
  LiveOptions& live = flags.live;
  if (flags.protect.empty()) throw UsageError("nothing is protected: add --protect CIDR[:PORTS]");
  if (flags.protect.size() > defs::kDestinations) {
    throw UsageError(fmt::format("--protect: {} entries, there is room for {}",
                                 flags.protect.size(), defs::kDestinations));
  }
  live.start.destinations.clear();
  for (const std::string& text : flags.protect) {
    model::Destination entry = parse_protect(text);
    if (flags.mss != 0) entry.mss = flags.mss;
    if (flags.wscale >= 0) entry.wscale = static_cast<std::uint8_t>(flags.wscale);
    if (flags.off) entry.mode = defs::Mode::kOff;
    live.start.destinations.push_back(entry);
  }
  live.flood_passes = flags.off;
  live.start.policy = flags.policies.empty() ? defs::kPolicyReset : parse_policies(flags.policies);
  if (!flags.key_file.empty()) {
    live.key_file = read_key_file(flags.key_file);
    live.start.own_keys = true;
  }
  live.check = !flags.no_check;
  if (flags.duration != 0)
    live.duration_ns = static_cast<std::uint64_t>(std::llround(flags.duration * 1e9));
  if (live.record.empty()) {
    live.record = RunDirectory::name_for("live") + ".pcapng";
    if (mkdir("runs", 0777) != 0 && errno != EEXIST) {
      throw OutputError(fmt::format("runs: cannot be created: {}; name a file with --record",
                                    std::strerror(errno)));
    }
  }
  resolve_flood(flags);
  resolve_impairments(flags);
}

std::uint64_t count_of(const std::array<std::uint64_t, defs::kVerdictCount>& verdicts,
                       defs::Verdict verdict) {
  return verdicts[static_cast<std::size_t>(verdict)];
}

std::uint64_t validated(const std::array<std::uint64_t, defs::kVerdictCount>& verdicts) {
  return count_of(verdicts, defs::Verdict::kHandoff) +
         count_of(verdicts, defs::Verdict::kHandoffPass);
}

std::string status_line(const LiveResult& result) {
  std::string text =
      fmt::format("{:.0f} s  {} in  {} replies  {} hand-offs  {} passed  {} dropped",
                  static_cast<double>(result.elapsed_ns) / 1e9, result.offered,
                  count_of(result.verdicts, defs::Verdict::kReply), validated(result.verdicts),
                  count_of(result.verdicts, defs::Verdict::kPass),
                  count_of(result.verdicts, defs::Verdict::kDrop));
  if (result.flood != 0 && result.simulated_ns != 0) {
    text += fmt::format(
        "  flood {} ({:.1f} Mpps simulated)", result.flood,
        static_cast<double>(result.flood) * 1000 / static_cast<double>(result.simulated_ns));
  }
  return text;
}

nlohmann::ordered_json verdicts_json(const std::array<std::uint64_t, defs::kVerdictCount>& verdicts,
                                     const std::array<std::uint64_t, defs::kReasonCount>& reasons) {
  nlohmann::ordered_json json;
  for (unsigned i = 0; i < defs::kVerdictCount; ++i)
    json[std::string(defs::to_string(static_cast<defs::Verdict>(i)))] = verdicts[i];
  json["reasons"] = nlohmann::ordered_json::object();
  for (unsigned i = 0; i < defs::kReasonCount; ++i) {
    if (static_cast<defs::Reason>(i) == defs::Reason::kNone || reasons[i] == 0) continue;
    json["reasons"][std::string(defs::to_string(static_cast<defs::Reason>(i)))] = reasons[i];
  }
  return json;
}

std::string replay_command(const LiveFlags& flags) {
  std::string text = "syngate replay " + shell_quote(flags.live.record);
  if (!flags.key_file.empty()) text += " --key-file " + shell_quote(flags.key_file);
  return text;
}

std::string live_json(const LiveFlags& flags, const LiveResult& result) {
  nlohmann::ordered_json json = {
      {"schema", "syngate.live/1"}, {"version", kVersion}, {"seed", flags.live.start.seed}};
  json["recording"] = flags.live.record;
  json["replay"] = replay_command(flags);
  json["ports"] = nlohmann::ordered_json::array();
  for (const LiveResult::Named& port : result.ports) {
    json["ports"].push_back({{"port", port.spec},
                             {"in", port.counts.in},
                             {"out", port.counts.out},
                             {"too_long", port.counts.too_long},
                             {"checksum_partial", port.counts.checksum_partial},
                             {"not_sent", port.counts.not_sent}});
  }
  json["offered"] = result.offered;
  json["verdicts"] = verdicts_json(result.verdicts, result.reasons);
  json["bypassed"] = result.bypassed;
  json["lost_on_lines"] = result.lost_on_lines;
  json["flood"] = {{"offered", result.flood},
                   {"verdicts", verdicts_json(result.flood_verdicts, result.flood_reasons)}};
  json["elapsed_ns"] = result.elapsed_ns;
  json["simulated_ns"] = result.simulated_ns;
  json["model"] = {{"mismatches", result.statistics.mismatches}, {"lost", result.statistics.lost}};
  json["gone"] = result.gone;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print_verdicts(const char* title,
                    const std::array<std::uint64_t, defs::kVerdictCount>& verdicts,
                    const std::array<std::uint64_t, defs::kReasonCount>& reasons,
                    std::uint64_t total, const Style& style) {
  fmt::print("\n{}\n", style.paint(Color::kBold, title));
  for (unsigned i = 0; i < defs::kVerdictCount; ++i) {
    fmt::print("  {:<16}{}  {}\n", defs::to_string(static_cast<defs::Verdict>(i)),
               pad_left(style.number(verdicts[i]), 12), style.bar(verdicts[i], total, 30));
  }
  for (unsigned i = 0; i < defs::kReasonCount; ++i) {
    if (static_cast<defs::Reason>(i) == defs::Reason::kNone || reasons[i] == 0) continue;
    fmt::print("    {:<14}{}\n", defs::to_string(static_cast<defs::Reason>(i)),
               pad_left(style.number(reasons[i]), 12));
  }
}

void print_live(const LiveFlags& flags, const LiveResult& result, const Style& style) {
  fmt::print("syngate {} live, seed {}\n\n{}\n", kVersion, flags.live.start.seed,
             style.paint(Color::kBold, "Ports"));
  for (const LiveResult::Named& port : result.ports) {
    fmt::print("  {:<24}{} in, {} out", port.spec, style.number(port.counts.in),
               style.number(port.counts.out));
    if (port.counts.not_sent != 0) fmt::print(", {} not sent", style.number(port.counts.not_sent));
    if (port.counts.too_long != 0) fmt::print(", {} too long", style.number(port.counts.too_long));
    if (port.counts.checksum_partial != 0)
      fmt::print(", {} without checksum", style.number(port.counts.checksum_partial));
    fmt::print("\n");
  }
  fmt::print("  server to client        {} frames past the pipeline\n",
             style.number(result.bypassed));
  if (!flags.impairments.empty())
    fmt::print("  lost on the lines       {}\n", style.number(result.lost_on_lines));
  print_verdicts("What was decided", result.verdicts, result.reasons, result.offered, style);
  if (flags.live.start.flood)
    print_verdicts("The flood", result.flood_verdicts, result.flood_reasons, result.flood, style);
  fmt::print("\n  time        {:.1f} s real, {:.6f} s simulated\n",
             static_cast<double>(result.elapsed_ns) / 1e9,
             static_cast<double>(result.simulated_ns) / 1e9);
  fmt::print("  model       {} mismatches, {} lost\n\n", result.statistics.mismatches,
             result.statistics.lost);
  fmt::print("recorded; every byte and clock again:\n  {}\n", replay_command(flags));
}

constexpr std::uint64_t kMetricsNs = 1000000000;

/// The figures so far; the counters of the registers are read at the end only.
std::string live_metrics(const LiveFlags& flags, const LiveResult& result, bool ended) {
  Metrics metrics;
  metrics.version = kVersion;
  metrics.clock_mhz = flags.live.start.clock_mhz;
  for (std::size_t i = 0; i < metrics.verdicts.size(); ++i)
    metrics.verdicts[i] = result.verdicts[i] + result.flood_verdicts[i];
  for (std::size_t i = 0; i < metrics.reasons.size(); ++i)
    metrics.reasons[i] = result.reasons[i] + result.flood_reasons[i];
  metrics.statistics = result.statistics;
  metrics.counters_read = ended;
  metrics.checked = !flags.no_check;
  metrics.live = Metrics::Live{};
  for (const LiveResult::Named& port : result.ports)
    metrics.live->ports.push_back({port.spec, port.counts.in, port.counts.out, port.counts.not_sent});
  metrics.live->flood = result.flood;
  metrics.live->bypassed = result.bypassed;
  metrics.live->lost_on_lines = result.lost_on_lines;
  return metrics_text(metrics);
}

int run_live_command(LiveFlags& flags, const AppContext& context) {
  const bool result_elsewhere = flags.metrics == "-";
  if (result_elsewhere && flags.json)
    throw UsageError("--metrics - and --json both write to standard output; give --metrics a FILE");
  resolve_live(flags);
  LiveOptions& live = flags.live;
  live.stop = &catch_interrupts();
  if (flags.step > 0) {
    live.step_ns = static_cast<std::uint64_t>(flags.step * 1e9);
    live.steps = &count_usr1();
  }
  const Style error_style = make_style(context.color, stderr);
  Progress progress(!flags.quiet && isatty(STDERR_FILENO) != 0, stderr, error_style);
  live.on_warning = [&](const std::string& text) {
    progress.clear();
    if (!flags.quiet)
      fmt::print(stderr, "{} {}\n", error_style.paint(Color::kBold, "warning:"), text);
  };
  live.on_mismatch = [&](const std::string& text) {
    progress.clear();
    fmt::print(stderr, "{}", text);
  };
  live.on_ready = [&] {
    if (!flags.quiet) fmt::print(stderr, "ready: recording to {}; Ctrl-C ends it\n", live.record);
  };
  std::uint64_t metrics_due = 0;
  live.on_status = [&](const LiveResult& now) {
    progress.show_line(status_line(now));
    if (flags.metrics.empty() || result_elsewhere || now.elapsed_ns < metrics_due) return;
    metrics_due = now.elapsed_ns + kMetricsNs;
    try {
      MetricsFile(flags.metrics).write(live_metrics(flags, now, false));
    } catch (const OutputError&) {
      // A full disk need not end the run; if it still is full at its end, that is told.
    }
  };
  if (!flags.metrics.empty()) MetricsFile check(flags.metrics);  // one that cannot be written does not end a run later
  const LiveResult result = run_live(live);
  progress.clear();
  if (!flags.metrics.empty()) MetricsFile(flags.metrics).write(live_metrics(flags, result, true));
  if (result_elsewhere) {
    // Standard output has had the figures.
  } else if (flags.json) {
    fmt::print("{}", live_json(flags, result));
  } else {
    print_live(flags, result, make_style(context.color, stdout));
  }
  if (!result.gone.empty())
    fmt::print(stderr, "error: {}; the run ended, its recording is complete\n", result.gone);
  if (result.statistics.mismatches != 0 || result.statistics.lost != 0) return kExitMismatch;
  return result.gone.empty() ? kExitOk : kExitBadInput;
}

constexpr const char* kLiveFooter =
    "\nPORT: tap:NAME (made, and gone at the end; needs no ethtool), af:IFACE (an interface that "
    "exists), unix:PATH (QEMU's\n"
    "-netdev stream,addr.type=unix,addr.path=PATH,server=off), pcap:FILE (its own pace; as a "
    "client, its end ends the run).\n\n"
    "Client to server goes through the pipeline, server to client past it. Ctrl-C ends the run; "
    "that is no error.\n\n"
    "Examples:\n"
    "  syngate live --client tap:c0 --server tap:s0 --protect 198.51.100.10:443\n"
    "  syngate live --client tap:c0 --server unix:guest.sock --protect 198.51.100.10 --flood syn "
    "--line-rate 100G\n\n";

constexpr const char* kTrimFooter =
    "\nKept are the frames of the packet's connection, its neighbours, and the times that they "
    "saw; a flood and what went past the\n"
    "pipeline are left out. The packet's verdict and bytes are checked to be what they were.\n\n"
    "Examples:\n"
    "  syngate trim live.pcapng --around packet=12 --out small.pcapng\n"
    "  syngate trim live.pcapng --around packet=20 --context 5 --out five.pcapng --json\n\n";

struct TrimFlags {
  TrimOptions trim;
  std::string around, key_file;
  bool json = false;
};

int run_trim(TrimFlags& flags) {
  const std::string prefix = "packet=";
  const std::string number =
      flags.around.rfind(prefix, 0) == 0 ? flags.around.substr(prefix.size()) : "";
  if (number.empty() || number.size() > 18 ||
      number.find_first_not_of("0123456789") != std::string::npos) {
    throw UsageError(fmt::format(
        "--around {}: expected packet=N, N as in the comments of the recording", flags.around));
  }
  flags.trim.packet = std::stoull(number);
  if (!flags.key_file.empty()) flags.trim.key_file = read_key_file(flags.key_file);
  struct stat from {
  }, to{};
  if (stat(flags.trim.path.c_str(), &from) == 0 && stat(flags.trim.out.c_str(), &to) == 0 &&
      from.st_dev == to.st_dev && from.st_ino == to.st_ino) {
    throw UsageError(fmt::format("{} is both input and output", flags.trim.path));
  }
  const TrimResult result = trim_recording(flags.trim);
  if (flags.json) {
    const nlohmann::ordered_json json = {
        {"schema", "syngate.trim/1"}, {"version", kVersion},       {"recording", flags.trim.out},
        {"packet", result.packet},    {"verdict", result.verdict}, {"flow", result.flow},
        {"frames", result.inputs},    {"kept", result.kept},       {"whole", result.whole}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}: {} of {} frames; packet {} is packet {} now, {}, {}\n", flags.trim.out,
               result.kept, result.inputs, flags.trim.packet, result.packet, result.flow,
               result.verdict);
    if (result.whole)
      fmt::print("everything before it had to stay: without it its fate was another\n");
    fmt::print("  syngate replay {}\n", shell_quote(flags.trim.out));
  }
  return kExitOk;
}

void add_trim_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<TrimFlags>();
  CLI::App* command = app.add_subcommand("trim", "a small reproducer out of a recording of live");
  command->add_option("RECORDING", flags->trim.path, "what syngate live recorded")->required();
  command
      ->add_option("--around", flags->around,
                   "packet=N, the frame to be kept with what decided its fate")
      ->required()
      ->type_name("EVENT");
  command
      ->add_option("--context", flags->trim.context,
                   "frames before and behind it that are kept as well")
      ->capture_default_str();
  command->add_option("--out", flags->trim.out, "where to write it")->required()->type_name("FILE");
  command
      ->add_option("--key-file", flags->key_file, "the key file of the recorded run, if it had one")
      ->type_name("FILE");
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.trim/1)");
  command->footer(std::string(kTrimFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback([flags, &context] { context.selected = [flags] { return run_trim(*flags); }; });
}

}  // namespace

void add_live_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<LiveFlags>();
  LiveOptions& live = flags->live;
  live.start.time = {286326, 1000000};
  CLI::App* command =
      app.add_subcommand("live", "the pipeline between real clients and servers, recorded");
  command->add_option("--client", live.client, "port of the clients")
      ->required()
      ->type_name("PORT")
      ->group("Ports");
  command->add_option("--server", live.servers, "port of a server; several share the flows")
      ->required()
      ->type_name("PORT")
      ->allow_extra_args(false)
      ->group("Ports");
  command
      ->add_option("--impair", flags->impairments,
                   "END:loss=P,dup=P,reorder=P,corrupt=P,delay=TIME for both directions at END, "
                   "client or serverN; from the seed")
      ->allow_extra_args(false)
      ->group("Ports");
  command->add_option("--record", live.record, "the recording (default: runs/<time>-live.pcapng)")
      ->type_name("FILE")
      ->group("Output");
  command->add_flag("--json", flags->json, "one JSON object at the end (schema syngate.live/1)")
      ->group("Output");
  command
      ->add_option("--metrics", flags->metrics,
                   "keep the figures in FILE as Prometheus text, renewed every second; - is standard "
                   "output, at the end (instead of the result)")
      ->type_name("FILE")
      ->group("Output");
  command->add_flag("-q,--quiet", flags->quiet, "no warnings, no status line")->group("Output");

  command
      ->add_option("--protect", flags->protect, "protect CIDR[:PORTS], up to 16 times, as replay")
      ->allow_extra_args(false)
      ->group("Pipeline");
  command
      ->add_flag("--off", flags->off,
                 "what is protected passes, the flood too: what the servers see without the box")
      ->group("Pipeline");
  command->add_option("--mss", flags->mss, "MSS in SYN-ACKs (default 1460 for IPv4, 1440 for IPv6)")
      ->check(CLI::Range(1, 65535))
      ->group("Pipeline");
  command->add_option("--wscale", flags->wscale, "window scale in SYN-ACKs (default 7)")
      ->check(CLI::Range(0, 14))
      ->group("Pipeline");
  command->add_option("--policy", flags->policies, "NAME=on or NAME=off, repeatable")
      ->allow_extra_args(false)
      ->group("Pipeline");
  command
      ->add_option("--key-file", flags->key_file, "keys, as replay; the others come from the seed")
      ->type_name("FILE")
      ->group("Pipeline");
  command->add_option("--count", live.start.time.count, "minute count of the cookie at the start")
      ->capture_default_str()
      ->group("Pipeline");
  command->add_option("--ts-clock", live.start.time.ms, "timestamp clock in ms at the start")
      ->capture_default_str()
      ->group("Pipeline");
  command
      ->add_option("--step", flags->step,
                   "each SIGUSR1 puts minutes and timestamp clock forward by so many seconds: roll-over, "
                   "key rotation and ageing without waiting for them")
      ->check(CLI::Range(0.001, 1e6))
      ->group("Pipeline");
  command->add_option("--clock-mhz", live.start.clock_mhz, "clock of the pipeline")
      ->check(CLI::Range(1u, 10000u))
      ->capture_default_str()
      ->group("Pipeline");

  command
      ->add_option("--flood", flags->flood,
                   "an attack inside the simulator: syn, ack, synack, rst (or several: syn+ack), mixed, or the frames of "
                   "a capture")
      ->group("Flood");
  command->add_option("--pps", flags->pps, "its frames per second of simulated time")
      ->check(CLI::Range(0.001, 1e12))
      ->group("Flood");
  command
      ->add_option("--line-rate", flags->line_rate, "as a full line of 40G or 100G (the default)")
      ->check(CLI::IsMember({"40G", "100G"}))
      ->group("Flood");
  command
      ->add_option("--flood-frames", flags->flood_frames, "so many in all (default: until the end)")
      ->group("Flood");

  command->add_option("--duration", flags->duration, "end after so many seconds of real time")
      ->check(CLI::Range(0.001, 1e8))
      ->group("Run");
  command->add_option("--seed", live.start.seed, "seed of keys, flood and impairments")
      ->capture_default_str()
      ->group("Run");
  command->add_flag("--no-check", flags->no_check, "do not compare with the model")->group("Run");
  command->footer(std::string(kLiveFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback([flags, &context] {
    context.selected = [flags, &context] { return run_live_command(*flags, context); };
  });
  add_trim_command(app, context);
}

}  // namespace syngate::sim
