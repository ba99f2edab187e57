// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// pcapng: blocks of type, length, body, length. Format: draft-ietf-opsawg-pcapng.
#include <fmt/core.h>

#include <algorithm>

#include "record_reader.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kPacketBlock = 2;  // obsolete, still found
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
// libpcap's bound for one block; name resolution and secrets blocks can be large.
constexpr std::uint32_t kBlockMax = 16u << 20;

struct Interface {
  std::uint32_t link_type = 0;
  std::uint32_t snaplen = 0;
  std::uint8_t resolution = 6;      // if_tsresol as in the file: 10^-n, or 2^-n with the top bit
  std::int64_t offset_seconds = 0;  // if_tsoffset
  unsigned fcs_bytes = 0;
};

std::int64_t to_ns(const Interface& interface, std::uint64_t ticks) {
  const unsigned exponent = interface.resolution & 0x7fu;
  __int128 ns;
  if ((interface.resolution & 0x80u) != 0) {
    ns = (static_cast<__int128>(ticks) * 1000000000) >> exponent;
  } else {
    ns = ticks;
    for (unsigned i = exponent; i < 9; ++i) ns *= 10;
    for (unsigned i = 9; i < exponent && ns != 0; ++i) ns /= 10;
  }
  return clamp_ns(ns + static_cast<__int128>(interface.offset_seconds) * 1000000000);
}

class PcapngReader : public RecordReader {
 public:
  explicit PcapngReader(ByteSource* source) : source_(source) {
    // The type of the first block has been read as the magic.
    if (read_section_header() != ReadStatus::kRecord) {
      throw CaptureError(
          fmt::format("{}: unreadable pcapng section header: {}", source_->name(),
                      problem_.empty() ? std::string("the file ends inside it") : problem_));
    }
  }

  ReadStatus next(Record* record) override {
    while (true) {
      record_offset_ = source_->offset();
      std::uint8_t word[4];
      const std::size_t got = source_->read(word, sizeof word);
      if (got == 0) return ReadStatus::kEnd;
      if (got != sizeof word) return ReadStatus::kCut;
      ReadStatus status;
      if (load32(word, big_) == kSectionHeader) {
        status = read_section_header();
      } else {
        status = read_block();
        if (status == ReadStatus::kRecord) {
          const std::uint32_t type = load32(word, big_);
          if (type == kInterfaceDescription) {
            status = add_interface();
          } else if (type == kEnhancedPacket || type == kPacketBlock || type == kSimplePacket) {
            status = parse_packet(type, record);
            if (status == ReadStatus::kRecord) return status;
          }
        }
      }
      if (status != ReadStatus::kRecord) return status;
    }
  }

  std::string description() const override {
    return fmt::format("pcapng, {}-endian", big_ ? "big" : "little");
  }

 private:
  ReadStatus corrupt(std::string problem) {
    problem_ = std::move(problem);
    return ReadStatus::kCorrupt;
  }

  // Reads a section header behind its block type. kRecord: a good one.
  ReadStatus read_section_header() {
    std::uint8_t head[8];
    if (source_->read(head, sizeof head) != sizeof head) return ReadStatus::kCut;
    if (load32(head + 4, false) == kByteOrderMagic) {
      big_ = false;
    } else if (load32(head + 4, true) == kByteOrderMagic) {
      big_ = true;
    } else {
      return corrupt("its byte-order magic is wrong");
    }
    const std::uint32_t total = load32(head, big_);
    if (total < 28 || total > kBlockMax) return corrupt(fmt::format("block length {}", total));
    const ReadStatus status = read_body(total, 12);
    if (status != ReadStatus::kRecord) return status;
    const unsigned major = load16(body_.data(), big_);
    if (major != 1) return corrupt(fmt::format("version {} is unknown", major));
    interfaces_.clear();
    return ReadStatus::kRecord;
  }

  // Reads any other block behind its type into body_.
  ReadStatus read_block() {
    std::uint8_t word[4];
    if (source_->read(word, sizeof word) != sizeof word) return ReadStatus::kCut;
    const std::uint32_t total = load32(word, big_);
    if (total < 12 || total > kBlockMax) return corrupt(fmt::format("block length {}", total));
    return read_body(total, 8);
  }

  // Reads what is left of a block of `total` bytes, `done` of which are read, and checks the
  // closing length.
  ReadStatus read_body(std::uint32_t total, std::uint32_t done) {
    // Lengths are multiples of 4; some writers give the unpadded one, and readers round it up.
    const std::uint32_t rounded = (total + 3) & ~std::uint32_t{3};
    body_.resize(rounded - done);
    if (source_->read(body_.data(), body_.size()) != body_.size()) return ReadStatus::kCut;
    const std::uint32_t closing = load32(body_.data() + body_.size() - 4, big_);
    if (closing != total) {
      return corrupt(fmt::format("block lengths {} and {} differ", total, closing));
    }
    body_.resize(body_.size() - 4);
    return ReadStatus::kRecord;
  }

  ReadStatus add_interface() {
    if (body_.size() < 8) return corrupt("interface description block too short");
    Interface interface;
    interface.link_type = load16(body_.data(), big_);
    interface.snaplen = load32(body_.data() + 4, big_);
    for (std::size_t at = 8; at + 4 <= body_.size();) {
      const unsigned code = load16(body_.data() + at, big_);
      const std::size_t length = load16(body_.data() + at + 2, big_);
      const std::uint8_t* value = body_.data() + at + 4;
      if (code == 0 || at + 4 + length > body_.size()) break;
      if (code == 9 && length == 1) interface.resolution = value[0];
      // In bits by the specification, in bytes by some writers.
      if (code == 13 && length == 1) interface.fcs_bytes = value[0] < 8u ? value[0] : value[0] / 8u;
      if (code == 14 && length == 8) {
        interface.offset_seconds = static_cast<std::int64_t>(load64(value, big_));
      }
      at += 4 + ((length + 3) & ~std::size_t{3});
    }
    interfaces_.push_back(interface);
    return ReadStatus::kRecord;
  }

  ReadStatus parse_packet(std::uint32_t type, Record* record) {
    const std::size_t fixed = type == kSimplePacket ? 4 : 20;
    if (body_.size() < fixed) return corrupt("packet block too short");
    std::uint32_t index = 0;
    std::uint64_t ticks = 0;
    std::uint32_t captured;
    if (type == kSimplePacket) {
      record->wire_length = load32(body_.data(), big_);
      captured = record->wire_length;
      // Only the first interface can be meant; its snaplen is the only word on how much was kept.
      const std::uint32_t snaplen = interfaces_.empty() ? 0 : interfaces_[0].snaplen;
      if (snaplen != 0) captured = std::min(captured, snaplen);
      captured = std::min(captured, static_cast<std::uint32_t>(body_.size() - fixed));
    } else {
      index = type == kEnhancedPacket ? load32(body_.data(), big_) : load16(body_.data(), big_);
      ticks = std::uint64_t{load32(body_.data() + 4, big_)} << 32 | load32(body_.data() + 8, big_);
      captured = load32(body_.data() + 12, big_);
      record->wire_length = load32(body_.data() + 16, big_);
    }
    if (captured > body_.size() - fixed || captured > kCaptureRecordMax) {
      return corrupt(
          fmt::format("captured length {} in a block of {} bytes", captured, body_.size()));
    }
    record->interface = index;
    record->interface_known = index < interfaces_.size();
    record->big_endian = big_;
    record->has_time = type != kSimplePacket && record->interface_known;
    record->time_ns = 0;
    record->link_type = 0;
    record->fcs_bytes = 0;
    if (record->interface_known) {
      const Interface& interface = interfaces_[index];
      record->link_type = interface.link_type;
      record->fcs_bytes = interface.fcs_bytes;
      if (record->has_time) record->time_ns = to_ns(interface, ticks);
    }
    record->interface_index = index;
    record->comment.clear();
    if (type != kSimplePacket) read_comment(fixed + ((captured + 3) & ~std::size_t{3}), &record->comment);
    const auto begin = body_.begin() + static_cast<std::ptrdiff_t>(fixed);
    record->data.assign(begin, begin + captured);
    return ReadStatus::kRecord;
  }

  // The first comment among the options that begin at `at`; options that do not fit end the list.
  void read_comment(std::size_t at, std::string* comment) const {
    while (at + 4 <= body_.size()) {
      const unsigned code = load16(body_.data() + at, big_);
      const std::size_t length = load16(body_.data() + at + 2, big_);
      if (code == 0 || at + 4 + length > body_.size()) return;
      if (code == 1) {
        comment->assign(reinterpret_cast<const char*>(body_.data() + at + 4), length);
        return;
      }
      at += 4 + ((length + 3) & ~std::size_t{3});
    }
  }

  ByteSource* source_;
  bool big_ = false;
  std::vector<Interface> interfaces_;
  std::vector<std::uint8_t> body_;
};

}  // namespace

std::unique_ptr<RecordReader> open_pcapng(ByteSource* source) {
  return std::make_unique<PcapngReader>(source);
}

}  // namespace syngate::sim
