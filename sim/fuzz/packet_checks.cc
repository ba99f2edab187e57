// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "packet_checks.h"

#include <cstring>

#include "syngate/model/cookie.h"
#include "syngate/model/parse.h"
#include "syngate/model/siphash.h"
#include "syngate/model/stamp.h"
#include "syngate/sim/packet_view.h"
#include "syngate_stamp.h"

namespace syngate::fuzz {
namespace {

using model::StampCheck;

// What the kernel module does with the options of a segment and the rest of it.
StampCheck as_the_module(const model::Frame& f, const model::Parsed& p, const model::Config& config) {
  const std::uint8_t* tcp = f.data + p.l4;
  syngate_stamp s;
  const auto found = syngate_stamp_parse(tcp + 20, 4 * p.data_offset - 20, config.exid, &s);
  if (found == SYNGATE_STAMP_ABSENT) return StampCheck::kAbsent;
  if (found == SYNGATE_STAMP_MALFORMED) return StampCheck::kMalformed;
  syngate_stamp_segment segment{};
  segment.ip_version = p.flow.source.is6 ? 6 : 4;
  if (p.flow.source.is6) {
    std::memcpy(segment.saddr, p.flow.source.bytes.data(), 16);
  } else {
    segment.saddr[10] = segment.saddr[11] = 0xff;
    std::memcpy(segment.saddr + 12, p.flow.source.bytes.data(), 4);
  }
  std::memcpy(&segment.sport, tcp, 2);
  std::memcpy(&segment.seq, tcp + 4, 4);
  std::memcpy(&segment.ack, tcp + 8, 4);
  std::array<std::uint8_t, SYNGATE_STAMP_MESSAGE_BYTES> message{};
  syngate_stamp_message(&s, &segment, message.data());
  const std::uint64_t mac = model::siphash24(config.keys.stamp[s.key_id], message.data(), message.size());
  return syngate_stamp_mac_is(&s, mac) != 0 ? StampCheck::kValid : StampCheck::kBadMac;
}

bool sums_are_right(const Bytes& frame) {
  Bytes copy = frame;
  const sim::ChecksumFix fix = sim::fix_checksums(copy.data(), copy.size());
  return !fix.checksum && !fix.length;
}

}  // namespace

void check_views(const model::Frame& frame, const model::Config& config) {
  const model::Parsed p = model::parse_frame(frame, config.exid);
  FUZZ_PROMISE(!p.tcp_visible || p.l4 != 0, "visible TCP has a place");
  const sim::PacketView view = sim::view_packet(frame.data, frame.length);
  if (frame.length < defs::kFrameBytesMin) return;
  // The view wants whole headers and skips IPv4 options; where it sees TCP without them, the model sees the same.
  const bool plain = view.tcp && view.l4 - view.l3 == (view.ip4 ? 20u : 40u);
  if (plain) {
    FUZZ_PROMISE(p.tcp_visible && p.l3 == view.l3 && p.l4 == view.l4, "TCP is where the packet view sees it");
    FUZZ_PROMISE(p.flow.source_port == view.source_port && p.flow.destination_port == view.destination_port && p.flags == view.flags,
                 "ports and flags as in the packet view");
    FUZZ_PROMISE(p.flow.source.bytes == view.source.bytes && p.flow.destination.bytes == view.destination.bytes, "addresses likewise");
  }
  const StampCheck check = model::verify_stamp(frame, config.exid, config.keys.stamp);
  const bool options = p.tcp_visible && p.data_offset >= 5 && p.l4 + 4 * p.data_offset <= p.length;
  if (!options) {
    FUZZ_PROMISE(check == StampCheck::kAbsent, "no stamp outside of TCP options");
    return;
  }
  FUZZ_PROMISE(check == as_the_module(frame, p, config), "the module's code judges a stamp as the model does");
}

void check_synack(const Bytes& syn, const Bytes& reply, const model::Outcome& outcome, const model::Config& config,
                  const model::Time& time) {
  const sim::TcpView s = sim::view_tcp(syn.data(), syn.size());
  const sim::TcpView r = sim::view_tcp(reply.data(), reply.size());
  FUZZ_PROMISE(s.ok && r.ok && s.is6 == r.is6, "SYN and SYN-ACK are TCP");
  FUZZ_PROMISE((r.flags & ~sim::kEce) == (sim::kSyn | sim::kAck), "a SYN-ACK");
  FUZZ_PROMISE(r.ack == s.seq + 1 && r.seq == outcome.cookie, "numbers of a SYN-ACK");
  FUZZ_PROMISE(r.source_port == s.destination_port && r.destination_port == s.source_port, "ports turned around");
  FUZZ_PROMISE(reply.size() >= defs::kFrameBytesMin && sums_are_right(reply), "checksums of a SYN-ACK");
  FUZZ_PROMISE(!r.has_timestamps || (s.has_timestamps && r.tsecr == s.tsval), "timestamps are an answer");
  const model::Parsed p = model::parse_frame({syn.data(), syn.size(), false}, config.exid);
  const auto h0 = model::cookie_hash(p.flow, 0, s.is6 ? config.keys.secret0_v6 : config.keys.secret0_v4);
  const auto data = model::check_cookie(p.flow, static_cast<std::uint32_t>(h0.hash()), s.seq + 1, r.seq + 1, time.count, config.keys);
  FUZZ_PROMISE(data && data->mss_index == outcome.mss_index && data->age == 0, "the ACK of this SYN-ACK has a valid cookie");
}

void check_handoff(const Bytes& segment, const Bytes& handoff, const model::Config& config) {
  const sim::TcpView s = sim::view_tcp(segment.data(), segment.size());
  const sim::TcpView h = sim::view_tcp(handoff.data(), handoff.size());
  FUZZ_PROMISE(s.ok && h.ok && h.seq == s.seq && h.ack == s.ack && h.flags == sim::kAck, "a hand-off is the segment's bare ACK");
  FUZZ_PROMISE(h.source_port == s.source_port && h.destination_port == s.destination_port, "ports of the segment");
  FUZZ_PROMISE(handoff.size() >= defs::kFrameBytesMin && sums_are_right(handoff), "checksums of a hand-off");
  const model::Frame frame{handoff.data(), handoff.size(), false};
  FUZZ_PROMISE(model::verify_stamp(frame, config.exid, config.keys.stamp) == StampCheck::kValid, "a server accepts the stamp");
}

}  // namespace syngate::fuzz
