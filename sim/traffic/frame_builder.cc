// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "frame_builder.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace syngate::sim {
namespace {

void put16(Bytes& out, unsigned value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put32(Bytes& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

unsigned get16(const std::uint8_t* p) { return static_cast<unsigned>(p[0] << 8 | p[1]); }
std::uint32_t get32(const std::uint8_t* p) { return static_cast<std::uint32_t>(get16(p)) << 16 | get16(p + 2); }

// RFC 1071, big endian words, odd tail padded with zero.
std::uint32_t sum(const std::uint8_t* p, std::size_t n, std::uint32_t start) {
  std::uint64_t s = start;
  for (std::size_t i = 0; i + 1 < n; i += 2) s += get16(p + i);
  if (n & 1) s += static_cast<std::uint64_t>(p[n - 1]) << 8;
  while (s >> 16) s = (s & 0xffff) + (s >> 16);
  return static_cast<std::uint32_t>(s);
}

void store16(Bytes& frame, std::size_t at, unsigned value) {
  frame[at] = static_cast<std::uint8_t>(value >> 8);
  frame[at + 1] = static_cast<std::uint8_t>(value);
}

std::size_t layer3(const std::uint8_t* frame, std::size_t length, unsigned& ethertype) {
  std::size_t at = 12;
  for (int tags = 0; tags < 2 && at + 4 <= length; ++tags) {
    const unsigned type = get16(frame + at);
    if (type != 0x8100 && type != 0x88a8 && type != 0x9100) break;
    at += 4;
  }
  ethertype = at + 2 <= length ? get16(frame + at) : 0;
  return at + 2;
}

}  // namespace

Bytes build_frame(const Segment& s) {
  Bytes frame = {0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01};
  for (const std::uint32_t tag : s.tags) put32(frame, tag);
  put16(frame, s.is6 ? 0x86dd : 0x0800);
  Bytes options = s.options;
  while (options.size() % 4 != 0) options.push_back(0);
  const std::size_t tcp = 20 + options.size() + s.payload.size();
  if (s.is6) {
    put32(frame, 6u << 28 | static_cast<std::uint32_t>(s.traffic_class) << 20 | (s.flow_label & 0xfffff));
    put16(frame, static_cast<unsigned>(tcp));
    frame.push_back(6);
    frame.push_back(s.ttl);
    frame.insert(frame.end(), s.source.address.begin(), s.source.address.end());
    frame.insert(frame.end(), s.destination.address.begin(), s.destination.address.end());
  } else {
    frame.push_back(0x45);
    frame.push_back(s.traffic_class);
    put16(frame, static_cast<unsigned>(20 + tcp));
    put16(frame, static_cast<unsigned>(s.seq * 7 & 0xffff));
    put16(frame, 0x4000);
    frame.push_back(s.ttl);
    frame.push_back(6);
    put16(frame, 0);
    frame.insert(frame.end(), s.source.address.begin(), s.source.address.begin() + 4);
    frame.insert(frame.end(), s.destination.address.begin(), s.destination.address.begin() + 4);
  }
  put16(frame, s.source.port);
  put16(frame, s.destination.port);
  put32(frame, s.seq);
  put32(frame, s.ack);
  frame.push_back(static_cast<std::uint8_t>((20 + options.size()) / 4 << 4 | (s.reserved & 15)));
  frame.push_back(s.flags);
  put16(frame, s.window);
  put32(frame, 0);
  frame.insert(frame.end(), options.begin(), options.end());
  frame.insert(frame.end(), s.payload.begin(), s.payload.end());
  if (frame.size() < 60) frame.resize(60);
  fix_checksums(frame);
  return frame;
}

void fix_checksums(Bytes& frame) {
  unsigned type = 0;
  const std::size_t l3 = layer3(frame.data(), frame.size(), type);
  std::size_t l4 = 0;
  std::size_t end = 0;
  std::uint32_t pseudo = 6;
  if (type == 0x0800 && l3 + 20 <= frame.size()) {
    store16(frame, l3 + 10, 0);
    const std::size_t header = std::min<std::size_t>(static_cast<std::size_t>(frame[l3] & 15) * 4, frame.size() - l3);
    store16(frame, l3 + 10, ~sum(&frame[l3], header, 0) & 0xffff);
    if (header != 20 || frame[l3 + 9] != 6) return;
    l4 = l3 + 20;
    end = l3 + get16(&frame[l3 + 2]);
    pseudo = sum(&frame[l3 + 12], 8, pseudo);
  } else if (type == 0x86dd && l3 + 40 <= frame.size() && frame[l3 + 6] == 6) {
    l4 = l3 + 40;
    end = l4 + get16(&frame[l3 + 4]);
    pseudo = sum(&frame[l3 + 8], 32, pseudo);
  } else {
    return;
  }
  if (end > frame.size() || end < l4 + 20) return;
  store16(frame, l4 + 16, 0);
  store16(frame, l4 + 16, ~sum(&frame[l4], end - l4, pseudo + static_cast<std::uint32_t>(end - l4)) & 0xffff);
}

Bytes option_bytes(const std::string& layout, const OptionValues& v) {
  Bytes out;
  std::stringstream words(layout);
  std::string word;
  while (std::getline(words, word, ',')) {
    if (word == "(none)" || word.empty()) continue;
    if (word == "N") {
      out.push_back(1);
    } else if (word == "MSS") {
      out.insert(out.end(), {2, 4});
      put16(out, v.mss);
    } else if (word == "WS") {
      out.insert(out.end(), {3, 3, v.wscale});
    } else if (word == "SOK") {
      out.insert(out.end(), {4, 2});
    } else if (word == "TS") {
      out.insert(out.end(), {8, 10});
      put32(out, v.tsval);
      put32(out, v.tsecr);
    } else if (word[0] == 'E' && word.compare(0, 3, "EXP") != 0) {
      out.resize(out.size() + (word.size() > 1 ? std::stoul(word.substr(1)) : 1));
    } else {
      const std::size_t dot = word.find('.');
      const std::string name = word.substr(0, dot);
      const std::size_t content = dot == std::string::npos ? 16 : std::stoul(word.substr(dot + 1));
      std::uint8_t kind = 0;
      if (name == "MPTCP") kind = 30;
      else if (name == "TFO") kind = 34;
      else if (name == "AO") kind = 29;
      else if (name == "MD5") kind = 19;
      else if (name == "EXP254") kind = 254;
      else if (name == "U77") kind = 77;
      else if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos) {
        kind = static_cast<std::uint8_t>(std::stoul(name));
      } else {
        throw std::invalid_argument("option layout: unknown word '" + word + "'");
      }
      out.push_back(kind);
      out.push_back(static_cast<std::uint8_t>(content + 2));
      for (std::size_t i = 0; i < content; ++i) out.push_back(static_cast<std::uint8_t>(0x30 + i));
    }
  }
  return out;
}

TcpView view_tcp(const std::uint8_t* frame, std::size_t length) {
  TcpView view;
  unsigned type = 0;
  view.l3 = layer3(frame, length, type);
  if (type == 0x0800 && view.l3 + 40 <= length && frame[view.l3] == 0x45 && frame[view.l3 + 9] == 6) {
    view.l4 = view.l3 + 20;
    view.end = view.l3 + get16(frame + view.l3 + 2);
  } else if (type == 0x86dd && view.l3 + 60 <= length && frame[view.l3 + 6] == 6) {
    view.is6 = true;
    view.l4 = view.l3 + 40;
    view.end = view.l4 + get16(frame + view.l3 + 4);
  } else {
    return view;
  }
  const std::uint8_t* tcp = frame + view.l4;
  const std::size_t header = static_cast<std::size_t>(tcp[12] >> 4) * 4;
  if (header < 20 || view.l4 + header > length) return view;
  view.ok = true;
  view.options = view.l4 + 20;
  view.source_port = static_cast<std::uint16_t>(get16(tcp));
  view.destination_port = static_cast<std::uint16_t>(get16(tcp + 2));
  view.seq = get32(tcp + 4);
  view.ack = get32(tcp + 8);
  view.flags = tcp[13];
  view.window = static_cast<std::uint16_t>(get16(tcp + 14));
  for (std::size_t i = view.options; i < view.l4 + header;) {
    if (frame[i] == 0) break;
    if (frame[i] == 1) {
      ++i;
      continue;
    }
    if (i + 1 >= view.l4 + header) break;
    const std::size_t size = frame[i + 1];
    if (size < 2 || i + size > view.l4 + header) break;
    if (frame[i] == 2 && size == 4) {
      view.has_mss = true;
      view.mss = static_cast<std::uint16_t>(get16(frame + i + 2));
    } else if (frame[i] == 3 && size == 3) {
      view.has_wscale = true;
      view.wscale = frame[i + 2];
    } else if (frame[i] == 4 && size == 2) {
      view.has_sack = true;
    } else if (frame[i] == 8 && size == 10) {
      view.has_timestamps = true;
      view.tsval = get32(frame + i + 2);
      view.tsecr = get32(frame + i + 6);
    } else if (frame[i] == 253 && size == 20) {
      view.has_stamp = true;
      view.stamp = i;
    }
    i += size;
  }
  return view;
}

}  // namespace syngate::sim
