// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "flood.h"

#include <algorithm>

#include "shapes.h"

namespace syngate::sim {

Segment Flood::segment() {
  Segment s;
  s.is6 = options_.targets.pick_family(random_, options_.ipv6);
  s.destination = options_.targets.pick(random_, s.is6);
  for (std::size_t b = 0; b < 16; ++b) s.source.address[b] = static_cast<std::uint8_t>(random_.next());
  if (s.is6) {
    s.source.address[0] = 0x20;
  } else {
    s.source.address[0] = static_cast<std::uint8_t>(1 + random_.below(223));
    std::fill(s.source.address.begin() + 4, s.source.address.end(), std::uint8_t{0});
  }
  s.source.port = static_cast<std::uint16_t>(1 + random_.below(65535));
  if (options_.pool) {
    s.source.address = {};
    s.source.address[0] = s.is6 ? 0x20 : 192;
    s.source.address[s.is6 ? 15 : 3] = static_cast<std::uint8_t>(1 + random_.below(8));
    s.source.port = static_cast<std::uint16_t>(1000 + random_.below(4));
  }
  s.seq = static_cast<std::uint32_t>(random_.next());
  s.ttl = static_cast<std::uint8_t>(30 + random_.below(220));
  s.window = static_cast<std::uint16_t>(random_.next());
  return s;
}

Bytes Flood::other() {
  Segment s = segment();
  s.flags = kAck;
  s.payload.assign(random_.below(200), 0x55);
  Bytes frame = build_frame(s);
  const std::size_t l3 = 14;
  switch (random_.below(5)) {
    case 0:  // ARP request
      frame.assign(60, 0);
      std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
      frame[12] = 8;
      frame[13] = 6;
      break;
    case 1:  // UDP
      frame[l3 + (s.is6 ? 6 : 9)] = 17;
      break;
    case 2:  // ICMP echo, or an error that quotes something
      frame[l3 + (s.is6 ? 6 : 9)] = s.is6 ? 58 : 1;
      frame[l3 + (s.is6 ? 40 : 20)] = static_cast<std::uint8_t>(random_.below(s.is6 ? 140 : 13));
      if (l3 + 60 < frame.size()) {
        frame[l3 + (s.is6 ? 48 : 28)] = s.is6 ? 0x60 : 0x45;
        frame[l3 + (s.is6 ? 54 : 37)] = 6;
      }
      break;
    case 3:  // another protocol or extension header
      frame[l3 + (s.is6 ? 6 : 9)] = static_cast<std::uint8_t>(random_.next());
      break;
    default:  // jumbo or long data of nobody
      s.payload.assign(random_.below(8900), 0x77);
      return build_frame(s);
  }
  fix_checksums(frame);
  return frame;
}

bool Flood::choose(const std::string& kind, Options* options) {
  if (kind == "mixed") return true;
  Options chosen = *options;
  chosen.syn = chosen.ack = chosen.synack = chosen.rst = chosen.other = 0;
  for (std::size_t at = 0; at <= kind.size();) {
    const std::size_t end = std::min(kind.find('+', at), kind.size());
    const std::string one = kind.substr(at, end - at);
    if (one == "syn") chosen.syn = options->syn;
    else if (one == "ack") chosen.ack = options->ack;
    else if (one == "synack") chosen.synack = options->synack;
    else if (one == "rst") chosen.rst = options->rst;
    else return false;
    at = end + 1;
  }
  *options = chosen;
  return true;
}

Bytes Flood::next() {
  Segment s = segment();
  OptionValues values;
  values.tsval = static_cast<std::uint32_t>(random_.next());
  values.tsecr = static_cast<std::uint32_t>(random_.next());
  values.mss = static_cast<std::uint16_t>(random_.chance(0.9) ? 1460 : random_.next());
  std::uint64_t pick = random_.below(options_.syn + options_.ack + options_.synack + options_.rst + options_.other);
  if (pick < options_.syn) {
    s.flags = kSyn;
    if (random_.chance(0.1)) s.ack = static_cast<std::uint32_t>(random_.next());
    const auto& shape = options_.shares        ? shape_by_share(kFloodShapes, random_)
                        : random_.chance(0.5) ? kFloodShapes[random_.below(kFloodShapes.size())]
                                              : kClientShapes[random_.below(kClientShapes.size())];
    s.options = option_bytes(shape.layout, values);
    return build_frame(s);
  }
  pick -= options_.syn;
  s.ack = static_cast<std::uint32_t>(random_.next());
  if (pick < options_.ack) {
    s.flags = static_cast<std::uint8_t>(kAck | (random_.chance(0.2) ? kPsh : 0) | (random_.chance(0.05) ? kFin : 0));
    if (random_.chance(0.5)) s.options = option_bytes("N,N,TS", values);
    if (random_.chance(0.2)) s.payload.assign(1 + random_.below(300), 0x41);
    return build_frame(s);
  }
  pick -= options_.ack;
  if (pick < options_.synack) {
    s.flags = kSyn | kAck;
    s.options = option_bytes("MSS,SOK,TS,N,WS", values);
    return build_frame(s);
  }
  pick -= options_.synack;
  if (pick < options_.rst) {
    s.flags = static_cast<std::uint8_t>(kRst | (random_.chance(0.5) ? kAck : 0));
    return build_frame(s);
  }
  return other();
}

void mutate(Bytes& frame, Random& random) {
  const auto byte = [&](std::size_t at) -> std::uint8_t& { return frame[std::min(at, frame.size() - 1)]; };
  const std::uint64_t rounds = 1 + random.below(3);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::size_t l3 = 14;
    while (l3 < 22 && l3 + 4 < frame.size() && frame[l3 - 2] == 0x81 && frame[l3 - 1] == 0) l3 += 4;
    const bool is6 = byte(l3 - 2) == 0x86;
    const std::size_t l4 = l3 + (is6 ? 40 : 20);
    const auto random_byte = static_cast<std::uint8_t>(random.next());
    switch (random.below(21)) {
      case 0: byte(l4 + 13) = random_byte; break;                                     // flags
      case 1: byte(l4 + 12) = random_byte; break;                                     // data offset
      case 2: byte(l4 + 13) = static_cast<std::uint8_t>(1u << random.below(8)); break;
      case 3: byte(l4 + 20 + random.below(40)) = random_byte; break;                  // an option byte
      case 4:                                                                         // an option kind or length
        byte(l4 + 20 + random.below(40)) = static_cast<std::uint8_t>(random.below(12));
        break;
      case 5:                                                                         // random options, long header
        byte(l4 + 12) = static_cast<std::uint8_t>((5 + random.below(11)) << 4);
        for (std::size_t i = 0; i < 40 && l4 + 20 + i < frame.size(); ++i) {
          frame[l4 + 20 + i] = static_cast<std::uint8_t>(random.chance(0.6) ? random.below(11) : random.next());
        }
        break;
      case 6: byte(l3 + (is6 ? 4 : 2) + random.below(2)) = random_byte; break;        // IP length
      case 7: byte(l3) = random_byte; break;                                          // version, IHL
      case 8: byte(l3 + (is6 ? 6 : 9)) = random_byte; break;                          // protocol
      case 9: byte(l3 + 6 + random.below(2)) = random_byte; break;                    // fragment, next header, hop limit
      case 10: byte(l3 - 2 + random.below(2)) = random_byte; break;                   // ethertype
      case 11: byte(random.below(12)) = random_byte; break;                           // MACs
      case 12:                                                                        // one more tag
        if (frame.size() < 12) break;
        frame.insert(frame.begin() + 12, {static_cast<std::uint8_t>(random.chance(0.8) ? 0x81 : 0x88),
                                          static_cast<std::uint8_t>(random.chance(0.8) ? 0x00 : 0xa8), 0x20, random_byte});
        break;
      case 13: frame.resize(1 + random.below(frame.size())); break;                   // cut
      case 14: frame.resize(frame.size() + random.below(70)); break;                  // padding
      case 15: byte(l4 + 16 + random.below(2)) ^= random_byte; break;                 // TCP checksum
      case 16: byte(random.below(frame.size())) ^= static_cast<std::uint8_t>(1u << random.below(8)); break;
      case 17: {                                                                      // stamp look-alike at the front
        const std::uint8_t stamp[] = {253, static_cast<std::uint8_t>(random.below(8)), 0x53, 0x47};
        for (std::size_t i = 0; i < 4; ++i) byte(l4 + 20 + i) = stamp[i];
        break;
      }
      case 18:                                                                        // same address and port, or port 0
        if (random.chance(0.5)) {
          for (std::size_t i = 0; i < 2; ++i) byte(l4 + random.below(2) * 2 + i) = 0;
        } else if (l4 + 4 <= frame.size()) {
          const std::size_t n = is6 ? 16 : 4;
          std::copy_n(frame.data() + l4 - n, n, frame.data() + l4 - 2 * n);
          if (random.chance(0.8)) std::copy_n(frame.data() + l4 + 2, 2, frame.data() + l4);
        }
        break;
      case 19:                                                                        // multicast or broadcast destination
        if (is6) {
          byte(l3 + 24) = 0xff;
        } else if (random.chance(0.3)) {
          for (std::size_t i = 16; i < 20; ++i) byte(l3 + i) = 0xff;
        } else {
          byte(l3 + 16) = static_cast<std::uint8_t>(224 + random.below(16));
        }
        break;
      default:                                                                        // IPv4 options
        if (!is6) byte(l3) = static_cast<std::uint8_t>(0x40 | random.below(16));
    }
    if (frame.empty()) frame.resize(1);
  }
  if (random.chance(0.5)) fix_checksums(frame);
}

}  // namespace syngate::sim
