// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// 118 records read from a running, unmodified Linux 6.1 (test_vectors/cookie/linux-6.1-syncookies.json): cookies by direct calls,
// and SYN-ACKs of a real listener with all their fields.
#include "catch2.h"
#include "syngate/model/synack.h"
#include "syngate/model/timestamp.h"
#include "vectors.h"

using namespace syngate::model;

namespace {

CookieKeys keys_of(const std::string& hex) {
  const auto b = vectors::bytes(hex);
  return {SipKey::from_bytes(b.data()), SipKey::from_bytes(b.data() + 16)};
}

std::uint32_t be32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1] << 16 | p[2] << 8 | p[3]);
}

}  // namespace

TEST_CASE("kernel: every cookie, its check, offset, option bits and SYN-ACK", "[vectors][kernel]") {
  const auto file = vectors::load("cookie/linux-6.1-syncookies.json");
  const CookieKeys keys[2] = {keys_of(file["secret"]), keys_of(file["secret6"])};
  const SipKey net_secret = SipKey::from_bytes(vectors::bytes(file["net_secret"]).data());
  unsigned cookies = 0;
  unsigned timestamps = 0;
  for (const char* list : {"direct", "synack"}) {
    for (const auto& r : file[list]) {
      INFO(r.dump());
      const Flow flow = vectors::flow(r["saddr"], r["sport"], r["daddr"], r["dport"]);
      const bool is6 = r["family"] == 6;
      const std::uint32_t seq = r["seq"];
      const std::uint32_t count = r["count"];
      const unsigned index = r["mssind"];
      const std::uint16_t mss = r["mss"].get<std::uint16_t>();
      CHECK(index_of_mss(is6, mss != 0 ? mss : default_mss(is6)) == index);
      CHECK(make_cookie(flow, seq, count, index, keys[is6]) == r["cookie"].get<std::uint32_t>());
      const auto data = check_cookie(flow, seq + 1, r["cookie"].get<std::uint32_t>() + 1, count + 1, keys[is6]);
      REQUIRE(data);
      CHECK(data->mss_index == index);
      ++cookies;
      if (r.contains("mss_out")) CHECK(mss_of_index(is6, index) == r["mss_out"].get<unsigned>());
      if (!r.contains("synack_flags")) continue;

      // The SYN as the client sent it; Linux's SYN-ACK must come out field by field.
      std::vector<std::uint8_t> syn(is6 ? 54 : 34);
      syn[12] = is6 ? 0x86 : 0x08;
      syn[13] = is6 ? 0xdd : 0x00;
      Parsed p;
      p.l3 = 14;
      p.flow = flow;
      p.seq = seq;
      p.options.mss = mss;
      p.options.timestamps = r["ts"] == 1;
      p.options.tsval = 0x01020304;
      p.options.sack_permitted = r["sack"] == 1;
      const int client_wscale = r["wscale"];
      if (client_wscale >= 0) p.options.wscale = static_cast<std::uint8_t>(client_wscale);
      SynAck synack;
      synack.cookie = r["cookie"];
      synack.ecn = r["ecn"] == 1 && p.options.timestamps;
      synack.mss = is6 ? 1440 : 1460;
      synack.window = r["win"].get<std::uint16_t>();
      if (r["opt_ws"].get<int>() >= 0) synack.wscale = r["opt_ws"].get<std::uint8_t>();
      if (p.options.timestamps) {
        const std::uint32_t tsval = r["tsval"];
        const std::uint32_t offset = r["tsoff"];
        CHECK(linux_timestamp_offset(flow, net_secret) == offset);
        const TimestampOptions options{p.options.wscale, p.options.sack_permitted, synack.ecn};
        CHECK(((tsval - offset) & 63) == timestamp_bits(options));
        synack.tsval = tsval;
        ++timestamps;
      }
      std::vector<std::uint8_t> out;
      build_synack({syn.data(), syn.size(), false}, p, synack, out);
      const std::size_t l4 = is6 ? 54 : 34;
      CHECK(out[l4 + 13] == r["synack_flags"].get<unsigned>());
      CHECK(be32(&out[l4 + 4]) == r["cookie"].get<std::uint32_t>());
      CHECK((out[l4 + 14] << 8 | out[l4 + 15]) == r["win"].get<int>());
      const TcpOptions sent = parse_tcp_options(&out[l4 + 20], static_cast<std::size_t>(out[l4 + 12] >> 4) * 4 - 20, 0);
      CHECK(sent.mss == r["opt_mss"].get<unsigned>());
      CHECK((sent.wscale ? static_cast<int>(*sent.wscale) : -1) == r["opt_ws"].get<int>());
      CHECK(sent.sack_permitted == (r["opt_sack"] == 1));
      CHECK(sent.timestamps == p.options.timestamps);
      if (sent.timestamps) CHECK(sent.tsval == r["tsval"].get<std::uint32_t>());
    }
  }
  CHECK(cookies == 118);
  CHECK(timestamps > 0);
}

// Read from Debian's 6.1.0-50 (Linux 6.1.176), whose offset is of the addresses only: ts_secret out of the running kernel, the offset by
// the SYN-ACK's TSval less the clock and options that it carries.
TEST_CASE("kernel: the older timestamp offset, the same for all ports", "[vectors][kernel]") {
  const SipKey ts_secret{0x8fa9573ee2a403ccu, 0x643e66aa2c09270eu};
  const auto offset = [&](const char* client, unsigned port, const char* server) {
    return linux_timestamp_offset_of_addresses(vectors::flow(client, port, server, 443), ts_secret);
  };
  for (const unsigned port : {1024u, 20036u, 65535u}) {
    CHECK(offset("192.0.2.2", port, "198.51.100.10") == 2215374536u - 2803);
    CHECK(offset("192.0.2.3", port, "198.51.100.10") == 3155938577u - 2803);
    CHECK(offset("2001:db8:9::101", port, "2001:db8:1::10") == 2732899762u - 3187);
    CHECK(offset("2001:db8:9::201", port, "2001:db8:1::10") == 935187696u - 3187);
  }
}
