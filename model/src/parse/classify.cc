// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/checksum.h"
#include "syngate/model/parse.h"

namespace syngate::model {
namespace {

using defs::Policy;
using defs::Reason;

bool set(const Config& config, Policy policy) { return (config.policy >> static_cast<unsigned>(policy) & 1) != 0; }

bool covers(const Destination& d, const Address& address) {
  if (!d.used || d.prefix.is6 != address.is6) return false;
  const unsigned whole = d.prefix_length / 8;
  for (unsigned i = 0; i < whole; ++i) {
    if (d.prefix.bytes[i] != address.bytes[i]) return false;
  }
  const unsigned rest = d.prefix_length % 8;
  return rest == 0 || (d.prefix.bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
}

// Rule 1. None: the frame is sound so far.
Reason frame_fault(const Frame& frame, const Parsed& p) {
  if (frame.bad_fcs || p.length < defs::kFrameBytesMin || p.length > defs::kFrameBytesMax) return Reason::kBadFrame;
  if (p.family == Family::kIpv4 && (p.version != 4 || p.ihl < 5)) return Reason::kBadFrame;
  if (p.family == Family::kIpv6 && p.version != 6) return Reason::kBadFrame;
  if (p.family == Family::kIpv4 && p.l3 + 4 * p.ihl > p.length) return Reason::kTruncated;
  if (p.family == Family::kIpv6 && p.l3 + 40 > p.length) return Reason::kTruncated;
  if (p.tcp_visible && (p.l4 + 20 > p.length || (p.data_offset >= 5 && p.l4 + 4 * p.data_offset > p.length))) {
    return Reason::kTruncated;
  }
  return Reason::kNone;
}

bool is_multicast(const Frame& frame, const Parsed& p) {
  if ((frame.data[0] & 1) != 0) return true;
  const auto& d = p.flow.destination.bytes;
  if (p.family == Family::kIpv6) return d[0] == 0xff;
  return d[0] >> 4 == 14 || (d[0] & d[1] & d[2] & d[3]) == 255;
}

// The quoted segment of an ICMP error, if it is TCP.
enum class Quote : std::uint8_t { kNone, kUnreadable, kFlow };
Quote quoted_tcp(const Frame& frame, const Parsed& p, Flow& flow) {
  const std::uint8_t* l4 = frame.data + p.l4;
  std::size_t header = 0;
  std::size_t addresses = 0;
  const bool is6 = p.family == Family::kIpv6;
  if (is6) {
    if (p.protocol != 58 || p.l4 >= p.length || l4[0] >= 128) return Quote::kNone;
    if (p.l4 + 14 >= p.length || l4[14] != 6) return Quote::kNone;
    if (p.l4 + 52 > p.length) return Quote::kUnreadable;
    header = 40;
    addresses = 8 + 8;
  } else {
    if (p.protocol != 1 || p.ihl != 5 || p.fragment_offset) return Quote::kNone;
    if (l4[0] != 3 && l4[0] != 4 && l4[0] != 5 && l4[0] != 11 && l4[0] != 12) return Quote::kNone;
    if (l4[17] != 6) return Quote::kNone;
    if ((l4[8] & 15) != 5 || p.l4 + 32 > p.length) return Quote::kUnreadable;
    header = 20;
    addresses = 8 + 12;
  }
  const std::size_t n = is6 ? 16 : 4;
  // Swapped: the server sent what is quoted.
  flow.source.is6 = flow.destination.is6 = is6;
  for (std::size_t i = 0; i < n; ++i) {
    flow.destination.bytes[i] = l4[addresses + i];
    flow.source.bytes[i] = l4[addresses + n + i];
  }
  const std::uint8_t* ports = l4 + 8 + header;
  flow.destination_port = static_cast<std::uint16_t>(ports[0] << 8 | ports[1]);
  flow.source_port = static_cast<std::uint16_t>(ports[2] << 8 | ports[3]);
  return Quote::kFlow;
}

bool bad_header_length(const Parsed& p) {
  const std::size_t tcp = 4 * p.data_offset;
  if (p.data_offset < 5) return true;
  if (p.family == Family::kIpv4) return p.ip_length < 20 + tcp || p.l3 + p.ip_length > p.length;
  return p.ip_length < tcp || p.l3 + 40 + p.ip_length > p.length;
}

bool tcp_checksum_ok(const Frame& frame, const Parsed& p) {
  const bool is6 = p.family == Family::kIpv6;
  const std::size_t segment = is6 ? p.ip_length : p.ip_length - 20;
  const std::size_t addresses = is6 ? 32 : 8;
  return tcp_sum(frame.data + p.l4 - addresses, addresses, frame.data + p.l4, segment) == 0xffff;
}

}  // namespace

Classified classify(const Frame& frame, const Parsed& p, const Config& config) {
  Classified c;
  const auto drop = [&c](Reason reason) {
    c.pre = defs::Pre::kDrop;
    c.reason = reason;
    return c;
  };
  // Rules 1 and 2.
  const Reason fault = frame_fault(frame, p);
  if (fault != Reason::kNone) return drop(fault);
  if (p.tcp_visible && p.data_offset >= 5 && p.options.stamp) return drop(Reason::kForgedStamp);
  // Rule 3.
  if (p.family == Family::kNone || is_multicast(frame, p)) return c;
  const bool is6 = p.family == Family::kIpv6;
  if (is6 && p.protocol == 58 && p.l4 < p.length && frame.data[p.l4] >= 133 && frame.data[p.l4] <= 137) return c;
  for (const Destination& d : config.destinations) {
    if (!covers(d, p.flow.destination)) continue;
    if (p.tcp_visible) {
      if (p.flow.destination_port < d.port_first || p.flow.destination_port > d.port_last) continue;
    } else if (d.mode != defs::Mode::kAlways) {
      continue;
    }
    c.destination = &d;
    break;
  }
  if (c.destination == nullptr || c.destination->mode != defs::Mode::kAlways) return c;
  // Rule 4.
  const bool may_be_tcp = p.protocol == 6 || p.extension_header;
  if (!may_be_tcp) {
    switch (quoted_tcp(frame, p, c.lookup)) {
      case Quote::kFlow: c.pre = defs::Pre::kIcmp; return c;
      case Quote::kUnreadable: return drop(Reason::kIcmpUnknown);
      case Quote::kNone: break;
    }
    if (set(config, Policy::kOtherProtocol)) return drop(Reason::kOtherProtocol);
    return c;
  }
  // Rule 5: the first four pass when their policy is clear, the others are then not checked.
  struct Check {
    bool fault;
    Policy policy;
    Reason reason;
  };
  const Check structure[] = {
      {!is6 && p.fragment, Policy::kFragment, Reason::kFragment},
      {!is6 && p.ihl > 5, Policy::kIpOptions, Reason::kIpOptions},
      {p.extension_header, Policy::kIpExtHeader, Reason::kIpExtHeader},
      {bad_header_length(p), Policy::kBadHeaderLength, Reason::kBadHeaderLength},
  };
  for (const Check& check : structure) {
    if (!check.fault) continue;
    if (set(config, check.policy)) return drop(check.reason);
    return c;
  }
  const auto fails = [&config](Policy policy, bool bad) { return bad && set(config, policy); };
  const Flow& f = p.flow;
  if (fails(Policy::kLand, f.source.bytes == f.destination.bytes && f.source_port == f.destination_port)) {
    return drop(Reason::kLand);
  }
  if (fails(Policy::kPortZero, f.source_port == 0 || f.destination_port == 0)) return drop(Reason::kPortZero);
  if (fails(Policy::kBadIpChecksum, !is6 && ones_sum(frame.data + p.l3, 20) != 0xffff)) {
    return drop(Reason::kBadIpChecksum);
  }
  if (set(config, Policy::kBadTcpChecksum) && !tcp_checksum_ok(frame, p)) return drop(Reason::kBadTcpChecksum);
  // Rules 6 to 9 need more.
  c.lookup = f;
  const bool syn = (p.flags & (kSyn | kAck | kRst | kFin)) == kSyn;
  c.pre = syn ? defs::Pre::kSyn : defs::Pre::kTcp;
  c.has_payload = p.ip_length > (is6 ? 0u : 20u) + 4 * p.data_offset;
  c.ecn_ok = set(config, Policy::kEcn) && (p.flags & kEce) != 0 && (p.flags & kCwr) != 0 &&
             ((p.traffic_class & 3) == 0 || p.reserved != 0);
  return c;
}

}  // namespace syngate::model
