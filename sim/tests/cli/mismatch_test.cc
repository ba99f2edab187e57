// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "mismatch.h"

#include "catch2.h"
#include "frames.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

// A SYN-ACK of 58 bytes, padded to 60.
std::vector<std::uint8_t> reply() {
  PlainSegment segment;
  segment.source = *address_from_text("198.51.100.2");
  segment.destination = *address_from_text("203.0.113.9");
  segment.source_port = 443;
  segment.destination_port = 41022;
  segment.seq = 0x5b1d07f2;
  segment.ack = 2;
  segment.flags = kTcpSyn | kTcpAck;
  segment.options = syn_options_mss(1460);
  return make_frame(segment);
}

Mismatch example() {
  Mismatch mismatch;
  mismatch.id = 1742;
  mismatch.tag = 1742;
  mismatch.cycle = 88213;
  mismatch.stage = "cookie";
  mismatch.field = "cookie";
  mismatch.rtl = "0x5b1d07f3";
  mismatch.model = "0x5b1d07f2";
  mismatch.model_bytes = reply();
  mismatch.rtl_bytes = mismatch.model_bytes;
  mismatch.rtl_bytes[0x29] = 0xf3;
  return mismatch;
}

const FrameOrigin kOrigin = {"x.pcap", 1743, "SYN 203.0.113.9:41022 -> 198.51.100.2:443"};

TEST_CASE("a mismatch as it is printed") {
  CHECK(mismatch_text(example(), kOrigin, "syngate waves runs/x --packet 1742",
                      "syngate replay x.pcap --seed 7 --limit 1743") ==
        "MISMATCH packet 1742  SYN 203.0.113.9:41022 -> 198.51.100.2:443   x.pcap frame 1743, "
        "cycle 88213\n"
        "  stage   cookie        field cookie   rtl 0x5b1d07f3   model 0x5b1d07f2\n"
        "  bytes   first difference at 0x29 (tcp.seq), 1 of 60 bytes differ\n"
        "    0020  71 09 01 bb a0 3e [5b 1d 07 f3] 00 00 00 02 60 12  rtl\n"
        "    0020  71 09 01 bb a0 3e [5b 1d 07 f2] 00 00 00 02 60 12  model\n"
        "  waves   syngate waves runs/x --packet 1742\n"
        "  rerun   syngate replay x.pcap --seed 7 --limit 1743\n");
}

TEST_CASE("values without bytes, and frames that are not known") {
  Mismatch mismatch = example();
  mismatch.stage = "csr";
  mismatch.field = "drop_bad_cookie";
  mismatch.rtl = "7";
  mismatch.model = "8";
  mismatch.rtl_bytes.clear();
  mismatch.model_bytes.clear();
  CHECK(mismatch_text(mismatch, {}, "", "") ==
        "MISMATCH packet 1742 cycle 88213\n"
        "  stage   csr           field drop_bad_cookie   rtl 7   model 8\n");
}

TEST_CASE("frames of different length, one of them empty") {
  Mismatch mismatch = example();
  mismatch.rtl_bytes = mismatch.model_bytes;
  mismatch.rtl_bytes.resize(58);
  std::string text = mismatch_text(mismatch, kOrigin, "", "");
  CHECK(text.find(
            "first difference at 0x3a (payload), 2 of 60 bytes differ, lengths: rtl 58, model 60\n"
            "    0030  ff ff 2c cc 00 00 02 04 05 b4 [--] -- -- -- -- --  rtl\n"
            "    0030  ff ff 2c cc 00 00 02 04 05 b4 [00] 00 -- -- -- --  model\n") !=
        std::string::npos);
  mismatch.rtl_bytes.clear();
  text = mismatch_text(mismatch, kOrigin, "", "");
  CHECK(text.find("first difference at 0x00 (eth.destination), 60 of 60 bytes differ, lengths: rtl "
                  "0, model 60") != std::string::npos);
}

}  // namespace
}  // namespace syngate::sim
