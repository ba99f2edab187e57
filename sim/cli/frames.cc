// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include <algorithm>

#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kFrameMin = 60;

class Bytes {
 public:
  Bytes& u8(unsigned value) {
    bytes.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Bytes& u16(unsigned value) { return u8(value >> 8).u8(value); }
  Bytes& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
  Bytes& address(const model::Address& address) {
    const std::size_t size = address.is6 ? 16 : 4;
    bytes.insert(bytes.end(), address.bytes.begin(),
                 address.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    return *this;
  }
  std::vector<std::uint8_t> bytes;
};

}  // namespace

std::vector<std::uint8_t> make_frame(const PlainSegment& segment, std::size_t length) {
  const bool is6 = segment.source.is6;
  const std::size_t tcp_length = 20 + segment.options.size() + segment.payload;
  Bytes frame;
  frame.u32(0x02000000).u16(0x0001).u32(0x02000000).u16(0x0002).u16(is6 ? 0x86dd : 0x0800);
  if (is6) {
    frame.u32(0x60000000u | std::uint32_t{segment.ecn} << 20)
        .u16(static_cast<unsigned>(tcp_length))
        .u8(6)
        .u8(64);
  } else {
    frame.u8(0x45)
        .u8(segment.ecn)
        .u16(static_cast<unsigned>(tcp_length + 20))
        .u16(0)
        .u16(0x4000)
        .u8(64)
        .u8(6)
        .u16(0);
  }
  frame.address(segment.source).address(segment.destination);
  frame.u16(segment.source_port).u16(segment.destination_port).u32(segment.seq).u32(segment.ack);
  frame.u8(static_cast<unsigned>(5 + segment.options.size() / 4) << 4)
      .u8(segment.flags)
      .u16(segment.window)
      .u32(0);
  frame.bytes.insert(frame.bytes.end(), segment.options.begin(), segment.options.end());
  for (std::size_t i = 0; i < segment.payload; ++i) frame.u8(static_cast<unsigned>(i));
  fix_checksums(frame.bytes.data(), frame.bytes.size());
  frame.bytes.resize(std::max({frame.bytes.size(), length, kFrameMin}));
  return std::move(frame.bytes);
}

std::vector<std::uint8_t> syn_options_mss(std::uint16_t mss) {
  return Bytes().u8(2).u8(4).u16(mss).bytes;
}

std::vector<std::uint8_t> syn_options_windows(std::uint16_t mss) {
  return Bytes().u8(2).u8(4).u16(mss).u32(0x01030308).u32(0x01010402).bytes;
}

std::vector<std::uint8_t> syn_options_linux(std::uint16_t mss, std::uint32_t tsval) {
  return Bytes()
      .u8(2)
      .u8(4)
      .u16(mss)
      .u16(0x0402)
      .u16(0x080a)
      .u32(tsval)
      .u32(0)
      .u32(0x01030307)
      .bytes;
}

std::vector<std::uint8_t> syn_options_macos(std::uint16_t mss, std::uint32_t tsval) {
  return Bytes()
      .u8(2)
      .u8(4)
      .u16(mss)
      .u32(0x01030306)
      .u16(0x0101)
      .u16(0x080a)
      .u32(tsval)
      .u32(0)
      .u32(0x04020000)
      .bytes;
}

}  // namespace syngate::sim
