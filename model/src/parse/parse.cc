// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/parse.h"

#include <algorithm>
#include <cstring>

#include "syngate/model/checksum.h"

namespace syngate::model {
namespace {

unsigned get16(const std::uint8_t* p) { return static_cast<unsigned>(p[0] << 8 | p[1]); }
std::uint32_t get32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(get16(p)) << 16 | static_cast<std::uint32_t>(get16(p + 2));
}

bool is_tag(unsigned type) { return type == 0x8100 || type == 0x88a8 || type == 0x9100; }

bool is_extension_header(unsigned next) {
  return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135 || next == 139 ||
         next == 140;
}

void parse_tcp(const std::uint8_t* frame, Parsed& p, std::uint16_t exid) {
  if (p.l4 + 20 > p.length) return;
  const std::uint8_t* tcp = frame + p.l4;
  p.flow.source_port = static_cast<std::uint16_t>(get16(tcp));
  p.flow.destination_port = static_cast<std::uint16_t>(get16(tcp + 2));
  p.seq = get32(tcp + 4);
  p.ack = get32(tcp + 8);
  p.data_offset = tcp[12] >> 4;
  p.reserved = tcp[12] & 15;
  p.flags = tcp[13];
  p.window = static_cast<std::uint16_t>(get16(tcp + 14));
  if (p.data_offset >= 5 && p.l4 + 4 * p.data_offset <= p.length) {
    p.options = parse_tcp_options(tcp + 20, 4 * p.data_offset - 20, exid);
  }
}

void parse_ipv4(const std::uint8_t* frame, Parsed& p, std::uint16_t exid) {
  const std::uint8_t* ip = frame + p.l3;
  p.version = ip[0] >> 4;
  p.ihl = ip[0] & 15;
  p.traffic_class = ip[1];
  p.ip_length = get16(ip + 2);
  p.fragment = (get16(ip + 6) & 0x3fff) != 0;
  p.fragment_offset = (get16(ip + 6) & 0x1fff) != 0;
  p.ttl = ip[8];
  p.protocol = ip[9];
  std::memcpy(p.flow.source.bytes.data(), ip + 12, 4);
  std::memcpy(p.flow.destination.bytes.data(), ip + 16, 4);
  p.l4 = p.l3 + 20;
  p.tcp_visible = p.ihl == 5 && !p.fragment_offset && p.protocol == 6;
  if (p.tcp_visible) parse_tcp(frame, p, exid);
}

void parse_ipv6(const std::uint8_t* frame, Parsed& p, std::uint16_t exid) {
  const std::uint8_t* ip = frame + p.l3;
  p.version = ip[0] >> 4;
  p.flow.source.is6 = p.flow.destination.is6 = true;
  p.l4 = p.l3 + 40;
  if (p.l4 > p.length) return;
  const std::uint32_t first = get32(ip);
  p.traffic_class = static_cast<std::uint8_t>(first >> 20);
  p.flow_label = first & 0xfffff;
  p.ip_length = get16(ip + 4);
  p.protocol = ip[6];
  p.ttl = ip[7];
  std::memcpy(p.flow.source.bytes.data(), ip + 8, 16);
  std::memcpy(p.flow.destination.bytes.data(), ip + 24, 16);
  p.extension_header = is_extension_header(p.protocol);
  p.tcp_visible = p.protocol == 6;
  if (p.tcp_visible) parse_tcp(frame, p, exid);
}

}  // namespace

TcpOptions parse_tcp_options(const std::uint8_t* options, std::size_t length, std::uint16_t exid) {
  TcpOptions result;
  std::size_t at = 0;
  while (at < length) {
    const std::uint8_t kind = options[at];
    if (kind == 0) break;
    if (kind == 1) {
      ++at;
      continue;
    }
    if (at + 1 >= length) break;
    const std::size_t size = options[at + 1];
    if (size < 2 || at + size > length) break;
    const std::uint8_t* value = options + at + 2;
    if (kind == 2 && size == 4) {
      if (get16(value) != 0) result.mss = static_cast<std::uint16_t>(get16(value));
    } else if (kind == 3 && size == 3) {
      result.wscale = std::min<std::uint8_t>(value[0], 14);
    } else if (kind == 4 && size == 2) {
      result.sack_permitted = true;
    } else if (kind == 8 && size == 10) {
      result.timestamps = true;
      result.tsval = get32(value);
      result.tsecr = get32(value + 4);
    } else if (kind == defs::kStampKind && size >= 4 && get16(value) == exid) {
      if (!result.stamp) result.stamp_at = at;
      result.stamp = true;
    }
    at += size;
  }
  return result;
}

Parsed parse_frame(const Frame& frame, std::uint16_t exid) {
  Parsed p;
  p.length = frame.length;
  if (frame.length < defs::kFrameBytesMin) return p;
  std::size_t type_at = 12;
  while (p.tags < 2 && is_tag(get16(frame.data + type_at))) {
    ++p.tags;
    type_at += 4;
  }
  p.l3 = type_at + 2;
  const unsigned type = get16(frame.data + type_at);
  if (type == 0x0800) {
    p.family = Family::kIpv4;
    parse_ipv4(frame.data, p, exid);
  } else if (type == 0x86dd) {
    p.family = Family::kIpv6;
    parse_ipv6(frame.data, p, exid);
  }
  return p;
}

}  // namespace syngate::model
