// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Drives syngate_parse at its pins: frames, configuration changes, and the two output records as
// C++ structs.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "../covered.h"
#include "Vsyngate_parse.h"
#include "verilated.h"

namespace syngate::sim::parse_test {

using Bytes = std::vector<std::uint8_t>;
using Address = std::array<std::uint8_t, 16>;  ///< wire order; IPv4 in bytes 0 to 3, the rest zero

/// A frame without FCS and what ingress would say of it.
struct Frame {
  Bytes bytes;
  std::size_t length = 0;  ///< 0: bytes.size(). Longer frames need not be spelled out.
  bool bad_fcs = false;
  bool ip_checksum_ok = true;
  bool tcp_checksum_ok = true;
  std::size_t size() const { return length != 0 ? length : bytes.size(); }
};

/// Layer 2 as datapath.md reads it: number of tags (at most two) and the ethertype behind them.
struct Layer2 {
  unsigned tags = 0;
  unsigned ethertype = 0;
  std::size_t l2() const { return 14 + 4 * tags; }
};
inline Layer2 layer2_of(const Bytes& b) {
  Layer2 l;
  for (;;) {
    const std::size_t at = 12 + 4 * l.tags;
    l.ethertype = at + 2 <= b.size() ? static_cast<unsigned>(b[at] << 8 | b[at + 1]) : 0;
    const bool tag = l.ethertype == 0x8100 || l.ethertype == 0x88a8 || l.ethertype == 0x9100;
    if (!tag || l.tags == 2) return l;
    ++l.tags;
  }
}

/// A destination entry as syngate_pkg::dest_t spells it.
struct Entry {
  bool used = false;
  bool is6 = false;
  Address prefix{};
  Address mask{};
  std::uint16_t port_first = 0, port_last = 65535;
  unsigned mode = 3;  ///< 0 off, 3 always
  std::uint16_t mss = 1460;
  unsigned wscale = 7, key_id = 0;
  std::uint16_t window_ts = 65160, window_nots = 64240;
};

/// An entry that covers `length` bits of `prefix`. Written bit by bit on purpose.
inline Entry entry(bool is6, const Address& prefix, unsigned length) {
  Entry e;
  e.used = true;
  e.is6 = is6;
  e.prefix = prefix;
  for (unsigned bit = 0; bit < length; ++bit) {
    e.mask[bit / 8] = static_cast<std::uint8_t>(e.mask[bit / 8] | (0x80u >> (bit % 8)));
  }
  return e;
}

/// Configuration and time as the frames of one clock see them.
struct Config {
  std::array<Entry, 16> entries{};
  std::uint16_t policy = 0x2ff;
  std::uint16_t exid = 0x5347;
  std::uint32_t count = 0, ms = 0;
};

/// syngate_pkg::hash_t.
struct Hash {
  unsigned is6, is_syn;
  Address saddr, daddr;
  std::uint16_t sport, dport;  ///< host values
  std::uint32_t seq, ack, count;
  std::uint64_t cycle;
};

/// syngate_pkg::meta_t; multi-byte header fields as host values.
struct Meta {
  std::uint32_t id;
  unsigned beats, pre, reason, tags, is6;
  std::uint64_t dmac, smac, vlan;  ///< first wire byte in bits 7:0
  Address saddr, daddr;
  std::uint16_t sport, dport;
  std::uint32_t seq, ack;
  std::uint16_t window;
  unsigned ttl, traffic_class, flow_label;
  unsigned syn, ack_flag, rst, fin, has_payload, ecn_ok, mss_index, wscale_ok, wscale, sack_ok,
      ts_ok;
  std::uint32_t tsval, tsecr;  ///< host values
  unsigned dest_mss, dest_wscale, dest_key_id, dest_window;
  std::uint32_t count, ms;
  std::uint64_t cycle;
};

inline std::uint16_t swap16(std::uint64_t x) {
  return static_cast<std::uint16_t>((x & 0xff) << 8 | (x >> 8 & 0xff));
}
inline std::uint32_t swap32(std::uint64_t x) {
  return __builtin_bswap32(static_cast<std::uint32_t>(x));
}

/// Takes the fields of a packed struct one after the other, first declared first.
template <typename Words>
class Unpacker {
 public:
  Unpacker(const Words& words, unsigned bits) : words_(words), low_(bits) {}
  std::uint64_t take(unsigned bits) {
    low_ -= bits;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bits; ++i) {
      const unsigned at = low_ + i;
      value |= static_cast<std::uint64_t>(words_[at / 32] >> (at % 32) & 1u) << i;
    }
    return value;
  }
  unsigned flag(unsigned bits = 1) { return static_cast<unsigned>(take(bits)); }
  Address address() {
    const std::uint64_t high = take(64), low = take(64);
    Address a{};
    for (unsigned i = 0; i < 8; ++i) {
      a[i] = static_cast<std::uint8_t>(low >> (8 * i));
      a[8 + i] = static_cast<std::uint8_t>(high >> (8 * i));
    }
    return a;
  }
  unsigned left() const { return low_; }

 private:
  const Words& words_;
  unsigned low_;
};

/// Puts fields of a packed struct one after the other, first declared first.
template <typename Words>
class Packer {
 public:
  Packer(Words& words, unsigned bits) : words_(words), low_(bits) {
    for (unsigned i = 0; i < (bits + 31) / 32; ++i) words_[i] = 0;
  }
  void put(unsigned bits, std::uint64_t value) {
    low_ -= bits;
    for (unsigned i = 0; i < bits; ++i) {
      const unsigned at = low_ + i;
      words_[at / 32] |= static_cast<std::uint32_t>(value >> i & 1u) << (at % 32);
    }
  }
  void address(const Address& a) {
    for (unsigned i = 16; i-- > 0;) put(8, a[i]);
  }
  unsigned left() const { return low_; }

 private:
  Words& words_;
  unsigned low_;
};

/// One syngate_parse. Outputs are collected in order.
class Bench {
 public:
  std::deque<Hash> hashes;
  std::deque<Meta> metas;
  std::uint8_t behind = 0xa5;  ///< bytes on the bus behind the end of a frame

  Bench()
      : context_(std::make_unique<VerilatedContext>()),
        top_(std::make_unique<Covered<Vsyngate_parse>>(context_.get())) {
    top_->rst_ni = 0;
    for (int i = 0; i < 5; ++i) idle();
    top_->rst_ni = 1;
    // Rings must have been written once before what comes out of them is defined.
    for (int i = 0; i < 32; ++i) idle();
  }

  std::uint64_t cycle() const { return cycle_; }
  Config& config() { return config_; }

  /// The entry is committed with the next clock: a frame in that clock meets it. Entries may follow
  /// each other after 5 clocks.
  void write_entry(unsigned index, const Entry& e) {
    while (cycle_ < next_write_) idle();
    config_.entries[index] = e;
    write_ = true;
    top_->dest_index_i = static_cast<std::uint8_t>(index);
    Packer p(top_->dest_value_i, 348);
    p.put(1, e.used);
    p.put(1, e.is6);
    p.address(e.prefix);
    p.address(e.mask);
    p.put(16, e.port_first);
    p.put(16, e.port_last);
    p.put(2, e.mode);
    p.put(16, e.mss);
    p.put(4, e.wscale);
    p.put(4, e.key_id);
    p.put(16, e.window_ts);
    p.put(16, e.window_nots);
    next_write_ = cycle_ + 5;
  }
  bool may_write_entry() const { return cycle_ >= next_write_; }

  /// Offers a frame in this clock; returns the clock's number.
  std::uint64_t send(const Frame& f, std::uint32_t id) {
    const Layer2 l = layer2_of(f.bytes);
    for (unsigned w = 0; w < 32; ++w) {
      std::uint32_t word = 0;
      for (unsigned i = 0; i < 4; ++i) {
        const std::size_t at = 4 * w + i;
        word |= static_cast<std::uint32_t>(at < f.bytes.size() ? f.bytes[at] : behind) << (8 * i);
      }
      top_->data_i[w] = word;
    }
    const std::uint64_t length = f.size() > 9216 ? 9217 : f.size();
    std::uint64_t v = id;
    v = v << 14 | length;
    v = v << 1 | (f.bad_fcs ? 1u : 0u);
    v = v << 2 | l.tags;
    v = v << 1 | (l.ethertype == 0x0800 ? 1u : 0u);
    v = v << 1 | (l.ethertype == 0x86dd ? 1u : 0u);
    v = v << 1 | (f.ip_checksum_ok ? 1u : 0u);
    v = v << 1 | (f.tcp_checksum_ok ? 1u : 0u);
    top_->frame_i = v;
    return clock(true);
  }
  std::uint64_t idle() { return clock(false); }

  /// Clocks until everything has come out.
  void drain() {
    for (int i = 0; i < 20; ++i) idle();
  }
  /// One frame alone.
  Meta meta_of(const Frame& f, std::uint32_t id = 1) {
    drain();
    metas.clear();
    hashes.clear();
    send(f, id);
    drain();
    return metas.empty() ? Meta{} : metas.front();
  }

 private:
  std::uint64_t clock(bool valid) {
    top_->valid_i = valid;
    top_->now_i = static_cast<std::uint64_t>(config_.count) << 32 | config_.ms;
    top_->policy_i = config_.policy;
    top_->exid_i = config_.exid;
    top_->dest_write_i = write_;
    write_ = false;
    top_->clk_i = 0;
    top_->eval();
    if (top_->hash_valid_o) collect_hash();
    if (top_->meta_valid_o) collect_meta();
    top_->clk_i = 1;
    top_->eval();
    return cycle_++;
  }
  void collect_hash() {
    Unpacker u(top_->hash_o, 386);
    Hash h{};
    h.is6 = u.flag();
    h.is_syn = u.flag();
    h.saddr = u.address();
    h.daddr = u.address();
    h.sport = swap16(u.take(16));
    h.dport = swap16(u.take(16));
    h.seq = static_cast<std::uint32_t>(u.take(32));
    h.ack = static_cast<std::uint32_t>(u.take(32));
    h.count = static_cast<std::uint32_t>(u.take(32));
    h.cycle = cycle_;
    hashes.push_back(h);
  }
  void collect_meta() {
    Unpacker u(top_->meta_o, 797);
    Meta m{};
    m.id = static_cast<std::uint32_t>(u.take(32));
    m.beats = u.flag(7);
    m.pre = u.flag(3);
    m.reason = u.flag(5);
    m.tags = u.flag(2);
    m.is6 = u.flag();
    m.dmac = u.take(48);
    m.smac = u.take(48);
    m.vlan = u.take(64);
    m.saddr = u.address();
    m.daddr = u.address();
    m.sport = swap16(u.take(16));
    m.dport = swap16(u.take(16));
    m.seq = static_cast<std::uint32_t>(u.take(32));
    m.ack = static_cast<std::uint32_t>(u.take(32));
    m.window = swap16(u.take(16));
    m.ttl = u.flag(8);
    m.traffic_class = u.flag(8);
    m.flow_label = u.flag(20);
    m.syn = u.flag();
    m.ack_flag = u.flag();
    m.rst = u.flag();
    m.fin = u.flag();
    m.has_payload = u.flag();
    m.ecn_ok = u.flag();
    m.mss_index = u.flag(2);
    m.wscale_ok = u.flag();
    m.wscale = u.flag(4);
    m.sack_ok = u.flag();
    m.ts_ok = u.flag();
    m.tsval = swap32(u.take(32));
    m.tsecr = swap32(u.take(32));
    m.dest_mss = u.flag(16);
    m.dest_wscale = u.flag(4);
    m.dest_key_id = u.flag(4);
    m.dest_window = u.flag(16);
    m.count = static_cast<std::uint32_t>(u.take(32));
    m.ms = static_cast<std::uint32_t>(u.take(32));
    m.cycle = cycle_;
    metas.push_back(m);
  }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Covered<Vsyngate_parse>> top_;
  Config config_;
  bool write_ = false;
  std::uint64_t cycle_ = 0, next_write_ = 0;
};

}  // namespace syngate::sim::parse_test
