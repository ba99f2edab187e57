// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "syngate/model/defs.h"
#include "syngate/model/siphash.h"

namespace syngate::model {

/// An IP address in wire order. IPv4 uses bytes 0..3, the rest is zero.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is6 = false;
};

/// One protected destination (registers DEST_*). The first used entry that matches wins.
struct Destination {
  bool used = false;
  Address prefix;                  ///< family in prefix.is6
  unsigned prefix_length = 0;      ///< 0..32 or 0..128
  std::uint16_t port_first = 0;    ///< inclusive
  std::uint16_t port_last = 65535; ///< inclusive
  defs::Mode mode = defs::Mode::kAlways;
  std::uint16_t mss = 1460;        ///< advertised in SYN-ACKs
  std::uint8_t wscale = 7;         ///< advertised, 0..14
  std::uint8_t stamp_key_id = 0;   ///< 0..15
  std::uint16_t window_ts = 65160;   ///< SYN-ACK window with timestamps (Linux default route, IPv4)
  std::uint16_t window_nots = 64240; ///< without
};

/// All secrets. Banks of secret1 are chosen by count & 3.
struct Keys {
  SipKey secret0_v4, secret0_v6;
  std::array<SipKey, defs::kSecret1Banks> secret1_v4, secret1_v6;
  std::array<SipKey, defs::kStampKeys> stamp;
};

/// Everything software can set, except time.
struct Config {
  Keys keys;
  std::array<Destination, defs::kDestinations> destinations;
  std::uint32_t policy = defs::kPolicyReset;  ///< bits: defs::Policy
  std::uint16_t exid = defs::kStampExid;
  std::uint32_t table_mask = (1u << defs::kTableAddressBits) - 1;
  std::uint8_t life = defs::kTableLife;                ///< epochs
  std::uint8_t life_closing = defs::kTableLifeClosing; ///< epochs
};

/// Time as committed: minutes for the cookie, milliseconds for timestamps and ageing.
struct Time {
  std::uint32_t count = 0;
  std::uint32_t ms = 0;
};

}  // namespace syngate::model
