// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/stamp.h"

#include <cstring>

#include "../egress/frame_writer.h"

namespace syngate::model {
namespace {

namespace message = defs::stamp_message;
namespace option = defs::stamp_option;

void put16(std::uint8_t* p, unsigned value) {
  p[0] = static_cast<std::uint8_t>(value >> 8);
  p[1] = static_cast<std::uint8_t>(value);
}
void put32(std::uint8_t* p, std::uint32_t value) {
  put16(p, value >> 16);
  put16(p + 2, value & 0xffff);
}
unsigned get16(const std::uint8_t* p) { return static_cast<unsigned>(p[0] << 8 | p[1]); }

std::uint8_t version_key(const Stamp& s) { return static_cast<std::uint8_t>(defs::kStampVersion << 4 | (s.key_id & 15u)); }
std::uint8_t flags_wscale(const Stamp& s) {
  return static_cast<std::uint8_t>((s.timestamps ? 16u : 0u) | (s.rcv_wscale & 15u));
}

}  // namespace

std::uint64_t stamp_mac(const Stamp& stamp, const Flow& flow, std::uint32_t seq, std::uint32_t ack,
                        std::uint32_t tsecr, const SipKey& key) {
  std::array<std::uint8_t, message::kBytes> m{};
  if (flow.source.is6) {
    std::memcpy(&m[message::kSaddr], flow.source.bytes.data(), 16);
  } else {
    m[message::kSaddr + 10] = m[message::kSaddr + 11] = 0xff;
    std::memcpy(&m[message::kSaddr + 12], flow.source.bytes.data(), 4);
  }
  put16(&m[message::kSport], flow.source_port);
  m[message::kVersionKey] = version_key(stamp);
  m[message::kFlagsWscale] = flags_wscale(stamp);
  put32(&m[message::kTsecr], stamp.timestamps ? tsecr : 0);
  put32(&m[message::kSeq], seq);
  put32(&m[message::kAck], ack);
  put16(&m[message::kMss], stamp.mss);
  m[message::kIpVersion] = flow.source.is6 ? 6 : 4;
  put32(&m[message::kClock], stamp.clock);
  return siphash24(key, m.data(), m.size());
}

std::array<std::uint8_t, defs::kStampBytes> stamp_option(const Stamp& stamp, std::uint64_t mac) {
  std::array<std::uint8_t, defs::kStampBytes> o{};
  o[option::kKind] = defs::kStampKind;
  o[option::kLength] = defs::kStampBytes;
  put16(&o[option::kExid], stamp.exid);
  o[option::kVersionKey] = version_key(stamp);
  o[option::kFlagsWscale] = flags_wscale(stamp);
  put16(&o[option::kMss], stamp.mss);
  put32(&o[option::kClock], stamp.clock);
  for (unsigned i = 0; i < 8; ++i) o[option::kMac + i] = static_cast<std::uint8_t>(mac >> (8 * i));
  return o;
}

StampCheck verify_stamp(const Frame& frame, std::uint16_t exid, const std::array<SipKey, defs::kStampKeys>& keys,
                        Stamp* result) {
  const Parsed p = parse_frame(frame, exid);
  if (!p.tcp_visible || !p.options.stamp) return StampCheck::kAbsent;
  const std::uint8_t* o = frame.data + p.l4 + 20 + p.options.stamp_at;
  if (o[option::kLength] != defs::kStampBytes || o[option::kVersionKey] >> 4 != static_cast<int>(defs::kStampVersion) ||
      (o[option::kFlagsWscale] & 0xe0) != 0) {
    return StampCheck::kMalformed;
  }
  Stamp s;
  s.exid = exid;
  s.key_id = o[option::kVersionKey] & 15;
  s.timestamps = (o[option::kFlagsWscale] & 16) != 0;
  s.rcv_wscale = o[option::kFlagsWscale] & 15;
  s.mss = static_cast<std::uint16_t>(get16(o + option::kMss));
  s.clock = static_cast<std::uint32_t>(get16(o + option::kClock)) << 16 |
            static_cast<std::uint32_t>(get16(o + option::kClock + 2));
  if (s.timestamps != p.options.timestamps) return StampCheck::kMalformed;
  std::uint64_t mac = 0;
  for (unsigned i = 0; i < 8; ++i) mac |= std::uint64_t{o[option::kMac + i]} << (8 * i);
  if (mac != stamp_mac(s, p.flow, p.seq, p.ack, p.options.tsecr, keys[s.key_id])) return StampCheck::kBadMac;
  if (result != nullptr) *result = s;
  return StampCheck::kValid;
}

void build_handoff(const Frame& segment, const Parsed& p, const Stamp& stamp, const SipKey& key,
                   std::vector<std::uint8_t>& out) {
  const std::size_t option_bytes = defs::kStampBytes + (stamp.timestamps ? 12 : 0);
  FrameWriter w(out);
  w.bytes(segment.data, p.l3);
  w.ip(p.flow, 20 + option_bytes, p.traffic_class, p.flow_label, p.ttl);
  w.tcp(p.flow, p.seq, p.ack, option_bytes, kAck, p.window);
  if (stamp.timestamps) {
    w.u32(0x0101080a);
    w.u32(p.options.tsval);
    w.u32(p.options.tsecr);
  }
  const std::uint64_t mac = stamp_mac(stamp, p.flow, p.seq, p.ack, p.options.tsecr, key);
  const auto option = stamp_option(stamp, mac);
  w.bytes(option.data(), option.size());
  w.finish();
}

}  // namespace syngate::model
