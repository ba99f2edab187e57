// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Rules 1 to 6 of docs/reference/datapath.md once more, sentence by sentence over bytes: the second
// opinion of the parse tests. It shares nothing with the golden model.
#pragma once
#include <optional>

#include "parse_frames.h"
#include "syngate/model/defs.h"

namespace syngate::sim::parse_test {

/// What a walk over TCP options finds.
struct Options {
  bool stamp = false, sack = false, ts = false, wscale_ok = false, mss_ok = false;
  unsigned wscale = 0, mss = 0;
  std::uint32_t tsval = 0, tsecr = 0;
};

/// tcp_parse_options() in the words of datapath.md; `b` are the 4*doff-20 option bytes.
inline Options walk_options(const Bytes& b, unsigned exid) {
  Options o;
  std::size_t at = 0;
  while (at < b.size()) {
    const unsigned kind = b[at];
    if (kind == 0) break;
    if (kind == 1) {
      ++at;
      continue;
    }
    const std::size_t remains = b.size() - at;
    if (remains < 2) break;
    const unsigned length = b[at + 1];
    if (length < 2 || length > remains) break;
    const auto word16 = [&](std::size_t i) {
      return static_cast<unsigned>(b[at + i] << 8 | b[at + i + 1]);
    };
    const auto word32 = [&](std::size_t i) {
      return static_cast<std::uint32_t>(word16(i)) << 16 | word16(i + 2);
    };
    if (kind == 2 && length == 4 && word16(2) != 0) {
      o.mss_ok = true;
      o.mss = word16(2);
    }
    if (kind == 3 && length == 3) {
      o.wscale_ok = true;
      o.wscale = b[at + 2] > 14 ? 14 : b[at + 2];
    }
    if (kind == 4 && length == 2) o.sack = true;
    if (kind == 8 && length == 10) {
      o.ts = true;
      o.tsval = word32(2);
      o.tsecr = word32(6);
    }
    if (kind == 253 && length >= 4 && word16(2) == exid) o.stamp = true;
    at += length;
  }
  return o;
}

/// Linux's tables: net/ipv4/syncookies.c and net/ipv6/syncookies.c (IPv6 minimum and tunnel MTUs
/// less 60).
inline unsigned mss_index(bool is6, unsigned mss) {
  static const unsigned table4[4] = {536, 1300, 1440, 1460};
  static const unsigned table6[4] = {1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60};
  for (unsigned i = 3; i > 0; --i) {
    if (mss >= (is6 ? table6 : table4)[i]) return i;
  }
  return 0;
}

struct Expected {
  defs::Pre pre = defs::Pre::kPass;
  defs::Reason reason = defs::Reason::kNone;
  bool visible = false;
  Options options;             ///< of visible TCP that is not truncated
  std::optional<Entry> entry;  ///< first match of visible TCP
  bool has_payload = false;
  bool ecn_ok = false;
  Address saddr{}, daddr{};  ///< of the flow that is looked up
  unsigned sport = 0, dport = 0;
};

inline bool covers(const Entry& e, const Address& a) {
  for (unsigned i = 0; i < 16; ++i) {
    if ((a[i] & e.mask[i]) != (e.prefix[i] & e.mask[i])) return false;
  }
  return true;
}

inline Expected reference(const Frame& f, const Config& config) {
  using defs::Pre;
  using defs::Reason;
  Expected x;
  const auto drop = [&](Reason reason) {
    x.pre = Pre::kDrop;
    x.reason = reason;
    return x;
  };
  const auto pass = [&] {
    x.pre = Pre::kPass;
    return x;
  };
  const auto byte = [&](std::size_t i) {
    return i < f.bytes.size() ? static_cast<unsigned>(f.bytes[i]) : 0u;
  };
  const auto word = [&](std::size_t i) { return byte(i) << 8 | byte(i + 1); };
  const auto policy = [&](defs::Policy p) {
    return (config.policy >> static_cast<unsigned>(p) & 1) != 0;
  };
  const auto address = [&](std::size_t i, bool is6) {
    Address a{};
    for (unsigned k = 0; k < (is6 ? 16u : 4u); ++k) a[k] = static_cast<std::uint8_t>(byte(i + k));
    return a;
  };
  const std::size_t L = f.size();
  const Layer2 layer = layer2_of(f.bytes);
  const std::size_t l2 = layer.l2();
  const bool is4 = layer.ethertype == 0x0800, is6 = layer.ethertype == 0x86dd;
  const unsigned version = byte(l2) >> 4, ihl = byte(l2) & 15;
  const unsigned protocol = is4 ? byte(l2 + 9) : is6 ? byte(l2 + 6) : 256;
  const bool more = is4 && (word(l2 + 6) & 0x2000) != 0;
  const unsigned offset = is4 ? word(l2 + 6) & 0x1fff : 0;
  const bool extension =
      is6 && (protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 ||
              protocol == 60 || protocol == 135 || protocol == 139 || protocol == 140);
  const std::size_t l4 = l2 + (is4 ? 20 : 40);
  const unsigned doff = byte(l4 + 12) >> 4;
  x.visible = (is4 && ihl == 5 && offset == 0 && protocol == 6) || (is6 && protocol == 6);

  // 1
  if (f.bad_fcs || L < 60 || L > 9216) return drop(Reason::kBadFrame);
  if (is4 && (version != 4 || ihl < 5)) return drop(Reason::kBadFrame);
  if (is6 && version != 6) return drop(Reason::kBadFrame);
  if (is4 && l2 + 4 * ihl > L) return drop(Reason::kTruncated);
  if (is6 && l2 + 40 > L) return drop(Reason::kTruncated);
  if (x.visible && l4 + 20 > L) return drop(Reason::kTruncated);
  if (x.visible && doff >= 5 && l4 + 4 * doff > L) return drop(Reason::kTruncated);

  // 2
  if (x.visible && doff >= 5) {
    Bytes b;
    for (std::size_t i = l4 + 20; i < l4 + 4 * doff; ++i)
      b.push_back(static_cast<std::uint8_t>(byte(i)));
    x.options = walk_options(b, config.exid);
    if (x.options.stamp) return drop(Reason::kForgedStamp);
  }

  // 3
  x.saddr = is4 ? address(l2 + 12, false) : address(l2 + 8, true);
  x.daddr = is4 ? address(l2 + 16, false) : address(l2 + 24, true);
  x.sport = word(l4);
  x.dport = word(l4 + 2);
  if (x.visible) {
    for (const Entry& e : config.entries) {
      if (e.used && e.is6 == is6 && covers(e, x.daddr) && x.dport >= e.port_first &&
          x.dport <= e.port_last) {
        x.entry = e;
        break;
      }
    }
  }
  if (!is4 && !is6) return pass();
  if ((byte(0) & 1) != 0) return pass();
  if (is4 && (x.daddr[0] & 0xf0) == 224) return pass();
  if (is4 && x.daddr[0] == 255 && x.daddr[1] == 255 && x.daddr[2] == 255 && x.daddr[3] == 255)
    return pass();
  if (is6 && x.daddr[0] == 0xff) return pass();
  const unsigned type = byte(l4);
  if (is6 && protocol == 58 && l4 < L && type >= 133 && type <= 137) return pass();
  bool is_protected = false;
  if (x.visible) {
    is_protected = x.entry && x.entry->mode == 3;
  } else {
    for (const Entry& e : config.entries) {
      if (e.used && e.is6 == is6 && e.mode == 3 && covers(e, x.daddr)) is_protected = true;
    }
  }
  if (!is_protected) return pass();

  // 4
  const bool error4 = is4 && protocol == 1 && ihl == 5 && offset == 0 &&
                      (type == 3 || type == 4 || type == 5 || type == 11 || type == 12) &&
                      byte(l4 + 17) == 6;
  const bool error6 = is6 && protocol == 58 && l4 + 14 < L && type < 128 && byte(l4 + 14) == 6;
  if (error4 || error6) {
    if (error4 && (l4 + 32 > L || (byte(l4 + 8) & 15) != 5)) return drop(Reason::kIcmpUnknown);
    if (error6 && l4 + 52 > L) return drop(Reason::kIcmpUnknown);
    const std::size_t q = l4 + 8;
    x.saddr = is4 ? address(q + 16, false) : address(q + 24, true);
    x.daddr = is4 ? address(q + 12, false) : address(q + 8, true);
    const std::size_t ports = q + (is4 ? 20 : 40);
    x.sport = word(ports + 2);
    x.dport = word(ports);
    x.pre = Pre::kIcmp;
    return x;
  }
  if (protocol != 6 && !extension) {
    return policy(defs::Policy::kOtherProtocol) ? drop(Reason::kOtherProtocol) : pass();
  }

  // 5
  if (is4 && (more || offset != 0))
    return policy(defs::Policy::kFragment) ? drop(Reason::kFragment) : pass();
  if (is4 && ihl > 5) return policy(defs::Policy::kIpOptions) ? drop(Reason::kIpOptions) : pass();
  if (extension) return policy(defs::Policy::kIpExtHeader) ? drop(Reason::kIpExtHeader) : pass();
  const unsigned says = is4 ? word(l2 + 2) : word(l2 + 4);
  const bool bad_length = doff < 5 || (is4 ? says < 20 + 4 * doff || l2 + says > L
                                           : says < 4 * doff || l2 + 40 + says > L);
  if (bad_length)
    return policy(defs::Policy::kBadHeaderLength) ? drop(Reason::kBadHeaderLength) : pass();
  if (policy(defs::Policy::kLand) && x.saddr == x.daddr && x.sport == x.dport)
    return drop(Reason::kLand);
  if (policy(defs::Policy::kPortZero) && (x.sport == 0 || x.dport == 0))
    return drop(Reason::kPortZero);
  if (policy(defs::Policy::kBadIpChecksum) && is4 && !f.ip_checksum_ok)
    return drop(Reason::kBadIpChecksum);
  if (policy(defs::Policy::kBadTcpChecksum) && !f.tcp_checksum_ok)
    return drop(Reason::kBadTcpChecksum);

  // 6
  const unsigned flags = byte(l4 + 13);
  x.has_payload = says > (is4 ? 20 + 4 * doff : 4 * doff);
  const unsigned ecn = is4 ? byte(l2 + 1) & 3 : byte(l2 + 1) >> 4 & 3;
  x.ecn_ok = policy(defs::Policy::kEcn) && (flags & 0xc0) == 0xc0 &&
             (ecn == 0 || (byte(l4 + 12) & 15) != 0);
  x.pre = (flags & (kSyn | kAck | kRst | kFin)) == kSyn ? Pre::kSyn : Pre::kTcp;
  return x;
}

}  // namespace syngate::sim::parse_test
