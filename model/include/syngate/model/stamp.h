// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "syngate/model/parse.h"

namespace syngate::model {

/// What a stamp says (docs/reference/registers.md, stamp option).
struct Stamp {
  std::uint16_t exid = defs::kStampExid;
  std::uint8_t key_id = 0;
  bool timestamps = false;
  std::uint8_t rcv_wscale = 0;
  std::uint16_t mss = 0;    ///< client's, as decoded from the cookie
  std::uint32_t clock = 0;  ///< box clock in ms plus the flow's offset
};

/// The MAC: SipHash-2-4 over the 40 bytes of the stamp message. tsecr is 0 without timestamps.
std::uint64_t stamp_mac(const Stamp& stamp, const Flow& flow, std::uint32_t seq, std::uint32_t ack,
                        std::uint32_t tsecr, const SipKey& key);
/// The 20 option bytes.
std::array<std::uint8_t, defs::kStampBytes> stamp_option(const Stamp& stamp, std::uint64_t mac);

/// Finds and checks the stamp of a frame as a server does.
enum class StampCheck : std::uint8_t { kValid, kAbsent, kMalformed, kBadMac };
StampCheck verify_stamp(const Frame& frame, std::uint16_t exid, const std::array<SipKey, defs::kStampKeys>& keys,
                        Stamp* stamp = nullptr);

/// The hand-off frame for the client's segment: its headers without payload and other options, and the stamp.
void build_handoff(const Frame& segment, const Parsed& parsed, const Stamp& stamp, const SipKey& key,
                   std::vector<std::uint8_t>& out);

}  // namespace syngate::model
