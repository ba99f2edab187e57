// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "views.h"

#include <algorithm>

#include "syngate/model/cookie.h"
#include "syngate/model/timestamp.h"

namespace syngate::sim {
namespace {

std::uint16_t get16(const std::uint8_t* p) { return static_cast<std::uint16_t>(p[0] << 8 | p[1]); }

bool covers(const model::Destination& d, const model::Address& address) {
  if (!d.used || d.prefix.is6 != address.is6) return false;
  for (unsigned bit = 0; bit < d.prefix_length; ++bit) {
    if (((d.prefix.bytes[bit / 8] ^ address.bytes[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

std::array<SlotView, 6> slots_of(const model::Pipeline& pipeline, const model::FlowTable::Place& place) {
  std::array<SlotView, 6> slots;
  for (unsigned channel = 0; channel < 2; ++channel) {
    const model::TableRow row = pipeline.table_row(channel, place.row[channel]);
    for (unsigned s = 0; s < 3; ++s) slots[3 * channel + s].bits = row[s];
  }
  return slots;
}

}  // namespace

OptionFacts walk_options(const std::uint8_t* options, std::size_t length, std::uint16_t exid) {
  OptionFacts f;
  f.any = length != 0;
  for (std::size_t at = 0; at < length;) {
    const std::uint8_t kind = options[at];
    if (kind == 0) {
      f.eol = true;
      return f;
    }
    if (kind == 1) {
      f.nop = true;
      ++at;
      continue;
    }
    if (at + 1 == length) {
      f.kind_at_end = true;
      return f;
    }
    const std::size_t size = options[at + 1];
    if (size < 2) {
      (size == 0 ? f.length0 : f.length1) = true;
      return f;
    }
    if (at + size > length) {
      f.overrun = true;
      return f;
    }
    const std::uint8_t* value = options + at + 2;
    switch (kind) {
      case 2:
        if (size != 4) f.mss_length = true;
        else if (get16(value) == 0) f.mss_zero = true;
        else ++f.mss;
        break;
      case 3:
        if (size != 3) f.wscale_length = true;
        else ++f.wscale;
        if (size == 3 && value[0] > 14) f.wscale_clamped = true;
        break;
      case 4: size == 2 ? void(++f.sack) : void(f.sack_length = true); break;
      case 8: size == 10 ? void(++f.timestamps) : void(f.timestamp_length = true); break;
      case defs::kStampKind:
        if (size < 4) f.short_253 = true;
        else if (get16(value) != exid) f.other_exid = true;
        break;
      default: f.unknown = true;
    }
    at += size;
  }
  return f;
}

FrameView::FrameView(const model::Pipeline& pipeline, const model::Frame& f, const model::Time& t)
    : frame(f), p(model::parse_frame(f, pipeline.config().exid)), config(&pipeline.config()), time(t) {
  c = model::classify(frame, p, *config);
  if (p.tcp_visible && p.data_offset >= 5 && p.l4 + 4 * p.data_offset <= p.length) {
    options = walk_options(frame.data + p.l4 + 20, 4 * p.data_offset - 20, config->exid);
  }
  if (p.family != model::Family::kNone && c.reason != defs::Reason::kBadFrame && c.reason != defs::Reason::kTruncated) {
    for (unsigned i = 0; i < defs::kDestinations; ++i) {
      if (!covers(config->destinations[i], p.flow.destination)) continue;
      if (covering < 0) covering = static_cast<int>(i);
      ++coverings;
    }
  }
  if (c.destination != nullptr) deciding = static_cast<int>(c.destination - config->destinations.data());
  looked_up = tcp() || c.pre == defs::Pre::kIcmp;
  if (!looked_up) return;
  const model::Keys& keys = config->keys;
  const model::SipState state = model::cookie_hash(c.lookup, 0, is6() ? keys.secret0_v6 : keys.secret0_v4);
  h0 = state.hash();
  offset = model::timestamp_offset(h0);
  place = model::FlowTable::place_of(model::siphash_squeeze(state), config->table_mask);
  before = slots_of(pipeline, place);
  for (int s = 5; s >= 0; --s) {
    if (carries_tag(s) && lives(s)) hit = s;
  }
  if (c.pre != defs::Pre::kTcp) return;
  const std::uint32_t x = (p.ack - 1) - (p.seq - 1) - static_cast<std::uint32_t>(h0);
  cookie.diff = (time.count - (x >> 24)) & 0xff;
  if (cookie.diff > 2 && cookie.diff != 255) return;
  const std::uint32_t minute = time.count - (cookie.diff == 255 ? ~0u : cookie.diff);
  const auto& banks = is6() ? keys.secret1_v6 : keys.secret1_v4;
  const auto h1 = static_cast<std::uint32_t>(model::cookie_hash(p.flow, minute, banks[minute & 3]).hash());
  cookie.data = (x - h1) & 0xffffff;
}

void FrameView::decide(const model::Pipeline& pipeline, const model::Outcome& outcome, std::uint64_t at, bool old) {
  o = &outcome;
  cycle = at;
  old_generation = old;
  if (!looked_up) return;
  after = slots_of(pipeline, place);
  for (unsigned s = 0; s < 6; ++s) {
    if (after[s].bits != before[s].bits) written = static_cast<int>(s);
  }
  // Written with the same bits again: where it was found.
  if (written < 0 && o->op != defs::TableOp::kNone) written = hit;
}

bool FrameView::unicast() const {
  const auto& d = p.flow.destination.bytes;
  return unicast_mac() && (is6() ? d[0] != 0xff : d[0] >> 4 != 14 && (d[0] & d[1] & d[2] & d[3]) != 255);
}

bool FrameView::icmp_error(bool six) const {
  if (!family(six) || !sound() || p.l4 >= p.length) return false;
  const std::uint8_t type = l4_byte(0);
  if (six) return p.protocol == 58 && type < 128;
  return p.protocol == 1 && p.ihl == 5 && !p.fragment_offset && (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}

std::uint16_t FrameView::ethertype() const { return frame.length < p.l3 || p.l3 < 14 ? std::uint16_t{0} : get16(frame.data + p.l3 - 2); }

std::uint16_t FrameView::tpid(unsigned tag) const { return tag < p.tags ? get16(frame.data + 12 + 4 * tag) : std::uint16_t{0}; }

bool FrameView::would_drop(defs::Policy bit, defs::Reason reason) const {
  if (policy(bit) || deciding < 0) return false;
  model::Config with = *config;
  with.policy |= 1u << static_cast<unsigned>(bit);
  const model::Classified then = model::classify(frame, p, with);
  return then.pre == defs::Pre::kDrop && then.reason == reason;
}

unsigned FrameView::age(int slot) const {
  const unsigned raw = raw_age(slot);
  return raw >= 256 - defs::kTableFuture ? 0 : raw;
}

bool FrameView::lives(int slot) const {
  const SlotView& s = before[static_cast<std::size_t>(slot)];
  if (!s.used() || __builtin_parityll(s.bits) != 0) return false;
  return age(slot) <= (s.state() == defs::SlotState::kClosing ? config->life_closing : config->life);
}

bool FrameView::carries_tag(int slot) const {
  const SlotView& s = before[static_cast<std::size_t>(slot)];
  return s.used() && s.tag() == place.tag[static_cast<std::size_t>(slot / 3)];
}

unsigned FrameView::living() const {
  unsigned n = 0;
  for (int s = 0; s < 6; ++s) n += lives(s) ? 1u : 0u;
  return n;
}

}  // namespace syngate::sim
