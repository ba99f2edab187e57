// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Every rule and every reason with a frame written by hand.
#include <functional>

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
