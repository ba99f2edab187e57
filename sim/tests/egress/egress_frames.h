// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Metadata as syngate_egress gets it, and the two frames it must make of it, written from the text of
// docs/reference/datapath.md and registers.md byte by byte.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace syngate::sim::egress_test {

using Bytes = std::vector<std::uint8_t>;
using Random = std::mt19937_64;

// syngate_pkg::verdict_e and reason_e, as registers.md numbers them.
enum Verdict : unsigned { kPass, kReply, kHandoff, kHandoffPass, kDrop };
enum Reason : unsigned {
  kNone = 0, kBadFrame = 1, kUnknownFlow = 16, kReplyFull = 17, kReplyCap = 18, kHandoffFull = 19, kForwardFull = 20
};

/// syngate_pkg::meta_t: what egress reads of it. Byte arrays in wire order, numbers as host values.
struct Meta {
  std::uint32_t id = 0;
  unsigned beats = 1;
  unsigned tags = 0;
  bool is6 = false;
  std::array<std::uint8_t, 6> dmac{}, smac{};
  std::array<std::uint8_t, 8> vlan{};
  std::array<std::uint8_t, 16> saddr{}, daddr{};  ///< IPv4 in the first four
  std::uint16_t sport = 0, dport = 0;
  std::uint32_t seq = 0, ack = 0;
  std::uint16_t window = 0;
  std::uint8_t ttl = 0, traffic_class = 0;
  std::uint32_t flow_label = 0;
  bool ecn_ok = false, wscale_ok = false, sack_ok = false, ts_ok = false;
  std::uint32_t tsval = 0, tsecr = 0;
  std::uint16_t dest_mss = 0, dest_window = 0;
  std::uint8_t dest_wscale = 0, dest_key_id = 0;
};

/// syngate_pkg::decision_t.
struct Decision {
  unsigned verdict = kPass, reason = kNone;
  std::uint32_t cookie = 0, tsval = 0;
  std::uint16_t stamp_mss = 0;
  std::uint32_t stamp_clock = 0;
  std::array<std::uint8_t, 8> stamp_mac{};
};

// ---- the two structs as bits; first member in the highest bits ----

class Bits {
 public:
  void number(unsigned bits, std::uint64_t value) {
    for (unsigned i = bits; i-- > 0;) bits_.push_back((value >> i & 1) != 0);
  }
  /// A _be member: the first byte in bits 7:0.
  template <typename Array>
  void wire(const Array& bytes) {
    for (std::size_t i = bytes.size(); i-- > 0;) number(8, bytes[i]);
  }
  void wire16(std::uint16_t value) { number(16, static_cast<std::uint16_t>(value >> 8 | value << 8)); }
  void wire32(std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) number(8, value >> shift & 0xff);
  }
  std::size_t size() const { return bits_.size(); }
  template <typename Wide>
  void store(Wide& wide) const {
    for (unsigned word = 0; word < (bits_.size() + 31) / 32; ++word) wide[word] = 0;
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if (bits_[bits_.size() - 1 - i]) wide[i / 32] |= 1u << (i % 32);
    }
  }

 private:
  std::vector<bool> bits_;
};

/// `noise` fills the members that egress must not read.
inline Bits bits_of(const Meta& m, std::uint64_t noise) {
  Bits b;
  b.number(32, m.id);
  b.number(7, m.beats);
  b.number(3, noise);        // pre
  b.number(5, noise >> 3);   // reason
  b.number(2, m.tags);
  b.number(1, m.is6);
  b.wire(m.dmac);
  b.wire(m.smac);
  b.wire(m.vlan);
  b.wire(m.saddr);
  b.wire(m.daddr);
  b.wire16(m.sport);
  b.wire16(m.dport);
  b.number(32, m.seq);
  b.number(32, m.ack);
  b.wire16(m.window);
  b.number(8, m.ttl);
  b.number(8, m.traffic_class);
  b.number(20, m.flow_label);
  b.number(5, noise >> 8);   // flags, payload
  b.number(1, m.ecn_ok);
  b.number(2, noise >> 13);  // MSS index
  b.number(1, m.wscale_ok);
  b.number(4, noise >> 15);  // client's window scale
  b.number(1, m.sack_ok);
  b.number(1, m.ts_ok);
  b.wire32(m.tsval);
  b.wire32(m.tsecr);
  b.number(16, m.dest_mss);
  b.number(4, m.dest_wscale);
  b.number(4, m.dest_key_id);
  b.number(16, m.dest_window);
  b.number(32, noise >> 19);  // count
  b.number(32, noise >> 27);  // ms
  return b;
}

inline Bits bits_of(const Decision& d) {
  Bits b;
  b.number(3, d.verdict);
  b.number(5, d.reason);
  b.number(32, d.cookie);
  b.number(32, d.tsval);
  b.number(16, d.stamp_mss);
  b.number(32, d.stamp_clock);
  b.wire(d.stamp_mac);
  return b;
}

// ---- the reference frames ----

inline void put16(Bytes& b, std::uint64_t v) {
  b.push_back(static_cast<std::uint8_t>(v >> 8));
  b.push_back(static_cast<std::uint8_t>(v));
}
inline void put32(Bytes& b, std::uint64_t v) {
  put16(b, v >> 16);
  put16(b, v);
}
template <typename Range>
void put(Bytes& b, const Range& bytes, std::size_t count) {
  b.insert(b.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
}
inline std::uint64_t plain_sum(const Bytes& b, std::size_t from, std::size_t to) {
  std::uint64_t sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += (i - from) % 2 == 0 ? std::uint64_t{b[i]} << 8 : std::uint64_t{b[i]};
  return sum;
}
inline void set_checksum(Bytes& b, std::size_t at, std::uint64_t sum) {
  const std::uint64_t value = 65535 - sum % 65535;
  b[at] = static_cast<std::uint8_t>(value >> 8);
  b[at + 1] = static_cast<std::uint8_t>(value);
}

/// The parts in which the two frames differ.
struct Parts {
  bool swapped = false;
  unsigned hops = 0, traffic_class = 0;
  std::uint32_t flow_label = 0, seq = 0, ack = 0;
  unsigned flags = 0, window = 0;
  Bytes options;
};

inline Bytes frame_of(const Meta& m, const Parts& p) {
  Bytes b;
  const std::size_t l3 = 14 + 4 * m.tags;
  const std::size_t address = m.is6 ? 16 : 4;
  const std::size_t segment = 20 + p.options.size();
  put(b, p.swapped ? m.smac : m.dmac, 6);
  put(b, p.swapped ? m.dmac : m.smac, 6);
  put(b, m.vlan, 4 * m.tags);
  put16(b, m.is6 ? 0x86dd : 0x0800);
  if (m.is6) {
    put32(b, 6u << 28 | p.traffic_class << 20 | p.flow_label);
    put16(b, segment);
    put16(b, 6u << 8 | p.hops);
  } else {
    put16(b, 0x4500 | p.traffic_class);
    put16(b, 20 + segment);
    put32(b, 0x00004000);
    put16(b, p.hops << 8 | 6u);
    put16(b, 0);
  }
  const std::size_t addresses = b.size();
  put(b, p.swapped ? m.daddr : m.saddr, address);
  put(b, p.swapped ? m.saddr : m.daddr, address);
  const std::size_t l4 = b.size();
  put16(b, p.swapped ? m.dport : m.sport);
  put16(b, p.swapped ? m.sport : m.dport);
  put32(b, p.seq);
  put32(b, p.ack);
  b.push_back(static_cast<std::uint8_t>(segment / 4 << 4));
  b.push_back(static_cast<std::uint8_t>(p.flags));
  put16(b, p.window);
  put32(b, 0);
  put(b, p.options, p.options.size());
  set_checksum(b, l4 + 16, plain_sum(b, addresses, b.size()) + 6 + segment);
  if (!m.is6) set_checksum(b, l3 + 10, plain_sum(b, l3, l3 + 20));
  b.resize(std::max<std::size_t>(b.size(), 60));
  return b;
}

inline Bytes synack_of(const Meta& m, const Decision& d) {
  Parts p;
  p.swapped = true;
  p.hops = 64;
  p.seq = d.cookie;
  p.ack = m.seq + 1;
  p.flags = m.ecn_ok && m.ts_ok ? 0x52 : 0x12;
  p.window = m.dest_window;
  p.options = {2, 4};
  put16(p.options, m.dest_mss);
  if (m.ts_ok) {
    put16(p.options, m.sack_ok ? 0x0402 : 0x0101);
    put16(p.options, 0x080a);
    put32(p.options, d.tsval);
    put32(p.options, m.tsval);
    if (m.wscale_ok) put32(p.options, 0x01030300u | m.dest_wscale);
  }
  return frame_of(m, p);
}

inline Bytes handoff_of(const Meta& m, const Decision& d, std::uint16_t exid) {
  Parts p;
  p.hops = m.ttl;
  p.traffic_class = m.traffic_class;
  p.flow_label = m.flow_label;
  p.seq = m.seq;
  p.ack = m.ack;
  p.flags = 0x10;
  p.window = m.window;
  if (m.ts_ok) {
    put32(p.options, 0x0101080a);
    put32(p.options, m.tsval);
    put32(p.options, m.tsecr);
  }
  put16(p.options, 253u << 8 | 20);
  put16(p.options, exid);
  p.options.push_back(static_cast<std::uint8_t>(1u << 4 | m.dest_key_id));
  p.options.push_back(static_cast<std::uint8_t>((m.ts_ok ? 1u << 4 : 0u) | m.dest_wscale));
  put16(p.options, d.stamp_mss);
  put32(p.options, d.stamp_clock);
  put(p.options, d.stamp_mac, 8);
  return frame_of(m, p);
}

// ---- random ones ----

template <typename Array>
void fill(Array& bytes, std::size_t count, Random& random) {
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(random());
}

inline Meta any_meta(Random& random) {
  Meta m;
  const auto coin = [&] { return random() % 2 == 0; };
  // A third of the values at the edges, where carries are.
  const auto word = [&]() -> std::uint32_t {
    const auto r = random();
    return r % 3 != 0 ? static_cast<std::uint32_t>(r >> 8) : (r >> 8) % 2 == 0 ? 0u : 0xffffffffu;
  };
  const auto half = [&] { return static_cast<std::uint16_t>(word()); };
  m.is6 = coin();
  m.tags = static_cast<unsigned>(random() % 3);
  fill(m.dmac, 6, random);
  fill(m.smac, 6, random);
  fill(m.vlan, 4 * m.tags, random);
  const std::size_t address = m.is6 ? 16 : 4;
  fill(m.saddr, address, random);
  fill(m.daddr, address, random);
  if (random() % 4 == 0) std::fill_n(m.saddr.begin(), address, coin() ? std::uint8_t{0xff} : std::uint8_t{0});
  m.sport = half();
  m.dport = half();
  m.seq = word();
  m.ack = word();
  m.window = half();
  m.ttl = static_cast<std::uint8_t>(word());
  m.traffic_class = static_cast<std::uint8_t>(word());
  m.flow_label = m.is6 ? word() & 0xfffff : 0;
  m.ecn_ok = coin();
  m.wscale_ok = coin();
  m.sack_ok = coin();
  m.ts_ok = coin();
  m.tsval = word();
  m.tsecr = word();
  m.dest_mss = half();
  m.dest_window = half();
  m.dest_wscale = static_cast<std::uint8_t>(random() % 15);
  m.dest_key_id = static_cast<std::uint8_t>(random() % 16);
  return m;
}

inline Decision any_decision(Random& random, unsigned verdict) {
  Decision d;
  d.verdict = verdict;
  d.reason = verdict == kDrop ? 1 + static_cast<unsigned>(random() % 16) : unsigned{kNone};
  d.cookie = static_cast<std::uint32_t>(random());
  d.tsval = static_cast<std::uint32_t>(random());
  d.stamp_mss = static_cast<std::uint16_t>(random());
  d.stamp_clock = static_cast<std::uint32_t>(random());
  fill(d.stamp_mac, 8, random);
  return d;
}

inline Bytes from_hex(const std::string& text) {
  Bytes b;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    b.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return b;
}

}  // namespace syngate::sim::egress_test
