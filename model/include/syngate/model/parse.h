// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include "syngate/model/cookie.h"
#include "syngate/model/pipeline.h"

namespace syngate::model {

/// TCP options as Linux's tcp_parse_options() finds them; the last occurrence wins.
struct TcpOptions {
  std::uint16_t mss = 0;               ///< 0: none (a zero value does not count)
  std::optional<std::uint8_t> wscale;  ///< clamped to 14
  bool sack_permitted = false;
  bool timestamps = false;
  std::uint32_t tsval = 0, tsecr = 0;
  bool stamp = false;                  ///< kind 253 with the ExID
  std::size_t stamp_at = 0;            ///< where the first such option starts
};

/// Walks `length` option bytes. EOL stops, NOP is one byte, a bad length or an overrun stops.
TcpOptions parse_tcp_options(const std::uint8_t* options, std::size_t length, std::uint16_t exid);

enum class Family : std::uint8_t { kNone, kIpv4, kIpv6 };

/// Everything the rules need of a frame; offsets from its first byte. Fields of layers that are not there stay zero.
struct Parsed {
  std::size_t length = 0;
  unsigned tags = 0;
  std::size_t l3 = 0;
  Family family = Family::kNone;
  // IP
  std::uint8_t version = 0;
  unsigned ihl = 0;                 ///< IPv4, in words
  std::size_t ip_length = 0;        ///< IPv4 total length, IPv6 payload length
  bool fragment = false;            ///< IPv4: MF or an offset
  bool fragment_offset = false;
  std::uint8_t protocol = 0;        ///< or next header
  bool extension_header = false;
  std::uint8_t traffic_class = 0, ttl = 0;
  std::uint32_t flow_label = 0;
  Flow flow;                        ///< addresses; ports when TCP is visible
  // TCP
  bool tcp_visible = false;
  std::size_t l4 = 0;
  unsigned data_offset = 0;         ///< in words
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0, reserved = 0;
  std::uint16_t window = 0;
  TcpOptions options;
};

inline constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16, kEce = 64, kCwr = 128;

/// Reads as far as the frame goes; headers that run past its end leave their fields zero.
Parsed parse_frame(const Frame& frame, std::uint16_t exid);

/// Rules 1 to 6 and what belongs to a frame before table and cookie are asked.
struct Classified {
  defs::Pre pre = defs::Pre::kPass;
  defs::Reason reason = defs::Reason::kNone;
  Flow lookup;                         ///< flow to look up (pre icmp, syn, tcp)
  const Destination* destination = nullptr;  ///< entry that decided, for TCP
  bool ecn_ok = false;
  bool has_payload = false;
};
Classified classify(const Frame& frame, const Parsed& parsed, const Config& config);

}  // namespace syngate::model
