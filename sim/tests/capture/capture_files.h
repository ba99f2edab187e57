// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Capture files made byte by byte from the format's text, independent of the reader.
#pragma once
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "syngate/sim/capture.h"

namespace syngate::sim::test {

using Bytes = std::vector<std::uint8_t>;

/// Appends numbers in one byte order.
class Maker {
 public:
  explicit Maker(bool big) : big_(big) {}
  Maker& u16(std::uint32_t value) { return number(value, 2); }
  Maker& u32(std::uint64_t value) { return number(value, 4); }
  Maker& u64(std::uint64_t value) { return number(value, 8); }
  Maker& raw(const Bytes& data) {
    bytes.insert(bytes.end(), data.begin(), data.end());
    return *this;
  }
  Bytes bytes;

 private:
  Maker& number(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned shift = 8 * (big_ ? size - 1 - i : i);
      bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    return *this;
  }
  bool big_;
};

struct Packet {
  std::uint32_t seconds = 0;
  std::uint32_t fraction = 0;
  Bytes data;
  std::uint32_t wire_length = 0;  // 0: as captured
};

inline Bytes pcap_file(const std::vector<Packet>& packets, std::uint32_t link_type = 1,
                       bool big = false, std::uint32_t magic = 0xa1b2c3d4) {
  Maker maker(big);
  maker.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type);
  for (const Packet& packet : packets) {
    const std::size_t wire = packet.wire_length != 0 ? packet.wire_length : packet.data.size();
    maker.u32(packet.seconds)
        .u32(packet.fraction)
        .u32(packet.data.size())
        .u32(wire)
        .raw(packet.data);
  }
  return maker.bytes;
}

inline Bytes pcapng_block(std::uint32_t type, Bytes body, bool big) {
  while (body.size() % 4 != 0) body.push_back(0);
  const std::size_t total = body.size() + 12;
  return Maker(big).u32(type).u32(total).raw(body).u32(total).bytes;
}

inline Bytes pcapng_section(bool big) {
  return pcapng_block(0x0a0d0d0a,
                      Maker(big).u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0}).bytes, big);
}

inline Bytes pcapng_interface(std::uint32_t link_type, bool big, const Bytes& options = {},
                              std::uint32_t snaplen = 0) {
  return pcapng_block(1, Maker(big).u16(link_type).u16(0).u32(snaplen).raw(options).bytes, big);
}

inline Bytes pcapng_option(std::uint32_t code, Bytes value, bool big) {
  const std::size_t length = value.size();
  while (value.size() % 4 != 0) value.push_back(0);
  return Maker(big).u16(code).u16(static_cast<std::uint32_t>(length)).raw(value).bytes;
}

inline Bytes pcapng_packet(std::uint32_t interface, std::uint64_t ticks, const Bytes& data,
                           bool big, std::uint32_t wire_length = 0) {
  const std::size_t wire = wire_length != 0 ? wire_length : data.size();
  return pcapng_block(6,
                      Maker(big)
                          .u32(interface)
                          .u32(ticks >> 32)
                          .u32(ticks & 0xffffffff)
                          .u32(data.size())
                          .u32(wire)
                          .raw(data)
                          .bytes,
                      big);
}

inline Bytes join(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A frame that can be recognized: an unknown ethertype and bytes counting from `mark`.
inline Bytes marked_frame(std::uint8_t mark, std::size_t length) {
  Bytes frame(length, 0);
  for (std::size_t i = 0; i < length; ++i) frame[i] = static_cast<std::uint8_t>(mark + i);
  if (length >= 14) {
    frame[12] = 0x88;
    frame[13] = 0xb5;
  }
  return frame;
}

/// A file that lives as long as the object.
class TempFile {
 public:
  explicit TempFile(const Bytes& content) {
    const char* directory = std::getenv("TMPDIR");
    path_ = std::string(directory != nullptr ? directory : "/tmp") + "/syngate-capture-XXXXXX";
    const int fd = mkstemp(path_.data());
    if (fd < 0) std::abort();
    std::FILE* file = fdopen(fd, "wb");
    if (file == nullptr) std::abort();
    for (const std::uint8_t byte : content) {
      if (std::fputc(byte, file) == EOF) std::abort();
    }
    std::fclose(file);
  }
  ~TempFile() { unlink(path_.c_str()); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// All that a reader says about a file.
struct ReadResult {
  std::vector<CaptureFrame> frames;
  CaptureCounts counts;
  std::vector<std::string> warnings;
  std::string error;
  std::string description;

  std::uint64_t skipped(Skip reason) const {
    return counts.skipped[static_cast<std::size_t>(reason)];
  }
};

inline ReadResult read_file(const Bytes& content, const CaptureOptions& options = {}) {
  const TempFile file(content);
  ReadResult result;
  try {
    CaptureReader reader(file.path(), options);
    try {
      CaptureFrame frame;
      while (reader.next(&frame)) result.frames.push_back(frame);
    } catch (const CaptureError& error) {
      result.error = error.what();
    }
    result.counts = reader.counts();
    result.warnings = reader.warnings();
    result.description = reader.description();
  } catch (const CaptureError& error) {
    result.error = error.what();
  }
  return result;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace syngate::sim::test
