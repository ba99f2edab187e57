// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Classic pcap: a 24-byte file header, then records of 16 bytes and data.
// Format: draft-ietf-opsawg-pcap; the version and "modified" quirks as libpcap documents them.
#include <fmt/core.h>

#include <cstring>

#include "record_reader.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

constexpr std::uint32_t kMagicMicro = 0xa1b2c3d4;
constexpr std::uint32_t kMagicNano = 0xa1b23c4d;
constexpr std::uint32_t kMagicModified =
    0xa1b2cd34;  // Kuznetzov's patch: 8 more bytes per record header
constexpr std::uint32_t kLinkTypeMask = 0x03ffffff;
constexpr std::uint32_t kFcsPresent = 0x04000000;

class PcapReader : public RecordReader {
 public:
  PcapReader(ByteSource* source, const std::uint8_t magic[4]) : source_(source) {
    big_ = magic[0] == 0xa1;
    const std::uint32_t value = load32(magic, big_);
    nano_ = value == kMagicNano;
    record_header_bytes_ = value == kMagicModified ? 24 : 16;
    std::uint8_t rest[20];
    if (source_->read(rest, sizeof rest) != sizeof rest) {
      throw CaptureError(fmt::format(
          "{}: the file ends inside the 24 bytes of the pcap file header", source_->name()));
    }
    const unsigned major = load16(rest, big_);
    minor_ = load16(rest + 2, big_);
    if (major != 2 && major != 543) {  // 543.0: an old AIX writer, lengths as in 2.4
      throw CaptureError(fmt::format("{}: pcap version {}.{} is unknown (2.4 is usual)",
                                     source_->name(), major, minor_));
    }
    // Before 2.3 the two lengths were in the other order; 2.3 was written both ways.
    swapped_lengths_ = major == 543 || minor_ < 3;
    const std::uint32_t network = load32(rest + 16, big_);
    link_type_ = network & kLinkTypeMask;
    if ((network & kFcsPresent) != 0) fcs_bytes_ = (network >> 28) * 2;
  }

  ReadStatus next(Record* record) override {
    record_offset_ = source_->offset();
    std::uint8_t header[24];
    const std::size_t got = source_->read(header, record_header_bytes_);
    if (got == 0) return ReadStatus::kEnd;
    if (got != record_header_bytes_) return ReadStatus::kCut;
    std::uint32_t captured = load32(header + 8, big_);
    std::uint32_t wire = load32(header + 12, big_);
    if (swapped_lengths_ || (minor_ == 3 && captured > wire)) std::swap(captured, wire);
    if (captured > kCaptureRecordMax) {
      problem_ = fmt::format("captured length {} is more than {}", captured, kCaptureRecordMax);
      return ReadStatus::kCorrupt;
    }
    record->link_type = link_type_;
    record->big_endian = big_;
    record->fcs_bytes = fcs_bytes_;
    record->wire_length = wire;
    const std::int64_t fraction = load32(header + 4, big_);
    record->time_ns =
        std::int64_t{load32(header, big_)} * 1000000000 + (nano_ ? fraction : fraction * 1000);
    record->data.resize(captured);
    return source_->read(record->data.data(), captured) == captured ? ReadStatus::kRecord
                                                                    : ReadStatus::kCut;
  }

  std::string description() const override {
    return fmt::format("pcap, {}seconds, {}-endian", nano_ ? "nano" : "micro",
                       big_ ? "big" : "little");
  }
  std::optional<std::uint32_t> link_type() const override { return link_type_; }

 private:
  ByteSource* source_;
  bool big_ = false;
  bool nano_ = false;
  bool swapped_lengths_ = false;
  unsigned minor_ = 0;
  unsigned fcs_bytes_ = 0;
  std::size_t record_header_bytes_ = 16;
  std::uint32_t link_type_ = 0;
};

bool starts_with(const std::uint8_t magic[4], std::initializer_list<unsigned> bytes) {
  std::size_t i = 0;
  for (const unsigned byte : bytes) {
    if (magic[i++] != byte) return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<RecordReader> open_pcap(ByteSource* source, const std::uint8_t magic[4]) {
  return std::make_unique<PcapReader>(source, magic);
}

std::unique_ptr<RecordReader> open_records(ByteSource* source) {
  std::uint8_t magic[4] = {};
  const std::size_t got = source->read(magic, sizeof magic);
  if (source->error() != 0) {
    throw CaptureError(fmt::format("{}: {}", source->name(), std::strerror(source->error())));
  }
  if (got == 0) throw CaptureError(fmt::format("{}: the file is empty", source->name()));
  const char* compressor = nullptr;
  if (got >= 2 && magic[0] == 0x1f && magic[1] == 0x8b) compressor = "gzip";
  if (starts_with(magic, {0x28, 0xb5, 0x2f, 0xfd})) compressor = "zstd";
  if (starts_with(magic, {0xfd, '7', 'z', 'X'})) compressor = "xz";
  if (starts_with(magic, {'B', 'Z', 'h'})) compressor = "bzip2";
  if (compressor != nullptr) {
    throw CaptureError(fmt::format(
        "{0}: compressed with {1}; decompress it first: {1} -dc FILE | syngate replay -",
        source->name(), compressor));
  }
  if (got < sizeof magic) {
    throw CaptureError(
        fmt::format("{}: only {} bytes, too short for a capture file", source->name(), got));
  }
  if (load32(magic, false) == 0x0a0d0d0a) return open_pcapng(source);
  for (const bool big : {false, true}) {
    const std::uint32_t value = load32(magic, big);
    if (value == kMagicMicro || value == kMagicNano || value == kMagicModified) {
      return open_pcap(source, magic);
    }
  }
  throw CaptureError(
      fmt::format("{}: neither pcap nor pcapng (it starts with {:02x} {:02x} {:02x} {:02x})",
                  source->name(), magic[0], magic[1], magic[2], magic[3]));
}

}  // namespace syngate::sim
