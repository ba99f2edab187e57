// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Frames of a real Linux 6.18 answering with cookies (test_vectors/captures/linux618-syncookies2.pcap): our SYN-
// ACK, given the kernel's cookie, TSval and configured values, must be the kernel's frame byte for byte. Its
// flow label is random and left out; its secrets are unknown, so what the cookie and the offset-covered option
// bits say cannot be checked here (kernel_vectors_test.cc does, with secrets).
#include <map>

#include "catch2.h"
#include "syngate/model/synack.h"
#include "vectors.h"

using namespace syngate::model;

namespace {

struct Record {
  std::vector<std::uint8_t> bytes;
};

std::vector<Record> read_pcap(const std::string& name) {
  std::ifstream file(std::string(SYNGATE_TEST_VECTORS) + "/" + name, std::ios::binary);
  std::vector<char> all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto word = [&](std::size_t at) {
    std::uint32_t v = 0;
    for (unsigned i = 0; i < 4; ++i) v |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(all[at + i])) << (8 * i);
    return v;
  };
  std::vector<Record> records;
  for (std::size_t at = 24; at + 16 <= all.size();) {
    const std::size_t n = word(at + 8);
    records.push_back({{all.begin() + static_cast<std::ptrdiff_t>(at + 16),
                        all.begin() + static_cast<std::ptrdiff_t>(at + 16 + n)}});
    at += 16 + n;
  }
  return records;
}

}  // namespace

TEST_CASE("synack: a real kernel's frames, byte for byte", "[synack][vectors][kernel]") {
  std::map<std::string, std::vector<std::uint8_t>> syns;
  const auto key = [](const Flow& f, bool reverse) {
    const Address& a = reverse ? f.destination : f.source;
    const unsigned port = reverse ? f.destination_port : f.source_port;
    return std::string(a.bytes.begin(), a.bytes.end()) + std::to_string(port);
  };
  unsigned compared = 0;
  unsigned with_ecn = 0;
  for (const Record& r : read_pcap("captures/linux618-syncookies2.pcap")) {
    std::vector<std::uint8_t> frame = r.bytes;
    const std::size_t length = frame.size();
    if (frame.size() < 60) frame.resize(60);
    const Parsed p = parse_frame({frame.data(), frame.size(), false}, 0x5347);
    if (!p.tcp_visible) continue;
    const unsigned flags = p.flags & (kSyn | kAck);
    if (flags == kSyn) syns[key(p.flow, false)] = frame;
    if (flags != (kSyn | kAck)) continue;
    const auto syn = syns.find(key(p.flow, true));
    REQUIRE(syn != syns.end());
    const Frame syn_frame{syn->second.data(), syn->second.size(), false};
    const Parsed s = parse_frame(syn_frame, 0x5347);
    SynAck values;
    values.cookie = p.seq;
    values.tsval = p.options.tsval;
    values.mss = p.options.mss;
    values.window = p.window;
    values.wscale = p.options.wscale.value_or(0);
    // ECN as Linux decides it: asked for by ECE and CWR, IP not ECT, and only with timestamps in cookie mode.
    values.ecn = (s.flags & (kEce | kCwr)) == (kEce | kCwr) && s.options.timestamps;
    std::vector<std::uint8_t> built;
    build_synack(syn_frame, s, values, built);
    frame.resize(std::max<std::size_t>(length, 60));
    if (p.family == Family::kIpv6) {
      for (std::size_t i = 15; i < 18; ++i) built[i] = frame[i];
    }
    INFO("frame of " << length << " bytes, port " << p.flow.destination_port);
    CHECK(built == frame);
    ++compared;
    with_ecn += values.ecn ? 1 : 0;
  }
  CHECK(compared == 124);
  CHECK(with_ecn > 0);
}
