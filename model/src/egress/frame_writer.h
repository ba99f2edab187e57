// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

#include "syngate/model/checksum.h"
#include "syngate/model/parse.h"

namespace syngate::model {

/// Big-endian writes into a reused vector, and the headers that both built frames share.
class FrameWriter {
 public:
  explicit FrameWriter(std::vector<std::uint8_t>& out) : out_(out) { out_.resize(kRoom); }
  void u8(unsigned value) { out_[size_++] = static_cast<std::uint8_t>(value); }
  void u16(unsigned value) {
    u8(value >> 8);
    u8(value);
  }
  void u32(std::uint32_t value) {
    u16(value >> 16);
    u16(value & 0xffff);
  }
  void bytes(const std::uint8_t* data, std::size_t n) {
    std::memcpy(&out_[size_], data, n);
    size_ += n;
  }

  /// IP header for a TCP segment of so many bytes; id 0, DF.
  void ip(const Flow& flow, std::size_t tcp_bytes, std::uint8_t traffic_class, std::uint32_t flow_label,
          std::uint8_t hops) {
    l3_ = size_;
    if (flow.source.is6) {
      u32(6u << 28 | static_cast<std::uint32_t>(traffic_class) << 20 | flow_label);
      u16(static_cast<unsigned>(tcp_bytes));
      u8(6);
      u8(hops);
      bytes(flow.source.bytes.data(), 16);
      bytes(flow.destination.bytes.data(), 16);
    } else {
      u8(0x45);
      u8(traffic_class);
      u16(static_cast<unsigned>(20 + tcp_bytes));
      u16(0);
      u16(0x4000);
      u8(hops);
      u8(6);
      u16(0);
      bytes(flow.source.bytes.data(), 4);
      bytes(flow.destination.bytes.data(), 4);
      store(l3_ + 10, ~ones_sum(&out_[l3_], 20));
    }
    l4_ = size_;
    address_bytes_ = flow.source.is6 ? 32 : 8;
  }
  void tcp(const Flow& flow, std::uint32_t seq, std::uint32_t ack, std::size_t option_bytes, unsigned flags,
           std::uint16_t window) {
    u16(flow.source_port);
    u16(flow.destination_port);
    u32(seq);
    u32(ack);
    u8(static_cast<unsigned>((5 + option_bytes / 4) << 4));
    u8(flags);
    u16(window);
    u32(0);
  }
  /// TCP checksum and padding to the shortest frame.
  void finish() {
    store(l4_ + 16, ~tcp_sum(&out_[l4_ - address_bytes_], address_bytes_, &out_[l4_], size_ - l4_));
    while (size_ < defs::kFrameBytesMin) u8(0);
    out_.resize(size_);
  }

 private:
  void store(std::size_t at, int value) {
    out_[at] = static_cast<std::uint8_t>(value >> 8);
    out_[at + 1] = static_cast<std::uint8_t>(value);
  }

  // The longest built frame: two tags, IPv6, a hand-off's 32 option bytes (114 bytes in all).
  static constexpr std::size_t kRoom = defs::kBusBytes;

  std::vector<std::uint8_t>& out_;
  std::size_t size_ = 0;
  std::size_t l3_ = 0, l4_ = 0, address_bytes_ = 0;
};

}  // namespace syngate::model
