// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include "catch2.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

TEST_CASE("a SYN byte by byte") {
  PlainSegment segment;
  segment.source = *address_from_text("10.0.0.1");
  segment.destination = *address_from_text("10.0.0.2");
  segment.source_port = 0x1234;
  segment.destination_port = 80;
  segment.seq = 0x01020304;
  segment.flags = kTcpSyn;
  segment.options = syn_options_mss(1460);
  // IPv4 checksum by hand: 4500+002c+4000+4006+0a00+0001+0a00+0002 = d935, complement 26ca. TCP's
  // is summed below.
  const std::vector<std::uint8_t> frame = make_frame(segment);
  REQUIRE(frame.size() == 60);
  const std::vector<std::uint8_t> head = {
      2,    0,    0, 0,    0, 1,  2, 0,    0,    0,  0, 2, 8,    0,    0x45, 0,   0,
      44,   0,    0, 0x40, 0, 64, 6, 0x26, 0xca, 10, 0, 0, 1,    10,   0,    0,   2,
      0x12, 0x34, 0, 80,   1, 2,  3, 4,    0,    0,  0, 0, 0x60, 0x02, 0xff, 0xff};
  CHECK(std::vector<std::uint8_t>(frame.begin(), frame.begin() + 50) == head);
  CHECK(std::vector<std::uint8_t>(frame.begin() + 52, frame.end()) ==
        std::vector<std::uint8_t>{0, 0, 2, 4, 5, 0xb4, 0, 0});
  std::uint32_t sum = 6 + 24;
  for (std::size_t i = 26; i < 58; i += 2)
    sum += static_cast<std::uint32_t>(frame[i] << 8 | frame[i + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  CHECK(sum == 0xffff);
}

TEST_CASE("option blocks have the sizes of the systems' SYNs") {
  CHECK(syn_options_windows(1460) ==
        std::vector<std::uint8_t>{2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2});
  CHECK(syn_options_linux(1460, 0x01020304) ==
        std::vector<std::uint8_t>{2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7});
  CHECK(syn_options_macos(1460, 0x01020304) ==
        std::vector<std::uint8_t>{2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 8, 10,
                                  1, 2, 3, 4,    0, 0, 0, 0, 4, 2, 0, 0});
}

}  // namespace
}  // namespace syngate::sim
