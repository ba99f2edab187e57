// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Checks the model against values read from a running kernel.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cookie_tools.h"
#include "exit_code.h"
#include "frames.h"
#include "protect.h"
#include "syngate/model/pipeline.h"
#include "syngate/model/timestamp.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::json;

// One object of the file, with its path for messages.
class Record {
 public:
  Record(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object()) throw InputError(fmt::format("{}: expected an object", path_));
  }

  const Json& field(const char* name) const {
    const auto at = object_.find(name);
    if (at == object_.end()) throw InputError(fmt::format("{}.{}: missing", path_, name));
    return *at;
  }
  std::string path(const char* name) const { return fmt::format("{}.{}", path_, name); }

  std::int64_t number(const char* name, std::int64_t low, std::int64_t high) const {
    const Json& value = field(name);
    if (!value.is_number_integer() || value < low || value > high) {
      throw InputError(fmt::format("{}: expected a number from {} to {}", path(name), low, high));
    }
    return value.get<std::int64_t>();
  }
  std::uint32_t word(const char* name) const {
    return static_cast<std::uint32_t>(number(name, 0, 0xffffffff));
  }
  std::uint16_t half(const char* name) const {
    return static_cast<std::uint16_t>(number(name, 0, 0xffff));
  }
  bool flag(const char* name) const { return number(name, 0, 1) == 1; }

  std::string text(const char* name) const {
    const Json& value = field(name);
    if (!value.is_string()) throw InputError(fmt::format("{}: expected a string", path(name)));
    return value.get<std::string>();
  }
  model::Address address(const char* name, bool is6) const {
    const auto address = address_from_text(text(name));
    if (!address || address->is6 != is6) {
      throw InputError(fmt::format("{}: expected an IPv{} address", path(name), is6 ? 6 : 4));
    }
    return *address;
  }
  std::vector<std::uint8_t> hex(const char* name, std::size_t length) const {
    const auto bytes = bytes_from_hex(text(name));
    if (!bytes || bytes->size() != length)
      throw InputError(fmt::format("{}: expected {} hex digits", path(name), 2 * length));
    return *bytes;
  }

 private:
  const Json& object_;
  std::string path_;
};

struct Secrets {
  CookieSecrets v4, v6;
  model::SipKey net;
};

CookieSecrets secrets_of(const std::vector<std::uint8_t>& bytes) {
  CookieSecrets secrets;
  secrets.secret0 = model::SipKey::from_bytes(bytes.data());
  secrets.secret1 = model::SipKey::from_bytes(bytes.data() + 16);
  return secrets;
}

// What a SYN-ACK's header says, read from its bytes.
struct SynAck {
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;
  int mss = -1, wscale = -1;
  bool sack = false, timestamps = false;
  std::uint32_t tsval = 0, tsecr = 0;
};

std::uint32_t be32(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

SynAck read_synack(const std::vector<std::uint8_t>& frame) {
  SynAck found;
  const PacketView view = view_packet(frame.data(), frame.size());
  if (!view.tcp) return found;
  const std::uint8_t* tcp = frame.data() + view.l4;
  found.seq = be32(tcp + 4);
  found.ack = be32(tcp + 8);
  found.flags = tcp[13];
  found.window = static_cast<std::uint16_t>(tcp[14] << 8 | tcp[15]);
  const std::size_t end = static_cast<std::size_t>(tcp[12] >> 4) * 4;
  for (std::size_t at = 20; at + 1 < end && tcp[at] != 0 && view.l4 + end <= frame.size();) {
    const std::size_t length = tcp[at] == 1 ? 1 : tcp[at + 1];
    if (length == 0 || at + length > end) break;
    if (tcp[at] == 2 && length == 4) found.mss = tcp[at + 2] << 8 | tcp[at + 3];
    if (tcp[at] == 3 && length == 3) found.wscale = tcp[at + 2];
    if (tcp[at] == 4 && length == 2) found.sack = true;
    if (tcp[at] == 8 && length == 10) {
      found.timestamps = true;
      found.tsval = be32(tcp + at + 2);
      found.tsecr = be32(tcp + at + 6);
    }
    at += length;
  }
  return found;
}

class Verifier {
 public:
  Verifier(const Record& file, VerifyResult& result) : result_(result) {
    secrets_.v4 = secrets_of(file.hex("secret", 32));
    secrets_.v6 = secrets_of(file.hex("secret6", 32));
    secrets_.net = model::SipKey::from_bytes(file.hex("net_secret", 16).data());
  }

  void run(const Record& record, bool synack) {
    record_ = &record;
    good_ = true;
    ++result_.records;
    check_cookie(synack);
    if (synack) check_synack();
    result_.verified += good_ ? 1 : 0;
  }

 private:
  void same(const char* name, std::int64_t in_file, std::int64_t in_model) {
    if (in_file == in_model) return;
    good_ = false;
    if (!result_.first_difference.empty()) return;
    result_.first_difference =
        fmt::format("{}: file {}, model {}", record_->path(name), in_file, in_model);
  }

  void check_cookie(bool synack) {
    const Record& r = *record_;
    is6_ = r.number("family", 4, 6) == 6;
    if (r.number("family", 4, 6) == 5)
      throw InputError(fmt::format("{}: expected 4 or 6", r.path("family")));
    flow_.source = r.address("saddr", is6_);
    flow_.destination = r.address("daddr", is6_);
    flow_.source_port = r.half("sport");
    flow_.destination_port = r.half("dport");
    seq_ = r.word("seq");
    count_ = r.word("count");
    const std::uint32_t cookie = r.word("cookie");
    const CookieSecrets& secrets = is6_ ? secrets_.v6 : secrets_.v4;
    const unsigned index = model::index_of_mss(is6_, r.half("mss"));
    same("mssind", r.number("mssind", 0, 3), index);
    same("cookie", cookie, cookie_make(secrets, flow_, seq_, count_, index));
    if (!synack) same("mss_out", r.half("mss_out"), model::mss_of_index(is6_, index));
    // The ACK must be accepted in this minute and the next, and in no later one.
    for (const unsigned age : {0u, 1u, 2u}) {
      const auto content = cookie_check(secrets, flow_, seq_ + 1, cookie + 1, count_ + age);
      if (age == 2) {
        same("cookie", 0, content ? 1 : 0);
        break;
      }
      same("mssind", r.number("mssind", 0, 3),
           content ? static_cast<std::int64_t>(content->mss_index) : -1);
      if (content) same("count", age, content->age);
    }
  }

  void check_synack() {
    const Record& r = *record_;
    const bool timestamps = r.flag("ts");
    const bool sack = r.flag("sack");
    const bool ecn = r.flag("ecn");
    const std::int64_t wscale = r.number("wscale", -1, 14);  // -1: none
    const std::uint16_t window = r.half("win");
    const std::int64_t server_wscale = r.number("opt_ws", -1, 14);

    // The SYN that the kernel was sent, to a server that is configured like the kernel.
    PlainSegment syn;
    syn.source = flow_.source;
    syn.destination = flow_.destination;
    syn.source_port = flow_.source_port;
    syn.destination_port = flow_.destination_port;
    syn.seq = seq_;
    syn.flags = static_cast<std::uint8_t>(kTcpSyn | (ecn ? kTcpEce | kTcpCwr : 0));
    const std::uint16_t mss = r.half("mss");
    syn.options = {2, 4, static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)};
    if (sack) syn.options.insert(syn.options.end(), {1, 1, 4, 2});
    if (timestamps)
      syn.options.insert(syn.options.end(), {1, 1, 8, 10, 0, 0, 0x12, 0x34, 0, 0, 0, 0});
    if (wscale >= 0) {
      syn.options.insert(syn.options.end(), {1, 3, 3, static_cast<std::uint8_t>(wscale)});
    }
    model::Config config;
    const CookieSecrets& secrets = is6_ ? secrets_.v6 : secrets_.v4;
    (is6_ ? config.keys.secret0_v6 : config.keys.secret0_v4) = secrets.secret0;
    (is6_ ? config.keys.secret1_v6 : config.keys.secret1_v4).fill(secrets.secret1);
    model::Destination& entry = config.destinations[0];
    entry = default_destination(is6_);
    entry.mss = r.half("opt_mss");
    entry.wscale = static_cast<std::uint8_t>(server_wscale < 0 ? 7 : server_wscale);
    entry.window_ts = entry.window_nots = window;
    model::Pipeline pipeline(config);
    const std::vector<std::uint8_t> frame = make_frame(syn);
    const model::Time time = {count_, 1000000};
    const model::Outcome& outcome = pipeline.process({frame.data(), frame.size(), false}, time);
    const SynAck made = read_synack(outcome.reply);

    same("cookie", r.word("cookie"), made.seq);
    same("seq", seq_ + 1, made.ack);
    same("synack_flags", r.number("synack_flags", 0, 255), made.flags);
    same("win", window, made.window);
    same("opt_mss", r.half("opt_mss"), made.mss);
    same("opt_ws", server_wscale, made.wscale);
    same("opt_sack", r.flag("opt_sack") ? 1 : 0, made.sack ? 1 : 0);
    same("ts", timestamps ? 1 : 0, made.timestamps ? 1 : 0);
    if (!timestamps || !made.timestamps) return;
    const std::uint32_t offset = r.word("tsoff");
    same("tsoff", offset, model::linux_timestamp_offset(flow_, secrets_.net));
    // The kernel's clock at that moment is not in the file: its low six bits are the options, the
    // rest is believed.
    const std::uint32_t clear = r.word("tsval") - offset;
    model::TimestampOptions options;
    if (wscale >= 0) options.wscale = static_cast<std::uint8_t>(wscale);
    options.sack = sack;
    options.ecn = ecn;
    same("tsval", clear & 63u, model::timestamp_bits(options));
    same("tsval", clear & 63u, (made.tsval - flow_timestamp_offset(secrets, flow_)) & 63u);
    same("ts", 0x1234, made.tsecr);  // the TSval of our SYN comes back
  }

  VerifyResult& result_;
  Secrets secrets_;
  const Record* record_ = nullptr;
  bool good_ = true;
  bool is6_ = false;
  model::Flow flow_;
  std::uint32_t seq_ = 0, count_ = 0;
};

}  // namespace

VerifyResult verify_vectors(const std::string& json, const std::string& name) {
  Json root;
  try {
    root = Json::parse(json);
  } catch (const Json::parse_error& error) {
    throw InputError(fmt::format("{}: no JSON: {}", name, error.what()));
  }
  const Record file(root, name);
  VerifyResult result;
  if (root.contains("kernel")) result.kernel = file.text("kernel");
  Verifier verifier(file, result);
  for (const char* kind : {"direct", "synack"}) {
    if (!root.contains(kind)) continue;
    const Json& records = root[kind];
    if (!records.is_array()) throw InputError(fmt::format("{}.{}: expected an array", name, kind));
    for (std::size_t i = 0; i < records.size(); ++i) {
      verifier.run(Record(records[i], fmt::format("{}: {}[{}]", name, kind, i)),
                   std::string(kind) == "synack");
    }
  }
  if (result.records == 0)
    throw InputError(fmt::format("{}: neither 'direct' nor 'synack' holds a record", name));
  return result;
}

}  // namespace syngate::sim
