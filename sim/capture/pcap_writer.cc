// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kFlushBytes = 1u << 16;

void put32(std::uint8_t* out, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Writes everything; returns errno or 0.
int write_all(int fd, const std::uint8_t* data, std::size_t length) {
  while (length > 0) {
    const ssize_t done = ::write(fd, data, length);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? errno : EIO;
    data += done;
    length -= static_cast<std::size_t>(done);
  }
  return 0;
}

}  // namespace

PcapWriter::PcapWriter(const std::string& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0)
    throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  std::uint8_t header[24] = {};
  put32(header, 0xa1b23c4d);  // nanoseconds
  header[4] = 2;
  header[6] = 4;
  put32(header + 16, kCaptureRecordMax);
  put32(header + 20, 1);  // Ethernet
  put(header, sizeof header);
}

PcapWriter::~PcapWriter() {
  if (fd_ < 0) return;
  // close() was not reached: an error is under way, keep what can be kept.
  if (error_ == 0) write_all(fd_, buffer_.data(), buffer_.size());
  ::close(fd_);
}

void PcapWriter::put(const void* data, std::size_t length) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  buffer_.insert(buffer_.end(), bytes, bytes + length);
  if (buffer_.size() < kFlushBytes) return;
  if (error_ == 0) error_ = write_all(fd_, buffer_.data(), buffer_.size());
  buffer_.clear();
}

void PcapWriter::write(std::int64_t time_ns, const std::uint8_t* data, std::size_t length) {
  constexpr std::int64_t kSecondsMax = 0xffffffff;
  const std::int64_t clamped =
      std::clamp<std::int64_t>(time_ns, 0, kSecondsMax * 1000000000 + 999999999);
  std::uint8_t header[16];
  put32(header, static_cast<std::uint32_t>(clamped / 1000000000));
  put32(header + 4, static_cast<std::uint32_t>(clamped % 1000000000));
  put32(header + 8, static_cast<std::uint32_t>(length));
  put32(header + 12, static_cast<std::uint32_t>(length));
  put(header, sizeof header);
  put(data, length);
  ++frames_;
}

void PcapWriter::close() {
  if (fd_ < 0) return;
  if (error_ == 0) error_ = write_all(fd_, buffer_.data(), buffer_.size());
  buffer_.clear();
  if (::close(fd_) != 0 && error_ == 0) error_ = errno;
  fd_ = -1;
  if (error_ != 0) {
    throw OutputError(fmt::format("{}: not completely written: {}", path_, std::strerror(error_)));
  }
}

}  // namespace syngate::sim
