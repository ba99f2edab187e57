// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "link_layer.h"

#include <fmt/core.h>
#include <pcap/pcap.h>

#include <algorithm>

namespace syngate::sim {
namespace {

constexpr std::uint16_t kEthertypeIpv4 = 0x0800;
constexpr std::uint16_t kEthertypeIpv6 = 0x86dd;
constexpr std::uint16_t kEthertypeMin = 0x0600;
constexpr std::size_t kEthernetHeader = 14;

}  // namespace

bool link_type_usable(std::uint32_t link_type) {
  switch (link_type) {
    case kLinkNull:
    case kLinkEthernet:
    case kLinkRawBsd:
    case kLinkRawOpenBsd:
    case kLinkRaw:
    case kLinkLoop:
    case kLinkSll:
    case kLinkIpv4:
    case kLinkIpv6:
    case kLinkSll2:
      return true;
    default:
      return false;
  }
}

std::string link_type_text(std::uint32_t link_type) {
  switch (link_type) {
    case kLinkNull:
      return "BSD loopback (NULL)";
    case kLinkEthernet:
      return "Ethernet";
    case kLinkRawBsd:
    case kLinkRawOpenBsd:
    case kLinkRaw:
      return "raw IP";
    case kLinkLoop:
      return "OpenBSD loopback (LOOP)";
    case kLinkSll:
      return "Linux cooked (SLL)";
    case kLinkIpv4:
      return "raw IPv4";
    case kLinkIpv6:
      return "raw IPv6";
    case kLinkSll2:
      return "Linux cooked v2 (SLL2)";
    default:
      break;
  }
  const char* name = pcap_datalink_val_to_name(static_cast<int>(link_type));
  return name == nullptr ? fmt::format("link type {}", link_type)
                         : fmt::format("link type {} ({})", link_type, name);
}

unsigned ip_version_of_family(std::uint32_t family) {
  switch (family) {
    case 2:
      return 4;
    case 10:  // Linux
    case 23:  // Windows
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return 6;
    default:
      return 0;
  }
}

std::uint32_t null_family(const Record& record) {
  const std::uint8_t* head = record.data.data();
  if (record.link_type == kLinkLoop) return load32(head, true);
  // The order is that of the machine that captured, which need not be that of the file.
  for (const bool big : {record.big_endian, !record.big_endian}) {
    const std::uint32_t family = load32(head, big);
    if (ip_version_of_family(family) != 0) return family;
  }
  return load32(head, record.big_endian);
}

Converted to_ethernet(const Record& record, std::vector<std::uint8_t>* frame,
                      std::uint64_t* wire_length) {
  const std::vector<std::uint8_t>& data = record.data;
  // Some writers leave the wire length out or wrong; what was captured was there.
  const std::uint64_t wire = std::max<std::uint64_t>(record.wire_length, data.size());
  if (record.link_type == kLinkEthernet) {
    std::size_t keep = data.size();
    *wire_length = wire;
    if (record.fcs_bytes != 0 && wire > record.fcs_bytes) {
      *wire_length = wire - record.fcs_bytes;
      keep = static_cast<std::size_t>(std::min<std::uint64_t>(keep, *wire_length));
    }
    frame->assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(keep));
    return Converted::kYes;
  }

  std::size_t header = 0;
  std::uint32_t ethertype = 0;
  switch (record.link_type) {
    case kLinkSll:
      header = 16;
      if (data.size() < header) return Converted::kShort;
      ethertype = load16(data.data() + 14, true);
      break;
    case kLinkSll2:
      header = 20;
      if (data.size() < header) return Converted::kShort;
      ethertype = load16(data.data(), true);
      break;
    case kLinkNull:
    case kLinkLoop: {
      header = 4;
      if (data.size() < header) return Converted::kShort;
      const unsigned version = ip_version_of_family(null_family(record));
      if (version == 0) return Converted::kNotIp;
      ethertype = version == 4 ? kEthertypeIpv4 : kEthertypeIpv6;
      break;
    }
    case kLinkIpv4:
      ethertype = kEthertypeIpv4;
      break;
    case kLinkIpv6:
      ethertype = kEthertypeIpv6;
      break;
    default: {  // raw IP of either version
      const unsigned version = data[0] >> 4;
      if (version != 4 && version != 6) return Converted::kNotIp;
      ethertype = version == 4 ? kEthertypeIpv4 : kEthertypeIpv6;
      break;
    }
  }
  const std::uint64_t payload = wire - header;
  // Cooked captures say 1 or 4 for 802.3 frames, whose header had the length there.
  if (ethertype == 1 || ethertype == 4) {
    ethertype = static_cast<std::uint32_t>(std::min<std::uint64_t>(payload, kEthertypeMin - 1));
  }
  *wire_length = payload + kEthernetHeader;
  const std::uint8_t head[kEthernetHeader] = {0x02,
                                              0,
                                              0,
                                              0,
                                              0,
                                              0x01,
                                              0x02,
                                              0,
                                              0,
                                              0,
                                              0,
                                              0x02,
                                              static_cast<std::uint8_t>(ethertype >> 8),
                                              static_cast<std::uint8_t>(ethertype)};
  frame->assign(head, head + kEthernetHeader);
  frame->insert(frame->end(), data.begin() + static_cast<std::ptrdiff_t>(header), data.end());
  return Converted::kYes;
}

}  // namespace syngate::sim
