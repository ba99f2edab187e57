// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace syngate::sim {

/// A file or standard input, read once from front to back, with a running offset.
class ByteSource {
 public:
  /// Throws CaptureError when it cannot be opened. `stop` as in CaptureOptions.
  ByteSource(const std::string& path, const std::atomic<bool>* stop);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Copies up to `length` bytes to `out`; fewer only at the end, after an error, or when stopped.
  std::size_t read(std::uint8_t* out, std::size_t length);
  /// Offset in the file of the next byte.
  std::uint64_t offset() const { return offset_; }
  /// errno of a failed read, 0 without.
  int error() const { return error_; }
  /// Whether reading ended because of the stop flag.
  bool stopped() const { return stopped_; }
  const std::string& name() const { return name_; }

 private:
  bool refill();

  std::string name_;
  int fd_ = -1;
  const std::atomic<bool>* stop_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0;
  int error_ = 0;
  bool stopped_ = false;
};

}  // namespace syngate::sim
