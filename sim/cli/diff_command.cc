// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "app.h"
#include "diff.h"
#include "exit_code.h"
#include "run_directory.h"
#include "style.h"
#include "version.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

struct DiffFlags {
  std::string a, b;
  bool json = false;
};

// A run directory, or the events of a run alone.
struct Side {
  explicit Side(const std::string& path) : name(path), events(path) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return;
    run = RunDirectory::open(path);
    events = run->file("events.jsonl");
  }
  std::string name;
  std::string events;
  std::optional<RunDirectory> run;
};

struct OptionDiff {
  std::string name;
  Json a, b;  ///< null when the run does not have it
};

void compare_members(const Json& a, const Json& b, const std::string& prefix,
                     std::vector<OptionDiff>* diffs) {
  for (const auto& [name, value] : a.items()) {
    const Json other = b.contains(name) ? b.at(name) : Json();
    if (value != other) diffs->push_back({prefix + name, value, other});
  }
  for (const auto& [name, value] : b.items()) {
    if (!a.contains(name)) diffs->push_back({prefix + name, Json(), value});
  }
}

// What was asked for: program, captures, destinations, resolved options.
std::vector<OptionDiff> compare_options(const Json& a, const Json& b) {
  std::vector<OptionDiff> diffs;
  const auto member = [](const Json& run, const char* name) {
    return run.contains(name) ? run.at(name) : Json();
  };
  for (const char* name : {"version", "captures", "destinations"}) {
    if (member(a, name) != member(b, name))
      diffs.push_back({name, member(a, name), member(b, name)});
  }
  const Json options_a = a.value("options", Json::object()),
             options_b = b.value("options", Json::object());
  if (options_a.is_object() && options_b.is_object())
    compare_members(options_a, options_b, "", &diffs);
  return diffs;
}

// Values come from files that may be anybody's: nothing of them may steer the terminal.
std::string plain(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  // C1 controls are two bytes in UTF-8.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto next = static_cast<unsigned char>(text[i + 1]);
    if (text[i] == '\xc2' && next >= 0x80 && next < 0xa0) text[i] = text[i + 1] = '?';
  }
  return text;
}

std::string option_text(const Json& value) {
  return plain(value.is_string() ? value.get<std::string>()
                                 : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

struct Comparison {
  std::vector<OptionDiff> options;
  EventDiff events;
  std::optional<std::vector<PacketDiff>> packets;
  bool same() const {
    if (!events.same()) return false;
    for (const PacketDiff& diff : packets.value_or(std::vector<PacketDiff>())) {
      if (!diff.same()) return false;
    }
    return true;
  }
};

const char* end_text(const RunSummary& summary, bool cut) {
  if (cut) return "ends within a line: the run was killed";
  return summary.ended ? "ended" : "has no end line: the run did not end";
}

void count_row(const std::string& name, std::uint64_t a, std::uint64_t b) {
  if (a == 0 && b == 0) return;
  const std::string sign =
      a == b ? "=" : fmt::format("{}{}", b > a ? "+" : "-", b > a ? b - a : a - b);
  fmt::print("  {:<16} {:>12} {:>12} {:>12}\n", name, a, b, sign);
}

std::uint64_t percentile(const RunSummary& summary, unsigned hundredths) {
  const std::uint64_t rank = (summary.frames * hundredths + 99) / 100;
  std::uint64_t seen = 0;
  for (const auto& [clocks, frames] : summary.latency) {
    seen += frames;
    if (seen >= rank) return clocks;
  }
  return 0;
}

void print_totals(const RunSummary& a, const RunSummary& b) {
  fmt::print("\n  {:<16} {:>12} {:>12} {:>12}\n", "totals", "A", "B", "B - A");
  count_row("frames", a.frames, b.frames);
  for (unsigned i = 0; i < defs::kVerdictCount; ++i) {
    count_row(std::string(to_string(static_cast<defs::Verdict>(i))), a.verdicts[i], b.verdicts[i]);
  }
  for (unsigned i = 1; i < defs::kReasonCount; ++i) {
    count_row("  " + std::string(to_string(static_cast<defs::Reason>(i))), a.reasons[i],
              b.reasons[i]);
  }
  count_row("mismatches", a.mismatches, b.mismatches);
  count_row("lost", a.lost, b.lost);
  if (a.frames != 0 && b.frames != 0) {
    count_row("median clocks", percentile(a, 50), percentile(b, 50));
    count_row("p99 clocks", percentile(a, 99), percentile(b, 99));
  }
}

void print_text(const Side& a, const Side& b, const Comparison& c, const Style& style) {
  fmt::print("A  {}\nB  {}\n", plain(a.name), plain(b.name));
  if (!c.options.empty()) {
    fmt::print("\noptions that differ\n");
    for (const OptionDiff& diff : c.options)
      fmt::print("  {}: {} | {}\n", plain(diff.name), option_text(diff.a), option_text(diff.b));
  }
  const EventDiff& e = c.events;
  if (!e.fields.empty()) {
    fmt::print("\nfirst differences\n");
    for (const FieldDiff& field : e.fields) {
      fmt::print("  {}: {} | {}  in packet {} ({}); differs in {} frames\n", field.name,
                 plain(field.a), plain(field.b), field.first_id, plain(field.first_flow),
                 field.frames);
    }
  }
  if (e.only_a != 0)
    fmt::print("  only A has {} frames, the first is packet {}\n", e.only_a, e.first_only_a);
  if (e.only_b != 0)
    fmt::print("  only B has {} frames, the first is packet {}\n", e.only_b, e.first_only_b);
  if (!e.complete_a()) fmt::print("  A {}\n", end_text(e.a, e.cut_a));
  if (!e.complete_b()) fmt::print("  B {}\n", end_text(e.b, e.cut_b));
  if (!c.packets) fmt::print("  bytes not compared: not both have out.pcapng\n");
  for (const PacketDiff& p : c.packets.value_or(std::vector<PacketDiff>())) {
    if (p.same()) continue;
    fmt::print("  bytes of {}: A {} packets ({} bytes), B {} packets ({} bytes); {} differ",
               p.interface, p.a, p.bytes_a, p.b, p.bytes_b, p.differing);
    if (p.differing != 0)
      fmt::print(", the first is number {} at {:#x}", p.first_packet, p.first_offset);
    if (p.cut_a != p.cut_b) fmt::print("; the file of {} is cut", p.cut_a ? "A" : "B");
    fmt::print("\n");
  }
  print_totals(e.a, e.b);
  const bool same = c.same();
  fmt::print("\n{}\n", style.paint(same ? Color::kGreen : Color::kMagenta,
                                   same ? fmt::format("same: {} frames", e.compared)
                                        : fmt::format("different: {} of {} frames compared",
                                                      e.differing, e.compared)));
}

Json totals_json(const RunSummary& summary, bool complete) {
  Json verdicts = Json::object(), drops = Json::object();
  for (unsigned i = 0; i < defs::kVerdictCount; ++i)
    verdicts[std::string(to_string(static_cast<defs::Verdict>(i)))] = summary.verdicts[i];
  for (unsigned i = 1; i < defs::kReasonCount; ++i) {
    if (summary.reasons[i] != 0)
      drops[std::string(to_string(static_cast<defs::Reason>(i)))] = summary.reasons[i];
  }
  return {{"frames", summary.frames},         {"verdicts", verdicts}, {"drops", drops},
          {"mismatches", summary.mismatches}, {"lost", summary.lost}, {"ended", complete}};
}

std::string json_text(const Side& a, const Side& b, const Comparison& c) {
  const EventDiff& e = c.events;
  Json root = {{"schema", "syngate.diff/1"}, {"version", kVersion}, {"same", c.same()}};
  root["a"] = totals_json(e.a, e.complete_a());
  root["b"] = totals_json(e.b, e.complete_b());
  root["a"]["path"] = a.name;
  root["b"]["path"] = b.name;
  root["frames"] = {{"compared", e.compared},
                    {"differing", e.differing},
                    {"only_a", e.only_a},
                    {"only_b", e.only_b}};
  root["options"] = Json::array();
  for (const OptionDiff& diff : c.options)
    root["options"].push_back({{"name", diff.name}, {"a", diff.a}, {"b", diff.b}});
  root["fields"] = Json::array();
  for (const FieldDiff& field : e.fields) {
    root["fields"].push_back({{"name", field.name},
                              {"frames", field.frames},
                              {"first_packet", field.first_id},
                              {"flow", field.first_flow},
                              {"a", field.a},
                              {"b", field.b}});
  }
  root["packets"] = c.packets ? Json::array() : Json();
  for (const PacketDiff& p : c.packets.value_or(std::vector<PacketDiff>())) {
    Json entry = {{"interface", p.interface},
                  {"a", p.a},
                  {"b", p.b},
                  {"bytes_a", p.bytes_a},
                  {"bytes_b", p.bytes_b},
                  {"differing", p.differing},
                  {"cut_a", p.cut_a},
                  {"cut_b", p.cut_b}};
    entry["first"] =
        p.differing == 0 ? Json() : Json{{"packet", p.first_packet}, {"offset", p.first_offset}};
    root["packets"].push_back(entry);
  }
  return root.dump(2, ' ', false, Json::error_handler_t::replace);
}

int run_diff(const DiffFlags& flags, const AppContext& context) {
  const Side a(flags.a), b(flags.b);
  Comparison comparison;
  if (a.run && b.run) comparison.options = compare_options(a.run->run(), b.run->run());
  comparison.events = diff_events(a.events, b.events);
  if (a.run && b.run && a.run->has("out.pcapng") && b.run->has("out.pcapng"))
    comparison.packets = diff_packets(a.run->file("out.pcapng"), b.run->file("out.pcapng"));
  if (flags.json) {
    fmt::print("{}\n", json_text(a, b, comparison));
  } else {
    print_text(a, b, comparison, make_style(context.color, stdout));
  }
  return comparison.same() ? kExitOk : kExitMismatch;
}

constexpr const char* kFooter =
    "\nFrames are matched by their ids: verdict, reason, cookie, what left and latency; clocks "
    "since reset are\n"
    "not compared, since another pace moves them. Bytes are compared when both runs have "
    "out.pcapng. Options that\n"
    "differ are shown, but do not make the runs different. Exits with 0 when they are the same, "
    "with 1 when not.\n\n"
    "Examples:\n"
    "  syngate diff run run\n"
    "  syngate diff run run --json\n\n";

}  // namespace

void add_diff_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<DiffFlags>();
  CLI::App* command = app.add_subcommand("diff", "two runs compared: verdicts, bytes, latency");
  command
      ->add_option("A", flags->a, "a run directory (replay --out DIR, --save), or its events.jsonl")
      ->required();
  command->add_option("B", flags->b, "the other one")->required();
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.diff/1)");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback([flags, &context] {
    context.selected = [flags, &context] { return run_diff(*flags, context); };
  });
}

}  // namespace syngate::sim
