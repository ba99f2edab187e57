// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "probes.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "syngate/model/defs.h"
#include "targets.h"

namespace syngate::sim {
namespace {

constexpr std::uint16_t kFirstPort = 2000;
constexpr std::size_t kEthernetMax = 1514;

template <typename T, std::size_t n>
T one_of(const T (&values)[n], Random& random) {
  return values[random.below(n)];
}

std::uint16_t next16(Random& random) { return static_cast<std::uint16_t>(random.next()); }
std::uint32_t next32(Random& random) { return static_cast<std::uint32_t>(random.next()); }

}  // namespace

Probes::Probes(std::uint64_t seed, std::size_t count) : random_(seed ^ 0x70726f6265730000u), probes_(count) {
  constexpr std::uint16_t kTypes[] = {0x8100, 0x88a8, 0x9100};
  for (std::size_t i = 0; i < count; ++i) {
    Segment& s = probes_[i].base;
    s.is6 = random_.chance(0.5);
    s.destination = s.is6 ? kServer6 : kServer4;
    if (random_.chance(0.1)) s.destination.port = static_cast<std::uint16_t>(s.destination.port + (random_.chance(0.5) ? 1 : -1));
    s.source.address = s.is6 ? std::array<std::uint8_t, 16>{0x20, 1, 0xd, 0xb8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}
                             : std::array<std::uint8_t, 16>{203, 0, 113, 7};
    s.source.port = static_cast<std::uint16_t>(kFirstPort + i);
    for (std::uint64_t tags = random_.below(3); tags > 0; --tags) {
      s.tags.push_back(static_cast<std::uint32_t>(one_of(kTypes, random_)) << 16 | next16(random_));
    }
    if (random_.chance(0.3)) s.traffic_class = static_cast<std::uint8_t>(random_.next());
    if (random_.chance(0.5)) s.flow_label = next32(random_) & 0xfffff;
    if (random_.chance(0.2)) s.ttl = static_cast<std::uint8_t>(random_.next());
  }
}

// Options of a SYN: MSS at the bounds of both tables, every window scale, all forms of damage.
Bytes Probes::options(Probe& probe) {
  constexpr unsigned kMss[] = {0,    1,    63,   535,  536,  1219, 1220, 1299,  1300, 1419,
                               1420, 1439, 1440, 1459, 1460, 8939, 8940, 65495, 65535};
  Bytes out;
  const auto put = [&out](std::initializer_list<unsigned> bytes) {
    for (const unsigned b : bytes) out.push_back(static_cast<std::uint8_t>(b));
  };
  std::array<unsigned, 8> order{0, 1, 2, 3, 4, 5, 6, 7};
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
  probe.timestamps = false;
  const bool odd = random_.chance(0.3);  // options that do not count, or end the walk
  for (const unsigned kind : order) {
    const auto wants = [&](double share) { return random_.chance(share); };
    const Bytes before = out;
    if (kind == 0 && wants(0.8)) {
      const unsigned mss = one_of(kMss, random_);
      put({2, 4, mss >> 8, mss & 255});
    } else if (kind == 1 && wants(0.5)) {
      put({3, 3, random_.chance(0.9) ? static_cast<unsigned>(random_.below(17)) : 255u});
    } else if (kind == 2 && wants(0.5)) {
      put({4, 2});
    } else if (kind == 3 && wants(0.5)) {
      probe.tsval = next32(random_);
      put({8, 10, probe.tsval >> 24, probe.tsval >> 16 & 255, probe.tsval >> 8 & 255, probe.tsval & 255, 0, 0, 0, 0});
      probe.timestamps = true;
    } else if (kind == 4 && wants(0.3)) {
      out.insert(out.end(), 1 + random_.below(3), std::uint8_t{1});
    } else if (kind == 5 && odd && wants(0.5)) {  // another length, or twice
      switch (random_.below(10)) {
        case 0: put({2, 3, 5}); break;
        case 1: put({3, 4, 5, 0}); break;
        case 2: put({4, 3, 0}); break;
        case 3: put({8, 6, 0, 0, 0, 0}); break;
        case 4: put({2, 4, 5, 0}); break;
        case 5: put({3, 3, static_cast<unsigned>(random_.below(15))}); break;
        case 6: put({253, 4, static_cast<unsigned>(random_.below(256)), 1}); break;
        case 7: put({253, 4, static_cast<unsigned>(exid_ >> 8), static_cast<unsigned>(exid_ & 255)}); break;
        case 8: put({8, 10, 1, 2, 3, 4, 5, 6, 7, 8}); break;
        default: put({253, 3, 0});
      }
    } else if (kind == 6 && odd && wants(0.4)) {
      const auto size = static_cast<unsigned>(random_.below(6));
      put({77, 2 + size});
      out.insert(out.end(), size, std::uint8_t{9});
    } else if (kind == 7 && odd && wants(0.4)) {  // the end
      if (random_.chance(0.3)) put({0});
      else put({one_of({5u, 77u, 2u, 8u}, random_), one_of({0u, 1u, 41u, 255u}, random_)});
    }
    if (out.size() > 40) out = before;
  }
  if (random_.chance(0.1)) out.resize(40, random_.chance(0.5) ? std::uint8_t{1} : std::uint8_t{0});
  // The last byte is a kind without a length.
  if (random_.chance(0.05) && !out.empty() && out.size() < 40) {
    while (out.size() % 4 != 3) out.push_back(1);
    out.push_back(2);
  }
  return out;
}

Segment Probes::segment(const Probe& probe, std::uint8_t flags) {
  Segment s = probe.base;
  s.flags = flags;
  s.seq = probe.isn + 1;
  s.ack = probe.server_isn + 1;
  s.window = next16(random_);
  if (probe.timestamps) {
    OptionValues values;
    values.tsval = probe.tsval + 9;
    values.tsecr = probe.server_tsval;
    s.options = option_bytes("N,N,TS", values);
    // Options that a hand-off leaves out.
    if (random_.chance(0.1)) s.options.insert(s.options.begin(), {1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2});
  }
  return s;
}

Bytes Probes::open(Probe& probe) {
  Segment s = probe.base;
  // Often the same number again: then the answer is the same cookie.
  if (!probe.known || random_.chance(0.3)) probe.isn = next32(random_);
  s.seq = probe.isn;
  s.ack = random_.chance(0.2) ? next32(random_) : 0;
  s.flags = kSyn;
  s.options = options(probe);
  s.window = next16(random_);
  if (random_.chance(0.3)) {
    constexpr std::uint8_t kEcn[] = {kEce, kCwr, kEce | kCwr};
    s.flags |= one_of(kEcn, random_);
    if (random_.chance(0.5)) s.traffic_class = static_cast<std::uint8_t>((s.traffic_class & ~3u) | random_.below(4));
    if (random_.chance(0.3)) s.reserved = static_cast<std::uint8_t>(random_.below(16));
  }
  if (random_.chance(0.1)) s.flags |= kPsh | kUrg;
  if (random_.chance(0.1)) s.payload.assign(1 + random_.below(100), 0x33);
  probe.answered = false;
  Bytes frame = build_frame(s);
  const std::size_t l3 = 14 + 4 * s.tags.size();
  if (s.is6 && random_.chance(0.1)) {
    constexpr std::uint8_t kExtensions[] = {0, 43, 44, 51, 60, 135, 139, 140};
    frame[l3 + 6] = one_of(kExtensions, random_);
  } else if (!s.is6 && random_.chance(0.05)) {
    frame[l3 + 6] = random_.chance(0.5) ? 0x20 : 0x01;  // a first fragment, a later one
    fix_checksums(frame);
  }
  return frame;
}

// The end of a handshake: right, or wrong in one thing.
Bytes Probes::finish(const Probe& probe) {
  constexpr std::uint8_t kFlags[] = {kAck | kPsh, kAck | kFin, kAck | kUrg, kSyn | kAck, kRst,
                                     kRst | kAck, 0,           kFin,        kSyn | kFin, kSyn | kAck | kFin};
  Segment s = segment(probe, kAck);
  switch (random_.below(8)) {
    case 0: s.flags = one_of(kFlags, random_); break;
    // MSS index: next, or the first that does not exist.
    case 1: s.ack += static_cast<std::uint32_t>(1 + random_.below(4)); break;
    case 2: s.seq += static_cast<std::uint32_t>(random_.below(3)) - 1; break;
    case 3: s.payload.assign(1 + random_.below(random_.chance(0.8) ? 200 : 8800), 0x34); break;
    default: break;
  }
  return build_frame(s);
}

Bytes Probes::follow(const Probe& probe) {
  constexpr std::uint8_t kFlags[] = {kFin | kAck, kRst, kRst | kAck, kFin, kSyn | kAck, 0, kAck | kUrg};
  Segment s = segment(probe, kAck);
  switch (random_.below(8)) {
    case 0:
    case 1:
    case 2: break;  // the first segment again
    case 3: s.flags = one_of(kFlags, random_); break;
    case 4: {       // later segments whose numbers still look like the cookie
      const auto moved = static_cast<std::uint32_t>(1 + random_.below(9));
      s.seq += moved;
      s.ack += moved;
      break;
    }
    case 5: s.ack += static_cast<std::uint32_t>(4 + random_.below(100000)); break;
    case 6: s.payload.assign(random_.below(1400), 0x35); break;
    default: return icmp(probe);
  }
  return build_frame(s);
}

// A router's or the client's error about a segment that the server sent.
Bytes Probes::icmp(const Probe& probe) {
  constexpr std::uint8_t kTypes4[] = {3, 4, 5, 11, 12, 3, 0, 8, 13};
  constexpr std::uint8_t kTypes6[] = {1, 2, 3, 4, 127, 128, 129, 132, 133, 137, 138};
  const bool is6 = probe.base.is6;
  Segment s = probe.base;
  s.flags = kAck;
  s.payload.assign(60, 0);
  Bytes frame = build_frame(s);
  const std::size_t l4 = 14 + 4 * s.tags.size() + (is6 ? 40 : 20);
  const std::size_t l3 = l4 - (is6 ? 40 : 20);
  const std::size_t n = is6 ? 16 : 4;
  frame[l3 + (is6 ? 6 : 9)] = is6 ? 58 : 1;
  std::fill(frame.begin() + static_cast<std::ptrdiff_t>(l4), frame.end(), std::uint8_t{0});
  frame[l4] = is6 ? one_of(kTypes6, random_) : one_of(kTypes4, random_);
  std::uint8_t* quote = &frame[l4 + 8];
  quote[0] = is6 ? 0x60 : 0x45;
  quote[is6 ? 6 : 9] = 6;
  std::copy_n(s.destination.address.begin(), n, quote + (is6 ? 8 : 12));
  std::copy_n(s.source.address.begin(), n, quote + (is6 ? 24 : 16));
  std::uint8_t* ports = quote + (is6 ? 40 : 20);
  ports[0] = static_cast<std::uint8_t>(s.destination.port >> 8);
  ports[1] = static_cast<std::uint8_t>(s.destination.port);
  ports[2] = static_cast<std::uint8_t>(s.source.port >> 8);
  ports[3] = static_cast<std::uint8_t>(s.source.port);
  switch (random_.below(10)) {
    case 0: quote[is6 ? 6 : 9] = static_cast<std::uint8_t>(random_.next()); break;
    case 1: quote[0] = static_cast<std::uint8_t>(random_.next()); break;
    case 2: ports[random_.below(4)] ^= 1; break;
    case 3: frame.resize(std::max<std::size_t>(60, l4 + (is6 ? 52 : 32) - random_.below(14))); break;
    case 4:
    case 5: frame.resize(std::max<std::size_t>(60, l4 + (is6 ? 52 : 32))); break;
    case 6:
      if (!is6) frame[l3 + 7] = 3;  // a later fragment
      break;
    default: break;
  }
  fix_checksums(frame);
  return frame;
}

Bytes Probes::next() {
  Probe& probe = probes_[random_.below(probes_.size())];
  const std::uint64_t pick = random_.below(10);
  if (probe.known && pick < 7) return follow(probe);
  if (probe.answered && pick < 7) return finish(probe);
  if (pick == 9) return icmp(probe);
  if (pick == 8) return bystander();
  return open(probe);
}

Bytes Probes::syn() {
  Probe& probe = probes_[random_.below(probes_.size())];
  Segment s = probe.base;
  s.source.port = static_cast<std::uint16_t>(30000 + random_.below(20000));
  s.seq = next32(random_);
  s.flags = kSyn;
  return build_frame(s);
}

Bytes Probes::bystander() {
  constexpr std::size_t kLengths[] = {1, 59, 60, 64, 127, 128, 129, 256, 257, kEthernetMax, 9215, 9216, 9217, 9088, 9000, 20000};
  Segment s = probes_[random_.below(probes_.size())].base;
  s.flags = kAck;
  if (random_.chance(0.5)) s.destination.address[1] ^= 0x80;  // nobody's
  else s.destination.port = static_cast<std::uint16_t>(s.destination.port + 1 + random_.below(3));
  const std::size_t length = one_of(kLengths, random_);
  Bytes frame = build_frame(s);
  const std::size_t headers = 14 + 4 * s.tags.size() + (s.is6 ? 60 : 40);
  if (length > frame.size() && length <= defs::kFrameBytesMax) s.payload.assign(length - headers, 0x36);
  frame = build_frame(s);
  frame.resize(length);
  return frame;
}

Probes::Probe* Probes::find(const std::uint8_t* frame, const TcpView& v, bool towards_client) {
  const std::uint16_t port = towards_client ? v.destination_port : v.source_port;
  if (!v.ok || port < kFirstPort || port >= kFirstPort + probes_.size()) return nullptr;
  Probe& probe = probes_[static_cast<std::size_t>(port - kFirstPort)];
  const std::size_t n = v.is6 ? 16 : 4;
  const std::size_t at = v.l3 + (v.is6 ? 8 : 12) + (towards_client ? n : 0);
  return probe.base.is6 == v.is6 && std::equal(frame + at, frame + at + n, probe.base.source.address.begin()) ? &probe : nullptr;
}

void Probes::saw_reply(const std::uint8_t* frame, std::size_t length) {
  const TcpView v = view_tcp(frame, length);
  Probe* probe = find(frame, v, true);
  if (probe == nullptr || v.ack != probe->isn + 1) return;
  probe->answered = true;
  probe->server_isn = v.seq;
  probe->server_tsval = v.tsval;
}

void Probes::saw_forward(const std::uint8_t* frame, std::size_t length) {
  const TcpView v = view_tcp(frame, length);
  Probe* probe = find(frame, v, false);
  if (probe != nullptr && v.has_stamp) probe->known = true;
}

}  // namespace syngate::sim
