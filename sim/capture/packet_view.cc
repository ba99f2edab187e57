// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/sim/packet_view.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace syngate::sim {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kTcpHeader = 20;

std::uint16_t be16(const std::uint8_t* bytes) {
  return static_cast<std::uint16_t>((bytes[0] << 8) | bytes[1]);
}

void put_be16(std::uint8_t* bytes, std::uint16_t value) {
  bytes[0] = static_cast<std::uint8_t>(value >> 8);
  bytes[1] = static_cast<std::uint8_t>(value);
}

bool is_vlan(std::uint16_t ethertype) {
  return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100;
}

// RFC 1071 sum of big-endian words, not folded.
std::uint64_t sum_words(const std::uint8_t* bytes, std::size_t length) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 1 < length; i += 2) sum += be16(bytes + i);
  if (length % 2 != 0) sum += static_cast<std::uint64_t>(bytes[length - 1]) << 8;
  return sum;
}

std::uint16_t fold_complement(std::uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// Writes a checksum if the old one is wrong. A receiver sums everything to 0xffff; 0 and 0xffff are
// then the same.
bool correct(std::uint8_t* field, std::uint64_t sum_without_field) {
  const std::uint16_t right = fold_complement(sum_without_field);
  if (fold_complement(sum_without_field + be16(field)) == 0) return false;
  put_be16(field, right);
  return true;
}

std::string flag_names(std::uint8_t flags) {
  constexpr std::array<const char*, 8> kNames = {"FIN", "SYN", "RST", "PSH",
                                                 "ACK", "URG", "ECE", "CWR"};
  // SYN first, ACK last of the handshake flags, as people say it: "SYN|ACK".
  std::string text;
  for (const unsigned bit : {1u, 0u, 2u, 4u, 3u, 5u, 6u, 7u}) {
    if ((flags >> bit & 1u) == 0) continue;
    if (!text.empty()) text += '|';
    text += kNames[bit];
  }
  return text.empty() ? "TCP without flags" : text;
}

const char* option_name(std::uint8_t kind) {
  switch (kind) {
    case 2:
      return "mss";
    case 3:
      return "window_scale";
    case 4:
      return "sack_permitted";
    case 5:
      return "sack";
    case 8:
      return "timestamps";
    case 253:
      return "stamp";
    default:
      return "other";
  }
}

// Name of byte `offset` (within the options) of a TCP header's options.
std::string option_at(const std::uint8_t* options, std::size_t length, std::size_t offset) {
  for (std::size_t at = 0; at < length;) {
    const std::uint8_t kind = options[at];
    if (kind == 0) break;
    if (kind == 1) {
      if (at == offset) return "tcp.option.nop";
      ++at;
      continue;
    }
    if (at + 1 >= length || options[at + 1] < 2 || options[at + 1] > length - at) break;
    const std::size_t size = options[at + 1];
    if (offset < at + size) {
      const std::size_t inside = offset - at;
      if (kind == 8 && inside >= 2) {
        return inside < 6 ? "tcp.option.timestamps.tsval" : "tcp.option.timestamps.tsecr";
      }
      if (kind == defs::kStampKind && size == defs::kStampBytes && inside >= 2) {
        namespace so = defs::stamp_option;
        if (inside < so::kVersionKey) return "tcp.option.stamp.exid";
        if (inside < so::kFlagsWscale) return "tcp.option.stamp.version_key";
        if (inside < so::kMss) return "tcp.option.stamp.flags_wscale";
        if (inside < so::kClock) return "tcp.option.stamp.mss";
        return inside < so::kMac ? "tcp.option.stamp.clock" : "tcp.option.stamp.mac";
      }
      return fmt::format("tcp.option.{}", option_name(kind));
    }
    at += size;
  }
  return "tcp.option.padding";
}

struct NamedField {
  std::size_t end;  // offset behind the field, from the start of the header
  const char* name;
};

template <std::size_t kCount>
std::string name_in(const NamedField (&fields)[kCount], std::size_t inside) {
  for (const NamedField& field : fields) {
    if (inside < field.end) return field.name;
  }
  return "payload";
}

constexpr NamedField kIpv4Fields[] = {{1, "ipv4.version_ihl"},  {2, "ipv4.tos"},
                                      {4, "ipv4.total_length"}, {6, "ipv4.id"},
                                      {8, "ipv4.fragment"},     {9, "ipv4.ttl"},
                                      {10, "ipv4.protocol"},    {12, "ipv4.checksum"},
                                      {16, "ipv4.source"},      {20, "ipv4.destination"}};
constexpr NamedField kIpv6Fields[] = {
    {4, "ipv6.version_class_flow"}, {6, "ipv6.payload_length"}, {7, "ipv6.next_header"},
    {8, "ipv6.hop_limit"},          {24, "ipv6.source"},        {40, "ipv6.destination"}};
constexpr NamedField kTcpFields[] = {
    {2, "tcp.source_port"}, {4, "tcp.destination_port"}, {8, "tcp.seq"},
    {12, "tcp.ack"},        {13, "tcp.data_offset"},     {14, "tcp.flags"},
    {16, "tcp.window"},     {18, "tcp.checksum"},        {20, "tcp.urgent"}};

}  // namespace

PacketView view_packet(const std::uint8_t* data, std::size_t length) {
  PacketView view;
  if (length < 14) return view;
  std::size_t type_at = 12;
  for (unsigned tags = 0; tags < 2 && is_vlan(be16(data + type_at)) && type_at + 6 <= length;
       ++tags) {
    type_at += 4;
  }
  view.ethertype = be16(data + type_at);
  view.l3 = type_at + 2;
  const std::size_t left = length - view.l3;
  const std::uint8_t* ip = data + view.l3;
  std::size_t ip_bytes = 0;  // IP packet as its header claims, bounded by the frame
  if (view.ethertype == 0x0800 && left >= 20 && ip[0] >> 4 == 4) {
    const std::size_t ihl = static_cast<std::size_t>(ip[0] & 15u) * 4;
    if (ihl < 20 || ihl > left) return view;
    view.ip4 = true;
    view.protocol = ip[9];
    view.fragment = (be16(ip + 6) & 0x3fff) != 0;
    std::copy_n(ip + 12, 4, view.source.bytes.begin());
    std::copy_n(ip + 16, 4, view.destination.bytes.begin());
    view.l4 = view.l3 + ihl;
    ip_bytes = std::min<std::size_t>(be16(ip + 2), left);
    if ((be16(ip + 6) & 0x1fff) != 0) return view;
  } else if (view.ethertype == 0x86dd && left >= kIpv6Header && ip[0] >> 4 == 6) {
    view.ip6 = true;
    view.protocol = ip[6];
    view.source.is6 = view.destination.is6 = true;
    std::copy_n(ip + 8, 16, view.source.bytes.begin());
    std::copy_n(ip + 24, 16, view.destination.bytes.begin());
    view.l4 = view.l3 + kIpv6Header;
    ip_bytes = std::min<std::size_t>(kIpv6Header + be16(ip + 4), left);
  } else {
    return view;
  }
  if (view.protocol != kProtocolTcp || length < view.l4 + kTcpHeader) return view;
  const std::uint8_t* tcp = data + view.l4;
  view.tcp = true;
  view.source_port = be16(tcp);
  view.destination_port = be16(tcp + 2);
  view.flags = tcp[13];
  const std::size_t headers = view.l4 - view.l3 + static_cast<std::size_t>(tcp[12] >> 4) * 4;
  view.payload = ip_bytes > headers ? ip_bytes - headers : 0;
  return view;
}

std::string to_text(const model::Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.is6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

std::string to_text(const model::Address& address, std::uint16_t port) {
  return fmt::format(address.is6 ? "[{}]:{}" : "{}:{}", to_text(address), port);
}

std::string describe_packet(const std::uint8_t* data, std::size_t length) {
  const PacketView view = view_packet(data, length);
  if (view.tcp) {
    return fmt::format("{} {} -> {}", flag_names(view.flags),
                       to_text(view.source, view.source_port),
                       to_text(view.destination, view.destination_port));
  }
  if (view.ip4 || view.ip6) {
    return fmt::format("{} {}{} {} -> {}", view.ip4 ? "IPv4 protocol" : "IPv6 next header",
                       view.protocol, view.fragment ? " fragment" : "", to_text(view.source),
                       to_text(view.destination));
  }
  if (length < 14) return fmt::format("{} bytes, too short for Ethernet", length);
  return fmt::format("ethertype 0x{:04x}", view.ethertype);
}

std::optional<model::Address> address_from_text(const std::string& text) {
  model::Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  address.is6 = true;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string field_at(const std::uint8_t* data, std::size_t length, std::size_t offset) {
  const PacketView view = view_packet(data, length);
  if (offset >= length) return "length";
  if (offset < 6) return "eth.destination";
  if (offset < 12) return "eth.source";
  if (view.l3 == 0) return "payload";
  if (offset < view.l3 - 2) return "eth.vlan";
  if (offset < view.l3) return "eth.type";
  if (!view.ip4 && !view.ip6) return "payload";
  if (offset < view.l4) {
    const std::size_t inside = offset - view.l3;
    if (view.ip6) return name_in(kIpv6Fields, inside);
    return inside < 20 ? name_in(kIpv4Fields, inside) : "ipv4.options";
  }
  if (!view.tcp) return "payload";
  const std::size_t inside = offset - view.l4;
  if (inside < kTcpHeader) return name_in(kTcpFields, inside);
  const std::size_t header = static_cast<std::size_t>(data[view.l4 + 12] >> 4) * 4;
  if (inside >= header) return "payload";
  const std::size_t options = std::min(header, length - view.l4) - kTcpHeader;
  return option_at(data + view.l4 + kTcpHeader, options, inside - kTcpHeader);
}

ChecksumFix fix_checksums(std::uint8_t* data, std::size_t length) {
  ChecksumFix fix;
  const PacketView view = view_packet(data, length);
  if (!view.tcp || view.fragment) return fix;
  std::uint8_t* ip = data + view.l3;
  const std::size_t ip_header = view.l4 - view.l3;
  std::size_t tcp_bytes = 0;
  if (view.ip4) {
    std::size_t total = be16(ip + 2);
    if (total == 0 && length - view.l3 <= 0xffff) {
      total = length - view.l3;
      put_be16(ip + 2, static_cast<std::uint16_t>(total));
      fix.length = true;
    }
    if (total < ip_header + kTcpHeader || total > length - view.l3) return fix;
    fix.checksum = correct(ip + 10, sum_words(ip, 10) + sum_words(ip + 12, ip_header - 12));
    tcp_bytes = total - ip_header;
  } else {
    tcp_bytes = be16(ip + 4);
    if (tcp_bytes < kTcpHeader || tcp_bytes > length - view.l4) return fix;
  }
  std::uint8_t* tcp = data + view.l4;
  const std::size_t address_bytes = view.ip6 ? 16 : 4;
  const std::uint64_t sum = sum_words(view.source.bytes.data(), address_bytes) +
                            sum_words(view.destination.bytes.data(), address_bytes) + kProtocolTcp +
                            tcp_bytes + sum_words(tcp, 16) + sum_words(tcp + 18, tcp_bytes - 18);
  if (correct(tcp + 16, sum)) fix.checksum = true;
  return fix;
}

}  // namespace syngate::sim
