// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "capture_files.h"
#include "catch2.h"

namespace syngate::sim::test {
namespace {

constexpr std::int64_t kSecond = 1000000000;

bool accounted(const ReadResult& result) {
  return result.counts.frames_read == result.frames.size() + result.counts.skipped_total();
}

TEST_CASE("pcap in both byte orders and resolutions") {
  for (const bool big : {false, true}) {
    for (const bool nano : {false, true}) {
      const std::uint32_t magic = nano ? 0xa1b23c4d : 0xa1b2c3d4;
      const auto result = read_file(pcap_file(
          {{1600000000, 123456, marked_frame(1, 60)}, {1600000001, 7, marked_frame(2, 1514)}}, 1,
          big, magic));
      REQUIRE(result.error.empty());
      REQUIRE(result.warnings.empty());
      REQUIRE(result.frames.size() == 2);
      CHECK(result.frames[0].number == 1);
      CHECK(result.frames[0].time_ns == 1600000000 * kSecond + (nano ? 123456 : 123456000));
      CHECK(result.frames[0].bytes == marked_frame(1, 60));
      CHECK(result.frames[1].number == 2);
      CHECK(result.frames[1].time_ns == 1600000001 * kSecond + (nano ? 7 : 7000));
      CHECK(result.frames[1].bytes == marked_frame(2, 1514));
      CHECK(contains(result.description, big ? "big-endian" : "little-endian"));
      CHECK(contains(result.description, nano ? "nanoseconds" : "microseconds"));
    }
  }
}

TEST_CASE("pcap with the longer record header of the modified format") {
  Maker maker(false);
  maker.u32(0xa1b2cd34).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(1);
  maker.u32(5).u32(6).u32(60).u32(60).u32(2).u16(0x0800).raw({0, 0}).raw(marked_frame(9, 60));
  const auto result = read_file(maker.bytes);
  REQUIRE(result.frames.size() == 1);
  CHECK(result.frames[0].bytes == marked_frame(9, 60));
}

TEST_CASE("pcap 2.2 has its two lengths the other way round") {
  Maker maker(true);
  maker.u32(0xa1b2c3d4).u16(2).u16(2).u32(0).u32(0).u32(65535).u32(1);
  maker.u32(5).u32(6).u32(100).u32(60).raw(
      marked_frame(9, 60));  // wire length, then captured length
  CaptureOptions pad;
  pad.pad_truncated = true;
  const auto result = read_file(maker.bytes, pad);
  REQUIRE(result.frames.size() == 1);
  CHECK(result.frames[0].bytes.size() == 100);
}

TEST_CASE("an FCS that the file announces is taken off") {
  // pcap: bit 26 says that the top four bits hold the FCS length in 16-bit words.
  const auto classic = read_file(pcap_file({{1, 0, marked_frame(1, 68)}}, 0x24000001));
  REQUIRE(classic.frames.size() == 1);
  CHECK(classic.frames[0].bytes.size() == 64);
  for (const std::uint8_t value : Bytes{4, 32}) {
    const auto modern = read_file(
        join({pcapng_section(false), pcapng_interface(1, false, pcapng_option(13, {value}, false)),
              pcapng_packet(0, 1, marked_frame(1, 68), false)}));
    REQUIRE(modern.frames.size() == 1);
    CHECK(modern.frames[0].bytes.size() == 64);
  }
}

TEST_CASE("pcapng in both byte orders, microseconds unless it says otherwise") {
  for (const bool big : {false, true}) {
    const auto result = read_file(
        join({pcapng_section(big), pcapng_interface(1, big),
              pcapng_interface(1, big, pcapng_option(9, {9}, big)),
              pcapng_interface(1, big, pcapng_option(9, {0x80 | 10}, big)),
              pcapng_interface(1, big,
                               join({pcapng_option(9, {0}, big),
                                     pcapng_option(14, Maker(big).u64(1000).bytes, big)})),
              pcapng_packet(0, 1600000000123456, marked_frame(1, 61), big),
              pcapng_packet(1, 1600000000123456789, marked_frame(2, 62), big),
              pcapng_packet(2, 5 * 1024 + 512, marked_frame(3, 63), big),
              pcapng_packet(3, 7, marked_frame(4, 64), big)}));
    REQUIRE(result.error.empty());
    REQUIRE(result.frames.size() == 4);
    CHECK(result.frames[0].time_ns == 1600000000123456000);
    CHECK(result.frames[1].time_ns == 1600000000123456789);
    CHECK(result.frames[2].time_ns == 5 * kSecond + kSecond / 2);  // ticks of 2^-10 s
    CHECK(result.frames[3].time_ns == 1007 * kSecond);             // seconds, offset 1000 s
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(result.frames[i].bytes == marked_frame(static_cast<std::uint8_t>(i + 1), 61 + i));
    }
  }
}

TEST_CASE("pcapng timestamps that no calendar knows are clamped") {
  for (const std::uint8_t resolution : Bytes{0x00, 0x7f, 0x80, 0xff}) {
    const auto result = read_file(join(
        {pcapng_section(false), pcapng_interface(1, false, pcapng_option(9, {resolution}, false)),
         pcapng_packet(0, ~std::uint64_t{0}, marked_frame(1, 60), false)}));
    REQUIRE(result.frames.size() == 1);
  }
}

TEST_CASE(
    "pcapng: simple and old packet blocks, unknown blocks, several sections of different byte "
    "order") {
  const Bytes frame = marked_frame(5, 61);
  const Bytes simple = pcapng_block(3, Maker(false).u32(61).raw(frame).bytes, false);
  const Bytes old = pcapng_block(
      2, Maker(true).u16(0).u16(3).u32(0).u32(2000000).u32(61).u32(61).raw(frame).bytes, true);
  const auto result =
      read_file(join({pcapng_section(false), pcapng_block(0x0bad, marked_frame(0, 40), false),
                      pcapng_interface(1, false), simple, pcapng_block(4, {}, false),
                      pcapng_section(true), pcapng_interface(1, true), old}));
  REQUIRE(result.error.empty());
  REQUIRE(result.warnings.empty());
  REQUIRE(result.frames.size() == 2);
  CHECK(result.frames[0].bytes == frame);
  CHECK_FALSE(result.frames[0].has_time);
  CHECK(result.frames[1].bytes == frame);
  CHECK(result.frames[1].time_ns == 2 * kSecond);
}

TEST_CASE("pcapng: a simple packet block is as long as the first interface's snaplen says") {
  // 62 bytes and two of padding that are not zero.
  const Bytes simple = pcapng_block(3, Maker(false).u32(100).raw(marked_frame(5, 64)).bytes, false);
  const Bytes content = join({pcapng_section(false), pcapng_interface(1, false, {}, 62), simple});
  CHECK(read_file(content).skipped(Skip::kTruncatedCapture) == 1);
  CaptureOptions pad;
  pad.pad_truncated = true;
  const auto result = read_file(content, pad);
  REQUIRE(result.frames.size() == 1);
  Bytes expected = marked_frame(5, 62);
  expected.resize(100);
  CHECK(result.frames[0].bytes == expected);
}

TEST_CASE("pcapng: interfaces start anew in every section; a packet of an unknown one is skipped") {
  const auto result =
      read_file(join({pcapng_section(false), pcapng_interface(1, false),
                      pcapng_packet(0, 1, marked_frame(1, 60), false), pcapng_section(false),
                      pcapng_packet(0, 1, marked_frame(2, 60), false)}));
  CHECK(result.frames.size() == 1);
  CHECK(result.skipped(Skip::kNoInterface) == 1);
  CHECK(accounted(result));
}

TEST_CASE("pcapng with mixed link types: usable ones are read, others skipped") {
  const Bytes ip = {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
  const auto result = read_file(
      join({pcapng_section(false), pcapng_interface(1, false, {}, 100),
            pcapng_interface(127, false, {}, 200), pcapng_interface(101, false),
            pcapng_packet(0, 1, marked_frame(1, 60), false),
            pcapng_packet(1, 1, marked_frame(2, 60), false), pcapng_packet(2, 1, ip, false)}));
  REQUIRE(result.error.empty());
  CHECK(result.frames.size() == 2);
  CHECK(result.skipped(Skip::kLinkType) == 1);
  CHECK(accounted(result));
}

TEST_CASE("a file of one unusable link type is refused by name") {
  const auto classic = read_file(pcap_file({{1, 0, marked_frame(1, 60)}}, 127));
  CHECK(contains(classic.error, "link type 127 (IEEE802_11_RADIO) is not supported"));
  const auto modern = read_file(join({pcapng_section(false), pcapng_interface(127, false),
                                      pcapng_packet(0, 1, marked_frame(1, 60), false)}));
  CHECK(contains(modern.error, "link type 127 (IEEE802_11_RADIO) is not supported"));
  CHECK(modern.counts.frames_read == 1);
  CHECK(accounted(modern));
}

TEST_CASE("files without packets are fine") {
  for (const auto& content : {pcap_file({}), pcapng_section(true),
                              join({pcapng_section(false), pcapng_interface(1, false)})}) {
    const auto result = read_file(content);
    CHECK(result.error.empty());
    CHECK(result.warnings.empty());
    CHECK(result.frames.empty());
  }
}

TEST_CASE("what is no capture is refused with the reason") {
  CHECK(contains(read_file({}).error, "the file is empty"));
  CHECK(contains(read_file({0x1f, 0x8b, 8, 0, 0, 0}).error, "gzip"));
  CHECK(contains(read_file({0x28, 0xb5, 0x2f, 0xfd, 0}).error, "zstd"));
  CHECK(contains(read_file({0xfd, '7', 'z', 'X', 'Z', 0}).error, "xz"));
  CHECK(contains(read_file({'B', 'Z', 'h', '9'}).error, "bzip2"));
  CHECK(contains(read_file({'P', 'K', 3, 4, 5, 6, 7, 8}).error,
                 "neither pcap nor pcapng (it starts with 50 4b 03 04)"));
  CHECK(contains(read_file({0xd4, 0xc3}).error, "only 2 bytes"));
  Bytes version = pcap_file({});
  version[4] = 9;
  CHECK(contains(read_file(version).error, "pcap version 9.4 is unknown"));
  Bytes magic = pcapng_section(false);
  magic[8] ^= 1;
  CHECK(contains(read_file(magic).error, "byte-order magic"));
  Bytes major = pcapng_section(false);
  major[12] = 2;
  CHECK(contains(read_file(major).error, "version 2 is unknown"));
  try {
    CaptureReader reader("/nonexistent/x.pcap", {});
    FAIL("opened");
  } catch (const CaptureError& error) {
    CHECK(std::string(error.what()) == "/nonexistent/x.pcap: No such file or directory");
  }
  try {
    CaptureReader reader("/", {});
    FAIL("opened");
  } catch (const CaptureError& error) {
    CHECK(std::string(error.what()) == "/: Is a directory");
  }
}

// Cut at every byte: before the end of the file header an error, then the whole frames before the
// cut, with a warning unless the cut is between records. The ends of the records are summed up by
// hand from the format.
TEST_CASE("a file cut anywhere keeps what is before the cut") {
  struct Sample {
    const char* name;
    Bytes content;
    std::size_t header;               // bytes without which there is no capture
    std::vector<std::size_t> clean;   // ends of records or blocks
    std::vector<std::size_t> frames;  // ends of packet records
  };
  const std::vector<Sample> samples = {
      {"pcap",
       pcap_file(
           {{1, 0, marked_frame(1, 60)}, {2, 0, marked_frame(2, 61)}, {3, 0, marked_frame(3, 70)}}),
       24,
       {24, 24 + 76, 24 + 76 + 77, 24 + 76 + 77 + 86},
       {24 + 76, 24 + 76 + 77, 24 + 76 + 77 + 86}},
      {"pcapng",
       join({pcapng_section(false), pcapng_interface(1, false),
             pcapng_packet(0, 1, marked_frame(1, 60), false),
             pcapng_packet(0, 2, marked_frame(2, 61), false)}),
       28,
       {28, 48, 48 + 92, 48 + 92 + 96},
       {48 + 92, 48 + 92 + 96}},
  };
  for (const Sample& sample : samples) {
    INFO(sample.name);
    REQUIRE(sample.content.size() == sample.clean.back());
    for (std::size_t cut = 0; cut <= sample.content.size(); ++cut) {
      INFO("cut after " << cut << " bytes");
      const auto result = read_file(
          Bytes(sample.content.begin(), sample.content.begin() + static_cast<std::ptrdiff_t>(cut)));
      if (cut < sample.header) {
        CHECK_FALSE(result.error.empty());
        continue;
      }
      CHECK(result.error.empty());
      std::size_t expected = 0;
      for (const std::size_t end : sample.frames) expected += end <= cut ? 1 : 0;
      CHECK(result.frames.size() == expected);
      const bool clean =
          std::find(sample.clean.begin(), sample.clean.end(), cut) != sample.clean.end();
      REQUIRE(result.warnings.size() == (clean ? 0 : 1));
      if (!clean) {
        CHECK(contains(result.warnings[0], "cut in frame " + std::to_string(expected + 1) +
                                               " at offset " + std::to_string(cut)));
      }
    }
  }
}

TEST_CASE("every single byte damaged: nothing crashes and every frame is accounted for") {
  const std::vector<Bytes> samples = {
      pcap_file({{1, 0, marked_frame(1, 60)}, {2, 0, marked_frame(2, 61)}}),
      join({pcapng_section(true), pcapng_interface(1, true, pcapng_option(9, {9}, true)),
            pcapng_packet(0, 1, marked_frame(1, 60), true),
            pcapng_block(3, Maker(true).u32(61).raw(marked_frame(5, 61)).bytes, true)})};
  for (const Bytes& sample : samples) {
    for (std::size_t at = 0; at < sample.size(); ++at) {
      for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
        Bytes damaged = sample;
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
        INFO("byte " << at << " flipped by " << flip);
        const auto result = read_file(damaged);
        CHECK(accounted(result));
      }
    }
  }
}

TEST_CASE("an absurd record length ends the file there with a warning") {
  Bytes content = pcap_file({{1, 0, marked_frame(1, 60)}});
  const Bytes record = Maker(false).u32(1).u32(0).u32(0x7fffffff).u32(0x7fffffff).bytes;
  content.insert(content.end(), record.begin(), record.end());
  content.resize(content.size() + 100);
  const auto result = read_file(content);
  CHECK(result.error.empty());
  CHECK(result.frames.size() == 1);
  REQUIRE(result.warnings.size() == 1);
  CHECK(contains(
      result.warnings[0],
      "unreadable from frame 2 at offset 100 (captured length 2147483647 is more than 262144)"));

  Bytes blocks = join({pcapng_section(false), pcapng_interface(1, false),
                       pcapng_packet(0, 1, marked_frame(1, 60), false)});
  const Bytes block = Maker(false).u32(6).u32(8).u32(0).u32(0).bytes;
  blocks.insert(blocks.end(), block.begin(), block.end());
  const auto modern = read_file(blocks);
  CHECK(modern.frames.size() == 1);
  REQUIRE(modern.warnings.size() == 1);
  CHECK(contains(modern.warnings[0], "unreadable from frame 2 at offset 140 (block length 8)"));
}

TEST_CASE("frames below 60 bytes are padded like a MAC does") {
  const auto result = read_file(
      pcap_file({{1, 0, marked_frame(1, 59)}, {1, 0, marked_frame(1, 60)}, {1, 0, {0xaa}}}));
  REQUIRE(result.frames.size() == 3);
  CHECK(result.counts.frames_padded == 2);
  Bytes padded = marked_frame(1, 59);
  padded.push_back(0);
  CHECK(result.frames[0].bytes == padded);
  CHECK(result.frames[2].bytes.size() == 60);
  CHECK(result.frames[2].bytes[0] == 0xaa);
}

TEST_CASE("cut frames: skipped, or filled with zeros; too long ones are skipped in any case") {
  const Bytes content = pcap_file({{1, 0, marked_frame(1, 64), 100},
                                   {1, 0, marked_frame(1, 64), 9216},
                                   {1, 0, marked_frame(1, 64), 16001},
                                   {1, 0, marked_frame(1, 16001)},
                                   {1, 0, marked_frame(1, 16000)},
                                   {1, 0, marked_frame(1, 9217)}});
  const auto skipped = read_file(content);
  CHECK(skipped.frames.size() == 2);
  CHECK(skipped.skipped(Skip::kTruncatedCapture) == 3);
  CHECK(skipped.skipped(Skip::kTooLong) == 1);
  CHECK(accounted(skipped));
  CaptureOptions options;
  options.pad_truncated = true;
  const auto padded = read_file(content, options);
  REQUIRE(padded.frames.size() == 4);
  Bytes expected = marked_frame(1, 64);
  expected.resize(100);
  CHECK(padded.frames[0].bytes == expected);
  CHECK(padded.frames[1].bytes.size() == 9216);
  CHECK(padded.counts.frames_extended == 2);
  CHECK(padded.skipped(Skip::kTooLong) == 2);
}

TEST_CASE("records without bytes are skipped, records longer than their wire length are kept") {
  const auto result =
      read_file(pcap_file({{1, 0, {}}, {1, 0, {}, 60}, {1, 0, marked_frame(3, 70), 20}}));
  CHECK(result.skipped(Skip::kEmptyRecord) == 2);
  REQUIRE(result.frames.size() == 1);
  CHECK(result.frames[0].number == 3);
  CHECK(result.frames[0].bytes.size() == 70);
}

// An IPv4 TCP header with the given flags and ports behind 14 bytes of Ethernet; the filter needs
// no more.
Bytes tcp_frame(std::uint8_t flags, std::uint8_t port) {
  Bytes frame = marked_frame(0, 60);
  const Bytes ip = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
  const Bytes tcp = {0x30, 0x39, 0, port, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0};
  frame[12] = 0x08;
  frame[13] = 0x00;
  std::copy(ip.begin(), ip.end(), frame.begin() + 14);
  std::copy(tcp.begin(), tcp.end(), frame.begin() + 34);
  return frame;
}

TEST_CASE("the filter is tcpdump's") {
  const Bytes content =
      pcap_file({{1, 0, tcp_frame(2, 80)}, {1, 0, tcp_frame(0x12, 80)}, {1, 0, tcp_frame(2, 81)}});
  CaptureOptions options;
  options.filter = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn and dst port 80";
  const auto result = read_file(content, options);
  REQUIRE(result.frames.size() == 1);
  CHECK(result.frames[0].number == 1);
  CHECK(result.skipped(Skip::kFilter) == 2);
  CHECK(accounted(result));
  CHECK_THROWS_AS(check_filter("tcp and and"), FilterError);
  CHECK_NOTHROW(check_filter("tcp"));
}

TEST_CASE("the filter works for every link type of a mixed file") {
  const Bytes frame = tcp_frame(2, 80);
  const Bytes ip(frame.begin() + 14, frame.end());
  const Bytes six = {0x60, 0, 0, 0, 0,    0, 59,  64,   0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,
                     0,    0, 0, 1, 0x20, 1, 0xd, 0xb8, 0,    0, 0,   0,    0, 0, 0, 0, 0, 0, 0, 2};
  std::vector<Bytes> parts = {
      pcapng_section(false),          pcapng_interface(1, false),
      pcapng_interface(101, false),   pcapng_interface(0, false),
      pcapng_interface(108, false),   pcapng_packet(0, 1, frame, false),
      pcapng_packet(1, 1, ip, false), pcapng_packet(2, 1, join({{0, 0, 0, 2}, ip}), false)};
  for (const std::uint8_t family : Bytes{10, 23, 24, 28, 30}) {
    parts.push_back(pcapng_packet(2, 1, join({{family, 0, 0, 0}, six}), false));
    parts.push_back(pcapng_packet(3, 1, join({{0, 0, 0, family}, six}), false));
  }
  CaptureOptions options;
  options.filter = "ip6";
  CHECK(read_file(join(parts), options).frames.size() == 10);
  options.filter = "tcp dst port 80";
  CHECK(read_file(join(parts), options).frames.size() == 3);
}

}  // namespace
}  // namespace syngate::sim::test
