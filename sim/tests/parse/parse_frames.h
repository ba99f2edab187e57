// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Builds frames for the parse tests, byte by byte.
#pragma once
#include <string>

#include "parse_bench.h"

namespace syngate::sim::parse_test {

constexpr unsigned kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kEce = 0x40,
                   kCwr = 0x80;

inline Address v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  Address x{};
  x[0] = static_cast<std::uint8_t>(a);
  x[1] = static_cast<std::uint8_t>(b);
  x[2] = static_cast<std::uint8_t>(c);
  x[3] = static_cast<std::uint8_t>(d);
  return x;
}
/// Eight 16-bit groups.
inline Address v6(std::array<unsigned, 8> groups) {
  Address x{};
  for (unsigned i = 0; i < 8; ++i) {
    x[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    x[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return x;
}
inline Address client(bool is6) {
  return is6 ? v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}) : v4(192, 0, 2, 1);
}
inline Address server(bool is6) {
  return is6 ? v6({0x2001, 0xdb8, 1, 0, 0, 0, 0, 2}) : v4(198, 51, 100, 2);
}

inline void put8(Bytes& b, unsigned x) { b.push_back(static_cast<std::uint8_t>(x)); }
inline void put16(Bytes& b, unsigned x) {
  put8(b, x >> 8);
  put8(b, x);
}
inline void put32(Bytes& b, std::uint32_t x) {
  put16(b, x >> 16);
  put16(b, x & 0xffff);
}
inline void append(Bytes& b, const Bytes& x) {
  for (const std::uint8_t value : x) b.push_back(value);
}
inline Bytes raw(const Address& a, bool is6) {
  return Bytes(a.begin(), a.begin() + (is6 ? 16 : 4));
}

/// Layer 2 header with `tags` VLAN tags (0x88a8 outside, 0x8100 inside).
inline Bytes layer2(unsigned tags, unsigned ethertype) {
  Bytes b{0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x02, 0x66, 0x77, 0x88, 0x99, 0xaa};
  if (tags == 2) {
    put16(b, 0x88a8);
    put16(b, 0x0123);
  }
  if (tags >= 1) {
    put16(b, 0x8100);
    put16(b, 0xa456);
  }
  put16(b, ethertype);
  return b;
}

/// An IP packet in a frame, padded with zeros to 60 bytes.
struct Ip {
  bool is6 = false;
  unsigned tags = 0;
  unsigned protocol = 6;
  unsigned tos = 0, ttl = 57;
  unsigned flow_label = 0x12345;
  unsigned fragment = 0x4000;  ///< flags and offset; DF
  Bytes ip_options;            ///< IPv4, multiple of 4
  int length_error = 0;        ///< added to the total or payload length field
  Address src = client(false), dst = server(false);
  bool default_addresses = true;
};
inline Frame ip_frame(Ip ip, const Bytes& payload) {
  if (ip.default_addresses) {
    ip.src = client(ip.is6);
    ip.dst = server(ip.is6);
  }
  Frame f;
  Bytes& b = f.bytes;
  b = layer2(ip.tags, ip.is6 ? 0x86dd : 0x0800);
  const int size = static_cast<int>(payload.size()) + ip.length_error;
  if (ip.is6) {
    put32(b, 6u << 28 | ip.tos << 20 | ip.flow_label);
    put16(b, static_cast<unsigned>(size));
    put8(b, ip.protocol);
    put8(b, ip.ttl);
  } else {
    const unsigned header = 20 + static_cast<unsigned>(ip.ip_options.size());
    put8(b, 0x40 | header / 4);
    put8(b, ip.tos);
    put16(b, static_cast<unsigned>(size + static_cast<int>(header)));
    put16(b, 0x1c46);
    put16(b, ip.fragment);
    put8(b, ip.ttl);
    put8(b, ip.protocol);
    put16(b, 0xbeef);
  }
  append(b, raw(ip.src, ip.is6));
  append(b, raw(ip.dst, ip.is6));
  append(b, ip.ip_options);
  append(b, payload);
  if (b.size() < 60) b.resize(60, 0);
  return f;
}

struct Tcp {
  unsigned sport = 40000, dport = 443;
  std::uint32_t seq = 0x11223344, ack = 0x55667788;
  unsigned flags = kSyn;
  unsigned reserved = 0;
  unsigned window = 0xfaf0;
  Bytes options;  ///< padded here with zeros to a multiple of 4
  int doff = -1;  ///< -1: as the options need it
  unsigned payload = 0;
};
inline Bytes tcp_bytes(const Tcp& t) {
  Bytes b, options = t.options;
  options.resize((options.size() + 3) / 4 * 4, 0);
  const unsigned doff =
      t.doff < 0 ? 5 + static_cast<unsigned>(options.size() / 4) : static_cast<unsigned>(t.doff);
  put16(b, t.sport);
  put16(b, t.dport);
  put32(b, t.seq);
  put32(b, t.ack);
  put8(b, doff << 4 | t.reserved);
  put8(b, t.flags);
  put16(b, t.window);
  put32(b, 0xcafe0000);
  append(b, options);
  for (unsigned i = 0; i < t.payload; ++i) put8(b, 'a' + i % 26);
  return b;
}
inline Frame tcp_frame(const Tcp& t, const Ip& ip = {}) { return ip_frame(ip, tcp_bytes(t)); }

/// An ICMP error that quotes a TCP segment from server to client; `quoted` bytes of the quoted
/// packet.
struct Icmp {
  unsigned type = 3;
  unsigned quoted_protocol = 6;
  unsigned quoted_ihl = 5;  ///< IPv4
  std::size_t quoted = 28;  ///< IPv4: 20 + 8; IPv6: at least 44 for the ports
  unsigned sport = 443, dport = 40000;
};
inline Bytes icmp_bytes(const Icmp& c, bool is6) {
  Bytes q;
  if (is6) {
    put32(q, 6u << 28);
    put16(q, 20);
    put8(q, c.quoted_protocol);
    put8(q, 64);
  } else {
    put8(q, 0x40 | c.quoted_ihl);
    put8(q, 0);
    put16(q, 40);
    put32(q, 0x00004000);
    put8(q, 64);
    put8(q, c.quoted_protocol);
    put16(q, 0);
  }
  append(q, raw(server(is6), is6));
  append(q, raw(client(is6), is6));
  put16(q, c.sport);
  put16(q, c.dport);
  put32(q, 0x01020304);
  q.resize(c.quoted, 0x5a);
  Bytes b;
  put8(b, c.type);
  put8(b, 1);
  put16(b, 0xabcd);
  put32(b, 0);
  append(b, q);
  return b;
}

inline Frame ip6_frame_without_room(unsigned tags, std::size_t keep) {
  Ip ip;
  ip.is6 = true;
  ip.tags = tags;
  Frame f = tcp_frame(Tcp{}, ip);
  f.bytes.resize(keep);
  return f;
}

}  // namespace syngate::sim::parse_test
