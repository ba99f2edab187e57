// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "recording.h"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "protect.h"
#include "record_reader.h"
#include "syngate/sim/errors.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "syngate.recording/1";
constexpr std::uint16_t kUser0 = 147;  // LINKTYPE_USER0: private use
// Interfaces, in the order of the file.
constexpr std::uint32_t kControl = 0, kRx = 1, kReply = 2, kForward = 3, kBypass = 4;

std::vector<PcapngInterface> interfaces(const LiveStart& start) {
  std::vector<PcapngInterface> list{{"control", kUser0}, {"rx0"}, {"reply0"}, {"forward0"}};
  for (std::size_t i = 0; i < start.servers; ++i) list.emplace_back(fmt::format("bypass{}", i));
  return list;
}

Json destination_json(const model::Destination& entry) {
  return {{"protect", protect_argument(entry)},
          {"mss", entry.mss},
          {"wscale", entry.wscale},
          {"stamp_key_id", entry.stamp_key_id},
          {"off", entry.mode == defs::Mode::kOff}};
}

Json start_json(const LiveStart& start) {
  Json json = {
      {"event", "start"}, {"schema", kSchema}, {"version", start.version}, {"seed", start.seed}};
  json["clock_mhz"] = start.clock_mhz;
  json["count"] = start.time.count;
  json["ms"] = start.time.ms;
  json["destinations"] = Json::array();
  for (const model::Destination& entry : start.destinations)
    json["destinations"].push_back(destination_json(entry));
  json["policy"] = start.policy;
  json["key_file"] = start.own_keys;
  json["base_ns"] = start.base_ns;
  json["servers"] = start.servers;
  if (start.flood) {
    json["flood"] = {{"kind", start.flood->kind},
                     {"rate", start.flood->rate},
                     {"line", start.flood->line},
                     {"frames", start.flood->frames}};
  }
  return json;
}

LiveStart start_from(const Json& json) {
  LiveStart start;
  start.version = json.at("version").get<std::string>();
  start.seed = json.at("seed").get<std::uint64_t>();
  start.clock_mhz = json.at("clock_mhz").get<unsigned>();
  start.time.count = json.at("count").get<std::uint32_t>();
  start.time.ms = json.at("ms").get<std::uint32_t>();
  for (const Json& entry : json.at("destinations")) {
    model::Destination destination = parse_protect(entry.at("protect").get<std::string>());
    destination.mss = entry.at("mss").get<std::uint16_t>();
    destination.wscale = entry.at("wscale").get<std::uint8_t>();
    destination.stamp_key_id = entry.at("stamp_key_id").get<std::uint8_t>();
    if (entry.value("off", false)) destination.mode = defs::Mode::kOff;
    start.destinations.push_back(destination);
  }
  start.policy = json.at("policy").get<std::uint32_t>();
  start.own_keys = json.at("key_file").get<bool>();
  start.base_ns = json.at("base_ns").get<std::int64_t>();
  start.servers = json.at("servers").get<std::size_t>();
  if (start.clock_mhz == 0 || start.destinations.size() > defs::kDestinations)
    throw InputError("numbers out of range");
  if (json.contains("flood")) {
    const Json& flood = json.at("flood");
    start.flood =
        LiveFlood{flood.at("kind").get<std::string>(), flood.at("rate").get<std::uint64_t>(),
                  flood.at("line").get<bool>(), flood.at("frames").get<std::uint64_t>()};
  }
  return start;
}

std::string text_of(const Record& record) { return {record.data.begin(), record.data.end()}; }

bool is_start(const Record& record) {
  return record.link_type == kUser0 && record.interface_index == kControl &&
         text_of(record).find(kSchema) != std::string::npos;
}

}  // namespace

void OutputDigest::put(std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    value_ = (value_ ^ (value >> (8 * i) & 0xff)) * 0x100000001b3u;
}

void OutputDigest::add(const Output& output) {
  put(static_cast<std::uint64_t>(output.port), 1);
  put(output.cycle, 8);
  put(output.length, 4);
  for (std::size_t i = 0; i < output.length; ++i) put(output.data[i], 1);
  ++outputs_;
}

LiveRecorder::LiveRecorder(const std::string& path, const LiveStart& start)
    : start_(start), writer_(path, interfaces(start)) {
  control(0, start_json(start).dump());
  flush();
}

std::int64_t LiveRecorder::time_ns(std::uint64_t cycle) const {
  // Rounded up, so that the clock can be told from it as long as it is no faster than 1 GHz.
  return start_.base_ns + static_cast<std::int64_t>((static_cast<unsigned __int128>(cycle) * 1000 +
                                                     start_.clock_mhz - 1) /
                                                    start_.clock_mhz);
}

void LiveRecorder::control(std::uint64_t cycle, const std::string& json) {
  writer_.write(kControl, time_ns(cycle), reinterpret_cast<const std::uint8_t*>(json.data()),
                json.size(), "");
}

void LiveRecorder::write(const LiveEvent& event) {
  using Kind = LiveEvent::Kind;
  const auto frame = [&](std::uint32_t interface, const std::string& comment) {
    writer_.write(interface, time_ns(event.cycle), event.bytes.data(), event.bytes.size(), comment);
  };
  switch (event.kind) {
    case Kind::kInput:
      frame(kRx, fmt::format("packet {} offered {}{}", event.id, event.cycle,
                             event.flood ? " flood" : ""));
      break;
    case Kind::kOutput:
      frame(event.port == Port::kReply ? kReply : kForward,
            fmt::format("packet {} out {}{}", event.id, event.cycle,
                        event.handoff ? " handoff" : ""));
      break;
    case Kind::kBypass:
      frame(kBypass + static_cast<std::uint32_t>(event.server), "");
      break;
    case Kind::kTime:
      control(event.cycle, Json({{"event", "time"},
                                 {"cycle", event.cycle},
                                 {"count", event.time.count},
                                 {"ms", event.time.ms}})
                               .dump());
      break;
    case Kind::kFlood:
      control(event.cycle,
              Json({{"event", "flood"}, {"cycle", event.cycle}, {"frames", event.count}}).dump());
      break;
    case Kind::kDrain:
      control(event.cycle, Json({{"event", "drain"}, {"cycle", event.cycle}}).dump());
      break;
    case Kind::kCheck:
    case Kind::kEnd:
      control(event.cycle, Json({{"event", event.kind == Kind::kEnd ? "end" : "check"},
                                 {"cycle", event.cycle},
                                 {"outputs", event.count},
                                 {"digest", fmt::format("{:016x}", event.digest)}})
                               .dump());
      break;
  }
}

struct LiveRecording::Impl {
  explicit Impl(const std::string& path) : source(path, nullptr), records(open_records(&source)) {
    Record record;
    if (records->next(&record) != ReadStatus::kRecord || !is_start(record)) {
      throw InputError(fmt::format("{}: not a recording of syngate live", source.name()));
    }
    try {
      start = start_from(Json::parse(text_of(record)));
    } catch (const std::exception& error) {
      throw InputError(
          fmt::format("{}: the start record cannot be used: {}", source.name(), error.what()));
    }
  }

  [[noreturn]] void bad(const std::string& why) const {
    throw InputError(fmt::format("{}: record {} (offset {}): {}", source.name(), number,
                                 records->record_offset(), why));
  }

  void take_control(const Record& record, LiveEvent* event) const {
    using Kind = LiveEvent::Kind;
    const Json json = Json::parse(text_of(record));
    const auto name = json.at("event").get<std::string>();
    event->cycle = json.at("cycle").get<std::uint64_t>();
    if (name == "time") {
      event->kind = Kind::kTime;
      event->time.count = json.at("count").get<std::uint32_t>();
      event->time.ms = json.at("ms").get<std::uint32_t>();
    } else if (name == "flood") {
      event->kind = Kind::kFlood;
      event->count = json.at("frames").get<std::uint64_t>();
    } else if (name == "drain") {
      event->kind = Kind::kDrain;
    } else if (name == "check" || name == "end") {
      event->kind = name == "end" ? Kind::kEnd : Kind::kCheck;
      event->count = json.at("outputs").get<std::uint64_t>();
      event->digest = std::stoull(json.at("digest").get<std::string>(), nullptr, 16);
    } else {
      bad(fmt::format("event '{}' is unknown", name));
    }
  }

  void take_frame(Record& record, LiveEvent* event) const {
    using Kind = LiveEvent::Kind;
    event->bytes.swap(record.data);
    if (record.interface_index >= kBypass) {
      event->kind = Kind::kBypass;
      event->server = record.interface_index - kBypass;
      return;
    }
    unsigned long long id = 0, cycle = 0;
    char word[8] = {};
    char tail[8] = {};
    const int fields =
        std::sscanf(record.comment.c_str(), "packet %llu %7s %llu %7s", &id, word, &cycle, tail);
    const std::string verb(word);
    const bool input = record.interface_index == kRx;
    if (fields < 3 || verb != (input ? "offered" : "out"))
      bad("the packet's comment does not say its clock; was the file edited?");
    event->kind = input ? Kind::kInput : Kind::kOutput;
    event->id = id;
    event->cycle = cycle;
    event->flood = std::string(tail) == "flood";
    event->handoff = std::string(tail) == "handoff";
    event->port = record.interface_index == kReply ? Port::kReply : Port::kForward;
  }

  ByteSource source;
  std::unique_ptr<RecordReader> records;
  LiveStart start;
  std::uint64_t number = 1;
  bool ended = false;
  std::string cut;
};

LiveRecording::LiveRecording(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
LiveRecording::~LiveRecording() = default;

bool LiveRecording::is_one(const std::string& path) {
  if (path == "-") return false;  // what is read from it is lost
  try {
    ByteSource source(path, nullptr);
    const auto records = open_records(&source);
    Record record;
    return records->next(&record) == ReadStatus::kRecord && is_start(record);
  } catch (const CaptureError&) {
    return false;
  }
}

const LiveStart& LiveRecording::start() const { return impl_->start; }
const std::string& LiveRecording::cut() const { return impl_->cut; }

bool LiveRecording::next(LiveEvent* event) {
  Record record;
  const ReadStatus status = impl_->records->next(&record);
  if (status != ReadStatus::kRecord) {
    if (impl_->ended) return false;
    impl_->cut = fmt::format("{}: ends at offset {} before the end of the run was recorded{}{}",
                             impl_->source.name(), impl_->records->record_offset(),
                             status == ReadStatus::kCorrupt ? ": " : "",
                             status == ReadStatus::kCorrupt ? impl_->records->problem() : "");
    return false;
  }
  ++impl_->number;
  *event = {};
  try {
    if (record.interface_index == kControl) {
      impl_->take_control(record, event);
    } else {
      impl_->take_frame(record, event);
    }
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    impl_->bad(error.what());
  }
  impl_->ended = event->kind == LiveEvent::Kind::kEnd;
  return true;
}

}  // namespace syngate::sim
