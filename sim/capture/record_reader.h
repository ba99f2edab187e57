// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "byte_source.h"

namespace syngate::sim {

/// One packet record as the file has it.
struct Record {
  bool interface_known = true;  ///< pcapng: the record names a described interface
  std::uint32_t interface = 0;  ///< pcapng: index of the interface in its section
  std::uint32_t link_type = 0;  ///< LINKTYPE_ value
  std::uint32_t interface_index = 0;  ///< pcapng: position of its interface in the section
  std::string comment;                ///< pcapng: first comment of the packet, empty without
  bool big_endian = false;      ///< byte order of the section that holds it
  bool has_time = true;
  std::int64_t time_ns = 0;
  std::uint32_t wire_length = 0;  ///< length on the wire; data may hold fewer bytes
  unsigned fcs_bytes = 0;         ///< FCS at the end of complete frames
  std::vector<std::uint8_t> data;
};

enum class ReadStatus : std::uint8_t {
  kRecord,
  kEnd,      ///< at a record boundary
  kCut,      ///< the file ends within a record
  kCorrupt,  ///< a record header that cannot be; problem() says what
};

/// Common face of the two file formats.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  virtual ReadStatus next(Record* record) = 0;
  /// Offset of the record (or block) that next() looked at last.
  std::uint64_t record_offset() const { return record_offset_; }
  /// After kCorrupt: what is wrong.
  const std::string& problem() const { return problem_; }
  /// Format, resolution and byte order for people.
  virtual std::string description() const = 0;
  /// Link type of the whole file, where the format has one.
  virtual std::optional<std::uint32_t> link_type() const { return std::nullopt; }

 protected:
  std::uint64_t record_offset_ = 0;
  std::string problem_;
};

/// Reads the magic and the file header, and chooses. Throws CaptureError.
std::unique_ptr<RecordReader> open_records(ByteSource* source);

/// Called with the four magic bytes already read; they throw CaptureError for an unusable header.
std::unique_ptr<RecordReader> open_pcap(ByteSource* source, const std::uint8_t magic[4]);
std::unique_ptr<RecordReader> open_pcapng(ByteSource* source);

inline std::uint16_t load16(const std::uint8_t* bytes, bool big) {
  return static_cast<std::uint16_t>(big ? (bytes[0] << 8) | bytes[1] : bytes[0] | (bytes[1] << 8));
}

inline std::uint32_t load32(const std::uint8_t* bytes, bool big) {
  const std::uint32_t first = load16(bytes, big);
  const std::uint32_t second = load16(bytes + 2, big);
  return big ? (first << 16) | second : first | (second << 16);
}

inline std::uint64_t load64(const std::uint8_t* bytes, bool big) {
  const std::uint64_t first = load32(bytes, big);
  const std::uint64_t second = load32(bytes + 4, big);
  return big ? (first << 32) | second : first | (second << 32);
}

/// Clamps to what a signed 64-bit count of nanoseconds holds (about 1677 to 2262).
inline std::int64_t clamp_ns(__int128 nanoseconds) {
  if (nanoseconds > INT64_MAX) return INT64_MAX;
  if (nanoseconds < INT64_MIN) return INT64_MIN;
  return static_cast<std::int64_t>(nanoseconds);
}

}  // namespace syngate::sim
