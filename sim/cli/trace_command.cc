// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate trace`: each packet's way through the pipeline, clock by clock.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app.h"
#include "exit_code.h"
#include "run_directory.h"
#include "temporary_run.h"
#include "trace.h"

namespace syngate::sim {
namespace {

struct TraceFlags {
  std::string source, packet, flow, verdict, reason;
  std::uint64_t limit = 0;
  bool json = false, konata = false, wavedrom = false;
};

// More packets than this make a picture that nobody can read.
constexpr std::size_t kWavedromPackets = 32;

std::uint64_t packet_number(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw UsageError(fmt::format("--packet: '{}' is no packet number; expected N or N..M", text));
  return std::stoull(text);
}

template <typename Enum>
Enum named(const char* option, const std::string& text, unsigned count) {
  std::string names;
  for (unsigned i = 0; i < count; ++i) {
    const std::string name(defs::to_string(static_cast<Enum>(i)));
    if (name == text) return static_cast<Enum>(i);
    names += (i == 0 ? "" : ", ") + name;
  }
  throw UsageError(fmt::format("{} {}: there is no such; there are {}", option, text, names));
}

TraceFilter filter_of(const TraceFlags& flags) {
  TraceFilter filter;
  filter.flow = flags.flow;
  if (!flags.packet.empty()) {
    const auto dots = flags.packet.find("..");
    filter.first = packet_number(flags.packet.substr(0, dots));
    filter.last = dots == std::string::npos ? filter.first : packet_number(flags.packet.substr(dots + 2));
    if (filter.last < filter.first) throw UsageError(fmt::format("--packet {}: ends before it begins", flags.packet));
  }
  if (!flags.verdict.empty()) filter.verdict = named<defs::Verdict>("--verdict", flags.verdict, defs::kVerdictCount);
  if (!flags.reason.empty()) filter.reason = named<defs::Reason>("--reason", flags.reason, defs::kReasonCount);
  return filter;
}

void print_trace(const TraceFlags& flags, const TraceFilter& filter, const std::string& events) {
  EventReader reader(events);
  KonataWriter konata(&std::cout);
  std::vector<FrameEvent> window;
  std::uint64_t shown = 0;
  Event event;
  const std::uint64_t limit = flags.limit != 0 ? flags.limit : UINT64_MAX;
  while (shown < limit && reader.next(&event)) {
    if (event.kind != Event::Kind::kFrame) continue;
    if (event.frame.id > filter.last) break;
    if (!filter.matches(event.frame)) continue;
    ++shown;
    if (flags.konata) {
      konata.add(event.frame);
    } else if (flags.wavedrom) {
      if (window.size() == kWavedromPackets)
        throw UsageError(fmt::format("--wavedrom draws at most {} packets; choose with --packet or --limit", kWavedromPackets));
      window.push_back(event.frame);
    } else {
      std::cout << (flags.json ? trace_json(event.frame) : trace_line(event.frame)) << '\n';
    }
  }
  if (flags.konata) konata.finish();
  if (flags.wavedrom) std::cout << wavedrom(window);
  std::cout.flush();
  if (!std::cout) throw OutputError("standard output: not completely written");
  if (shown == 0) fmt::print(stderr, "no packet of {} matches\n", flags.source);
  if (reader.cut()) fmt::print(stderr, "warning: {}: the last line is cut; the run was ended before it was complete\n", events);
}

int run(const TraceFlags& flags) {
  if (flags.json + flags.konata + flags.wavedrom > 1) throw UsageError("only one of --json, --konata, --wavedrom can be given");
  const TraceFilter filter = filter_of(flags);
  if (RunDirectory::is_one(flags.source)) {
    print_trace(flags, filter, RunDirectory::open(flags.source).file("events.jsonl"));
    return kExitOk;
  }
  const TemporaryRun made(flags.source, filter.last < UINT64_MAX ? filter.last + 1 : 0);
  if (made.usable()) print_trace(flags, filter, made.path() + "/events.jsonl");
  return made.exit_code();
}

constexpr const char* kFooter =
    "\nClocks are those of events.jsonl. The text is one line per packet, --json one object per line (schema syngate.trace/1);\n"
    "docs/reference/trace.md has the fields. --konata is for the viewer Konata, --wavedrom for WaveDrom.\n\n"
    "Examples:\n"
    "  syngate trace run --verdict drop --limit 10\n"
    "  syngate trace flood.pcap --packet 0..99 --konata > flood.kanata\n"
    "  syngate trace run --packet 3..5 --wavedrom > packets.json\n\n";

}  // namespace

void add_trace_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<TraceFlags>();
  CLI::App* command = app.add_subcommand("trace", "each packet's way through the pipeline, clock by clock");
  command->add_option("SOURCE", flags->source, "a kept run (replay --out), or a capture, which is replayed first")->required();
  command->add_option("--packet", flags->packet, "only packet N, or N..M (ids from 0)");
  command->add_option("--flow", flags->flow, "only packets in whose description this text is");
  command->add_option("--verdict", flags->verdict, "only packets of this verdict");
  command->add_option("--reason", flags->reason, "only packets dropped for this reason");
  command->add_option("--limit", flags->limit, "stop after N packets shown, 0 for all");
  command->add_flag("--json", flags->json, "one JSON object per line (schema syngate.trace/1)");
  command->add_flag("--konata", flags->konata, "a Kanata 0004 log");
  command->add_flag("--wavedrom", flags->wavedrom, "WaveJSON of at most 32 packets");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->fallthrough();
  command->callback([flags, &context] { context.selected = [flags] { return run(*flags); }; });
}

}  // namespace syngate::sim
