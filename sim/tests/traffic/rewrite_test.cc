// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Frames and what must become of them are written out byte for byte; checksums were summed by hand (RFC 1071).
#include "rewrite.h"

#include "catch2.h"

namespace syngate::sim {
namespace {

const Bytes kEthernet = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};

Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// 10.0.0.1:4096 -> 10.0.0.2:80, 20 bytes of IPv4 header with checksum.
Bytes ip4(std::uint8_t length, std::uint8_t sum_high, std::uint8_t sum_low) {
  return {0x45, 0, 0, length, 0, 0, 0x40, 0, 64, 6, sum_high, sum_low, 10, 0, 0, 1, 10, 0, 0, 2};
}

}  // namespace

TEST_CASE("ACK number, SACK edges and TSecr move, nothing else does") {
  // ACK 0x100, one SACK block 0x200-0x300, TSval 0x11223344, TSecr 0x50; doff 13 (52 bytes).
  Bytes frame = join({kEthernet, ip4(72, 0x26, 0xae),
                      {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0, 0xd0, 0x10, 1, 0, 0xff, 0xff, 0, 0},
                      {1, 1, 5, 10, 0, 0, 2, 0, 0, 0, 3, 0, 1, 1, 1, 1, 1, 1, 8, 10, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0x50,
                       1, 1, 1, 1}});
  Translation t;
  t.ack = 0x10;
  t.tsecr = 0xfffffff0;  // back by 16
  REQUIRE(rewrite_segment(&frame, t));
  // Pseudo header 0a00+0001+0a00+0002+0006+0034 = 143d; TCP 1000+0050+0001+0110+d010+0100 = e271; options
  // 6*0101+050a+0210+0310+080a+1122+3344+0040 = 5ce0. Sum 538f, complement ac70.
  const Bytes expected = join({kEthernet, ip4(72, 0x26, 0xae),
                               {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0x10, 0xd0, 0x10, 1, 0, 0xac, 0x70, 0, 0},
                               {1, 1, 5, 10, 0, 0, 2, 0x10, 0, 0, 3, 0x10, 1, 1, 1, 1, 1, 1, 8, 10, 0x11, 0x22, 0x33, 0x44,
                                0, 0, 0, 0x40, 1, 1, 1, 1}});
  CHECK(frame == expected);
}

TEST_CASE("a client whose server had no timestamps gets them, in front of its options") {
  // Padded to 60 bytes; the padding goes, the frame becomes 66 bytes.
  Bytes frame = join({kEthernet, ip4(40, 0x26, 0xce),
                      {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0, 0x50, 0x10, 1, 0, 0xff, 0xff, 0, 0},
                      {0, 0, 0, 0, 0, 0}});
  Translation t;
  t.ack = 0x10;
  t.timestamps = Timestamps::kInsert;
  t.tsval = 0x01020304;
  t.tsecr = 0x05060708;
  REQUIRE(rewrite_segment(&frame, t));
  // Pseudo header 1400+0003+0006+0020 = 1429; TCP 1000+0050+0001+0110+8010+0100 = 9271; options 0101+080a+0102+0304+0506+0708 = 191f.
  // Sum bfb9, complement 4046.
  const Bytes expected = join({kEthernet, ip4(52, 0x26, 0xc2),
                               {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0x10, 0x80, 0x10, 1, 0, 0x40, 0x46, 0, 0},
                               {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8}});
  CHECK(frame == expected);

  Bytes full = join({kEthernet, ip4(80, 0, 0),
                     {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0, 0xf0, 0x10, 1, 0, 0, 0, 0, 0}, Bytes(40, 1)});
  const Bytes before = full;
  CHECK_FALSE(rewrite_segment(&full, t));
  CHECK(full == before);
}

TEST_CASE("timestamps that the client would not send become NOPs") {
  Bytes frame = join({kEthernet, ip4(52, 0x26, 0xc2),
                      {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0, 0x80, 0x10, 1, 0, 0, 0, 0, 0},
                      {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8}});
  Translation t;
  t.timestamps = Timestamps::kRemove;
  REQUIRE(rewrite_segment(&frame, t));
  CHECK(Bytes(frame.end() - 12, frame.end()) == Bytes(12, 1));
  // 1429 + 1000+0050+0001+0100+8010+0100 = 9261, + 6*0101 = 0606: ac90, complement 536f.
  CHECK(frame[50] == 0x53);
  CHECK(frame[51] == 0x6f);
}

TEST_CASE("the numbers of a reset without ACK mean nothing and stay") {
  Bytes frame = join({kEthernet, ip4(40, 0x26, 0xce),
                      {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0, 0x50, 0x04, 1, 0, 0, 0, 0, 0},
                      {0, 0, 0, 0, 0, 0}});
  Translation t;
  t.ack = 0x10;
  REQUIRE(rewrite_segment(&frame, t));
  CHECK(Bytes(frame.begin() + 42, frame.begin() + 46) == Bytes{0, 0, 1, 0});
}

TEST_CASE("addresses move and right checksums stay right, wrong ones wrong") {
  // The padded ACK of above with right checksums: pseudo 1400+0003+0006+0014 = 141d, TCP 1000+0050+0001+0100+5010+0100 = 6261;
  // sum 767e, complement 8981.
  const Bytes right = join({kEthernet, ip4(40, 0x26, 0xce),
                            {0x10, 0, 0, 80, 0, 0, 0, 1, 0, 0, 1, 0, 0x50, 0x10, 1, 0, 0x89, 0x81, 0, 0},
                            {0, 0, 0, 0, 0, 0}});
  Bytes frame = right;
  add_to_address(&frame, true, 5);
  CHECK(frame[29] == 6);
  Bytes fixed = frame;
  fix_checksums(fixed);
  CHECK(fixed == frame);
  add_to_address(&frame, true, 0xfffffffb);
  CHECK(frame == right);

  Bytes wrong = right;
  wrong[51] ^= 1;
  add_to_address(&wrong, false, 0x00010000);
  CHECK(wrong[31] == 1);
  fixed = wrong;
  fix_checksums(fixed);
  CHECK(fixed[51] != wrong[51]);
}

}  // namespace syngate::sim
