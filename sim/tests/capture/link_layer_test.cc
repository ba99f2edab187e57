// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Link headers as www.tcpdump.org/linktypes.html describes them.
#include "capture_files.h"
#include "catch2.h"

namespace syngate::sim::test {
namespace {

const Bytes kIp4 = {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
const Bytes kIp6 = {0x60, 0, 0, 0, 0,    0, 59,  64,   0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,
                    0,    0, 0, 1, 0x20, 1, 0xd, 0xb8, 0,    0, 0,   0,    0, 0, 0, 0, 0, 0, 0, 2};

// The Ethernet frame that is expected: fixed addresses, ethertype, payload, padding to 60.
Bytes ethernet(std::uint8_t high, std::uint8_t low, const Bytes& payload) {
  Bytes frame = join({{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, high, low}, payload});
  if (frame.size() < 60) frame.resize(60);
  return frame;
}

Bytes one_frame(std::uint32_t link_type, const Bytes& data, bool big = false) {
  const auto result = read_file(pcap_file({{1, 0, data}}, link_type, big));
  REQUIRE(result.error.empty());
  REQUIRE(result.frames.size() == 1);
  return result.frames[0].bytes;
}

TEST_CASE("raw IP") {
  for (const std::uint32_t link_type : {12u, 14u, 101u}) {
    CHECK(one_frame(link_type, kIp4) == ethernet(0x08, 0x00, kIp4));
    CHECK(one_frame(link_type, kIp6) == ethernet(0x86, 0xdd, kIp6));
  }
  CHECK(one_frame(228, kIp4) == ethernet(0x08, 0x00, kIp4));
  CHECK(one_frame(229, kIp6) == ethernet(0x86, 0xdd, kIp6));
  const auto other = read_file(pcap_file({{1, 0, {0x10, 2, 3}}}, 101));
  CHECK(other.skipped(Skip::kLinkProtocol) == 1);
}

TEST_CASE("NULL in either byte order, loop in network order, address families of all systems") {
  for (const bool big : {false, true}) {
    CHECK(one_frame(0, join({{2, 0, 0, 0}, kIp4}), big) == ethernet(0x08, 0x00, kIp4));
    CHECK(one_frame(0, join({{0, 0, 0, 2}, kIp4}), big) == ethernet(0x08, 0x00, kIp4));
    CHECK(one_frame(108, join({{0, 0, 0, 2}, kIp4}), big) == ethernet(0x08, 0x00, kIp4));
    for (const std::uint8_t family : Bytes{10, 23, 24, 28, 30}) {
      CHECK(one_frame(0, join({{family, 0, 0, 0}, kIp6}), big) == ethernet(0x86, 0xdd, kIp6));
      CHECK(one_frame(0, join({{0, 0, 0, family}, kIp6}), big) == ethernet(0x86, 0xdd, kIp6));
      CHECK(one_frame(108, join({{0, 0, 0, family}, kIp6}), big) == ethernet(0x86, 0xdd, kIp6));
    }
  }
  CHECK(
      read_file(pcap_file({{1, 0, join({{7, 0, 0, 0}, kIp4})}}, 0)).skipped(Skip::kLinkProtocol) ==
      1);
  CHECK(read_file(pcap_file({{1, 0, join({{2, 0, 0, 0}, kIp4})}}, 108))
            .skipped(Skip::kLinkProtocol) == 1);
  CHECK(read_file(pcap_file({{1, 0, {2, 0, 0}}}, 0)).skipped(Skip::kLinkProtocol) == 1);
}

TEST_CASE("Linux cooked captures, versions 1 and 2, with their protocol as ethertype") {
  // Outgoing (4), ARPHRD_ETHER (1), address length 6, address, protocol.
  const auto sll = [](std::uint8_t high, std::uint8_t low, const Bytes& payload) {
    return join({{0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, high, low}, payload});
  };
  // Protocol, reserved, interface 2, ARPHRD_ETHER, outgoing, address length 6, address.
  const auto sll2 = [](std::uint8_t high, std::uint8_t low, const Bytes& payload) {
    return join({{high, low, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0}, payload});
  };
  CHECK(one_frame(113, sll(0x08, 0x00, kIp4)) == ethernet(0x08, 0x00, kIp4));
  CHECK(one_frame(276, sll2(0x86, 0xdd, kIp6)) == ethernet(0x86, 0xdd, kIp6));
  const Bytes arp(28, 7);
  CHECK(one_frame(113, sll(0x08, 0x06, arp)) == ethernet(0x08, 0x06, arp));
  const Bytes tagged = join({{0x00, 0x2a, 0x08, 0x00}, kIp4});
  CHECK(one_frame(276, sll2(0x81, 0x00, tagged)) == ethernet(0x81, 0x00, tagged));
  // 802.2 frames: protocol 4 stands for a length field.
  const Bytes llc(35, 0x42);
  CHECK(one_frame(113, sll(0, 4, llc)) == ethernet(0, 35, llc));
  CHECK(read_file(pcap_file({{1, 0, {0, 4, 0, 1}}}, 113)).skipped(Skip::kLinkProtocol) == 1);
  CHECK(read_file(pcap_file({{1, 0, {0, 4, 0, 1}, 60}}, 113)).skipped(Skip::kTruncatedCapture) ==
        1);
}

TEST_CASE("a cooked frame cut by the snaplen is filled up to its length as Ethernet") {
  CaptureOptions options;
  options.pad_truncated = true;
  const Bytes data = join({{0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0}, kIp4});
  const auto result = read_file(pcap_file({{1, 0, data, 16 + 1000}}, 113), options);
  REQUIRE(result.frames.size() == 1);
  CHECK(result.frames[0].bytes.size() == 14 + 1000);
  CHECK(result.counts.frames_extended == 1);
}

}  // namespace
}  // namespace syngate::sim::test
