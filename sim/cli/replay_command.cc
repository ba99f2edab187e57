// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "app.h"
#include "cookie_tools.h"
#include "exit_code.h"
#include "interrupt.h"
#include "live_command.h"
#include "progress.h"
#include "protect.h"
#include "recording.h"
#include "replay.h"
#include "replay_flags.h"
#include "run_directory.h"
#include "style.h"
#include "traced.h"
#include "wave_window.h"

namespace syngate::sim {
namespace {

std::uint64_t positive_rate(const char* name, double value, double scale) {
  const double scaled = value * scale;
  // Below the bound all arithmetic of Pacer stays exact.
  if (!(scaled >= 1.0) || scaled > 1e15) {
    throw UsageError(fmt::format("{}: {:g} is out of range", name, value));
  }
  return static_cast<std::uint64_t>(std::llround(scaled));
}

// The command line again, without what a rerun sets itself or does not need.
std::string rerun_command(const std::vector<std::string>& arguments, std::uint64_t seed) {
  std::string text = "syngate";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string name = argument.substr(0, argument.find('='));
    if (name == "--save" || name == "--minimise" || name == "--json" || name == "-q" || name == "--quiet" ||
        name == "-v" || name == "--verbose")
      continue;
    const bool with_value = name == "--limit" || name == "--seed" || name == "--out" || name == "--out-reply" ||
                            name == "--out-forward" || name == "--out-pcapng" || name == "--metrics" || name == "--waves" ||
                            name == "--waves-frames" || name == "--on" || name == "--pre" || name == "--post" ||
                            name == "--color" || name == "--config";
    if (with_value) {
      if (argument == name) ++i;
      continue;
    }
    text += " " + shell_quote(argument);
  }
  return text + fmt::format(" --seed {}", seed);
}

// The second pass of --on, in syngate-traced: writes the window and sees whether the event is where the first pass found it.
int run_window(ReplayFlags& flags, const AppContext& context) {
  const WaveClocks clocks = parse_wave_clocks(flags.waves_window);
  resolve_replay(flags, context);
  ReplayOptions& options = flags.replay;
  options.stop = &catch_interrupts();
  options.waves_from = clocks.from;
  options.waves_to = clocks.to;
  options.waves_frames = 0;
  const ReplayResult result = replay(options);
  if (result.interrupted) return kExitInterrupted;
  if (result.trigger_cycle == clocks.cycle) return kExitOk;
  fmt::print(stderr, "error: --on {} was met at clock {} without waves, {} with them\n", to_text(*options.trigger), clocks.cycle,
             result.trigger_cycle ? fmt::format("at clock {}", *result.trigger_cycle) : "never");
  return kExitInternal;
}

int run_replay(ReplayFlags& flags, const AppContext& context) {
  if (flags.replay.captures.size() == 1 && LiveRecording::is_one(flags.replay.captures[0])) return run_recording(flags, context);
  if (flags.redact_keys && !flags.replay.waves.empty()) {
    throw UsageError(
        "--redact-keys: the waves hold the keys (registers, cookie and stamp stages) and cannot be "
        "written without them; leave out --waves");
  }
  if (flags.on.empty() && !flags.replay.waves.empty() && !context.traced) become_traced(context.arguments);
  if (!flags.waves_window.empty()) return run_window(flags, context);
  resolve_replay(flags, context);
  ReplayOptions& options = flags.replay;
  const bool result_elsewhere = options.metrics == "-";
  if (result_elsewhere && flags.json) throw UsageError("--metrics - and --json both write to standard output; give --metrics a FILE");
  const std::string waves = options.waves;
  if (options.trigger) options.waves.clear();  // the first pass
  options.stop = &catch_interrupts();
  // Standard output carries the result: in JSON the mismatches are inside it and people read them
  // on stderr.
  std::FILE* mismatch_stream = flags.json || result_elsewhere ? stderr : stdout;
  const Style style = make_style(context.color, stdout);
  const Style error_style = make_style(context.color, stderr);
  Progress progress(!flags.quiet, stderr, error_style);
  report_to_stderr(flags, context, progress);
  options.on_mismatch = [&](const std::string& text) {
    progress.clear();
    fmt::print(mismatch_stream, "{}", text);
  };
  const ReplayResult result = replay(options);
  progress.clear();
  if (flags.json) {
    fmt::print("{}", replay_json(options, result));
  } else if (!result_elsewhere && (result.any_file_used() || options.captures.empty()) &&
             (result.failure == Failure::kNone || result.frames_offered != 0)) {
    fmt::print("{}", replay_text(options, result, style));
    if (!options.run_directory.empty()) fmt::print("\nkept in {}\n", options.run_directory);
  }
  if (result.failure != Failure::kNone) fmt::print(stderr, "error: {}\n", result.failure_text);
  if (result.any_file_failed() && result.any_file_used()) {
    fmt::print(stderr,
               "error: some captures could not be used; the figures are those of the others\n");
  }
  if (result.interrupted)
    fmt::print(stderr, "interrupted: the figures are those of the frames offered so far\n");
  const int code = result.exit_code();
  if (!waves.empty() && !flags.quiet) fmt::print(stderr, "note: {} holds the keys of this run\n", waves);
  if (!options.trigger || code == kExitInterrupted || (code != kExitOk && result.frames_offered == 0)) return code;
  options.waves = waves;
  const int waves_code = write_wave_window(context.arguments, options, result, flags.pre, flags.post);
  if (!options.run_directory.empty()) RunDirectory::open(options.run_directory).update_files();
  if (waves_code == kExitOk && !flags.json && !result_elsewhere) {
    fmt::print("\nwaves around {} (clock {}): gtkwave {} {}\n", to_text(*options.trigger), *result.trigger_cycle, shell_quote(waves),
               shell_quote(beside_fst(waves, ".one_syn.gtkw")));
  }
  return code != kExitOk ? code : waves_code;
}

constexpr const char* kFooter =
    "\nWithout --protect, the destinations of the captures' SYNs are protected (first pass over "
    "the files): each address\n"
    "with the range of its ports; more than 16 addresses are merged into common prefixes. From "
    "standard input everything\n"
    "is protected.\n\n"
    "--follow: a recorded connection is followed when SYN, SYN-ACK and an ACK of it are in the captures. The client's frames\n"
    "wait for the pipeline's SYN-ACK; without an answer the SYN (and without a hand-off the ACK) goes again after 200, 400,\n"
    "800 and then 1600 us of simulated time, ten times in all. --attack alone runs at 100 Gbit/s; with captures it adds to them.\n\n"
    "Examples:\n"
    "  syngate replay flood.pcap --out-reply reply.pcap\n"
    "  syngate replay flood.pcap --clients 1000 --line-rate 40G\n"
    "  syngate replay web.pcap --follow --attack syn --line-rate 100G\n"
    "  cat flood.pcap | syngate replay - --protect 198.51.100.0/24:80-443 --line-rate 40G --json\n\n";

}  // namespace

std::uint32_t parse_policies(const std::vector<std::string>& texts) {
  std::uint32_t policy = defs::kPolicyReset;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    std::string names;
    bool found = false;
    for (unsigned bit = 0; bit < defs::kPolicyCount; ++bit) {
      const std::string known(defs::to_string(static_cast<defs::Policy>(bit)));
      names += (bit == 0 ? "" : ", ") + known;
      if (known != name) continue;
      found = true;
      policy = value == "on" ? policy | 1u << bit : policy & ~(1u << bit);
    }
    if (!found)
      throw UsageError(fmt::format("--policy {}: no such policy; there are {}", text, names));
    if (value != "on" && value != "off")
      throw UsageError(fmt::format("--policy {}: expected NAME=on or NAME=off", text));
  }
  return policy;
}

void resolve_replay(ReplayFlags& flags, const AppContext& context) {
  ReplayOptions& replay = flags.replay;
  const int paces =
      (flags.pps != 0) + (flags.mbps != 0) + !flags.line_rate.empty() + flags.topspeed;
  if (paces > 1)
    throw UsageError("only one of --pps, --mbps, --line-rate, --topspeed can be given");
  if (flags.pps != 0) {
    replay.pace = Pace::kFrames;
    replay.rate = positive_rate("--pps", flags.pps, 1000);
  } else if (flags.mbps != 0) {
    replay.pace = Pace::kBits;
    replay.rate = positive_rate("--mbps", flags.mbps, 1e6);
  } else if (!flags.line_rate.empty()) {
    replay.pace = Pace::kLine;
    replay.rate = flags.line_rate == "40G" ? 40000000000 : 100000000000;
  } else if (flags.topspeed) {
    replay.pace = Pace::kTopSpeed;
  }
  if (flags.multiplier != 0) {
    if (paces != 0) {
      throw UsageError("--multiplier scales the captures' pace; --pps, --mbps, --line-rate and --topspeed set another");
    }
    replay.multiplier = flags.multiplier;
  }
  // Without a capture there is no captured pace.
  if (replay.captures.empty() && replay.pace == Pace::kCapture) {
    if (flags.multiplier != 0) throw UsageError("--multiplier needs a CAPTURE whose pace it scales");
    replay.pace = Pace::kLine;
    replay.rate = 100000000000;
  }
  if (flags.duration != 0) replay.duration_ns = positive_rate("--duration", flags.duration, 1e9);
  if (!flags.client_mix.empty()) {
    if (replay.clients == 0) throw UsageError("--client-mix describes the clients of --clients N");
    replay.client_mix = read_client_mix(flags.client_mix);
    replay.client_mix_path = flags.client_mix;
  }
  if (replay.attack_frames != 0 && flags.attack.empty()) throw UsageError("--attack-frames needs --attack");
  for (const Attack attack : {Attack::kSyns, Attack::kAcks, Attack::kSynAcks, Attack::kRsts, Attack::kMixed}) {
    if (flags.attack == attack_name(attack)) replay.attack = attack;
  }
  for (const std::string& text : flags.protect) replay.protect.push_back(parse_protect(text));
  if (!flags.policies.empty()) replay.policy = parse_policies(flags.policies);
  if (!flags.key_file.empty()) replay.key_file = read_key_file(flags.key_file);
  if (!flags.fault_pattern.empty())
    replay.fault_pattern = bytes_from_hex(flags.fault_pattern).value_or(std::vector<std::uint8_t>());
  if (flags.mss != 0) replay.mss = flags.mss;
  replay.pad_truncated = flags.truncated == "pad";
  replay.check = !flags.no_check;
  if (flags.save && !flags.out.empty()) throw UsageError("only one of --out and --save can be given");
  if (flags.save) {
    const std::string capture = replay.captures.empty() ? "generated" : replay.captures.front();
    const std::string name = capture == "-" ? "stdin" : capture.substr(capture.rfind('/') + 1);
    replay.run_directory = RunDirectory::name_for(name.substr(0, name.find('.')));
  }
  if (!flags.out.empty()) replay.run_directory = flags.out;
  replay.argv = {"syngate"};
  for (std::size_t i = 0; i < context.arguments.size(); ++i) {
    // Where a run is kept is not part of what it is.
    const std::string& argument = context.arguments[i];
    if (argument == "--out") ++i;
    else if (argument != "--save" && argument.rfind("--out=", 0) != 0) replay.argv.push_back(argument);
  }
  if (!flags.on.empty()) {
    if (replay.waves.empty()) throw UsageError("--on needs --waves FILE");
    for (const std::string& path : replay.captures) {
      struct stat info {};
      if (path == "-" || (stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode))) {
        throw UsageError("--on runs twice, and standard input or a pipe cannot be read twice");
      }
    }
    try {
      replay.trigger = parse_trigger(flags.on);
    } catch (const std::invalid_argument& error) {
      throw UsageError(fmt::format("--on {}", error.what()));
    }
  }
  replay.rerun = rerun_command(context.arguments, replay.seed);
}

void report_to_stderr(ReplayFlags& flags, const AppContext& context, Progress& progress) {
  ReplayOptions& options = flags.replay;
  const Style style = make_style(context.color, stderr);
  options.on_error = [style, &progress](const std::string& text) {
    progress.clear();
    fmt::print(stderr, "{} {}\n", style.paint(Color::kRed, "error:"), text);
  };
  if (!flags.quiet) {
    options.on_warning = [style, &progress](const std::string& text) {
      progress.clear();
      fmt::print(stderr, "{} {}\n", style.paint(Color::kBold, "warning:"), text);
    };
    options.on_progress = [&progress](const ReplayProgress& now) {
      if (!progress.due()) return;
      ProgressState state;
      if (now.counting) state.what = "counting frames";
      state.done = now.frames;
      state.total = now.total;
      if (now.simulated_us > 0) state.mpps = static_cast<double>(now.frames) / now.simulated_us;
      progress.show(state);
    };
  }
}

void add_replay_options(CLI::App* command, const std::shared_ptr<ReplayFlags>& flags) {
  ReplayOptions& replay = flags->replay;
  command->add_option("CAPTURE", replay.captures, "pcap or pcapng files, - for standard input")
      ->required();

  command
      ->add_option("--filter", flags->replay.filter,
                   "only frames that match this BPF expression (as in tcpdump)")
      ->group("Input");
  command
      ->add_option("--truncated", flags->truncated,
                   "frames cut by the snaplen: skip them, or pad them with zeros")
      ->check(CLI::IsMember({"skip", "pad"}))
      ->capture_default_str()
      ->group("Input");
  command
      ->add_flag(
          "--fix-checksums", replay.fix_checksums,
          "correct IPv4 and TCP checksums of TCP frames (captures taken with checksum offload)")
      ->group("Input");
  command->add_option("--loop", replay.loop, "go through the captures N times")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000000}))
      ->capture_default_str()
      ->group("Input");
  command->add_option("--limit", replay.limit, "stop after N frames offered, 0 for all")
      ->group("Input");

  command->add_option("--pps", flags->pps, "frames per second")
      ->check(CLI::PositiveNumber)
      ->group("Pace");
  command->add_option("--mbps", flags->mbps, "Mbit per second of frame bytes")
      ->check(CLI::PositiveNumber)
      ->group("Pace");
  command
      ->add_option("--line-rate", flags->line_rate,
                   "exact Ethernet line rate (frame + 24 bytes): 40G or 100G")
      ->check(CLI::IsMember({"40G", "100G"}))
      ->group("Pace");
  command
      ->add_flag("--topspeed", flags->topspeed,
                 "as fast as the pipeline takes them (default: as captured; without CAPTURE: --line-rate 100G)")
      ->group("Pace");
  command->add_option("--clock-mhz", replay.clock_mhz, "clock of the pipeline")
      ->check(CLI::Range(1u, 10000u))
      ->capture_default_str()
      ->group("Pace");

  command
      ->add_option("--protect", flags->protect,
                   "protect CIDR[:PORTS], up to 16 times; PORTS is N or N-M; IPv6 with ports: "
                   "[2001:db8::/32]:443")
      ->allow_extra_args(false)
      ->group("Pipeline");
  command->add_option("--mss", flags->mss, "MSS in SYN-ACKs (default 1460 for IPv4, 1440 for IPv6)")
      ->check(CLI::Range(1, 65535))
      ->group("Pipeline");
  command
      ->add_option_function<unsigned>(
          "--wscale",
          [flags](unsigned value) { flags->replay.wscale = static_cast<std::uint8_t>(value); },
          "window scale in SYN-ACKs (default 7)")
      ->check(CLI::Range(0u, 14u))
      ->group("Pipeline");
  command->add_option("--policy", flags->policies, "NAME=on or NAME=off, repeatable")
      ->allow_extra_args(false)
      ->group("Pipeline");
  command
      ->add_option("--key-file", flags->key_file,
                   "keys: lines 'name = 32 hex digits'; the others come from the seed")->type_name("FILE")
      ->group("Pipeline");
  command->add_option("--count", replay.count, "minute count of the cookie at the start")
      ->capture_default_str()
      ->group("Pipeline");
  command->add_option("--ts-clock", replay.ts_clock, "timestamp clock in ms at the start")
      ->capture_default_str()
      ->group("Pipeline");

  command
      ->add_option("--seed", replay.seed, "seed of keys and of random gaps; same seed, same bytes")
      ->capture_default_str()
      ->group("Run");
  // For the tests of the checker: hidden, flips one bit of that output frame before it is compared.
  command->add_option("--fault-keep", flags->replay.fault_keep, "")->group("");
  command->add_option("--fault-output", replay.fault_output, "")->group("");
  command->add_option("--idle", replay.idle, "probability of a gap in the input, per clock")
      ->check(CLI::Range(0.0, 0.99))
      ->group("Run");
  command
      ->add_option("--backpressure", replay.backpressure,
                   "probability of a stalled output, per clock")
      ->check(CLI::Range(0.0, 0.99))
      ->group("Run");
  command->add_option("--fault-pattern", flags->fault_pattern, "")->group("");
}

void add_traffic_options(CLI::App* command, const std::shared_ptr<ReplayFlags>& flags) {
  ReplayOptions& replay = flags->replay;
  command->get_option("CAPTURE")->required(false)->description(
      "pcap or pcapng files, - for standard input; may be missing with --attack or --clients");
  command
      ->add_flag("--unique-ip", replay.unique_ip,
                 "with --loop: add the round's number (0 first) to every address that is not protected")
      ->group("Input");
  command
      ->add_option("--duration", flags->duration, "stop after so many seconds of simulated time")
      ->check(CLI::PositiveNumber)
      ->group("Input");
  command
      ->add_flag("--follow", replay.follow,
                 "answer the recorded clients by the pipeline: their frames are rewritten to its SYN-ACKs, "
                 "their recorded servers' frames are left out; implies --fix-checksums; reads the captures three times")
      ->group("Traffic");
  command
      ->add_option("--clients", replay.clients,
                   "so many honest generated clients: each connects, sends data and closes, and repeats what is not "
                   "answered; captures and attack go on until they are done")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}))
      ->group("Traffic");
  command
      ->add_option("--client-mix", flags->client_mix,
                   "what they are like, JSON (docs/reference/client-mix.md); default: SYNs as in real captures, RTT 100 to "
                   "2000 us, first retransmission after 2.5 to 5 ms: a run at 100 Gbit/s takes 1 to 2 million frames")
      ->type_name("FILE")
      ->group("Traffic");
  command
      ->add_option("--attack", flags->attack,
                   "generated attack on the protected destinations, from the seed: syn, ack, synack, rst or mixed; "
                   "without --protect and CAPTURE on 198.51.100.10:443 and [2001:db8:1::10]:443")
      ->check(CLI::IsMember({"syn", "ack", "synack", "rst", "mixed"}))
      ->group("Traffic");
  command
      ->add_option("--attack-frames", replay.attack_frames,
                   "frames of the attack (default: 100000 without CAPTURE, else by --attack-ratio)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000000000}))
      ->group("Traffic");
  command
      ->add_option("--attack-ratio", replay.attack_ratio, "frames of the attack per captured frame")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str()
      ->group("Traffic");

  command->add_option("--multiplier", flags->multiplier, "captures' pace times X")
      ->check(CLI::PositiveNumber)
      ->group("Pace");
}

void add_replay_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<ReplayFlags>();
  ReplayOptions& replay = flags->replay;
  CLI::App* command =
      app.add_subcommand("replay", "captures in, through RTL and model, verdicts out");
  add_replay_options(command, flags);
  add_traffic_options(command, flags);
  command
      ->add_flag("--redact-keys", flags->redact_keys,
                 "refuse outputs that hold keys (waves; no other output does)")
      ->group("Output");
  command->add_flag("--no-check", flags->no_check, "do not compare with the model")->group("Run");
  command
      ->add_option("--out-reply", replay.out_reply,
                   "write what leaves towards the clients (pcap, ns)")->type_name("FILE")
      ->group("Output");
  command
      ->add_option("--out-forward", replay.out_forward,
                   "write what leaves towards the servers (pcap, ns)")->type_name("FILE")
      ->group("Output");
  command
      ->add_option("--out-pcapng", replay.out_pcapng,
                   "write what went in and what left, each packet with its fate as a comment (pcapng, ns)")->type_name("FILE")
      ->group("Output");
  command
      ->add_option("--metrics", replay.metrics, "write the figures as Prometheus text, - for standard output (instead of the result)")
      ->type_name("FILE")
      ->group("Output");
  command->add_option("--out", flags->out,
                      "keep the run: a directory to be created, with run.json, events.jsonl and more")->type_name("DIR")
      ->group("Output");
  command->add_flag("--save", flags->save, "keep the run in runs/<time>-<name>")->group("Output");
  command->add_option("--waves", replay.waves, "write an FST of the run (needs syngate-traced)")->type_name("FILE")
      ->group("Output");
  command
      ->add_option("--waves-frames", replay.waves_frames,
                   "end the FST after N frames, 0 for the whole run")
      ->capture_default_str()
      ->group("Output");
  command
      ->add_option("--on", flags->on,
                   "only the waves around the first event: mismatch, drop=REASON, packet=N (frame id, from 0), cycle=C, verdict=V "
                   "or assert; runs twice, with one seed")
      ->type_name("EVENT")
      ->group("Output");
  command->add_option("--pre", flags->pre, "clocks of waves before the event")->capture_default_str()->group("Output");
  command->add_option("--post", flags->post, "clocks of waves behind the event")->capture_default_str()->group("Output");
  // What the first pass tells the second: hidden.
  command->add_option("--waves-window", flags->waves_window, "")->group("");
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.replay/1)")
      ->group("Output");
  command->add_flag("-q,--quiet", flags->quiet, "no warnings, no progress")->group("Output");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback([flags, &context] {
    context.selected = [flags, &context] { return run_replay(*flags, context); };
  });
}

}  // namespace syngate::sim
