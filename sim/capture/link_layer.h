// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "record_reader.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {

// LINKTYPE_ values (www.tcpdump.org/linktypes.html) that can be given an Ethernet header.
inline constexpr std::uint32_t kLinkNull = 0;
inline constexpr std::uint32_t kLinkEthernet = 1;
inline constexpr std::uint32_t kLinkRawBsd =
    12;  // DLT_RAW of most systems, written to files by some
inline constexpr std::uint32_t kLinkRawOpenBsd = 14;  // DLT_RAW of OpenBSD
inline constexpr std::uint32_t kLinkRaw = 101;
inline constexpr std::uint32_t kLinkLoop = 108;
inline constexpr std::uint32_t kLinkSll = 113;
inline constexpr std::uint32_t kLinkIpv4 = 228;
inline constexpr std::uint32_t kLinkIpv6 = 229;
inline constexpr std::uint32_t kLinkSll2 = 276;

bool link_type_usable(std::uint32_t link_type);
/// "Ethernet", "link type 127 (IEEE802_11_RADIO)".
std::string link_type_text(std::uint32_t link_type);

/// IPv4 and IPv6 as address family numbers of the systems that write NULL and loop captures: 4, 6,
/// or 0 for others.
unsigned ip_version_of_family(std::uint32_t family);
/// Address family of a NULL or loop record of at least 4 bytes, NULL in whichever byte order makes
/// sense.
std::uint32_t null_family(const Record& record);

enum class Converted : std::uint8_t { kYes, kNotIp, kShort };

/// Makes an Ethernet frame without FCS from a record of a usable link type. `wire_length` gets the
/// length that the frame had on the wire in this form; it is larger than the frame when the snaplen
/// has cut it.
Converted to_ethernet(const Record& record, std::vector<std::uint8_t>* frame,
                      std::uint64_t* wire_length);

}  // namespace syngate::sim
