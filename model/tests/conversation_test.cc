// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Whole handshakes through the pipeline, byte for byte against a second implementation (test_vectors/cookie/make-conversations):
// every combination of timestamps, SACK, window scale, ECN and data, both families, zero to two VLAN tags.
#include "catch2.h"
#include "syngate/model/cookie.h"
#include "syngate/model/flow_table.h"
#include "syngate/model/parse.h"
#include "vectors.h"

namespace defs = syngate::defs;
using namespace syngate::model;
using Bytes = std::vector<std::uint8_t>;

namespace {

SipKey key_of(const std::string& hex) { return SipKey::from_bytes(vectors::bytes(hex).data()); }

Config config_of(const nlohmann::json& r) {
  Config c;
  const bool is6 = r["version"] == 6;
  (is6 ? c.keys.secret0_v6 : c.keys.secret0_v4) = key_of(r["secret0"]);
  for (unsigned i = 0; i < 4; ++i) (is6 ? c.keys.secret1_v6 : c.keys.secret1_v4)[i] = key_of(r["secret1"][i]);
  Destination& d = c.destinations[7];
  d.used = true;
  d.prefix = vectors::address(r["destination"]);
  d.prefix_length = is6 ? 128 : 32;
  d.mss = r["mss"];
  d.wscale = r["wscale"];
  d.stamp_key_id = r["stamp_key_id"];
  d.window_ts = r["window_ts"];
  d.window_nots = r["window_nots"];
  c.keys.stamp[d.stamp_key_id] = key_of(r["stamp_key"]);
  c.exid = r["exid"];
  return c;
}

}  // namespace

TEST_CASE("conversation: SYN-ACK and hand-off of 64 handshakes", "[conversation][vectors]") {
  const auto file = vectors::load("cookie/conversations.json");
  REQUIRE(file["records"].size() == 64);
  // One pipeline for all: its vectors are reused, so that what a frame leaves behind would show in the next.
  Pipeline pipeline{Config{}};
  unsigned n = 0;
  for (const auto& r : file["records"]) {
    INFO(r.dump());
    const Config config = config_of(r);
    pipeline.set_config(config);
    const Bytes syn = vectors::bytes(r["syn"]);
    const Outcome& answer = pipeline.process({syn.data(), syn.size(), false}, {r["count"], r["ms"]});
    CHECK(answer.verdict == defs::Verdict::kReply);
    CHECK(answer.reason == defs::Reason::kNone);
    CHECK(answer.pre == defs::Pre::kSyn);
    CHECK(answer.op == defs::TableOp::kNone);
    CHECK_FALSE(answer.hit);
    CHECK_FALSE(answer.forwards_original);
    CHECK(answer.mss_index == r["mss_index"].get<unsigned>());
    CHECK(answer.cookie == r["cookie"].get<std::uint32_t>());
    CHECK(answer.tsval == r["tsval"].get<std::uint32_t>());
    CHECK(answer.reply == vectors::bytes(r["synack"]));
    CHECK(answer.handoff.empty());

    const Bytes ack = vectors::bytes(r["ack"]);
    const Time later{r["count_later"], r["ms_later"]};
    const Outcome& end = pipeline.process({ack.data(), ack.size(), false}, later);
    CHECK(end.verdict == (r["passes_too"] ? defs::Verdict::kHandoffPass : defs::Verdict::kHandoff));
    CHECK(end.pre == defs::Pre::kTcp);
    CHECK(end.op == defs::TableOp::kInsert);
    CHECK_FALSE(end.hit);
    CHECK(end.forwards_original == r["passes_too"].get<bool>());
    CHECK(end.cookie_ok);
    CHECK(end.age == (r["count_later"] != r["count"]));
    CHECK(end.mss_index == r["mss_index"].get<unsigned>());
    CHECK(end.cookie == r["cookie"].get<std::uint32_t>());
    CHECK(end.tsval == 0);
    CHECK(end.handoff == vectors::bytes(r["handoff"]));
    CHECK(end.reply.empty());
    ++n;

    // Where the table keeps it.
    const Flow flow = parse_frame({syn.data(), syn.size(), false}, config.exid).flow;
    const std::uint64_t hash = siphash_squeeze(
        cookie_hash(flow, 0, r["version"] == 6 ? config.keys.secret0_v6 : config.keys.secret0_v4));
    CHECK(hash == std::stoull(r["table_hash"].get<std::string>(), nullptr, 16));
    const FlowTable::Place place = FlowTable::place_of(hash, config.table_mask);
    for (unsigned channel = 0; channel < 2; ++channel) {
      CHECK(place.row[channel] == r["rows"][channel].get<std::uint32_t>());
      CHECK(place.tag[channel] == r["table_tags"][channel].get<std::uint32_t>());
    }
  }
  const Counters& c = pipeline.counters();
  CHECK(c[0] == 0);
  CHECK(c[1] == n);
  CHECK(c[2] == n / 2);
  CHECK(c[3] == n / 2);
  CHECK(c[4] == 0);
  CHECK(c[defs::counter::kCookieAge0] + c[defs::counter::kCookieAge1] == n);
  CHECK(c[defs::counter::kTableInsert] == n);
}
