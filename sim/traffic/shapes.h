// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "random.h"

namespace syngate::sim {

/// A SYN as real stacks write it. `weight` is its share among SYNs of captures with completed handshakes, in captures
/// (10,932 public captures, duplicates removed); rare shapes are raised to 1.
struct SynShape {
  const char* name;
  const char* layout;  ///< for option_bytes()
  unsigned weight;
};

inline constexpr std::array<SynShape, 20> kClientShapes{{
    {"no options", "(none)", 727},
    {"Linux, Android", "MSS,SOK,TS,N,WS", 753},
    {"macOS, iOS", "MSS,N,WS,N,N,TS,SOK,E2", 399},
    {"Windows", "MSS,N,WS,N,N,SOK", 279},
    {"Windows XP", "MSS,N,N,SOK", 104},
    {"embedded", "MSS", 64},
    {"embedded with window scale", "MSS,N,WS", 39},
    {"Linux without timestamps", "MSS,N,N,SOK,N,WS", 21},
    {"window scale only", "WS,E", 15},
    {"FreeBSD", "MSS,N,WS,SOK,TS", 13},
    {"MPTCP", "MSS,SOK,TS,N,WS,MPTCP.10", 9},
    {"timestamps without SACK", "MSS,N,WS,N,N,TS", 7},
    {"SACK and padding", "MSS,SOK,E2", 5},
    {"Solaris", "MSS,N,WS,N,N,TS,N,N,SOK", 3},
    {"window scale, EOL", "MSS,WS,E", 4},
    {"timestamps without window scale", "MSS,SOK,TS", 2},
    {"TFO request", "MSS,SOK,TS,N,WS,TFO.0,N,N", 2},
    {"window scale first", "WS,N,MSS,TS,SOK", 1},
    {"timestamps first", "TS,N,N,WS,N,MSS", 1},
    {"unknown option first", "U77.0,MSS,N,WS,N,N,SOK", 1},
}};

/// A number in SYNs and how often.
struct SynNumber {
  unsigned value;
  unsigned weight;
};

/// MSS: SYNs of 12,505 first SYNs of one public server, 2,501 each of Windows, macOS, iOS, Android and Linux (totals of the
/// zardaxt database); the last four, from the captures, stand for the tail.
inline constexpr std::array<SynNumber, 16> kClientMss{{
    {1460, 3775}, {1452, 1802}, {1400, 1769}, {1412, 1406}, {1440, 663}, {1360, 506}, {1420, 487}, {1380, 316},
    {1300, 245}, {1410, 158}, {1280, 73}, {1220, 70}, {536, 17}, {8960, 10}, {65495, 10}, {256, 2},
}};

/// Window scale: captures that have it, of the captures with completed handshakes.
inline constexpr std::array<SynNumber, 14> kClientWscale{{
    {7, 669}, {8, 232}, {6, 226}, {5, 165}, {2, 96}, {4, 73}, {10, 55}, {0, 42}, {9, 36}, {3, 28}, {1, 19}, {14, 9}, {12, 1},
    {11, 1},
}};

/// What floods send. `weight` is the number of SYNs in those of the same captures of which under 30 % complete (attacks and
/// scans); a few large floods make the shares.
inline constexpr std::array<SynShape, 5> kFloodShapes{{
    {"no options", "(none)", 204627},
    {"MSS only", "MSS", 26911},
    {"Linux", "MSS,SOK,TS,N,WS", 5506},
    {"Windows", "MSS,N,WS,N,N,SOK", 1476},
    {"Windows XP", "MSS,N,N,SOK", 1543},
}};

/// A shape drawn by weight.
template <typename Shapes>
const SynShape& shape_by_share(const Shapes& shapes, Random& random) {
  std::uint64_t total = 0;
  for (const SynShape& shape : shapes) total += shape.weight;
  std::uint64_t pick = random.below(total);
  for (const SynShape& shape : shapes) {
    if (pick < shape.weight) return shape;
    pick -= shape.weight;
  }
  return shapes.back();
}

}  // namespace syngate::sim
