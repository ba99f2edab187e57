// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "syngate/model/config.h"

namespace syngate::sim {

/// TCP flag bits, byte 13 of the header.
inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpRst = 0x04;
inline constexpr std::uint8_t kTcpPsh = 0x08;
inline constexpr std::uint8_t kTcpAck = 0x10;
inline constexpr std::uint8_t kTcpUrg = 0x20;
inline constexpr std::uint8_t kTcpEce = 0x40;
inline constexpr std::uint8_t kTcpCwr = 0x80;

/// Where the headers of an Ethernet frame are, for people and for tools; decides nothing about the
/// pipeline. Only headers that lie inside the frame are reported.
struct PacketView {
  std::uint16_t ethertype = 0;  ///< after up to two VLAN tags
  std::size_t l3 = 0;           ///< offset of the IP header
  bool ip4 = false;
  bool ip6 = false;
  model::Address source, destination;
  std::uint8_t protocol = 0;  ///< of IPv4, or next header of IPv6
  bool fragment = false;      ///< IPv4 with MF or an offset
  std::size_t l4 = 0;         ///< offset of the transport header
  bool tcp = false;           ///< 20 bytes of TCP header are there (not behind a fragment offset)
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t flags = 0;
  std::size_t payload = 0;  ///< TCP payload bytes by the IP length, bounded by the frame

  bool is_plain_syn() const {
    return tcp && (flags & (kTcpSyn | kTcpAck | kTcpRst | kTcpFin)) == kTcpSyn;
  }
};

/// Parses a frame of any bytes.
PacketView view_packet(const std::uint8_t* data, std::size_t length);

/// "192.0.2.1" or "2001:db8::1" (RFC 5952).
std::string to_text(const model::Address& address);
/// "192.0.2.1:443" or "[2001:db8::1]:443".
std::string to_text(const model::Address& address, std::uint16_t port);
/// "SYN 203.0.113.9:41022 -> 198.51.100.2:443", "IPv6 next header 58 a -> b", "ethertype 0x0806",
/// for one frame.
std::string describe_packet(const std::uint8_t* data, std::size_t length);
/// From text without port; nothing if it is not an address.
std::optional<model::Address> address_from_text(const std::string& text);

/// What byte `offset` of a frame belongs to: "tcp.seq", "ipv4.checksum", "tcp.options"; "payload"
/// behind the headers.
std::string field_at(const std::uint8_t* data, std::size_t length, std::size_t offset);

/// What fix_checksums() did to a frame.
struct ChecksumFix {
  bool checksum = false;  ///< IPv4 or TCP checksum was wrong and has been corrected
  bool length = false;    ///< IPv4 total length was 0 and has been set from the frame length
};

/// Corrects IPv4 and TCP checksums of an unfragmented TCP frame in place, as a NIC with checksum
/// offload would. `length` is the length on the wire without padding. Frames whose headers do not
/// fit are left alone.
ChecksumFix fix_checksums(std::uint8_t* data, std::size_t length);

}  // namespace syngate::sim
