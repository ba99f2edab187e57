// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Destinations, and configuration that changes between back-to-back frames.
#include <random>

#include "catch2.h"
#include "parse_reference.h"

using namespace syngate::sim::parse_test;
using syngate::defs::Pre;

namespace {

unsigned pre(Pre p) { return static_cast<unsigned>(p); }
const unsigned kPass = pre(Pre::kPass), kSynPre = pre(Pre::kSyn);

Frame syn_to(const Address& dst, bool is6, unsigned port) {
  Ip ip;
  ip.is6 = is6;
  ip.default_addresses = false;
  ip.src = client(is6);
  ip.dst = dst;
  Tcp tcp;
  tcp.dport = port;
  return tcp_frame(tcp, ip);
}

}  // namespace

TEST_CASE("parse: nothing is protected after reset", "[parse][destination]") {
  Bench bench;
  CHECK(bench.meta_of(tcp_frame(Tcp{})).pre == kPass);
  Ip ip;
  ip.is6 = true;
  CHECK(bench.meta_of(tcp_frame(Tcp{}, ip)).pre == kPass);
}

TEST_CASE("parse: prefixes of every length", "[parse][destination]") {
  for (const bool is6 : {false, true}) {
    const Address base = is6 ? v6({0x2a5a, 0x1234, 0x8765, 0xfedc, 0x0f0f, 0x55aa, 0x3c3c, 0xa5f1})
                             : v4(0x25, 0x5a, 0xc3, 0x96);
    const unsigned bits = is6 ? 128 : 32;
    Bench bench;
    for (unsigned length = 0; length <= bits; ++length) {
      bench.write_entry(5, entry(is6, base, length));
      INFO("is6 " << is6 << " length " << length);
      CHECK(bench.meta_of(syn_to(base, is6, 443)).pre == kSynPre);
      if (length > 0) {
        Address other = base;
        other[(length - 1) / 8] =
            static_cast<std::uint8_t>(other[(length - 1) / 8] ^ (0x80u >> ((length - 1) % 8)));
        CHECK(bench.meta_of(syn_to(other, is6, 443)).pre == kPass);
      }
      if (length < bits) {
        Address other = base;
        other[length / 8] = static_cast<std::uint8_t>(other[length / 8] ^ (0x80u >> (length % 8)));
        CHECK(bench.meta_of(syn_to(other, is6, 443)).pre == kSynPre);
      }
      // The other family never.
      CHECK(bench.meta_of(syn_to(server(!is6), !is6, 443)).pre == kPass);
    }
  }
}

TEST_CASE("parse: the first entry for destination and port decides", "[parse][destination]") {
  Bench bench;
  const auto numbered = [](Entry e, unsigned n) {
    e.mss = static_cast<std::uint16_t>(1000 + n);
    e.wscale = n;
    e.key_id = 15 - n;
    e.window_ts = static_cast<std::uint16_t>(2000 + n);
    e.window_nots = static_cast<std::uint16_t>(3000 + n);
    return e;
  };
  // Entry n serves ports 100n to 100n + 99, the last the whole range again.
  for (unsigned n = 0; n < 16; ++n) {
    Entry e = numbered(entry(false, server(false), 32), n);
    if (n < 15) {
      e.port_first = static_cast<std::uint16_t>(100 * n);
      e.port_last = static_cast<std::uint16_t>(100 * n + 99);
    }
    bench.write_entry(n, e);
  }
  for (unsigned n = 0; n < 16; ++n) {
    for (const unsigned port : {100 * n, 100 * n + 99}) {
      if (port == 0) continue;
      const Meta m = bench.meta_of(syn_to(server(false), false, port));
      INFO("port " << port);
      CHECK(m.pre == kSynPre);
      CHECK(m.dest_mss == 1000 + n);
      CHECK(m.dest_wscale == n);
      CHECK(m.dest_key_id == 15 - n);
      CHECK(m.dest_window == 3000 + n);
    }
  }
  CHECK(bench.meta_of(syn_to(server(false), false, 65535)).dest_mss == 1015);
  // Mode off that matches first passes, though a later entry is always.
  Entry off = numbered(entry(false, server(false), 16), 3);
  off.mode = 0;
  off.port_first = 300;
  off.port_last = 300;
  bench.write_entry(3, off);
  CHECK(bench.meta_of(syn_to(server(false), false, 300)).pre == kPass);
  CHECK(bench.meta_of(syn_to(server(false), false, 301)).dest_mss == 1015);
  CHECK(bench.meta_of(syn_to(server(false), false, 301)).pre == kSynPre);
  // An unused entry does not match.
  off.used = false;
  bench.write_entry(3, off);
  CHECK(bench.meta_of(syn_to(server(false), false, 300)).pre == kSynPre);
}

TEST_CASE("parse: frames without ports ask any entry with mode always", "[parse][destination]") {
  Bench bench;
  bench.config().policy = 0x3ff;
  Ip udp;
  udp.protocol = 17;
  const Frame frame = ip_frame(udp, Bytes(40, 0));
  const unsigned drop = pre(Pre::kDrop);
  CHECK(bench.meta_of(frame).pre == kPass);
  // Ports do not count; an entry of mode off does neither protect nor shadow.
  Entry off = entry(false, server(false), 32);
  off.mode = 0;
  bench.write_entry(2, off);
  CHECK(bench.meta_of(frame).pre == kPass);
  Entry narrow = entry(false, server(false), 32);
  narrow.port_first = narrow.port_last = 7;
  bench.write_entry(9, narrow);
  CHECK(bench.meta_of(frame).pre == drop);
  // TCP to a port that no entry has passes.
  CHECK(bench.meta_of(syn_to(server(false), false, 8)).pre == kPass);
  CHECK(bench.meta_of(syn_to(server(false), false, 7)).pre ==
        kPass);  // entry 2, mode off, is first
  bench.write_entry(2, Entry{});
  CHECK(bench.meta_of(syn_to(server(false), false, 7)).pre == kSynPre);
  Entry elsewhere = entry(false, v4(198, 51, 100, 3), 32);
  bench.write_entry(9, elsewhere);
  CHECK(bench.meta_of(frame).pre == kPass);
  // IPv6 entries do not protect IPv4 addresses.
  bench.write_entry(9, entry(true, Address{}, 0));
  CHECK(bench.meta_of(frame).pre == kPass);
}

TEST_CASE("parse: windows with and without timestamps", "[parse][destination]") {
  Bench bench;
  Entry e = entry(false, server(false), 32);
  e.window_ts = 0x1234;
  e.window_nots = 0x5678;
  bench.write_entry(0, e);
  Tcp tcp;
  CHECK(bench.meta_of(tcp_frame(tcp)).dest_window == 0x5678);
  tcp.options = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0};
  CHECK(bench.meta_of(tcp_frame(tcp)).dest_window == 0x1234);
}

TEST_CASE("parse: an entry counts from its clock on, for frames on every clock",
          "[parse][config]") {
  Bench bench;
  bench.write_entry(4, entry(false, Address{}, 0));
  bench.drain();
  bench.metas.clear();
  const Frame frame = tcp_frame(Tcp{});
  std::vector<unsigned> expected;
  std::uint32_t id = 0;
  for (unsigned change = 0; change < 40; ++change) {
    Entry e = entry(false, change % 3 == 0 ? v4(10, 0, 0, 0) : server(false),
                    8);  // every third covers something else
    e.mss = static_cast<std::uint16_t>(100 + change);
    e.mode = change % 4 == 1 ? 0 : 3;
    bench.write_entry(4, e);  // the last frames before still meet the old entry
    const unsigned frames = 4 + change % 5;
    for (unsigned i = 0; i < frames; ++i) {
      bench.send(frame, id++);
      expected.push_back(change % 3 == 0 ? 0 : e.mss);
    }
  }
  bench.drain();
  REQUIRE(bench.metas.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("frame " << i);
    CHECK(bench.metas[i].dest_mss == expected[i]);
    const unsigned change = expected[i] == 0 ? 1 : expected[i] - 100;
    CHECK(bench.metas[i].pre == (expected[i] == 0 || change % 4 == 1 ? kPass : kSynPre));
  }
}

TEST_CASE("parse: time, policy and ExID are those of the frame's clock", "[parse][config]") {
  Bench bench;
  bench.write_entry(0, entry(false, Address{}, 0));
  bench.drain();
  bench.metas.clear();
  bench.hashes.clear();
  Tcp stamped;
  stamped.options = {253, 4, 0x12, 0x34};
  Frame port_zero = syn_to(server(false), false, 0);
  for (unsigned n = 0; n < 60; ++n) {
    bench.config().count = 1000 + n;
    bench.config().ms = 2000 + n;
    bench.config().exid = n % 2 == 0 ? 0x1234 : 0x3412;
    bench.config().policy = n % 3 == 0 ? 0x2ff : 0x2df;  // port_zero
    bench.send(n % 4 < 2 ? tcp_frame(stamped) : port_zero, n * 0x9e3779b9u);
  }
  bench.drain();
  REQUIRE(bench.metas.size() == 60);
  REQUIRE(bench.hashes.size() == 60);
  for (unsigned n = 0; n < 60; ++n) {
    INFO("frame " << n);
    CHECK(bench.metas[n].id == n * 0x9e3779b9u);
    CHECK(bench.metas[n].count == 1000 + n);
    CHECK(bench.metas[n].ms == 2000 + n);
    CHECK(bench.hashes[n].count == 1000 + n);
    const bool dropped = n % 4 < 2 ? n % 2 == 0 : n % 3 == 0;
    CHECK(bench.metas[n].pre == (dropped ? pre(Pre::kDrop) : kSynPre));
  }
}

TEST_CASE("parse: any ExID, ports of 16 bits, and policy bits that mean nothing", "[parse][config]") {
  Bench bench;
  Tcp stamped;
  stamped.options = {253, 4, 0, 0};
  for (const unsigned pattern : {0xffffu, 0xaaaau, 0x5555u, 0x0000u}) {
    INFO("pattern " << pattern);
    Entry e = entry(false, Address{}, 0);
    e.port_first = static_cast<std::uint16_t>(pattern);
    e.port_last = 0xffff;
    bench.write_entry(0, e);
    bench.config().exid = static_cast<std::uint16_t>(pattern);
    bench.config().policy = static_cast<std::uint16_t>((pattern & 0xfc00) | 0x2ff);
    stamped.options[2] = static_cast<std::uint8_t>(pattern >> 8);
    stamped.options[3] = static_cast<std::uint8_t>(pattern);
    stamped.dport = 0xffff;
    const Meta forged = bench.meta_of(tcp_frame(stamped));
    CHECK(forged.pre == pre(Pre::kDrop));
    CHECK(forged.reason == static_cast<unsigned>(syngate::defs::Reason::kForgedStamp));
    for (unsigned bit = 0; bit < 16; ++bit) {
      bench.config().exid = static_cast<std::uint16_t>(pattern ^ 1u << bit);
      CHECK(bench.meta_of(tcp_frame(stamped)).pre == kSynPre);
    }
    if (pattern > 1) {
      CHECK(bench.meta_of(syn_to(server(false), false, pattern)).pre == kSynPre);
      CHECK(bench.meta_of(syn_to(server(false), false, pattern - 1)).pre == kPass);
    }
  }
}

TEST_CASE("parse: random frames and configurations against the rules", "[parse][random]") {
  Bench bench;
  std::mt19937_64 random(7);
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto one_in = [&](unsigned n) { return pick(n) == 0; };
  struct Sent {
    Expected expected;
    Frame frame;
    Config config;
  };
  std::deque<Sent> sent_meta, sent_hash;
  std::array<unsigned, 5> pres{};
  std::array<unsigned, 21> reasons{};
  const unsigned protocols4[] = {6, 6, 6, 6, 6, 1, 1, 17, 0, 58};
  const unsigned protocols6[] = {6,  6,  6,  6,  6,   58,  58,  17, 0,
                                 43, 44, 51, 60, 135, 139, 140, 59, 1};
  bench.drain();
  for (std::uint32_t n = 0; n < 200000; ++n) {
    // Configuration.
    if (one_in(50))
      bench.config().policy = static_cast<std::uint16_t>(one_in(2) ? 0x2ff : random() & 0x3ff);
    if (one_in(50)) bench.config().exid = static_cast<std::uint16_t>(0x5340 + pick(16));
    if (one_in(20)) bench.config().count = static_cast<std::uint32_t>(random());
    if (one_in(20)) bench.config().ms = static_cast<std::uint32_t>(random());
    if (one_in(30) && bench.may_write_entry()) {
      const bool is6 = one_in(2);
      Entry e = entry(is6, server(is6), pick(is6 ? 129 : 33));
      e.used = !one_in(4);
      e.mode = one_in(4) ? 0 : 3;
      e.port_first = static_cast<std::uint16_t>(one_in(3) ? 400 + pick(50) : 0);
      e.port_last = static_cast<std::uint16_t>(one_in(3) ? 440 + pick(50) : 65535);
      e.mss = static_cast<std::uint16_t>(random());
      e.wscale = pick(15);
      e.key_id = pick(16);
      e.window_ts = static_cast<std::uint16_t>(random());
      e.window_nots = static_cast<std::uint16_t>(random());
      bench.write_entry(pick(16), e);
    }
    // A frame.
    Ip ip;
    ip.is6 = one_in(2);
    ip.tags = pick(3);
    ip.protocol = ip.is6 ? protocols6[pick(18)] : protocols4[pick(10)];
    ip.tos = pick(256);
    ip.ttl = pick(256);
    ip.flow_label = pick(1 << 20);
    if (one_in(20)) ip.fragment = pick(65536);
    if (one_in(20)) ip.ip_options = Bytes(4 * (1 + pick(10)), 1);
    if (one_in(15)) ip.length_error = static_cast<int>(pick(61)) - 30;
    ip.default_addresses = false;
    ip.src = one_in(20) ? server(ip.is6) : client(ip.is6);
    ip.dst = server(ip.is6);
    if (one_in(3)) ip.dst[pick(ip.is6 ? 16 : 4)] ^= static_cast<std::uint8_t>(1u << pick(8));
    if (one_in(40))
      ip.dst = ip.is6      ? v6({0xff02, 0, 0, 0, 0, 0, 0, 1})
               : one_in(2) ? v4(224 + pick(16), 0, 0, 5)
                           : v4(255, 255, 255, 255);
    Bytes payload;
    if (ip.protocol == 1 || ip.protocol == 58) {
      Icmp icmp;
      icmp.type = one_in(3) ? pick(256) : 3;
      icmp.quoted_protocol = one_in(4) ? 17 : 6;
      icmp.quoted_ihl = one_in(6) ? pick(16) : 5;
      icmp.quoted = one_in(3) ? pick(60) : 60;
      icmp.sport = pick(65536);
      payload = icmp_bytes(icmp, ip.protocol == 58);
    } else {
      Tcp tcp;
      tcp.sport = one_in(15) ? 443 : one_in(20) ? 0 : pick(65536);
      tcp.dport = one_in(20) ? 0 : 400 + pick(90);
      if (one_in(8)) tcp.dport = 443;
      if (one_in(15)) {
        ip.src = ip.dst;
        if (one_in(2)) tcp.sport = tcp.dport;
      }
      tcp.seq = static_cast<std::uint32_t>(random());
      tcp.ack = static_cast<std::uint32_t>(random());
      tcp.flags = one_in(2) ? kSyn : one_in(2) ? kAck : pick(256);
      if (one_in(4)) tcp.flags |= kEce | kCwr;
      tcp.reserved = one_in(4) ? pick(16) : 0;
      tcp.window = pick(65536);
      if (!one_in(4))
        tcp.options = {2,
                       4,
                       static_cast<std::uint8_t>(4 + pick(3)),
                       static_cast<std::uint8_t>(random()),
                       4,
                       2,
                       8,
                       10,
                       1,
                       2,
                       3,
                       4,
                       5,
                       6,
                       7,
                       8,
                       1,
                       3,
                       3,
                       9};
      if (one_in(15))
        append(tcp.options, {253, 4, 0x53, static_cast<std::uint8_t>(0x40 + pick(16))});
      if (one_in(15)) tcp.doff = static_cast<int>(pick(16));
      if (one_in(3)) tcp.payload = pick(200);
      payload = tcp_bytes(tcp);
    }
    Frame f = ip_frame(ip, payload);
    if (one_in(10)) f.bytes.resize(60 + pick(static_cast<unsigned>(f.bytes.size()) - 59));
    if (one_in(20))
      f.bytes[pick(static_cast<unsigned>(std::min<std::size_t>(f.bytes.size(), 120)))] ^=
          static_cast<std::uint8_t>(1u << pick(8));
    if (one_in(50)) f.bytes[12 + 4 * ip.tags] ^= 0x40;
    if (one_in(50)) f.length = one_in(2) ? pick(60) + 1 : 9210 + pick(20);
    if (f.length > f.bytes.size()) f.bytes.resize(128, 0);  // longer than what is spelled out
    f.bad_fcs = one_in(100);
    f.ip_checksum_ok = !one_in(30);
    f.tcp_checksum_ok = !one_in(30);
    bench.behind = static_cast<std::uint8_t>(random());
    const Sent s{reference(f, bench.config()), f, bench.config()};
    ++pres[static_cast<unsigned>(s.expected.pre)];
    ++reasons[static_cast<unsigned>(s.expected.reason)];
    sent_meta.push_back(s);
    sent_hash.push_back(s);
    bench.send(f, n);
    if (one_in(10)) bench.idle();
    if (n == 199999) bench.drain();

    while (!bench.hashes.empty()) {
      const Hash h = bench.hashes.front();
      const Expected& x = sent_hash.front().expected;
      const bool looked_up = x.pre == Pre::kSyn || x.pre == Pre::kTcp || x.pre == Pre::kIcmp;
      const bool same = !looked_up || (h.saddr == x.saddr && h.daddr == x.daddr &&
                                       h.sport == x.sport && h.dport == x.dport &&
                                       (x.pre == Pre::kIcmp || h.is_syn == (x.pre == Pre::kSyn)) &&
                                       h.count == sent_hash.front().config.count);
      if (!same) REQUIRE(same);
      bench.hashes.pop_front();
      sent_hash.pop_front();
    }
    while (!bench.metas.empty()) {
      const Meta m = bench.metas.front();
      const Sent& sent = sent_meta.front();
      const Expected& x = sent.expected;
      const std::size_t length = std::min<std::size_t>(sent.frame.size(), 9217);
      INFO("frame " << m.id);
      if (m.pre != pre(x.pre) || m.reason != static_cast<unsigned>(x.reason)) {
        CHECK(m.pre == pre(x.pre));
        REQUIRE(m.reason == static_cast<unsigned>(x.reason));
      }
      bool same = m.count == sent.config.count && m.ms == sent.config.ms;
      same = same && m.beats == std::min<std::size_t>(72, (length + 127) / 128);
      if (x.pre == Pre::kSyn || x.pre == Pre::kTcp) {
        const Bytes& b = sent.frame.bytes;
        const Layer2 layer = layer2_of(b);
        const std::size_t l3 = layer.l2(), l4 = l3 + (layer.ethertype == 0x86dd ? 40 : 20);
        same = same && m.saddr == x.saddr && m.daddr == x.daddr && m.sport == x.sport &&
               m.dport == x.dport;
        same = same && m.has_payload == x.has_payload && m.ecn_ok == x.ecn_ok;
        same = same && m.ts_ok == x.options.ts && m.sack_ok == x.options.sack &&
               m.wscale_ok == x.options.wscale_ok;
        same = same && m.wscale == x.options.wscale && m.tsval == x.options.tsval &&
               m.tsecr == x.options.tsecr;
        same = same && m.mss_index == (x.options.mss_ok ? mss_index(m.is6 != 0, x.options.mss) : 0);
        same = same && m.dest_mss == x.entry->mss && m.dest_wscale == x.entry->wscale &&
               m.dest_key_id == x.entry->key_id;
        same = same && m.dest_window == (x.options.ts ? x.entry->window_ts : x.entry->window_nots);
        same = same && m.tags == layer.tags && m.is6 == (layer.ethertype == 0x86dd);
        same = same && m.window == (b[l4 + 14] << 8 | b[l4 + 15]);
        same = same && m.ttl == (m.is6 ? b[l3 + 7] : b[l3 + 8]);
        same =
            same && m.traffic_class == (m.is6 ? (b[l3] << 4 & 0xf0) | b[l3 + 1] >> 4 : b[l3 + 1]);
        if (m.is6)
          same = same && m.flow_label == static_cast<unsigned>((b[l3 + 1] & 15) << 16 |
                                                               b[l3 + 2] << 8 | b[l3 + 3]);
      }
      if (!same) REQUIRE(same);
      bench.metas.pop_front();
      sent_meta.pop_front();
    }
  }
  CHECK(sent_meta.empty());
  CHECK(sent_hash.empty());
  // The run has met everything that parse can say.
  for (unsigned p = 0; p < 5; ++p) CHECK(pres[p] > 1000);
  for (unsigned r = 1; r <= 13; ++r) {
    INFO("reason " << r);
    CHECK(reasons[r] > 100);
  }
}
