// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/sim/packet_view.h"

#include "capture_files.h"
#include "catch2.h"

namespace syngate::sim::test {
namespace {

// RFC 1071 over a range, big-endian words; written here so that the checksums under test have a
// second opinion.
std::uint32_t ones_sum(const Bytes& bytes, std::size_t from, std::size_t to, std::uint32_t sum) {
  for (std::size_t i = from; i < to; i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i] << 8) + (i + 1 < to ? bytes[i + 1] : 0u);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}

// Linux's SYN of 74 bytes: 203.0.113.9:41022 -> 198.51.100.2:443, MSS, SACK, timestamps, NOP,
// window scale.
Bytes linux_syn() {
  return {0x02, 0,    0,    0,    0,    1,    0x02, 0,  0,  0, 0, 2, 0x08, 0x00,  // Ethernet
          0x45, 0,    0,    60,   0x12, 0x34, 0x40, 0,  64, 6, 0, 0, 203,  0,
          113,  9,    198,  51,   100,  2,  // IPv4, checksum 0
          0xa0, 0x3e, 0x01, 0xbb, 1,    2,    3,    4,  0,  0, 0, 0, 0xa0, 0x02,
          0xfa, 0xf0, 0,    0,    0,    0,  // TCP, checksum 0
          2,    4,    5,    0xb4, 4,    2,    8,    10, 0,  1, 2, 3, 0,    0,
          0,    0,    1,    3,    3,    7};
}

TEST_CASE("frames are described as people say it") {
  const Bytes syn = linux_syn();
  CHECK(describe_packet(syn.data(), syn.size()) == "SYN 203.0.113.9:41022 -> 198.51.100.2:443");
  Bytes synack = syn;
  synack[47] = 0x52;
  CHECK(describe_packet(synack.data(), synack.size()) ==
        "SYN|ACK|ECE 203.0.113.9:41022 -> 198.51.100.2:443");
  Bytes tagged = syn;
  tagged.insert(tagged.begin() + 12, {0x88, 0xa8, 0, 1, 0x81, 0, 0, 2});
  CHECK(describe_packet(tagged.data(), tagged.size()) ==
        "SYN 203.0.113.9:41022 -> 198.51.100.2:443");
  Bytes udp = syn;
  udp[23] = 17;
  CHECK(describe_packet(udp.data(), udp.size()) == "IPv4 protocol 17 203.0.113.9 -> 198.51.100.2");
  const Bytes arp = marked_frame(0, 60);
  CHECK(describe_packet(arp.data(), arp.size()) == "ethertype 0x88b5");
  CHECK(describe_packet(arp.data(), 13) == "13 bytes, too short for Ethernet");
  for (std::size_t length = 0; length <= tagged.size(); ++length) {
    const Bytes part(tagged.begin(), tagged.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_FALSE(describe_packet(part.data(), part.size()).empty());
    for (std::size_t at = 0; at <= length; ++at)
      CHECK_FALSE(field_at(part.data(), part.size(), at).empty());
  }
}

TEST_CASE("bytes have the names of their fields") {
  const Bytes syn = linux_syn();
  const auto name = [&syn](std::size_t at) { return field_at(syn.data(), syn.size(), at); };
  CHECK(name(0) == "eth.destination");
  CHECK(name(13) == "eth.type");
  CHECK(name(16) == "ipv4.total_length");
  CHECK(name(24) == "ipv4.checksum");
  CHECK(name(0x26) == "tcp.seq");
  CHECK(name(47) == "tcp.flags");
  CHECK(name(50) == "tcp.checksum");
  CHECK(name(54) == "tcp.option.mss");
  CHECK(name(58) == "tcp.option.sack_permitted");
  CHECK(name(60) == "tcp.option.timestamps");
  CHECK(name(62) == "tcp.option.timestamps.tsval");
  CHECK(name(69) == "tcp.option.timestamps.tsecr");
  CHECK(name(70) == "tcp.option.nop");
  CHECK(name(73) == "tcp.option.window_scale");
  CHECK(name(74) == "length");
}

TEST_CASE("wrong checksums are corrected, right ones left alone") {
  Bytes frame = linux_syn();
  const ChecksumFix first = fix_checksums(frame.data(), frame.size());
  CHECK(first.checksum);
  CHECK_FALSE(first.length);
  CHECK(ones_sum(frame, 14, 34, 0) == 0xffff);
  // Pseudo header: addresses, protocol 6, TCP length 40.
  CHECK(ones_sum(frame, 34, 74, ones_sum(frame, 26, 34, 6 + 40)) == 0xffff);
  Bytes again = frame;
  CHECK_FALSE(fix_checksums(again.data(), again.size()).checksum);
  CHECK(again == frame);
}

TEST_CASE(
    "a frame of segmentation offload gets its IPv4 length; fragments and cut headers are left "
    "alone") {
  Bytes frame = linux_syn();
  frame[16] = frame[17] = 0;
  frame.push_back(0x55);  // one byte of data: an odd length
  const ChecksumFix fix = fix_checksums(frame.data(), frame.size());
  CHECK(fix.length);
  CHECK(fix.checksum);
  CHECK(frame[17] == 61);
  CHECK(ones_sum(frame, 34, 75, ones_sum(frame, 26, 34, 6 + 41)) == 0xffff);
  Bytes fragment = linux_syn();
  fragment[20] = 0x20;
  const Bytes before = fragment;
  CHECK_FALSE(fix_checksums(fragment.data(), fragment.size()).checksum);
  CHECK(fragment == before);
  for (std::size_t length = 0; length < before.size(); ++length) {
    Bytes cut(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(length));
    const Bytes same = cut;
    fix_checksums(cut.data(), cut.size());
    CHECK(cut == same);
  }
}

TEST_CASE("IPv6 checksums are corrected as well") {
  const Bytes syn = linux_syn();
  Bytes frame(syn.begin(), syn.begin() + 12);
  const Bytes head = {0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 6, 64, 0x20, 1, 0xd,  0xb8,
                      0,    0,    0,    0, 0, 0, 0, 0,  0, 0,  0,    1, 0x20, 1,
                      0xd,  0xb8, 0,    0, 0, 0, 0, 0,  0, 0,  0,    0, 0,    2};
  frame.insert(frame.end(), head.begin(), head.end());
  frame.insert(frame.end(), syn.begin() + 34, syn.end());
  CHECK(fix_checksums(frame.data(), frame.size()).checksum);
  CHECK(ones_sum(frame, 54, 94, ones_sum(frame, 22, 54, 6 + 40)) == 0xffff);
  CHECK(describe_packet(frame.data(), frame.size()) ==
        "SYN [2001:db8::1]:41022 -> [2001:db8::2]:443");
}

}  // namespace
}  // namespace syngate::sim::test
