// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Every rule and every reason with a frame written by hand.
#include <algorithm>
#include <functional>
#include <string>

#include "catch2.h"
#include "frames.h"
#include "model_config.h"
#include "syngate/model/parse.h"

namespace defs = syngate::defs;
using namespace syngate::model;
using frames::Bytes;

namespace {

const Time kTime{286326, 1000000};

std::string decide(Pipeline& pipeline, const Bytes& f, bool bad_fcs = false) {
  const Outcome& o = pipeline.process({f.data(), f.size(), bad_fcs}, kTime);
  return std::string(to_string(o.verdict)) +
         (o.reason == defs::Reason::kNone ? "" : " " + std::string(to_string(o.reason)));
}

std::string decide(const Bytes& f, std::uint32_t policy = defs::kPolicyReset, bool bad_fcs = false) {
  Config config = test_config();
  config.policy = policy;
  Pipeline pipeline(config);
  return decide(pipeline, f, bad_fcs);
}

Bytes changed(Bytes f, const std::function<void(Bytes&)>& change, bool seal = true) {
  change(f);
  if (seal) frames::seal(f);
  return f;
}

std::uint32_t without(defs::Policy policy) { return defs::kPolicyReset & ~(1u << static_cast<unsigned>(policy)); }

}  // namespace

TEST_CASE("rules: 1, sound frames only", "[rules]") {
  const Bytes syn = frames::tcp(false, kSyn, 1, 0);
  const Bytes syn6 = frames::tcp(true, kSyn, 1, 0);
  CHECK(decide(syn, defs::kPolicyReset, true) == "drop bad_frame");
  CHECK(decide(Bytes(syn.begin(), syn.begin() + 59)) == "drop bad_frame");
  CHECK(decide(changed(syn, [](Bytes& f) { f.resize(9217); })) == "drop bad_frame");
  CHECK(decide(changed(syn, [](Bytes& f) { f[14] = 0x55; }, false)) == "drop bad_frame");
  CHECK(decide(changed(syn, [](Bytes& f) { f[14] = 0x44; }, false)) == "drop bad_frame");
  CHECK(decide(changed(syn6, [](Bytes& f) { f[14] = 0x40; }, false)) == "drop bad_frame");
  CHECK(decide(changed(syn, [](Bytes& f) { f[14] = 0x4f; }, false)) == "drop truncated");
  CHECK(decide(changed(syn, [](Bytes& f) { f[46] = 0xf0; }, false)) == "drop truncated");
  CHECK(decide(Bytes(syn6.begin(), syn6.begin() + 70)) == "drop truncated");
}

TEST_CASE("rules: 2, the stamp never comes from outside", "[rules]") {
  const Bytes stamp = {253, 4, 0x53, 0x47};
  CHECK(decide(frames::tcp(false, kAck, 1, 1, stamp)) == "drop forged_stamp");
  CHECK(decide(frames::tcp(true, kSyn, 1, 0, stamp)) == "drop forged_stamp");
  // Also where nothing is protected.
  CHECK(decide(changed(frames::tcp(false, kAck, 1, 1, stamp), [](Bytes& f) { f[33] = 99; })) == "drop forged_stamp");
}

TEST_CASE("rules: 3, what is not ours passes", "[rules]") {
  const Bytes ack = frames::tcp(false, kAck, 1, 1);
  CHECK(decide(changed(ack, [](Bytes& f) { f[12] = 8, f[13] = 6; }, false)) == "pass");   // ARP
  CHECK(decide(changed(ack, [](Bytes& f) { f[0] = 1; }, false)) == "pass");               // group address
  CHECK(decide(changed(ack, [](Bytes& f) { f[30] = 224; })) == "pass");
  CHECK(decide(changed(ack, [](Bytes& f) { f[33] = 11; })) == "pass");                    // other host
  CHECK(decide(changed(ack, [](Bytes& f) { f[37] = 0xbc; })) == "pass");                  // other port
  CHECK(decide(ack) == "drop bad_cookie");
  const Bytes nd = changed(frames::tcp(true, kAck, 1, 1), [](Bytes& f) { f[20] = 58, f[54] = 135; }, false);
  CHECK(decide(nd) == "pass");
  Config config = test_config();
  config.destinations[2] = config.destinations[0];
  config.destinations[0].mode = defs::Mode::kOff;
  Pipeline off_first(config);
  CHECK(decide(off_first, ack) == "pass");
}

TEST_CASE("rules: 1, where truncation begins", "[rules]") {
  // An IPv6 segment with options, cut behind every byte; L counts, lengths in the headers stay.
  const Bytes whole = frames::tcp(true, kSyn, 1, 0, Bytes(12, 1));
  for (std::size_t n = 1; n <= whole.size(); ++n) {
    INFO(n);
    const char* expected = n < 60 ? "drop bad_frame" : n < 86 ? "drop truncated" : "reply";
    CHECK(decide(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n))) == expected);
  }
  // With two tags the IPv6 header itself may be cut, and a wrong version is seen first.
  Bytes tagged = frames::tcp(true, kSyn, 1, 0);
  for (int i = 0; i < 2; ++i) tagged.insert(tagged.begin() + 12, {0x81, 0, 0, 7});
  CHECK(decide(Bytes(tagged.begin(), tagged.begin() + 61)) == "drop truncated");
  CHECK(decide(changed(tagged, [](Bytes& f) { f[22] = 0x50, f.resize(61); }, false)) == "drop bad_frame");
  // An IPv4 header of 60 bytes that ends with the frame.
  const Bytes long_header = changed(frames::tcp(false, kSyn, 1, 0), [](Bytes& f) { f[14] = 0x4f, f.resize(74); }, false);
  CHECK(decide(long_header) == "drop ip_options");
  CHECK(decide(Bytes(long_header.begin(), long_header.end() - 1)) == "drop truncated");
  // A data offset below five asks for nothing more than the fixed header; the largest frame that is served.
  CHECK(decide(changed(whole, [](Bytes& f) { f[66] = 0x40, f.resize(74); }, false)) == "drop bad_header_length");
  CHECK(decide(changed(frames::tcp(false, kSyn, 1, 0), [](Bytes& f) { f.resize(9216); })) == "reply");
}

TEST_CASE("rules: the first one that matches", "[rules]") {
  const Bytes stamp = {253, 4, 0x53, 0x47};
  const Bytes syn = frames::tcp(false, kSyn, 1, 0, stamp);
  CHECK(decide(syn, defs::kPolicyReset, true) == "drop bad_frame");
  // The stamp is looked for before anything is passed: group addresses, unprotected ports, a fragment's first piece.
  CHECK(decide(changed(syn, [](Bytes& f) { f[0] |= 1; }, false)) == "drop forged_stamp");
  CHECK(decide(changed(syn, [](Bytes& f) { f[37] = 1; }, false)) == "drop forged_stamp");
  CHECK(decide(changed(syn, [](Bytes& f) { f[20] = 0x20; }, false)) == "drop forged_stamp");
  // A data offset below five leaves no options.
  CHECK(decide(changed(syn, [](Bytes& f) { f[46] = 0x40; }, false)) == "drop bad_header_length");
  // All faults of rule 5 that a frame can have at once, taken away one by one.
  Bytes f = frames::tcp(false, kSyn, 1, 0);
  for (int i = 0; i < 4; ++i) f[26 + i] = f[30 + i];
  f[34] = f[35] = f[36] = f[37] = 0;
  f[20] = 0x20;
  f[14] = 0x46;
  f[46] = 0x60;
  f[17] = 41;
  Config config = test_config();
  config.destinations[0].port_first = 0;
  Pipeline pipeline(config);
  CHECK(decide(pipeline, f) == "drop fragment");
  f[20] = 0x40;
  CHECK(decide(pipeline, f) == "drop ip_options");
  f[14] = 0x45;
  CHECK(decide(pipeline, f) == "drop bad_header_length");
  f[46] = 0x50;
  f[17] = 40;
  CHECK(decide(pipeline, f) == "drop land");
  f[29] ^= 1;
  CHECK(decide(pipeline, f) == "drop port_zero");
  f[34] = f[36] = 1;
  CHECK(decide(pipeline, f) == "drop bad_ip_checksum");
  Bytes ip_only = f;
  frames::seal(ip_only);
  ip_only[50] ^= 1;
  CHECK(decide(pipeline, ip_only) == "drop bad_tcp_checksum");
  frames::seal(f);
  CHECK(decide(pipeline, f) == "reply");
}

TEST_CASE("rules: 3, which entry decides", "[rules]") {
  // 198.51.100.10 = c6 33 64 0a. The boundary of every prefix length: the last bit inside it differs, or the first one outside.
  const Bytes syn = frames::tcp(false, kSyn, 1, 0);
  const Bytes syn6 = frames::tcp(true, kSyn, 1, 0);
  for (const bool is6 : {false, true}) {
    const std::size_t at = is6 ? 38 : 30;
    for (unsigned length = 1; length <= (is6 ? 128u : 32u); ++length) {
      INFO(length);
      Config config = test_config();
      config.destinations[is6].prefix_length = length;
      Pipeline pipeline(config);
      // The high bits of the first byte would make it multicast or not IPv6 unicast; that is rule 3 as well, but not this part of it.
      if (length > 8) {
        const auto inside = changed(is6 ? syn6 : syn, [&](Bytes& f) {
          f[at + (length - 1) / 8] ^= static_cast<std::uint8_t>(0x80 >> (length - 1) % 8);
        });
        CHECK(decide(pipeline, inside) == "pass");
      }
      if (length >= 8 && length < (is6 ? 128u : 32u)) {
        const auto outside = changed(is6 ? syn6 : syn, [&](Bytes& f) {
          f[at + length / 8] ^= static_cast<std::uint8_t>(0x80 >> length % 8);
        });
        CHECK(decide(pipeline, outside) == "reply");
      }
    }
  }
  // A prefix of length 0 covers its family and no other.
  Config config = test_config();
  config.destinations[0].prefix_length = 0;
  config.destinations[1].used = false;
  Pipeline all4(config);
  CHECK(decide(all4, changed(syn, [](Bytes& f) { f[30] = 1; })) == "reply");
  CHECK(decide(all4, syn6) == "pass");
  // Ports, both ends inclusive.
  config = test_config();
  config.destinations[0].port_first = 442;
  config.destinations[0].port_last = 444;
  Pipeline range(config);
  const auto port = [&](unsigned p) { return changed(syn, [&](Bytes& f) { frames::put16(f, 36, p); }); };
  CHECK(decide(range, port(441)) == "pass");
  CHECK(decide(range, port(442)) == "reply");
  CHECK(decide(range, port(444)) == "reply");
  CHECK(decide(range, port(445)) == "pass");
  // The first used entry whose prefix and ports match decides, and gives the values of the SYN-ACK.
  config = test_config();
  config.destinations[15] = config.destinations[0];
  config.destinations[15].mss = 1234;
  config.destinations[0].port_last = config.destinations[0].port_first = 80;
  Pipeline last(config);
  const Outcome& o = last.process({syn.data(), syn.size(), false}, kTime);
  REQUIRE(o.reply.size() == 60);
  CHECK(o.reply[54] == 2);
  CHECK((o.reply[56] << 8 | o.reply[57]) == 1234);
  // Without a visible port any entry of mode always whose prefix covers it protects; one of mode off does not.
  const Bytes udp = changed(syn, [](Bytes& f) { f[23] = 17; }, false);
  config.policy |= 1u << static_cast<unsigned>(defs::Policy::kOtherProtocol);
  config.destinations[0].mode = defs::Mode::kOff;
  Pipeline udp_drop(config);
  CHECK(decide(udp_drop, udp) == "drop other_protocol");
  config.destinations[15].mode = defs::Mode::kOff;
  Pipeline udp_pass(config);
  CHECK(decide(udp_pass, udp) == "pass");
  const Bytes fragment = changed(syn, [](Bytes& f) { f[21] = 5; }, false);
  CHECK(decide(udp_pass, fragment) == "pass");
  CHECK(decide(udp_drop, fragment) == "drop fragment");
}

TEST_CASE("rules: 3, multicast and neighbour discovery", "[rules]") {
  Config config = test_config();
  config.policy |= 1u << static_cast<unsigned>(defs::Policy::kOtherProtocol);
  config.destinations[0].prefix_length = 0;
  config.destinations[1].prefix_length = 0;
  Pipeline pipeline(config);
  const Bytes ack = frames::tcp(false, kAck, 1, 1);
  const Bytes ack6 = frames::tcp(true, kAck, 1, 1);
  const auto to = [&](std::initializer_list<int> address) {
    return changed(ack, [&](Bytes& f) { std::copy(address.begin(), address.end(), f.begin() + 30); });
  };
  CHECK(decide(pipeline, to({223, 255, 255, 255})) == "drop bad_cookie");
  CHECK(decide(pipeline, to({224, 0, 0, 0})) == "pass");
  CHECK(decide(pipeline, to({239, 255, 255, 255})) == "pass");
  CHECK(decide(pipeline, to({240, 0, 0, 0})) == "drop bad_cookie");
  CHECK(decide(pipeline, to({255, 255, 255, 254})) == "drop bad_cookie");
  CHECK(decide(pipeline, to({255, 255, 255, 255})) == "pass");
  CHECK(decide(pipeline, changed(ack6, [](Bytes& f) { f[38] = 0xff; })) == "pass");
  CHECK(decide(pipeline, changed(ack6, [](Bytes& f) { f[38] = 0xfe; })) == "drop bad_cookie");
  for (int type = 0; type < 256; ++type) {
    INFO(type);
    const Bytes icmp = changed(ack6, [&](Bytes& f) { f[20] = 58, f[54] = static_cast<std::uint8_t>(type), f[68] = 17; }, false);
    CHECK(decide(pipeline, icmp) == (type >= 133 && type <= 137 ? "pass" : "drop other_protocol"));
  }
  // ICMPv6 without a byte behind the header is not neighbour discovery.
  CHECK(decide(pipeline, changed(ack6, [](Bytes& f) {
                 for (int i = 0; i < 2; ++i) f.insert(f.begin() + 12, {0x81, 0, 0, 7});
                 f[28] = 58, f[62] = 135, f.resize(62);
               }, false)) == "drop other_protocol");
}

TEST_CASE("rules: 4, an ICMP error passes when the quoted flow is known", "[rules]") {
  for (const bool is6 : {false, true}) {
    Pipeline pipeline(test_config());
    const Bytes syn = frames::tcp(is6, kSyn, 1000, 0);
    const std::uint32_t cookie = pipeline.process({syn.data(), syn.size(), false}, kTime).cookie;
    const Bytes ack = frames::tcp(is6, kAck, 1001, cookie + 1);
    // From anyone to the server; it quotes what the server sent: addresses and ports the other way round.
    const std::size_t l4 = is6 ? 54 : 34;
    Bytes icmp(syn.begin(), syn.begin() + static_cast<std::ptrdiff_t>(l4));
    icmp[is6 ? 20 : 23] = is6 ? 58 : 1;
    icmp[is6 ? 22 : 26] = 99;
    icmp.insert(icmp.end(), {static_cast<std::uint8_t>(is6 ? 2 : 3), 4, 0, 0, 0, 0, 5, 0});
    const std::size_t quote = icmp.size();
    icmp.insert(icmp.end(), syn.begin() + 14, syn.begin() + static_cast<std::ptrdiff_t>(l4 + 4));
    const std::size_t n = is6 ? 16 : 4;
    const std::size_t addresses = quote + (is6 ? 8 : 12);
    std::swap_ranges(icmp.begin() + static_cast<std::ptrdiff_t>(addresses),
                     icmp.begin() + static_cast<std::ptrdiff_t>(addresses + n),
                     icmp.begin() + static_cast<std::ptrdiff_t>(addresses + n));
    std::swap_ranges(icmp.end() - 4, icmp.end() - 2, icmp.end() - 2);
    // Ports of the quoted segment end the frame: exactly long enough.
    REQUIRE(icmp.size() == (is6 ? 106u : 66u));
    CHECK(decide(pipeline, icmp) == "drop icmp_unknown");
    CHECK(decide(pipeline, ack) == "handoff");
    const Outcome& o = pipeline.process({icmp.data(), icmp.size(), false}, kTime);
    CHECK(o.verdict == defs::Verdict::kPass);
    CHECK(o.pre == defs::Pre::kIcmp);
    CHECK(o.hit);
    CHECK(o.op == defs::TableOp::kNone);
    // One byte less, another port, not swapped, another type.
    // The missing byte is still there in memory, so that reading it would be seen.
    CHECK(pipeline.process({icmp.data(), icmp.size() - 1, false}, kTime).reason == defs::Reason::kIcmpUnknown);
    CHECK(decide(pipeline, changed(icmp, [](Bytes& f) { f.back() ^= 1; }, false)) == "drop icmp_unknown");
    CHECK(decide(pipeline, changed(icmp, [&](Bytes& f) { f[l4] = is6 ? 127 : 11; }, false)) == "pass");
    if (is6) {
      CHECK(decide(pipeline, changed(icmp, [&](Bytes& f) { f[l4] = 128, f.back() ^= 1; }, false)) == "pass");
      // The byte that says TCP is not in the frame: not an error that quotes TCP.
      CHECK(pipeline.process({icmp.data(), 68, false}, kTime).verdict == defs::Verdict::kPass);
      CHECK(pipeline.process({icmp.data(), 69, false}, kTime).reason == defs::Reason::kIcmpUnknown);
    } else {
      CHECK(decide(pipeline, changed(icmp, [&](Bytes& f) { f[quote] = 0x46; }, false)) == "drop icmp_unknown");
      for (int type = 0; type < 256; ++type) {
        const bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
        CHECK(decide(pipeline, changed(icmp, [&](Bytes& f) { f[34] = static_cast<std::uint8_t>(type), f.back() ^= 1; }, false)) ==
              (error ? "drop icmp_unknown" : "pass"));
      }
      // ICMP in fragments or behind options is not looked into; the first fragment is.
      CHECK(decide(pipeline, changed(icmp, [](Bytes& f) { f[21] = 1, f.back() ^= 1; }, false)) == "pass");
      CHECK(decide(pipeline, changed(icmp, [](Bytes& f) { f[20] = 0x20, f.back() ^= 1; }, false)) == "drop icmp_unknown");
      CHECK(decide(pipeline, changed(icmp, [](Bytes& f) { f[14] = 0x46, f.back() ^= 1; }, false)) == "pass");
    }
  }
}

TEST_CASE("rules: 5, IPv6", "[rules]") {
  const Bytes syn6 = frames::tcp(true, kSyn, 1, 0);
  for (int next = 0; next < 256; ++next) {
    INFO(next);
    const bool header = next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135 || next == 139 || next == 140;
    const Bytes f = changed(syn6, [&](Bytes& b) { b[20] = static_cast<std::uint8_t>(next), b[54] = 200; }, false);
    // Next header 6 with source port 51200 is still this SYN, its checksum now wrong.
    CHECK(decide(f) == (header ? "drop ip_ext_header" : next == 6 ? "drop bad_tcp_checksum" : "pass"));
  }
  CHECK(decide(changed(syn6, [](Bytes& f) { f[18] = 1; }, false)) == "drop bad_header_length");
  CHECK(decide(changed(syn6, [](Bytes& f) { f[19] = 21; }, false)) == "drop bad_header_length");
  CHECK(decide(changed(syn6, [](Bytes& f) { f.resize(75), f[19] = 21; })) == "reply");
  const Bytes land = changed(syn6, [](Bytes& f) {
    std::copy(f.begin() + 38, f.begin() + 54, f.begin() + 22);
    f[54] = f[56], f[55] = f[57];
  });
  CHECK(decide(land) == "drop land");
  CHECK(decide(changed(land, [](Bytes& f) { f[37] ^= 1; })) == "reply");
  CHECK(decide(changed(land, [](Bytes& f) { f[55] ^= 1; })) == "reply");
  CHECK(decide(changed(syn6, [](Bytes& f) { f[54] = f[55] = 0; })) == "drop port_zero");
}

TEST_CASE("rules: 5, lengths that just fit", "[rules]") {
  const Bytes syn = frames::tcp(false, kSyn, 1, 0);
  CHECK(decide(changed(syn, [](Bytes& f) { f[17] = 39; }, false)) == "drop bad_header_length");
  CHECK(decide(changed(syn, [](Bytes& f) { f[17] = 46; })) == "reply");
  CHECK(decide(changed(syn, [](Bytes& f) { f[17] = 47; }, false)) == "drop bad_header_length");
  // Bytes behind the IP length are padding: not in the checksum, not payload.
  Pipeline pipeline(test_config());
  const std::uint32_t cookie = pipeline.process({syn.data(), syn.size(), false}, kTime).cookie;
  CHECK(decide(pipeline, changed(frames::tcp(false, kAck, 2, cookie + 1), [](Bytes& f) { f[59] = 0xee; }, false)) == "handoff");
}

TEST_CASE("rules: 6, ECN as Linux grants it", "[rules]") {
  const Bytes ts = {8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0};
  const auto ece = [](const Bytes& f, std::uint32_t policy = defs::kPolicyReset) {
    Config config = test_config();
    config.policy = policy;
    Pipeline pipeline(config);
    const Outcome& o = pipeline.process({f.data(), f.size(), false}, kTime);
    REQUIRE(o.verdict == defs::Verdict::kReply);
    const std::size_t l4 = f[12] == 8 ? 34 : 54;
    return (o.reply[l4 + 13] & kEce) != 0;
  };
  for (const bool is6 : {false, true}) {
    const Bytes syn = frames::tcp(is6, kSyn | kEce | kCwr, 1, 0, ts);
    const auto ip_ecn = [&](unsigned bits, unsigned reserved) {
      return changed(syn, [&](Bytes& f) {
        f[15] = static_cast<std::uint8_t>(is6 ? f[15] | bits << 4 : bits);
        f[is6 ? 66 : 46] = static_cast<std::uint8_t>(f[is6 ? 66 : 46] | reserved);
      });
    };
    CHECK(ece(syn));
    for (unsigned bits = 1; bits < 4; ++bits) CHECK_FALSE(ece(ip_ecn(bits, 0)));
    for (const unsigned reserved : {1u, 2u, 4u, 8u}) CHECK(ece(ip_ecn(3, reserved)));
    CHECK_FALSE(ece(syn, without(defs::Policy::kEcn)));
    CHECK_FALSE(ece(frames::tcp(is6, kSyn | kEce, 1, 0, ts)));
    CHECK_FALSE(ece(frames::tcp(is6, kSyn | kCwr, 1, 0, ts)));
    CHECK_FALSE(ece(frames::tcp(is6, kSyn | kEce | kCwr, 1, 0)));
  }
}

TEST_CASE("rules: 4, ICMP errors and other protocols", "[rules]") {
  // UDP to a protected address.
  const Bytes udp = changed(frames::tcp(false, kAck, 1, 1), [](Bytes& f) { f[23] = 17; }, false);
  CHECK(decide(udp) == "pass");
  CHECK(decide(udp, defs::kPolicyReset | 1u << 8) == "drop other_protocol");
  // Port unreachable that quotes the server's segment to an unknown client.
  Bytes icmp = frames::tcp(false, kAck, 1, 1, {}, Bytes(40));
  icmp[23] = 1;
  icmp[34] = 3;
  icmp[42] = 0x45;
  icmp[51] = 6;
  CHECK(decide(icmp) == "drop icmp_unknown");
  CHECK(decide(changed(icmp, [](Bytes& f) { f[42] = 0x46; }, false)) == "drop icmp_unknown");
  CHECK(decide(changed(icmp, [](Bytes& f) { f[51] = 17; }, false)) == "pass");
  CHECK(decide(changed(icmp, [](Bytes& f) { f[34] = 8; }, false)) == "pass");
}

TEST_CASE("rules: 5, one reason each, one policy each", "[rules]") {
  const Bytes syn = frames::tcp(false, kSyn, 1, 0);
  const Bytes syn6 = frames::tcp(true, kSyn, 1, 0);
  struct Case {
    Bytes frame;
    const char* reason;
    defs::Policy policy;
    const char* otherwise;
  };
  const Case cases[] = {
      {changed(syn, [](Bytes& f) { f[20] = 0x20; }), "drop fragment", defs::Policy::kFragment, "pass"},
      {changed(syn, [](Bytes& f) { f[21] = 0x05; }), "drop fragment", defs::Policy::kFragment, "pass"},
      {changed(syn, [](Bytes& f) { f[14] = 0x46; }, false), "drop ip_options", defs::Policy::kIpOptions, "pass"},
      {changed(syn6, [](Bytes& f) { f[20] = 44; }, false), "drop ip_ext_header", defs::Policy::kIpExtHeader, "pass"},
      {changed(syn, [](Bytes& f) { f[46] = 0x40; }), "drop bad_header_length", defs::Policy::kBadHeaderLength, "pass"},
      {changed(syn, [](Bytes& f) { f[17] = 200; }, false), "drop bad_header_length", defs::Policy::kBadHeaderLength,
       "pass"},
      {changed(syn6, [](Bytes& f) { f[19] = 19; }, false), "drop bad_header_length", defs::Policy::kBadHeaderLength,
       "pass"},
      {changed(syn, [](Bytes& f) {
         for (int i = 0; i < 4; ++i) f[26 + i] = f[30 + i];
         f[34] = f[36], f[35] = f[37];
       }), "drop land", defs::Policy::kLand, "reply"},
      {changed(syn, [](Bytes& f) { f[34] = f[35] = 0; }), "drop port_zero", defs::Policy::kPortZero, "reply"},
      {changed(syn, [](Bytes& f) { f[24] ^= 1; }, false), "drop bad_ip_checksum", defs::Policy::kBadIpChecksum, "reply"},
      {changed(syn, [](Bytes& f) { f[50] ^= 1; }, false), "drop bad_tcp_checksum", defs::Policy::kBadTcpChecksum,
       "reply"},
      {changed(syn6, [](Bytes& f) { f[70] ^= 1; }, false), "drop bad_tcp_checksum", defs::Policy::kBadTcpChecksum,
       "reply"},
  };
  for (const Case& c : cases) {
    INFO(c.reason);
    CHECK(decide(c.frame) == c.reason);
    CHECK(decide(c.frame, without(c.policy)) == c.otherwise);
  }
}

TEST_CASE("rules: 6 to 9, the life of a connection", "[rules]") {
  for (const bool is6 : {false, true}) {
    Pipeline pipeline(test_config());
    const Bytes syn = frames::tcp(is6, kSyn, 1000, 0, {2, 4, 5, 180});
    CHECK(decide(pipeline, syn) == "reply");
    const Outcome& o = pipeline.process({syn.data(), syn.size(), false}, kTime);
    const std::uint32_t cookie = o.cookie;
    CHECK(o.op == defs::TableOp::kNone);
    // Not before the handshake. Four more leave the values that are MSS indices.
    CHECK(decide(pipeline, frames::tcp(is6, kAck | 8, 1001, cookie + 5)) == "drop bad_cookie");
    CHECK(decide(pipeline, frames::tcp(is6, kRst, 1001, 0)) == "drop rst_unknown");
    CHECK(decide(pipeline, frames::tcp(is6, kRst | kAck, 1001, cookie + 1)) == "drop rst_unknown");
    CHECK(decide(pipeline, frames::tcp(is6, kSyn | kAck, 1001, cookie + 1)) == "drop unknown_flow");
    CHECK(decide(pipeline, frames::tcp(is6, kFin, 1001, 0)) == "drop unknown_flow");
    CHECK(decide(pipeline, frames::tcp(is6, 0, 1001, 0)) == "drop unknown_flow");
    // The handshake, its repetition, data, a new SYN, the end.
    CHECK(decide(pipeline, frames::tcp(is6, kAck, 1001, cookie + 1)) == "handoff");
    for (int i = 0; i < 3; ++i) CHECK(decide(pipeline, frames::tcp(is6, kAck, 1001, cookie + 1)) == "handoff_pass");
    CHECK(decide(pipeline, frames::tcp(is6, kAck, 1001, cookie + 1)) == "pass");
    CHECK(decide(pipeline, frames::tcp(is6, kAck, 1002, cookie + 500)) == "pass");
    CHECK(decide(pipeline, frames::tcp(is6, kSyn, 2000, 0)) == "reply");
    CHECK(decide(pipeline, frames::tcp(is6, kFin | kAck, 1500, cookie + 900)) == "pass");
    CHECK(decide(pipeline, frames::tcp(is6, kRst, 1500, 0)) == "pass");
    CHECK(pipeline.flows(kTime) == 1);
  }
}

TEST_CASE("rules: the final segment may carry data or FIN, not SYN or RST", "[rules]") {
  struct Case {
    unsigned flags;
    std::size_t payload;
    const char* expected;
  };
  const Case cases[] = {{kAck, 0, "handoff"},           {kAck | 8, 5, "handoff_pass"}, {kAck | kFin, 0, "handoff_pass"},
                        {kSyn | kAck, 0, "drop unknown_flow"}, {kRst, 0, "drop rst_unknown"},
                        {kRst | kAck, 0, "drop rst_unknown"}};
  for (const Case& c : cases) {
    Pipeline pipeline(test_config());
    const Bytes syn = frames::tcp(false, kSyn, 1000, 0);
    const std::uint32_t cookie = pipeline.process({syn.data(), syn.size(), false}, kTime).cookie;
    INFO(c.flags);
    CHECK(decide(pipeline, frames::tcp(false, c.flags, 1001, cookie + 1, {}, Bytes(c.payload))) == c.expected);
  }
}

TEST_CASE("rules: 6 to 9, all 64 flag sets, unknown flow and known flow", "[rules]") {
  for (unsigned flags = 0; flags < 64; ++flags) {
    INFO(flags);
    const bool fin = (flags & kFin) != 0;
    const bool syn = (flags & kSyn) != 0;
    const bool rst = (flags & kRst) != 0;
    const bool ack = (flags & kAck) != 0;
    const bool opens = syn && !ack && !rst && !fin;
    CHECK(decide(frames::tcp(false, flags, 1, 1)) == (opens              ? "reply"
                                                      : rst              ? "drop rst_unknown"
                                                      : ack && !syn      ? "drop bad_cookie"
                                                                         : "drop unknown_flow"));
    Pipeline pipeline(test_config());
    const Bytes first = frames::tcp(false, kSyn, 1000, 0);
    const std::uint32_t cookie = pipeline.process({first.data(), first.size(), false}, kTime).cookie;
    // The segment that ends a handshake: ACK without SYN and RST.
    const Bytes segment = frames::tcp(false, flags, 1001, cookie + 1);
    const Outcome& o = pipeline.process({segment.data(), segment.size(), false}, kTime);
    const bool ends = ack && !syn && !rst;
    CHECK(o.cookie_ok == ends);
    CHECK((o.op == defs::TableOp::kInsert) == ends);
    if (ends) CHECK(o.verdict == (fin ? defs::Verdict::kHandoffPass : defs::Verdict::kHandoff));
    if (!ends) continue;
    // The same segment again.
    const Outcome& later = pipeline.process({segment.data(), segment.size(), false}, kTime);
    CHECK(later.hit);
    CHECK(later.op == (fin ? defs::TableOp::kClose : defs::TableOp::kRepeat));
  }
  // A segment that is not the first one again.
  for (unsigned flags = 0; flags < 64; ++flags) {
    INFO(flags);
    Pipeline pipeline(test_config());
    const Bytes first = frames::tcp(false, kSyn, 1000, 0);
    const std::uint32_t cookie = pipeline.process({first.data(), first.size(), false}, kTime).cookie;
    CHECK(decide(pipeline, frames::tcp(false, kAck, 1001, cookie + 1)) == "handoff");
    const Bytes segment = frames::tcp(false, flags, 1005, 77);
    const Outcome& o = pipeline.process({segment.data(), segment.size(), false}, kTime);
    CHECK(o.hit);
    if ((flags & (kSyn | kAck | kRst | kFin)) == kSyn) {
      CHECK(o.op == defs::TableOp::kReopen);
      CHECK(o.verdict == defs::Verdict::kReply);
    } else {
      CHECK(o.op == ((flags & (kRst | kFin)) != 0 ? defs::TableOp::kClose : defs::TableOp::kNone));
      CHECK(o.verdict == defs::Verdict::kPass);
    }
  }
}

TEST_CASE("rules: 5, port zero at either end, where port 0 is protected", "[rules]") {
  Config config = test_config();
  for (Destination& d : config.destinations) d.port_first = 0;
  for (const bool is6 : {false, true}) {
    const std::size_t l4 = is6 ? 54 : 34;
    for (const std::size_t at : {l4, l4 + 2}) {
      INFO(at);
      const Bytes f = changed(frames::tcp(is6, kSyn, 1, 0), [at](Bytes& b) { b[at] = b[at + 1] = 0; });
      config.policy = defs::kPolicyReset;
      Pipeline pipeline(config);
      CHECK(decide(pipeline, f) == "drop port_zero");
      config.policy = without(defs::Policy::kPortZero);
      pipeline.set_config(config);
      CHECK(decide(pipeline, f) == "reply");
    }
  }
}
