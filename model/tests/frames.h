// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Frames written by hand for the tests of rules and parsing; checksums computed by RFC 1071 here, not by the model.
#pragma once
#include <cstdint>
#include <vector>

namespace frames {

using Bytes = std::vector<std::uint8_t>;

inline unsigned sum(const std::uint8_t* p, std::size_t n, unsigned start) {
  unsigned long s = start;
  for (std::size_t i = 0; i < n; ++i) s += static_cast<unsigned long>(p[i]) << (i % 2 == 0 ? 8 : 0);
  while (s > 0xffff) s = (s & 0xffff) + (s >> 16);
  return static_cast<unsigned>(s);
}

inline void put16(Bytes& b, std::size_t at, unsigned v) {
  b[at] = static_cast<std::uint8_t>(v >> 8);
  b[at + 1] = static_cast<std::uint8_t>(v);
}

/// Checksums of a frame whose layer 2 header has 14 + 4 * tags bytes.
inline void seal(Bytes& f, unsigned tags = 0) {
  const std::size_t l3 = 14 + 4 * tags;
  const bool is6 = f[l3 - 2] == 0x86;
  std::size_t l4 = l3 + 40;
  std::size_t n = static_cast<std::size_t>(f[l3 + 4] << 8 | f[l3 + 5]);
  if (!is6) {
    put16(f, l3 + 10, 0);
    put16(f, l3 + 10, 0xffff ^ sum(&f[l3], 20, 0));
    l4 = l3 + 20;
    n = static_cast<std::size_t>(f[l3 + 2] << 8 | f[l3 + 3]) - 20;
  }
  put16(f, l4 + 16, 0);
  const unsigned pseudo = is6 ? sum(&f[l3 + 8], 32, 6) : sum(&f[l3 + 12], 8, 6);
  put16(f, l4 + 16, 0xffff ^ sum(&f[l4], n, pseudo + static_cast<unsigned>(n)));
}

/// 192.0.2.1:4660 > 198.51.100.10:443 or 2001:db8::1 > 2001:db8:1::10, the servers that config() protects.
inline Bytes tcp(bool is6, unsigned flags, std::uint32_t seq, std::uint32_t ack, Bytes options = {}, Bytes payload = {}) {
  Bytes f = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  const std::size_t tcp_bytes = 20 + options.size() + payload.size();
  if (is6) {
    for (unsigned b : {0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, 6, 57}) f.push_back(static_cast<std::uint8_t>(b));
    put16(f, 18, static_cast<unsigned>(tcp_bytes));
    for (unsigned b : {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) f.push_back(static_cast<std::uint8_t>(b));
    for (unsigned b : {0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10}) {
      f.push_back(static_cast<std::uint8_t>(b));
    }
  } else {
    for (unsigned b : {8, 0, 0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 57, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 10}) {
      f.push_back(static_cast<std::uint8_t>(b));
    }
    put16(f, 16, static_cast<unsigned>(20 + tcp_bytes));
  }
  const std::size_t l4 = f.size();
  f.resize(l4 + 20);
  put16(f, l4, 4660);
  put16(f, l4 + 2, 443);
  put16(f, l4 + 4, seq >> 16);
  put16(f, l4 + 6, seq & 0xffff);
  put16(f, l4 + 8, ack >> 16);
  put16(f, l4 + 10, ack & 0xffff);
  f[l4 + 12] = static_cast<std::uint8_t>((5 + options.size() / 4) << 4);
  f[l4 + 13] = static_cast<std::uint8_t>(flags);
  put16(f, l4 + 14, 64240);
  f.insert(f.end(), options.begin(), options.end());
  f.insert(f.end(), payload.begin(), payload.end());
  if (f.size() < 60) f.resize(60);
  seal(f);
  return f;
}

}  // namespace frames
