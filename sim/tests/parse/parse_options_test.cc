// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// TCP options: the layouts of real SYNs, broken ones by hand, and random bytes against the
// reference walker.
#include <random>
#include <sstream>

#include "catch2.h"
#include "parse_reference.h"

using namespace syngate::sim::parse_test;

namespace {

/// Option bytes from words: N, E<n> (EOL and n - 1 bytes of padding), MSS, WS, SOK, TS,
/// <kind>.<total length>, r<hex> raw bytes.
Bytes options(const std::string& text) {
  Bytes b;
  std::istringstream words(text);
  for (std::string w; words >> w;) {
    if (w == "N")
      append(b, {1});
    else if (w == "MSS")
      append(b, {2, 4, 0x05, 0xb4});
    else if (w == "WS")
      append(b, {3, 3, 7});
    else if (w == "SOK")
      append(b, {4, 2});
    else if (w == "TS")
      append(b, {8, 10, 0x0a, 0x0b, 0x0c, 0x0d, 0, 0, 0, 0});
    else if (w[0] == 'E')
      append(b, Bytes(w.size() > 1 ? std::stoul(w.substr(1)) : 1, 0));
    else if (w[0] == 'r') {
      for (std::size_t i = 1; i + 1 < w.size(); i += 2)
        put8(b, static_cast<unsigned>(std::stoul(w.substr(i, 2), nullptr, 16)));
    } else {
      const std::size_t dot = w.find('.');
      const unsigned length = static_cast<unsigned>(std::stoul(w.substr(dot + 1)));
      put8(b, static_cast<unsigned>(std::stoul(w.substr(0, dot))));
      put8(b, length);
      for (unsigned i = 2; i < length; ++i) put8(b, 0xc0 + i);
    }
  }
  return b;
}

/// What was found as words, in the order MSS WS SOK TS.
std::string found(const Meta& m) {
  std::string s;
  if (m.mss_index != 0) s += "MSS ";
  if (m.wscale_ok) s += "WS ";
  if (m.sack_ok) s += "SOK ";
  if (m.ts_ok) s += "TS ";
  return s;
}

class Fixture {
 public:
  Bench bench;
  Fixture() {
    bench.write_entry(0, entry(false, server(false), 24));
    bench.write_entry(1, entry(true, server(true), 64));
  }
  Meta meta(const Bytes& option_bytes, bool is6 = false, int doff = -1, unsigned tags = 0) {
    Tcp tcp;
    tcp.options = option_bytes;
    tcp.doff = doff;
    Ip ip;
    ip.is6 = is6;
    ip.tags = tags;
    return bench.meta_of(tcp_frame(tcp, ip));
  }
};

constexpr unsigned kPreDrop = 1, kPreSyn = 3, kForgedStamp = 3;

}  // namespace

TEST_CASE("parse: option layouts of real SYNs", "[parse][options]") {
  // Layout of the option bytes, and what Linux takes from it.
  const std::pair<const char*, const char*> shapes[] = {
      {"", ""},
      {"MSS SOK TS N WS", "MSS WS SOK TS "},
      {"MSS N WS N N TS SOK E2", "MSS WS SOK TS "},
      {"MSS N WS N N SOK", "MSS WS SOK "},
      {"MSS N N SOK", "MSS SOK "},
      {"MSS", "MSS "},
      {"MSS N WS", "MSS WS "},
      {"MSS N N SOK N WS", "MSS WS SOK "},
      {"WS E", "WS "},
      {"MSS N WS SOK TS", "MSS WS SOK TS "},
      {"MSS SOK TS N WS 30.12", "MSS WS SOK TS "},
      {"MSS N WS N N TS", "MSS WS TS "},
      {"MSS SOK E2", "MSS SOK "},
      {"MSS N WS N N TS N N SOK", "MSS WS SOK TS "},
      {"MSS WS E", "MSS WS "},
      {"MSS 29.16", "MSS "},
      {"MSS 19.18 E2", "MSS "},
      {"MSS N WS SOK N N N N TS", "MSS WS SOK TS "},
      {"MSS SOK TS", "MSS SOK TS "},
      {"MSS SOK TS N WS 30.4", "MSS WS SOK TS "},
      {"MSS SOK TS N WS 34.2 N N", "MSS WS SOK TS "},
      {"MSS 29.20", "MSS "},
      {"MSS N WS N N TS SOK 34.6", "MSS WS SOK TS "},
      {"MSS WS N", "MSS WS "},
      {"MSS SOK N N N N N N N N N N N WS", "MSS WS SOK "},
      {"WS N MSS TS SOK", "MSS WS SOK TS "},
      {"MSS TS WS SOK E", "MSS WS SOK TS "},
      {"N N N N N N N N N N N N N N N N N N N N", ""},
      {"MSS N WS N N SOK 76.10 76.4 N E", "MSS WS SOK "},
      {"254.10 N N", ""},
      {"254.4", ""},
      {"MSS 254.4", "MSS "},
      {"MSS N N SOK N WS N N TS", "MSS WS SOK TS "},
      {"MSS N N TS", "MSS TS "},
      {"MSS N N TS N WS", "MSS WS TS "},
      {"MSS SOK r0808010203040506 E8", "MSS SOK "},
      {"MSS SOK TS N WS 254.12", "MSS WS SOK TS "},
      {"MSS SOK TS N WS 254.4", "MSS WS SOK TS "},
      {"MSS SOK TS N WS 34.2 N N 30.4", "MSS WS SOK TS "},
      {"MSS SOK TS WS E", "MSS WS SOK TS "},
      {"MSS WS SOK TS E", "MSS WS SOK TS "},
      {"N N SOK r0905", "SOK "},
      {"N N SOK MSS", "MSS SOK "},
      {"N N TS", "TS "},
      {"SOK TS MSS N WS", "MSS WS SOK TS "},
      {"SOK TS WS E", "WS SOK TS "},
      {"TS N N WS N MSS", "MSS WS TS "},
      {"WS N MSS SOK N N", "MSS WS SOK "},
      {"WS TS E3", "WS TS "},
      {"raaaaaaaa E16", ""},
      {"29.3 E", ""},
      {"E20", ""},
      {"MSS E16", "MSS "},
      {"MSS N WS N N 20.2", "MSS WS "},
      {"MSS r0901 E2", "MSS "},
      {"MSS SOK TS 30.3 E", "MSS SOK TS "},
      {"MSS SOK TS N WS 34.10 N N", "MSS WS SOK TS "},
      {"MSS WS TS N N N", "MSS WS TS "},
      {"N MSS E3", "MSS "},
      {"5.10 E2", ""},
      {"5.18 E2", ""},
      {"5.26 E2", ""},
      {"5.34 E2", ""},
      {"MSS N WS SOK E2", "MSS WS SOK "},
      {"MSS N WS N N N N N N N N N N N N SOK E2", "MSS WS SOK "},
      {"MSS SOK N N N WS", "MSS WS SOK "},
      {"77.4 MSS N WS N N SOK", "MSS WS SOK "},
      {"MSS N WS N N SOK N N TS", "MSS WS SOK TS "},
      {"MSS N WS N N SOK N E7", "MSS WS SOK "},
      {"r1eff0000", ""},
      {"30.4 r1f05aabbcc N r2006aabbccdd", ""},
      {"r1e0a0001", ""},
      {"MSS SOK N N r080a0102030405", "MSS SOK "},
      {"MSS N N WS SOK E", "MSS WS SOK "},
      {"MSS SOK TS N WS N N 5.10 E8", "MSS WS SOK TS "},
      {"r080a0102", ""}};
  Fixture f;
  for (const bool is6 : {false, true}) {
    for (const auto& [layout, expected] : shapes) {
      INFO("is6 " << is6 << " layout " << layout);
      const Meta m = f.meta(options(layout), is6);
      CHECK(m.pre == kPreSyn);
      CHECK(found(m) == expected);
      if (m.wscale_ok) CHECK(m.wscale == 7);
      if (m.ts_ok) CHECK(m.tsval == 0x0a0b0c0d);
      if (m.mss_index != 0) CHECK(m.mss_index == (is6 ? 2 : 3));
      CHECK(m.dest_window == (m.ts_ok ? 65160 : 64240));
    }
  }
}

TEST_CASE("parse: options, by hand", "[parse][options]") {
  Fixture f;
  // Last occurrence wins, each kind for itself; a later wrong one does not take back an earlier
  // right one.
  Meta m = f.meta(options("r03030e r030302 r080a0000000100000002 r080a0000000300000004 N N"));
  CHECK(m.wscale == 2);
  CHECK(m.tsval == 3);
  CHECK(m.tsecr == 4);
  m = f.meta(options("r020405b4 r02040218"));  // 1460, then 536
  CHECK(m.mss_index == 0);
  m = f.meta(options("r02040218 r020405b4"));
  CHECK(m.mss_index == 3);
  m = f.meta(options("r020405b4 r02040000"));  // MSS 0 does not count
  CHECK(m.mss_index == 3);
  m = f.meta(options("r020405b4 r0203ff N"));  // wrong length: skipped
  CHECK(m.mss_index == 3);
  m = f.meta(options("r030307 r0304ffff r030100"));  // length 4: skipped; length 1: stops
  CHECK(m.wscale == 7);
  // Window scale clamp.
  for (unsigned ws = 0; ws < 256; ++ws) {
    m = f.meta({3, 3, static_cast<std::uint8_t>(ws), 0});
    CHECK(m.wscale_ok == 1);
    CHECK(m.wscale == (ws > 14 ? 14 : ws));
  }
  // SACK-permitted of another length, timestamps of another length.
  CHECK(found(f.meta(options("r040300 N"))) == "");
  CHECK(found(f.meta(options("r080b010203040506070809 N"))) == "");
  CHECK(found(f.meta(options("r0809010203040506070 N N N"))) == "");
  // EOL stops; so does a length of 0 or 1, and one that is longer than what remains.
  CHECK(found(f.meta(options("SOK E MSS N"))) == "SOK ");
  CHECK(found(f.meta(options("r0900 MSS N N"))) == "");
  CHECK(found(f.meta(options("r0901 MSS N N"))) == "");
  CHECK(found(f.meta(options("r0909 MSS N N"))) == "");
  CHECK(found(f.meta(options("r0908 MSS N N"))) == "");
  CHECK(found(f.meta(options("r0904 MSS N N"))) == "");
  CHECK(found(f.meta(options("r0902 MSS N N"))) == "MSS ");
  CHECK(found(f.meta(options("r0980 MSS N N"))) == "");
  CHECK(found(f.meta(options("r09c2 MSS N N"))) == "");
  // A kind at the last byte stops there; what lies behind the header is no length.
  m = f.meta(options("MSS N N N r04 r02"), false, 7);
  CHECK(m.sack_ok == 0);
  // Options that are cut by doff: the last byte of timestamps lies in the payload.
  Bytes cut = options("N N N TS");
  CHECK(f.meta(cut, false, 8).ts_ok == 0);
  cut = options("N N TS");
  CHECK(f.meta(cut, false, 8).ts_ok == 1);
  // Without options the payload is not walked, nor with doff < 5.
  CHECK(found(f.meta(options("MSS SOK TS N WS"), false, 5)) == "");
  f.bench.config().policy = 0;
  CHECK(f.meta(options("rfd045347"), false, 4).pre != kPreDrop);
  f.bench.config().policy = 0x2ff;
  // Without MSS 536 or 1220.
  CHECK(f.meta(options(""), false).mss_index == 0);
  CHECK(f.meta(options(""), true).mss_index == 0);
}

TEST_CASE("parse: MSS index at the table's edges", "[parse][options]") {
  // net/ipv4/syncookies.c: 536 1300 1440 1460; net/ipv6/syncookies.c: 1220 1420 1440 8940.
  const std::pair<unsigned, unsigned> v4_cases[] = {{1, 0},    {535, 0},  {536, 0},  {1299, 0},
                                                    {1300, 1}, {1439, 1}, {1440, 2}, {1459, 2},
                                                    {1460, 3}, {8940, 3}, {65535, 3}};
  const std::pair<unsigned, unsigned> v6_cases[] = {{1, 0},    {1219, 0}, {1220, 0}, {1419, 0},
                                                    {1420, 1}, {1439, 1}, {1440, 2}, {8939, 2},
                                                    {8940, 3}, {65535, 3}};
  Fixture f;
  for (const auto& [mss, index] : v4_cases) {
    CHECK(f.meta({2, 4, static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)}, false)
              .mss_index == index);
  }
  for (const auto& [mss, index] : v6_cases) {
    CHECK(f.meta({2, 4, static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)}, true)
              .mss_index == index);
  }
}

TEST_CASE("parse: every option at every place", "[parse][options]") {
  Fixture f;
  for (unsigned at = 0; at <= 38; ++at) {
    for (unsigned tags = 0; tags < 3; ++tags) {
      for (const bool is6 : {false, true}) {
        const auto placed = [&](const Bytes& option) {
          Bytes b(at, 1);
          append(b, option);
          b.resize(40, 0);
          return b;
        };
        INFO("at " << at << " tags " << tags << " is6 " << is6);
        CHECK(f.meta(placed({4, 2}), is6, -1, tags).sack_ok == 1);
        if (at <= 37) {
          const Meta m = f.meta(placed({3, 3, 9}), is6, -1, tags);
          CHECK(m.wscale_ok == 1);
          CHECK(m.wscale == 9);
        }
        if (at <= 36) {
          CHECK(f.meta(placed({2, 4, 0x05, 0x9b}), is6, -1, tags).mss_index == 1);  // 1435
          const Meta m = f.meta(placed({253, 4, 0x53, 0x47}), is6, -1, tags);
          CHECK(m.pre == kPreDrop);
          CHECK(m.reason == kForgedStamp);
          CHECK(f.meta(placed({253, 4, 0x53, 0x46}), is6, -1, tags).pre == kPreSyn);
          CHECK(f.meta(placed({253, 3, 0x53, 0x47}), is6, -1, tags).pre == kPreSyn);
        }
        if (at <= 30) {
          const Meta m = f.meta(placed({8, 10, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88}),
                                is6, -1, tags);
          CHECK(m.ts_ok == 1);
          CHECK(m.tsval == 0x81828384);
          CHECK(m.tsecr == 0x85868788);
        }
        if (at <= 20) {
          Bytes stamp(20, 0x11);
          stamp[0] = 253;
          stamp[1] = 20;
          stamp[2] = 0x53;
          stamp[3] = 0x47;
          CHECK(f.meta(placed(stamp), is6, -1, tags).reason == kForgedStamp);
        }
      }
    }
  }
}

TEST_CASE("parse: random options against the reference walker", "[parse][options][random]") {
  Fixture f;
  std::mt19937_64 random(20240607);
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  constexpr unsigned kCases = 100000;
  std::deque<std::pair<Options, bool>> expected;
  unsigned stamps = 0, timestamps = 0;
  f.bench.drain();
  f.bench.metas.clear();
  for (unsigned n = 0; n < kCases; ++n) {
    // Bytes near to real ones: known kinds with lengths that are mostly right, sometimes anything.
    Bytes b;
    const unsigned size = 4 * pick(11);
    while (b.size() < size) {
      switch (pick(12)) {
        case 0:
          append(b, {1});
          break;
        case 1:
          append(b, {1, 1});
          break;
        case 2:
          append(b,
                 {2, 4, static_cast<std::uint8_t>(pick(8)), static_cast<std::uint8_t>(pick(256))});
          break;
        case 3:
          append(b, {3, 3, static_cast<std::uint8_t>(pick(18))});
          break;
        case 4:
          append(b, {4, 2});
          break;
        case 5: {
          append(b, {8, 10});
          put32(b, static_cast<std::uint32_t>(random()));
          put32(b, static_cast<std::uint32_t>(random()));
          break;
        }
        case 6:
          append(b, {253, static_cast<std::uint8_t>(2 + pick(6)), 0x53, 0x47});
          break;
        case 7:
          append(b, {253, 4, static_cast<std::uint8_t>(0x52 + pick(3)),
                     static_cast<std::uint8_t>(0x46 + pick(3))});
          break;
        case 8:
          append(b, {static_cast<std::uint8_t>(pick(256)), static_cast<std::uint8_t>(pick(8))});
          break;
        case 9:
          append(b, {static_cast<std::uint8_t>(pick(10)), static_cast<std::uint8_t>(pick(256))});
          break;
        case 10:
          if (pick(4) == 0) append(b, {0});
          break;
        default:
          append(b, {static_cast<std::uint8_t>(pick(5))});
          break;
      }
    }
    b.resize(size);
    const Options o = walk_options(b, 0x5347);
    stamps += o.stamp;
    timestamps += o.ts;
    Tcp tcp;
    tcp.options = std::move(b);
    tcp.payload = pick(3);
    Ip ip;
    ip.is6 = pick(2) == 1;
    ip.tags = pick(3);
    expected.emplace_back(o, ip.is6);
    f.bench.send(tcp_frame(tcp, ip), n);  // one frame a clock
    while (!f.bench.metas.empty()) {
      const Meta m = f.bench.metas.front();
      f.bench.metas.pop_front();
      const auto [x, is6] = expected.front();
      expected.pop_front();
      bool same = x.stamp ? m.pre == kPreDrop && m.reason == kForgedStamp : m.pre == kPreSyn;
      same = same && m.sack_ok == x.sack && m.ts_ok == x.ts && m.wscale_ok == x.wscale_ok &&
             m.wscale == x.wscale;
      same = same && m.tsval == x.tsval && m.tsecr == x.tsecr;
      same = same && m.mss_index == (x.mss_ok ? mss_index(is6, x.mss) : 0);
      INFO("frame " << m.id);
      if (!same) REQUIRE(same);
    }
  }
  CHECK(expected.size() == 17);  // still in the pipe
  CHECK(stamps > kCases / 20);
  CHECK(timestamps > kCases / 20);
}
