// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "rewrite.h"

#include <algorithm>

#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

constexpr std::uint8_t kOptionEnd = 0, kOptionNop = 1, kOptionSack = 5, kOptionTimestamps = 8;
constexpr std::size_t kTcpHeader = 20, kTcpHeaderMax = 60, kFrameMin = 60;
constexpr std::size_t kTimestampsBytes = 12;  // two NOPs, then the option

std::uint32_t load32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
         static_cast<std::uint32_t>(p[2]) << 8 | p[3];
}

void store32(std::uint8_t* p, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) p[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

unsigned load16(const std::uint8_t* p) { return static_cast<unsigned>(p[0] << 8 | p[1]); }

void store16(std::uint8_t* p, std::size_t value) {
  p[0] = static_cast<std::uint8_t>(value >> 8);
  p[1] = static_cast<std::uint8_t>(value);
}

void rewrite_options(std::uint8_t* options, std::size_t length, const Translation& t, bool ack) {
  for (std::size_t i = 0; i < length;) {
    const std::uint8_t kind = options[i];
    if (kind == kOptionEnd) return;
    if (kind == kOptionNop) {
      ++i;
      continue;
    }
    if (i + 1 >= length) return;
    const std::size_t size = options[i + 1];
    if (size < 2 || i + size > length) return;
    if (kind == kOptionSack) {
      for (std::size_t edge = i + 2; edge + 4 <= i + size; edge += 4) {
        store32(options + edge, load32(options + edge) + t.ack);
      }
    } else if (kind == kOptionTimestamps && size == 10) {
      if (t.timestamps == Timestamps::kRemove) {
        std::fill_n(options + i, size, kOptionNop);
      } else if (t.timestamps == Timestamps::kShift && ack) {
        store32(options + i + 6, load32(options + i + 6) + t.tsecr);
      }
    }
    i += size;
  }
}

}  // namespace

bool rewrite_segment(Bytes* frame, const Translation& t) {
  const TcpView view = view_tcp(frame->data(), frame->size());
  if (!view.ok || view.end > frame->size()) return false;
  const std::size_t header = static_cast<std::size_t>((*frame)[view.l4 + 12] >> 4) * 4;
  if (view.end < view.l4 + header) return false;
  const bool insert = t.timestamps == Timestamps::kInsert && !view.has_timestamps;
  if (insert && header + kTimestampsBytes > kTcpHeaderMax) return false;
  const bool ack = (view.flags & kAck) != 0;
  std::uint8_t* tcp = frame->data() + view.l4;
  if (ack) store32(tcp + 8, view.ack + t.ack);
  rewrite_options(tcp + kTcpHeader, header - kTcpHeader, t, ack);
  if (insert) {
    frame->resize(view.end);  // padding, if any
    Bytes option = {kOptionNop, kOptionNop, kOptionTimestamps, 10, 0, 0, 0, 0, 0, 0, 0, 0};
    store32(&option[4], t.tsval);
    if (ack) store32(&option[8], t.tsecr);
    frame->insert(frame->begin() + static_cast<std::ptrdiff_t>(view.options), option.begin(), option.end());
    (*frame)[view.l4 + 12] = static_cast<std::uint8_t>((*frame)[view.l4 + 12] + (kTimestampsBytes / 4 << 4));
    std::uint8_t* length = frame->data() + view.l3 + (view.is6 ? 4 : 2);
    store16(length, load16(length) + kTimestampsBytes);
    if (frame->size() < kFrameMin) frame->resize(kFrameMin);
  }
  fix_checksums(*frame);
  return true;
}

void add_to_address(Bytes* frame, bool source, std::uint32_t step) {
  const PacketView view = view_packet(frame->data(), frame->size());
  if (!view.ip4 && !view.ip6) return;
  const std::size_t size = view.ip6 ? 16 : 4;
  const std::size_t first = view.l3 + (view.ip6 ? 8 : 12) + (source ? 0 : size);
  std::uint8_t* low = frame->data() + first + size - 4;
  const std::uint32_t before = load32(low);
  const std::uint32_t after = before + step;
  store32(low, after);
  // RFC 1624, equation 3: HC' = ~(~HC + ~m + m').
  const auto update = [&](std::size_t at) {
    if (at + 2 > frame->size()) return;
    std::uint32_t sum = (~load16(frame->data() + at) & 0xffffu) + (~before >> 16) + (~before & 0xffffu) +
                        (after >> 16) + (after & 0xffffu);
    while (sum >> 16 != 0) sum = (sum & 0xffffu) + (sum >> 16);
    store16(frame->data() + at, ~sum & 0xffffu);
  };
  if (view.ip4) update(view.l3 + 10);
  if (view.ip4 && (load16(frame->data() + view.l3 + 6) & 0x1fffu) != 0) return;
  if (view.l4 == 0) return;
  if (view.protocol == 6) update(view.l4 + 16);
  if (view.protocol == 17 && view.l4 + 8 <= frame->size() && load16(frame->data() + view.l4 + 6) != 0) {
    update(view.l4 + 6);
  }
  if (view.protocol == 58 && view.ip6) update(view.l4 + 2);
}

}  // namespace syngate::sim
