// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// syngate_ingress alone: lengths, layer 2, checksums, order, latency, throughput.
#include "ingress_bench.h"

#include "catch2.h"

using namespace syngate::sim::ingress_test;

namespace {

Bytes from_hex(const std::string& text) {
  Bytes b;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    b.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return b;
}

/// Runs the frames and compares each; ids go on from `first_id`.
void check_all(Bench& bench, const std::vector<Frame>& frames, double idle = 0.0,
               std::uint32_t first_id = 0, std::uint64_t gap = 0) {
  const auto out = bench.run(frames, idle, gap);
  REQUIRE(out.size() == frames.size());
  unsigned differ = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::string what =
        difference(out[i], frames[i], first_id + static_cast<std::uint32_t>(i));
    if (!what.empty() && ++differ < 10) {
      UNSCOPED_INFO("frame " << i << " of " << frames[i].bytes.size() << " bytes: " << what);
    }
  }
  CHECK(differ == 0);
  CHECK(bench.protocol == "");
  CHECK(bench.errors() == 0);
}

unsigned pick(Random& random, unsigned below) { return static_cast<unsigned>(random() % below); }

/// Anything a wire can bring, mostly with right checksums.
Frame any_frame(Random& random) {
  Frame f;
  f.bad_fcs = pick(random, 8) == 0;
  const bool is6 = pick(random, 2) == 0;
  const unsigned tags = pick(random, 3);
  const std::size_t least = 14 + 4 * tags + (is6 ? 40 : 20);
  const std::size_t segment = pick(random, 4) == 0 ? pick(random, 9217 - 76) : pick(random, 200);
  const std::size_t padding = pick(random, 3) == 0 ? pick(random, 80) : 0;
  f.bytes = tcp_frame(random, is6, tags, segment,
                      std::clamp<std::size_t>(least + segment + padding, 60, 9216));
  Bytes& b = f.bytes;
  switch (pick(random, 8)) {
    case 0:  // one bit wrong, anywhere
      b[random() % b.size()] ^= static_cast<std::uint8_t>(1u << pick(random, 8));
      break;
    case 1:  // length fields that mean nothing, or less than the frame
      store16(b, least - (is6 ? 36 : 18), pick(random, 2) == 0 ? random() : random() % 64);
      break;
    case 2:  // a third tag, or another protocol
      store16(b, 12 + 4 * tags, pick(random, 2) == 0 ? 0x8100 : 0x0806);
      break;
    case 3:  // nothing but noise
      b = random_bytes(random, 60 + pick(random, 1000));
      break;
    default: break;
  }
  return f;
}

// Frames of Linux 6.18 and its peer (test_vectors/captures/linux618-syncookies2.pcap, numbers 2, 3, 244,
// 964, 485, 1205, 1312, 111, 138, 139, 1428, 229), as the kernels' TCP/IP wrote them.
const char* const kCaptured[] = {
    "a2f233d9579126f92f876aaa08004500003cc9ae400040065cf90a0900010a090002a0b800500e63da9600000000a002faf087a3"
    "0000020405b40402080ac9405e11000000000103030a",
    "26f92f876aaaa2f233d9579108004500003c00004000400626a80a0900020a0900010050a0b8f61131230e63da97a012fe8828b1"
    "0000020405b40402080aa24b91c8c9405e110103030a",
    "a2f233d9579126f92f876aaa08004500003c534740004006d3600a0900010a090002a0ee0050ed00d95c00000000a0c2faf0cfbb"
    "0000020405b40402080ad0ef2ff0000000000103030a",
    "a2f233d9579126f92f876aaa08004500003846ce40004006dfdd0a0900010a090002a18c005050e3a7de0000000090c2faf0ea90"
    "0000020405b40101080a7aac4f6e00000000",
    "26f92f876aaaa2f233d9579108004500003800004000400626ac0a0900020a0900010050a124c9b94d8620ae22959012fe88b69b"
    "0000020405b40402080a3ef48a011d67b070",
    "a2f233d9579126f92f876aaa080045000028be7140004006684a0a0900010a090002a1c80050d81fc7678808c0bd5010faf01669"
    "0000",
    "a2f233d9579126f92f876aaa08004500003a8f3a40004006976f0a0900010a090002a1f00050123583fd2673e8005018ff78796a"
    "0000515151515151515151515151515151515151",
    "a2f233d9579126f92f876aaa08004500005250b040004006d5e10a0900010a090002a0e0005029f62e08ca5aee098018004068bb"
    "00000101080aa6af2c2770e54074515151515151515151515151515151515151515151515151515151515151",
    "a2f233d9579126f92f876aaa86dd600634fd00280640fd090000000000000000000000000001fd09000000000000000000000000"
    "0002c8dc1f907778a85000000000a002fd205f470000020405a00402080acbda1d82000000000103030a",
    "26f92f876aaaa2f233d9579186dd6001369200280640fd090000000000000000000000000002fd09000000000000000000000000"
    "00011f90c8dc0aec12ca7778a851a012fb04501b0000020405a00402080a6bc087c0cbda1d820103030a",
    "a2f233d9579126f92f876aaa86dd60050c7800260640fd090000000000000000000000000001fd09000000000000000000000000"
    "0002ca141f9026da772aa2f010105018ff789fa50000515151515151515151515151515151515151",
    "a2f233d9579126f92f876aaa86dd600283a8003e0640fd090000000000000000000000000001fd09000000000000000000000000"
    "0002c9001f9095ad14374308b33280180040708900000101080a29d0cbd2c856014a515151515151515151515151515151515151"
    "515151515151515151515151"};

}  // namespace

TEST_CASE("ingress: frames of real kernels have right checksums", "[ingress][vectors]") {
  std::vector<Frame> frames;
  for (const char* text : kCaptured) frames.push_back({from_hex(text), false, false});
  Bench bench(1);
  for (Frame& f : frames) {  // padded to 60 bytes with anything
    while (f.bytes.size() < 60) f.bytes.push_back(any_byte(bench.random));
  }
  const auto out = bench.run(frames);
  REQUIRE(out.size() == frames.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    INFO("captured frame " << i);
    CHECK(difference(out[i], frames[i], static_cast<std::uint32_t>(i)) == "");
    CHECK(out[i].info.is4 == (i < 8));
    CHECK(out[i].info.is6 == (i >= 8));
    CHECK(out[i].info.ip_ok == (i < 8));
    CHECK(out[i].info.tcp_ok);
  }
}

TEST_CASE("ingress: the textbook IPv4 header", "[ingress][vectors]") {
  // 4500 0073 ... checksum b861: the example of many textbooks for the IPv4 header checksum.
  Frame f;
  f.bytes = from_hex("ffffffffffff000000000000080045000073000040004011b861c0a80001c0a800c7");
  f.bytes.resize(129, 0x5a);
  Frame wrong = f;
  wrong.bytes[24] ^= 1;
  Bench bench(2);
  const auto out = bench.run({f, wrong});
  REQUIRE(out.size() == 2);
  CHECK(out[0].info.ip_ok);
  CHECK_FALSE(out[1].info.ip_ok);
}

TEST_CASE("ingress: every length", "[ingress]") {
  Bench bench(3);
  std::vector<Frame> frames;
  for (std::size_t length = 1; length <= 9216; length += length < 700 ? 1 : 37) {
    frames.push_back({random_bytes(bench.random, length), length % 5 == 0, false});
  }
  for (std::size_t beats = 1; beats <= kMaxBeats; ++beats) {
    for (int around = -1; around <= 1; ++around) {
      const auto length = static_cast<std::size_t>(static_cast<int>(beats * kBeat) + around);
      if (length > 9216) continue;
      const std::size_t segment = length - 34;
      frames.push_back({tcp_frame(bench.random, false, 0, segment, length), false, false});
    }
  }
  check_all(bench, frames);
  CHECK(bench.refused <= 1);  // the first clock after reset only
}

TEST_CASE("ingress: too long, and without end", "[ingress]") {
  Bench bench(4);
  std::vector<Frame> frames;
  for (const std::size_t length : {9216, 9217, 9300, 9343, 9344, 9345, 16384, 16385, 20000, 200000}) {
    frames.push_back({random_bytes(bench.random, length), false, false});
    frames.push_back({tcp_frame(bench.random, true, 1, 300, 0), true, false});
  }
  check_all(bench, frames);
  CHECK(bench.refused <= 1);
  check_all(bench, frames, 0.3, static_cast<std::uint32_t>(frames.size()));
}

TEST_CASE("ingress: a last beat without bytes is no beat", "[ingress]") {
  Bench bench(5);
  std::vector<Frame> frames;
  for (const std::size_t beats : {1, 2, 3, 71, 72}) {
    for (const bool bad : {false, true}) {
      const std::size_t length = beats * kBeat;
      frames.push_back({tcp_frame(bench.random, bad, 0, length - 74, length), bad, true});
      frames.push_back({tcp_frame(bench.random, bad, 2, 64, 0), !bad, false});
    }
  }
  check_all(bench, frames);
}

TEST_CASE("ingress: random frames, random idle clocks", "[ingress][random]") {
  std::uint64_t seed = 10;
  for (const double idle : {0.0, 0.1, 0.5, 0.9}) {
    Bench bench(seed++);
    std::vector<Frame> frames;
    for (int i = 0; i < 1500; ++i) frames.push_back(any_frame(bench.random));
    check_all(bench, frames, idle);
  }
}

TEST_CASE("ingress: tags, families, and ethertypes beside them", "[ingress]") {
  Bench bench(6);
  std::vector<Frame> frames;
  const unsigned types[] = {0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x0806, 0x0801, 0x0900, 0x86dc, 0x8101, 0x9200, 0x0008};
  for (const unsigned a : types) {
    for (const unsigned b : types) {
      for (const unsigned c : types) {
        Frame f{random_bytes(bench.random, 90), false, false};
        store16(f.bytes, 12, a);
        store16(f.bytes, 16, b);
        store16(f.bytes, 20, c);
        frames.push_back(f);
      }
    }
  }
  check_all(bench, frames);
}

TEST_CASE("ingress: a wrong byte at every position", "[ingress][checksum]") {
  Bench bench(7);
  std::uint32_t id = 0;
  for (const bool is6 : {false, true}) {
    for (const unsigned tags : {0u, 1u, 2u}) {
      for (const std::size_t segment : {20, 21, 99, 128, 233, 300}) {
        const std::size_t l3 = 14 + 4 * tags;
        const std::size_t l4 = l3 + (is6 ? 40 : 20);
        const Bytes right = tcp_frame(bench.random, is6, tags, segment, l4 + segment + 11);
        std::vector<Frame> frames;
        std::vector<bool> ip, tcp;
        const auto add = [&](const Bytes& b, bool ip_right, bool tcp_right) {
          frames.push_back({b, false, false});
          ip.push_back(ip_right);
          tcp.push_back(tcp_right);
        };
        add(right, true, true);
        for (std::size_t at = 0; at < right.size(); ++at) {
          // What layer 2 and the length fields say is the subject of other tests.
          const std::size_t length_at = l3 + (is6 ? 4 : 2);
          if ((at >= 12 && at < l3) || at == length_at || at == length_at + 1) continue;
          Bytes b = right;
          b[at] ^= static_cast<std::uint8_t>(1u << pick(bench.random, 8));
          // Addresses lie in front of the TCP header; behind the end of the packet lies padding.
          const std::size_t addresses = l4 - (is6 ? 32 : 8);
          add(b, at < l3 || at >= l3 + 20, at < addresses || at >= l4 + segment);
        }
        const auto out = bench.run(frames);
        REQUIRE(out.size() == frames.size());
        unsigned wrong = 0;
        for (std::size_t i = 0; i < out.size(); ++i) {
          if (!is6 && out[i].info.ip_ok != ip[i]) ++wrong;
          if (out[i].info.tcp_ok != tcp[i]) ++wrong;
          if (out[i].info.id != id++) ++wrong;
        }
        INFO("is6 " << is6 << " tags " << tags << " segment " << segment);
        CHECK(wrong == 0);
      }
    }
  }
  CHECK(bench.errors() == 0);
}

TEST_CASE("ingress: sums that fold to the edge", "[ingress][checksum]") {
  // All bytes ff or all 00, and checksum fields of 0000 and ffff, the two zeros of one's complement.
  Bench bench(8);
  std::vector<Frame> frames;
  for (const bool is6 : {false, true}) {
    for (const std::size_t segment : {20, 94, 1460, 8900, 9137}) {
      for (const int fill : {0x00, 0xff, 0x80}) {
        const std::size_t l4 = is6 ? 54 : 34;
        Bytes b = tcp_frame(bench.random, is6, 0, segment, 60);
        std::fill(b.begin() + static_cast<std::ptrdiff_t>(l4 - (is6 ? 32 : 8)), b.end(),
                  static_cast<std::uint8_t>(fill));
        fix_checksums(b);
        frames.push_back({b, false, false});
        for (const unsigned sum : {0x0000u, 0xffffu}) {
          store16(b, l4 + 16, sum);
          frames.push_back({b, false, false});
          // Make the rest of the segment sum to the complement of that field.
          Bytes c = b;
          store16(c, l4 + 4, 0);
          const Segment s = segment_of(c).value();
          const auto rest = (pseudo_sum(c, s) + plain_sum(c, s.l4, s.end)) % 65535;
          store16(c, l4 + 4, 65535 - rest);
          frames.push_back({c, false, false});
          CHECK(tcp_ok(c, s));
        }
      }
    }
  }
  // IPv4 headers of one byte value only, and with one byte more or less: ff sums to ffff, 00 to 0000.
  for (const int fill : {0x00, 0xff}) {
    for (const unsigned tags : {0u, 1u, 2u}) {
      Bytes b = tcp_frame(bench.random, false, tags, 64, 60);
      const auto l3 = static_cast<std::ptrdiff_t>(14 + 4 * tags);
      std::fill(b.begin() + l3, b.begin() + l3 + 20, static_cast<std::uint8_t>(fill));
      frames.push_back({b, false, false});
      b[20 + 4 * tags] ^= 1;
      frames.push_back({b, false, false});
    }
  }
  check_all(bench, frames);
}

TEST_CASE("ingress: flags depend on the bytes of the frame only", "[ingress]") {
  Bench bench(9);
  std::vector<Frame> frames;
  for (int i = 0; i < 400; ++i) {
    Frame f = any_frame(bench.random);
    const std::size_t l3 = 14 + 4 * tags_of(f.bytes);
    if (l3 + 6 < f.bytes.size()) {  // lengths that mean nothing
      store16(f.bytes, l3 + 2, bench.random());
      store16(f.bytes, l3 + 4, bench.random());
    }
    frames.push_back(f);
  }
  // Lengths that run past the end, and a checksum that is right if nothing is there.
  for (const bool is6 : {false, true}) {
    for (const std::size_t segment : {40, 74, 75, 200, 1000}) {
      Bytes b = tcp_frame(bench.random, is6, 0, segment, 60);
      const std::size_t end = b.size();
      b.resize(end + 9, 0);
      store16(b, is6 ? 18 : 16, segment + 9 + (is6 ? 0 : 20));
      fix_checksums(b);
      b.resize(end);
      for (int copies = 0; copies < 20; ++copies) frames.push_back({b, false, false});
    }
  }
  const auto once = bench.run(frames);
  std::reverse(frames.begin(), frames.end());
  auto again = bench.run(frames, 0.4);
  std::reverse(again.begin(), again.end());
  REQUIRE(once.size() == frames.size());
  REQUIRE(again.size() == frames.size());
  unsigned differ = 0;
  for (std::size_t i = 0; i < once.size(); ++i) {
    if (once[i].info.tcp_ok != again[i].info.tcp_ok || once[i].info.ip_ok != again[i].info.ip_ok) {
      ++differ;
    }
  }
  CHECK(differ == 0);
  for (std::size_t i = 400; i < once.size(); ++i) {
    if (once[i].info.tcp_ok != once[i - i % 20].info.tcp_ok) ++differ;
  }
  CHECK(differ == 0);
}

TEST_CASE("ingress: one frame a clock, for ever", "[ingress][throughput]") {
  Bench bench(20);
  std::vector<Frame> frames;
  for (int i = 0; i < 10000; ++i) {
    frames.push_back({tcp_frame(bench.random, i % 2 != 0, 0, 20 + pick(bench.random, 50), 60), false, false});
  }
  const auto out = bench.run(frames);
  REQUIRE(out.size() == frames.size());
  CHECK(bench.refused <= 1);
  unsigned late = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (bench.accepted[i] != bench.accepted[0] + i) ++late;
    if (out[i].cycle != bench.accepted[i] + kLatency) ++late;
    if (!out[i].info.tcp_ok) ++late;
  }
  CHECK(late == 0);
}

TEST_CASE("ingress: any mix of lengths back to back is never held up", "[ingress][throughput]") {
  Bench bench(21);
  std::vector<Frame> frames;
  for (int i = 0; i < 400; ++i) {
    const unsigned kind = pick(bench.random, 4);
    const std::size_t length = kind == 0 ? 9216 : kind == 1 ? 60 : kind == 2 ? 20000 : 1514;
    frames.push_back({random_bytes(bench.random, length), false, false});
  }
  for (int i = 0; i < 40; ++i) frames.push_back({random_bytes(bench.random, 9216), false, false});
  for (int i = 0; i < 200; ++i) frames.push_back({random_bytes(bench.random, 60), false, false});
  check_all(bench, frames);
  CHECK(bench.refused <= 1);
}

TEST_CASE("ingress: constant latency when idle", "[ingress][latency]") {
  Bench bench(22);
  std::vector<Frame> frames;
  for (int i = 0; i < 300; ++i) frames.push_back(any_frame(bench.random));
  for (const double idle : {0.0, 0.5}) {
    const auto out = bench.run(frames, idle, 90);
    REQUIRE(out.size() == frames.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i].cycle - bench.accepted[i] != kLatency) {
        FAIL("frame " << i << ": " << out[i].cycle - bench.accepted[i] << " clocks");
      }
    }
  }
}
