// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// syngate_egress alone: bytes of the frames it builds, order, pairs, full queues, cap, latency, throughput.
#include "egress_bench.h"

#include <array>
#include <deque>

#include "catch2.h"

using namespace syngate::sim::egress_test;

namespace {

std::string hex(const Bytes& bytes) {
  static const char* const kDigits = "0123456789abcdef";
  std::string text;
  for (const auto b : bytes) {
    text += kDigits[b >> 4];
    text += kDigits[b & 15];
  }
  return text;
}

unsigned pick(Random& random, unsigned below) { return static_cast<unsigned>(random() % below); }

/// May a frame of this verdict be dropped for this reason?
bool legal_drop(unsigned verdict, unsigned reason) {
  switch (verdict) {
    case kReply: return reason == kReplyFull || reason == kReplyCap;
    case kHandoff:
    case kHandoffPass: return reason == kHandoffFull;
    case kPass: return reason == kForwardFull;
    default: return false;
  }
}

/// Beats or frames of one queue that were admitted and have not left, clock by clock.
class Account {
 public:
  void admit(std::uint64_t amount) { admitted_ += amount; }
  void left(std::uint64_t cycle) { left_.push_back(cycle); }
  /// In the order of clocks.
  std::uint64_t before(std::uint64_t cycle) {
    while (gone_ < left_.size() && left_[gone_] < cycle) ++gone_;
    return admitted_ - gone_;
  }

 private:
  std::uint64_t admitted_ = 0;
  std::size_t gone_ = 0;
  std::vector<std::uint64_t> left_;
};

/// After drain(): one done record per item, at the constant clock, in order, with a legal outcome; and exactly the
/// frames that the records promise, in order, on the right port. A frame is dropped for lack of room
/// only when there was none, and admitted only when there was some: queues of 64 replies, 64 hand-offs,
/// 256 frames in order, 256 beats, plus the beat that stands at the port.
void check(Bench& bench, const std::vector<Item>& items) {
  std::vector<Bytes> replies, forwards;
  REQUIRE(bench.done.size() == items.size());
  unsigned wrong = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& in = items[i];
    const Done& d = bench.done[i];
    const bool admitted = d.verdict == in.decision.verdict && d.reason == in.decision.reason;
    const bool dropped = d.verdict == kDrop && legal_drop(in.decision.verdict, d.reason);
    if (d.id != in.meta.id || d.cycle != in.cycle + kDoneLatency || !(admitted || dropped)) {
      if (++wrong < 5) UNSCOPED_INFO("frame " << i << " verdict " << d.verdict << " reason " << d.reason << " id " << d.id);
    }
    if (d.verdict == kReply) replies.push_back(synack_of(in.meta, in.decision));
    if (d.verdict == kHandoff || d.verdict == kHandoffPass) {
      forwards.push_back(handoff_of(in.meta, in.decision, in.exid));
    }
    if (d.verdict == kPass || d.verdict == kHandoffPass) forwards.push_back(in.original);
  }
  CHECK(wrong == 0);
  const auto compare = [](const std::vector<Output>& out, const std::vector<Bytes>& expected) {
    REQUIRE(out.size() == expected.size());
    unsigned differ = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i].bytes != expected[i] && ++differ < 4) {
        UNSCOPED_INFO("output " << i << "\n  is     " << hex(out[i].bytes) << "\n  should " << hex(expected[i]));
      }
    }
    REQUIRE(differ == 0);
  };
  compare(bench.reply.frames, replies);
  compare(bench.forward.frames, forwards);

  Account reply, handoff, order, beats;
  std::size_t f = 0;
  for (const Output& o : bench.reply.frames) reply.left(o.taken.back());
  for (const Done& d : bench.done) {
    if (d.verdict == kHandoff || d.verdict == kHandoffPass) handoff.left(bench.forward.frames[f++].taken.back());
    if (d.verdict == kPass || d.verdict == kHandoffPass) {
      for (const auto cycle : bench.forward.frames[f++].taken) beats.left(cycle);
    }
    if (d.verdict != kReply && d.verdict != kDrop) order.left(bench.forward.frames[f - 1].taken.back());
  }
  unsigned needless = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Done& d = bench.done[i];
    const unsigned verdict = items[i].decision.verdict;
    const std::uint64_t now = d.cycle - 3;  // what left before is room: two clocks before the decision, which is two before done
    const bool dropped = d.verdict == kDrop && verdict != kDrop && d.reason != kReplyCap;
    const std::uint64_t need = verdict == kPass || verdict == kHandoffPass ? items[i].meta.beats : 0;
    const bool hand = verdict == kHandoff || verdict == kHandoffPass;
    if (verdict == kReply) {
      if (dropped && reply.before(now) < 64) ++needless;
      if (d.verdict == kReply && reply.before(now) > 64) ++needless;
    } else if (verdict != kDrop) {
      const auto h = handoff.before(now), o = order.before(now), b = beats.before(now);
      const bool lack = (hand && h >= 64) || o >= 256 || (need > 0 && b + need > 256);
      const bool room = (!hand || h <= 64) && o <= 256 && b + need <= 257;
      if (dropped ? !lack : !room) ++needless;
    }
    if (d.verdict == kReply) reply.admit(1);
    if (d.verdict == kHandoff || d.verdict == kHandoffPass) handoff.admit(1);
    if (d.verdict != kReply && d.verdict != kDrop) {
      order.admit(1);
      beats.admit(need);
    }
  }
  CHECK(needless == 0);
  CHECK(bench.reply.broken == "");
  CHECK(bench.forward.broken == "");
  CHECK(bench.errors() == 0);
}

unsigned count(const Bench& bench, unsigned reason) {
  unsigned n = 0;
  for (const Done& d : bench.done) n += d.reason == reason ? 1 : 0;
  return n;
}

/// What Linux's SYN says, for the captured frames below (14 bytes of layer 2).
Meta meta_of_syn(const Bytes& b) {
  Meta m;
  const auto word = [&](std::size_t at) {
    return static_cast<std::uint32_t>(b[at]) << 24 | static_cast<std::uint32_t>(b[at + 1]) << 16 |
           static_cast<std::uint32_t>(b[at + 2]) << 8 | b[at + 3];
  };
  m.is6 = b[12] == 0x86;
  const std::size_t size = m.is6 ? 16 : 4, addresses = m.is6 ? 22 : 26, l4 = m.is6 ? 54 : 34;
  std::copy_n(b.begin(), 6, m.dmac.begin());
  std::copy_n(b.begin() + 6, 6, m.smac.begin());
  std::copy_n(b.begin() + static_cast<std::ptrdiff_t>(addresses), size, m.saddr.begin());
  std::copy_n(b.begin() + static_cast<std::ptrdiff_t>(addresses + size), size, m.daddr.begin());
  m.sport = static_cast<std::uint16_t>(word(l4) >> 16);
  m.dport = static_cast<std::uint16_t>(word(l4));
  m.seq = word(l4 + 4);
  m.ecn_ok = (b[l4 + 13] & 0xc0) == 0xc0;
  for (std::size_t at = l4 + 20; at < l4 + 4u * (b[l4 + 12] >> 4);) {
    const unsigned kind = b[at];
    if (kind == 1) {
      ++at;
      continue;
    }
    if (kind == 3) m.wscale_ok = true;
    if (kind == 4) m.sack_ok = true;
    if (kind == 8) {
      m.ts_ok = true;
      m.tsval = word(at + 2);
    }
    at += b[at + 1];
  }
  return m;
}

// SYN and SYN-ACK of Linux 6.18 (test_vectors/captures/linux618-syncookies2.pcap). IPv6 flow labels, which Linux draws at
// random, are set to 0 in the SYN-ACKs (no checksum covers them).
struct Pair {
  const char *syn, *synack;
};
const Pair kCaptured[] = {
    {"a2f233d9579126f92f876aaa08004500003cc9ae400040065cf90a0900010a090002a0b800500e63da9600000000a002faf087a3"
     "0000020405b40402080ac9405e11000000000103030a",
     "26f92f876aaaa2f233d9579108004500003c00004000400626a80a0900020a0900010050a0b8f61131230e63da97a012fe8828b1"
     "0000020405b40402080aa24b91c8c9405e110103030a"},
    {"a2f233d9579126f92f876aaa080045000038b804400040066ea70a0900010a090002a124005020ae2294000000009002faf09a7a"
     "0000020405b40402080a1d67b07000000000",
     "26f92f876aaaa2f233d9579108004500003800004000400626ac0a0900020a0900010050a124c9b94d8620ae22959012fe88b69b"
     "0000020405b40402080a3ef48a011d67b070"},
    {"a2f233d9579126f92f876aaa080045000034be7040004006683f0a0900010a090002a1c80050d81fc766000000008002faf01e6a"
     "0000020405b4010104020103030a",
     "26f92f876aaaa2f233d9579108004500002c00004000400626b80a0900020a0900010050a1c88808c0bcd81fc7676012faf0feab"
     "0000020405b40000"},
    {"a2f233d9579126f92f876aaa08004500003846ce40004006dfdd0a0900010a090002a18c005050e3a7de0000000090c2faf0ea90"
     "0000020405b40101080a7aac4f6e00000000",
     "26f92f876aaaa2f233d9579108004500003800004000400626ac0a0900020a0900010050a18ce8dcc15150e3a7df9052fe88a9a9"
     "0000020405b40101080a6cb226dd7aac4f6e"},
    {"a2f233d9579126f92f876aaa08004500003c534740004006d3600a0900010a090002a0ee0050ed00d95c00000000a0c2faf0cfbb"
     "0000020405b40402080ad0ef2ff0000000000103030a",
     "26f92f876aaaa2f233d9579108004500003c00004000400626a80a0900020a0900010050a0ee6935f2aaed00d95da052fe88b219"
     "0000020405b40402080afa74c423d0ef2ff00103030a"},
    {"a2f233d9579126f92f876aaa86dd600634fd00280640fd090000000000000000000000000001fd09000000000000000000000000"
     "0002c8dc1f907778a85000000000a002fd205f470000020405a00402080acbda1d82000000000103030a",
     "26f92f876aaaa2f233d9579186dd6000000000280640fd090000000000000000000000000002fd09000000000000000000000000"
     "00011f90c8dc0aec12ca7778a851a012fb04501b0000020405a00402080a6bc087c0cbda1d820103030a"},
    {"a2f233d9579126f92f876aaa86dd600af55b00240640fd090000000000000000000000000001fd09000000000000000000000000"
     "0002c94c1f902cbcfc27000000009002fd2047c00000020405a00402080a190df25c00000000",
     "26f92f876aaaa2f233d9579186dd6000000000240640fd090000000000000000000000000002fd09000000000000000000000000"
     "00011f90c94c8e7ce6672cbcfc289012fb045e020000020405a00402080af047869c190df25c"},
    {"a2f233d9579126f92f876aaa86dd60048def00200640fd090000000000000000000000000001fd09000000000000000000000000"
     "0002c9da1f90787def74000000008002fd20268e0000020405a0010104020103030a",
     "26f92f876aaaa2f233d9579186dd6000000000180640fd090000000000000000000000000002fd09000000000000000000000000"
     "00011f90c9dae517a13b787def756012fd20c9410000020405a0"},
    {"a2f233d9579126f92f876aaa86dd600a104b00280640fd090000000000000000000000000001fd09000000000000000000000000"
     "0002c90c1f902ae6a96600000000a0c2fd20008b0000020405a00402080a3d105595000000000103030a",
     "26f92f876aaaa2f233d9579186dd6000000000280640fd090000000000000000000000000002fd09000000000000000000000000"
     "00011f90c90c6e3b950c2ae6a967a052fb0481210000020405a00402080a5670283c3d1055950103030a"}};

Item handoff_item(Random& random, bool is6, const std::string& saddr, const std::string& daddr) {
  Item i = item(random, kHandoff, 60);
  i.meta = Meta{};
  i.meta.is6 = is6;
  const Bytes macs = from_hex("a2f233d9579126f92f876aaa"), s = from_hex(saddr), d = from_hex(daddr);
  std::copy_n(macs.begin(), 6, i.meta.dmac.begin());
  std::copy_n(macs.begin() + 6, 6, i.meta.smac.begin());
  std::copy(s.begin(), s.end(), i.meta.saddr.begin());
  std::copy(d.begin(), d.end(), i.meta.daddr.begin());
  i.exid = 0x5347;
  return i;
}

void stamp(Item& i, unsigned key_id, unsigned wscale, unsigned mss, std::uint32_t clock, const std::string& mac) {
  i.meta.dest_key_id = static_cast<std::uint8_t>(key_id);
  i.meta.dest_wscale = static_cast<std::uint8_t>(wscale);
  i.decision.stamp_mss = static_cast<std::uint16_t>(mss);
  i.decision.stamp_clock = clock;
  const Bytes bytes = from_hex(mac);
  std::copy(bytes.begin(), bytes.end(), i.decision.stamp_mac.begin());
}

}  // namespace

TEST_CASE("egress: SYN-ACKs of a real kernel, byte for byte", "[egress][vectors]") {
  Bench bench(1);
  std::vector<Item> items;
  std::vector<Bytes> expected;
  for (const Pair& pair : kCaptured) {
    Bytes wanted = from_hex(pair.synack);
    Item i = item(bench.random, kReply, 74);
    i.meta = meta_of_syn(from_hex(pair.syn));
    const std::size_t l4 = i.meta.is6 ? 54 : 34;
    const auto word = [&](std::size_t at) {
      std::uint32_t v = 0;
      for (std::size_t k = 0; k < 4; ++k) v = v << 8 | wanted[at + k];
      return v;
    };
    i.decision.cookie = word(l4 + 4);
    i.meta.dest_window = static_cast<std::uint16_t>(word(l4 + 12));
    i.meta.dest_mss = static_cast<std::uint16_t>(word(l4 + 20));
    i.meta.dest_wscale = 10;
    if (i.meta.ts_ok) i.decision.tsval = word(l4 + 28);
    items.push_back(i);
    expected.push_back(wanted);
  }
  bench.feed(items);
  bench.drain();
  REQUIRE(bench.reply.frames.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("pair " << i);
    CHECK(hex(bench.reply.frames[i].bytes) == hex(expected[i]));
  }
  check(bench, items);
}

TEST_CASE("egress: hand-offs written by hand, byte for byte", "[egress][vectors]") {
  // Stamps: test_vectors/cookie/stamp.json, records 0 to 3; the frames around them by a separate script from datapath.md.
  Bench bench(2);
  std::vector<Item> items;
  Item i = handoff_item(bench.random, false, "c13da58a", "c6336402");
  i.meta.sport = 37731;
  i.meta.dport = 443;
  i.meta.seq = 3854654306u;
  i.meta.ack = 4143636391u;
  i.meta.ttl = 57;
  i.meta.window = 502;
  stamp(i, 15, 2, 1300, 3491082460u, "86afdf59565437ba");
  items.push_back(i);

  i = handoff_item(bench.random, true, "2f960063bc67ba94637d6efa609e467a", "20010db8000100000000000000000002");
  i.meta.tags = 2;
  i.meta.vlan = {0x88, 0xa8, 0x00, 0x64, 0x81, 0x00, 0x00, 0x65};
  i.meta.sport = 1928;
  i.meta.dport = 443;
  i.meta.seq = 2810964862u;
  i.meta.ack = 4206061352u;
  i.meta.traffic_class = 0xb9;
  i.meta.ttl = 61;
  i.meta.flow_label = 0x5a1c3;
  i.meta.window = 64240;
  i.meta.ts_ok = true;
  i.meta.tsval = 0xcbda1d82;
  i.meta.tsecr = 317149051;
  stamp(i, 3, 6, 1440, 3123568259u, "b4a0092e4048c6d0");
  items.push_back(i);

  i = handoff_item(bench.random, false, "482c590e", "cb007109");
  i.meta.tags = 1;
  i.meta.vlan = {0x81, 0x00, 0x20, 0x07, 0, 0, 0, 0};
  i.meta.sport = 22423;
  i.meta.dport = 80;
  i.meta.seq = 2004314156u;
  i.meta.ack = 2838649071u;
  i.meta.traffic_class = 2;
  i.meta.ttl = 118;
  i.meta.window = 1026;
  i.meta.ts_ok = true;
  i.meta.tsval = 0x01020304;
  i.meta.tsecr = 1403070789;
  stamp(i, 1, 0, 1440, 216595657u, "ea6ebf90daf0478e");
  items.push_back(i);

  i = handoff_item(bench.random, true, "3226db943c3ae353fb14628e90b401a6", "20010db8000000000000000000000042");
  i.meta.tags = 1;
  i.meta.vlan = {0x91, 0x00, 0xff, 0xfe, 0, 0, 0, 0};
  i.meta.sport = 54298;
  i.meta.dport = 8080;
  i.meta.seq = 3832469031u;
  i.meta.ack = 3116939775u;
  i.meta.ttl = 255;
  i.meta.flow_label = 0xfffff;
  i.meta.window = 65535;
  stamp(i, 3, 11, 1440, 3434263574u, "e089fff3738a3f69");
  items.push_back(i);

  const char* const expected[] = {
      "a2f233d9579126f92f876aaa08004500003c000040003906b0bec13da58ac6336402936301bbe5c15b62f6fadfa7a01001f6366a"
      "0000fd1453471f020514d015b0dc86afdf59565437ba",
      "a2f233d9579126f92f876aaa88a800648100006586dd6b95a1c30034063d2f960063bc67ba94637d6efa609e467a20010db80001"
      "00000000000000000002078801bba78beb7efab36728d010faf0cce100000101080acbda1d8212e74f7bfd145347131605a0ba2d"
      "de83b4a0092e4048c6d0",
      "a2f233d9579126f92f876aaa81002007080045020048000040007606276a482c590ecb007109579700507777682ca93258efd010"
      "04024d8c00000101080a0102030453a12945fd145347111005a00ce8fcc9ea6ebf90daf0478e",
      "a2f233d9579126f92f876aaa9100fffe86dd600fffff002806ff3226db943c3ae353fb14628e90b401a620010db8000000000000"
      "000000000042d41a1f90e46ed627b9c8b9ffa010ffff75320000fd145347130b05a0ccb2b416e089fff3738a3f69"};
  bench.feed(items);
  bench.drain();
  REQUIRE(bench.forward.frames.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) CHECK(hex(bench.forward.frames[k].bytes) == expected[k]);
  check(bench, items);
}

TEST_CASE("egress: built frames of random metadata", "[egress][random]") {
  Bench bench(3);
  std::vector<Item> items;
  for (int i = 0; i < 6000; ++i) {
    items.push_back(item(bench.random, i % 3 == 0 ? kHandoff : kReply, 60 + pick(bench.random, 69), pick(bench.random, 2)));
  }
  bench.feed(items);
  bench.drain();
  CHECK(count(bench, kNone) == items.size());
  check(bench, items);
  // The sums once more on what came out, IPv4 header and segment with its pseudo header.
  unsigned bad = 0;
  for (const auto* port : {&bench.reply, &bench.forward}) {
    for (const Output& o : port->frames) {
      const Bytes& b = o.bytes;
      std::size_t l3 = 0;  // the version stands behind the ethertype; find it by the length fields' fit
      for (const std::size_t tags : {0, 1, 2}) {
        const std::size_t at = 14 + 4 * tags;
        const std::size_t type = static_cast<std::size_t>(b[at - 2]) << 8 | b[at - 1];
        const std::size_t version = b[at] >> 4;
        if ((type == 0x0800 && version == 4) || (type == 0x86dd && version == 6)) {
          l3 = at;
          break;
        }
      }
      if (l3 == 0) {
        ++bad;
        continue;
      }
      const bool is6 = b[l3] >> 4 == 6;
      const std::size_t segment = is6 ? static_cast<std::size_t>(b[l3 + 4] << 8 | b[l3 + 5])
                                      : static_cast<std::size_t>(b[l3 + 2] << 8 | b[l3 + 3]) - 20;
      const std::size_t l4 = l3 + (is6 ? 40 : 20);
      if (!is6 && plain_sum(b, l3, l4) % 65535 != 0) ++bad;
      if ((plain_sum(b, is6 ? l3 + 8 : l3 + 12, l4 + segment) + 6 + segment) % 65535 != 0) ++bad;
      if (b.size() != std::max<std::size_t>(60, l4 + segment)) ++bad;
    }
  }
  CHECK(bad == 0);
}

TEST_CASE("egress: the largest sums", "[egress]") {
  // All ones wherever a hand-off over IPv6 takes them: nineteen words of 32 bits and what stands beside constants.
  Bench bench(12);
  std::vector<Item> items;
  for (int i = 0; i < 4; ++i) {
    Item all = item(bench.random, kHandoff, 60);
    Meta& m = all.meta;
    m.is6 = m.ts_ok = true;
    m.saddr.fill(0xff);
    m.daddr.fill(0xff);
    m.sport = m.dport = m.window = all.exid = all.decision.stamp_mss = 0xffff;
    m.seq = m.ack = m.tsval = m.tsecr = all.decision.stamp_clock = 0xffffffff;
    m.ttl = m.traffic_class = 0xff;
    m.flow_label = 0xfffff;
    m.dest_wscale = m.dest_key_id = 15;
    all.decision.stamp_mac.fill(0xff);
    items.push_back(all);
    items.push_back(item(bench.random, kReply, 60));
  }
  bench.feed(items);
  bench.drain();
  CHECK(count(bench, kNone) == items.size());
  check(bench, items);
}

TEST_CASE("egress: ids and caps of any value", "[egress]") {
  Bench bench(13);
  for (const unsigned pattern : {0xffffffffu, 0x55555555u, 0xaaaaaaaau, 0u}) {
    bench.reset();
    // No window has as many replies as the smallest of these caps lets through, 21845.
    bench.reply_cap = static_cast<std::uint16_t>(pattern);
    bench.next_id = pattern;
    std::vector<Item> items;
    for (unsigned i = 0; i < 40; ++i) items.push_back(item(bench.random, i % 5, 60 + 10 * i));
    bench.feed(items);
    bench.drain();
    CHECK(count(bench, kReplyCap) == 0);
    check(bench, items);
  }
}

TEST_CASE("egress: every verdict and length, order kept, free ports", "[egress]") {
  Bench bench(4);
  std::vector<Item> items;
  for (const std::size_t length : {60, 127, 128, 129, 255, 256, 257, 1514, 9087, 9088, 9089, 9215, 9216}) {
    for (unsigned verdict = kPass; verdict <= kDrop; ++verdict) {
      items.push_back(item(bench.random, verdict, length, pick(bench.random, 3)));
    }
  }
  bench.feed(items);
  bench.drain();
  CHECK(count(bench, kReplyFull) + count(bench, kHandoffFull) + count(bench, kForwardFull) == 0);
  check(bench, items);
}

TEST_CASE("egress: random frames, random back-pressure", "[egress][random]") {
  std::uint64_t seed = 100;
  unsigned reasons[21] = {};
  for (const double stall : {0.0, 0.1, 0.5, 0.8, 0.98}) {
    for (const unsigned longest : {128u, 1600u, 9216u}) {
      Bench bench(seed++);
      bench.reply.stall = stall;
      bench.forward.stall = stall;
      std::vector<Item> items;
      for (int i = 0; i < 1200; ++i) {
        const auto verdict = pick(bench.random, 5);
        items.push_back(item(bench.random, verdict, 60 + pick(bench.random, longest - 59),
                             pick(bench.random, 4) == 0 ? pick(bench.random, 20) : 0));
      }
      bench.feed(items);
      bench.drain();
      INFO("stall " << stall << " longest " << longest);
      check(bench, items);
      for (const Done& d : bench.done) ++reasons[d.reason];
    }
  }
  CHECK(reasons[kReplyFull] > 0);
  CHECK(reasons[kHandoffFull] > 0);
  CHECK(reasons[kForwardFull] > 0);
  CHECK(reasons[kReplyCap] == 0);
}

TEST_CASE("egress: each queue has its room, and then its reason", "[egress][full]") {
  Bench bench(5);
  bench.reply.stall = 1.0;
  bench.forward.stall = 1.0;
  struct Case {
    unsigned verdict;
    std::size_t length;
    unsigned admitted;
    Reason reason;
  };
  // One frame more than the queue holds: it stands at the port.
  const Case cases[] = {{kReply, 60, 65, kReplyFull},       {kReply, 400, 65, kReplyFull},
                        {kHandoff, 60, 65, kHandoffFull},   {kHandoff, 300, 65, kHandoffFull},
                        {kPass, 60, 257, kForwardFull},     {kPass, 128, 257, kForwardFull},
                        {kPass, 129, 128, kForwardFull},    {kPass, 9216, 3, kForwardFull},
                        {kHandoffPass, 60, 65, kHandoffFull}, {kHandoffPass, 2000, 16, kHandoffFull}};
  for (const Case& c : cases) {
    bench.reset();
    bench.reply.stall = 1.0;
    bench.forward.stall = 1.0;
    std::vector<Item> items;
    for (unsigned i = 0; i < 300; ++i) items.push_back(item(bench.random, c.verdict, c.length, i < 3 ? 3 : 0));
    bench.feed(items);
    bench.wait(10);
    INFO("verdict " << c.verdict << " length " << c.length);
    CHECK(count(bench, kNone) == c.admitted);
    CHECK(count(bench, c.reason) == 300 - c.admitted);
    // Room comes back.
    bench.drain();
    bench.reply.stall = 1.0;
    bench.forward.stall = 1.0;
    std::vector<Item> more;
    for (unsigned i = 0; i < 300; ++i) more.push_back(item(bench.random, c.verdict, c.length, i < 3 ? 3 : 0));
    bench.feed(more);
    bench.drain();
    CHECK(count(bench, kNone) == 2 * c.admitted);
    items.insert(items.end(), more.begin(), more.end());
    check(bench, items);
  }
}

TEST_CASE("egress: a pair is admitted or dropped whole", "[egress][full]") {
  Bench bench(6);
  bench.forward.stall = 1.0;
  std::vector<Item> items;
  items.push_back(item(bench.random, kPass, 9216, 0));
  items.push_back(item(bench.random, kPass, 9216, 0));
  items.push_back(item(bench.random, kPass, 9216, 0));         // 216 beats, one of them at the port: 41 left
  items.push_back(item(bench.random, kHandoffPass, 42 * 128));  // no room for the original
  items.push_back(item(bench.random, kHandoffPass, 40 * 128));  // 1 left
  items.push_back(item(bench.random, kPass, 129));              // no room
  items.push_back(item(bench.random, kHandoff, 9216));          // needs no beat
  items.push_back(item(bench.random, kHandoffPass, 129));       // no room
  items.push_back(item(bench.random, kHandoffPass, 128));       // 0 left
  items.push_back(item(bench.random, kPass, 60));               // no room
  items.push_back(item(bench.random, kHandoff, 60));
  bench.feed(items);
  bench.drain();
  const std::vector<unsigned> expected{kNone, kNone, kNone, kHandoffFull, kNone, kForwardFull, kNone, kHandoffFull, kNone,
                                       kForwardFull, kNone};
  std::vector<unsigned> reasons;
  for (const Done& d : bench.done) reasons.push_back(d.reason);
  CHECK(reasons == expected);
  check(bench, items);

  // Hand-off queue full: the original stays out too.
  bench.reset();
  bench.forward.stall = 1.0;
  items.clear();
  items.push_back(item(bench.random, kPass, 60));
  for (int i = 0; i < 64; ++i) items.push_back(item(bench.random, kHandoff, 60, 2));
  items.push_back(item(bench.random, kHandoffPass, 500));
  items.push_back(item(bench.random, kPass, 500));
  bench.feed(items);
  bench.drain();
  CHECK(bench.done[65].reason == kHandoffFull);
  CHECK(bench.done[66].reason == kNone);
  check(bench, items);

  // Order queue full of passed frames, one of them at the port: nothing enters, though the hand-off queue is empty.
  bench.reset();
  bench.forward.stall = 1.0;
  items.clear();
  for (int i = 0; i < 257; ++i) items.push_back(item(bench.random, kPass, 60, i < 3 ? 3 : 0));
  items.push_back(item(bench.random, kHandoff, 60));
  items.push_back(item(bench.random, kHandoffPass, 60));
  items.push_back(item(bench.random, kPass, 60));
  bench.feed(items);
  bench.drain();
  CHECK(bench.done[256].reason == kNone);
  CHECK(bench.done[257].reason == kHandoffFull);
  CHECK(bench.done[258].reason == kHandoffFull);
  CHECK(bench.done[259].reason == kForwardFull);
  check(bench, items);
}

TEST_CASE("egress: cap of replies", "[egress][cap]") {
  for (const unsigned cap : {1u, 5u, 63u, 1000u}) {
    Bench bench(7);
    bench.reply_cap = static_cast<std::uint16_t>(cap);
    std::vector<Item> items;
    for (int i = 0; i < 6 * 1024; ++i) items.push_back(item(bench.random, i % 64 == 63 ? kPass : kReply, 60));
    bench.feed(items);
    bench.drain();
    check(bench, items);
    CHECK(count(bench, kReplyFull) == 0);
    CHECK(count(bench, kForwardFull) == 0);
    // Under saturation every whole window admits exactly the cap, wherever the windows of 1024 clocks begin;
    // replies come at once when a window begins, so a window of ours never sees more than two caps.
    std::vector<unsigned> admitted(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) admitted[i] = bench.done[i].verdict == kReply ? 1 : 0;
    std::size_t begin = 1024;  // first admitted reply of the second window
    while (begin < items.size() && (admitted[begin] == 0 || admitted[begin - 1] != 0 || begin % 64 == 0)) ++begin;
    if (cap >= 1000) continue;
    INFO("cap " << cap << " window begins at " << begin);
    REQUIRE(begin < 2200);
    for (std::size_t w = begin; w + 1024 <= items.size(); w += 1024) {
      unsigned n = 0;
      for (std::size_t i = w; i < w + 1024; ++i) n += admitted[i];
      CHECK(n == cap);
    }
    for (const Done& d : bench.done) {
      if (d.reason != kNone && d.reason != kReplyCap) FAIL("reason " << d.reason);
    }
  }
}

TEST_CASE("egress: a cap that changes between frames", "[egress][cap]") {
  Bench bench(14);
  std::vector<Item> items;
  for (int i = 0; i < 3 * 1024; ++i) items.push_back(item(bench.random, kReply, 60));
  std::size_t before = 0;
  for (const unsigned cap : {1u, 5u, 1u, 40u, 0u, 1u}) {
    INFO("cap " << cap);
    bench.reply_cap = static_cast<std::uint16_t>(cap);
    bench.feed(items);
    bench.drain();
    const std::size_t replies = count(bench, kNone) - before;
    before += replies;
    // A reply each clock for three windows' time: at least two whole windows, and parts of two.
    if (cap == 0) {
      CHECK(replies == items.size());
    } else {
      CHECK(replies >= 2 * cap);
      CHECK(replies <= 4 * cap);
    }
  }
}

TEST_CASE("egress: no cap, and the cap before the room", "[egress][cap]") {
  Bench bench(8);
  std::vector<Item> items;
  for (int i = 0; i < 3000; ++i) items.push_back(item(bench.random, kReply, 60));
  bench.feed(items);
  bench.drain();
  CHECK(count(bench, kNone) == 3000);
  check(bench, items);

  // 65 replies fit while the port stands still; with a cap of 70 the reasons tell which limit held.
  for (const unsigned cap : {40u, 65u, 70u}) {
    bench.reset();
    bench.reply_cap = static_cast<std::uint16_t>(cap);
    bench.reset();
    bench.reply.stall = 1.0;
    items.clear();
    for (int i = 0; i < 200; ++i) items.push_back(item(bench.random, kReply, 60, i < 2 ? 3 : 0));
    bench.feed(items);
    bench.drain();
    const unsigned room = std::min(cap, 65u);
    CHECK(count(bench, kNone) == room);
    CHECK(count(bench, cap <= 65 ? kReplyCap : kReplyFull) == 200 - room);
  }
}

TEST_CASE("egress: latency is constant", "[egress][latency]") {
  Bench bench(9);
  std::vector<Item> items;
  for (unsigned verdict = kPass; verdict <= kDrop; ++verdict) {
    for (const std::size_t length : {60, 128, 129, 1000, 9216}) items.push_back(item(bench.random, verdict, length, 150));
  }
  bench.feed(items);
  bench.drain();
  check(bench, items);  // done_* included
  std::size_t r = 0, f = 0;
  for (const Item& i : items) {
    if (i.decision.verdict == kDrop) continue;
    if (i.decision.verdict == kReply) {
      CHECK(bench.reply.frames[r++].offered == i.cycle + kOutLatency);
      continue;
    }
    CHECK(bench.forward.frames[f++].offered == i.cycle + kOutLatency);
    if (i.decision.verdict == kHandoffPass) CHECK(bench.forward.frames[f++].offered == i.cycle + kOutLatency + 1);
  }
}

TEST_CASE("egress: one beat a clock on either port", "[egress][throughput]") {
  Bench bench(10);
  for (const unsigned verdict : {kReply, kHandoff, kPass}) {
    for (const std::size_t length : {60, 200, 1514, 9216}) {
      bench.reset();
      std::vector<Item> items;
      for (int i = 0; i < 300; ++i) items.push_back(item(bench.random, verdict, verdict == kPass ? length : 100));
      bench.feed(items);
      bench.drain();
      check(bench, items);
      CHECK(count(bench, kNone) == 300);
      const auto& frames = verdict == kReply ? bench.reply.frames : bench.forward.frames;
      const std::uint64_t beats = verdict == kPass ? (length + kBeat - 1) / kBeat : 1;
      CHECK(frames.back().taken.back() - frames.front().taken.front() == 300 * beats - 1);
    }
  }
  // A backlog of pairs leaves without a bubble too.
  bench.reset();
  bench.forward.stall = 1.0;
  std::vector<Item> items;
  for (int i = 0; i < 60; ++i) items.push_back(item(bench.random, kHandoffPass, i % 2 == 0 ? 60 : 300, 1));
  bench.feed(items);
  bench.drain();
  check(bench, items);
  CHECK(bench.forward.frames.size() == 120);
  CHECK(bench.forward.frames.back().taken.back() - bench.forward.frames.front().taken.front() == 60 + 30 + 90 - 1);
}

TEST_CASE("egress: a reset forgets everything", "[egress][reset]") {
  Bench bench(11);
  bench.reply.stall = 1.0;
  bench.forward.stall = 1.0;
  std::vector<Item> items;
  for (int i = 0; i < 40; ++i) items.push_back(item(bench.random, pick(bench.random, 4), 60 + pick(bench.random, 500)));
  bench.feed(items);
  bench.reset();
  bench.wait(50);
  CHECK(bench.reply.frames.empty());
  CHECK(bench.forward.frames.empty());
  CHECK(bench.done.empty());
  items.clear();
  for (int i = 0; i < 40; ++i) items.push_back(item(bench.random, pick(bench.random, 4), 60 + pick(bench.random, 500)));
  bench.feed(items);
  bench.drain();
  check(bench, items);
}
