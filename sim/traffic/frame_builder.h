// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace syngate::sim {

using Bytes = std::vector<std::uint8_t>;

/// One end of a connection; IPv4 uses the first four bytes.
struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
};

/// Everything of a TCP segment in a frame. Values in host order.
struct Segment {
  bool is6 = false;
  Endpoint source, destination;
  std::vector<std::uint32_t> tags;  ///< VLAN tags, outermost first: TPID << 16 | TCI
  std::uint8_t ttl = 64;
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  std::uint8_t reserved = 0;  ///< the four bits beside the data offset
  std::uint16_t window = 64240;
  Bytes options;  ///< padded to a multiple of four with zeros
  Bytes payload;
};

inline constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16, kUrg = 32, kEce = 64, kCwr = 128;

/// The frame, with right checksums, padded with zeros to 60 bytes. Built without the model: it is its opposite number.
Bytes build_frame(const Segment& segment);

/// Puts right IPv4 and TCP checksums into a frame that may be damaged; does nothing where the headers do not fit.
void fix_checksums(Bytes& frame);

/// Values for the options of a SYN or another segment.
struct OptionValues {
  std::uint16_t mss = 1460;
  std::uint8_t wscale = 7;
  std::uint32_t tsval = 0, tsecr = 0;
};

/// Option bytes from a layout in the words of the table of SYN shapes: MSS, SOK, TS, N, WS, E or En (EOL and n -
/// 1 zeros), and KIND.n with a
/// number or a name (MPTCP, TFO, AO, MD5, EXP254, U77) for n content bytes. Throws std::invalid_argument on another word.
Bytes option_bytes(const std::string& layout, const OptionValues& values);

/// A TCP header found in an output frame, for clients that read what the box answered. Offsets from the frame's start.
struct TcpView {
  bool ok = false;
  bool is6 = false;
  std::size_t l3 = 0, l4 = 0, options = 0, end = 0;
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  std::uint16_t source_port = 0, destination_port = 0, window = 0;
  bool has_timestamps = false;
  std::uint32_t tsval = 0, tsecr = 0;
  bool has_mss = false, has_wscale = false, has_sack = false, has_stamp = false;
  std::uint16_t mss = 0;
  std::uint8_t wscale = 0;
  std::size_t stamp = 0;  ///< offset of the stamp option
};
TcpView view_tcp(const std::uint8_t* frame, std::size_t length);

}  // namespace syngate::sim
