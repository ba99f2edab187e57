// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// What all fuzzers share: the bytes of an input, taken from the front, and the promise that ends the program when it does not hold.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// Ends the program, as a crash does, unless `condition` holds.
#define FUZZ_PROMISE(condition, what)                                                                            \
  do {                                                                                                           \
    if (!(condition)) {                                                                                          \
      std::fprintf(stderr, "%s:%d: promise broken: %s (%s)\n", __FILE__, __LINE__, std::string(what).c_str(), #condition); \
      std::abort();                                                                                              \
    }                                                                                                            \
  } while (false)

namespace syngate::fuzz {

/// Behind the end there are zeros without end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool empty() const { return at_ >= size_; }
  std::size_t left() const { return size_ - std::min(at_, size_); }
  std::uint8_t u8() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
  std::uint16_t u16() {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  /// At most `most` bytes; fewer where the input ends.
  std::vector<std::uint8_t> bytes(std::size_t most) {
    const std::size_t n = std::min(most, left());
    std::vector<std::uint8_t> result(data_ + std::min(at_, size_), data_ + std::min(at_, size_) + n);
    at_ += n;
    return result;
  }
  std::vector<std::uint8_t> rest() { return bytes(left()); }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace syngate::fuzz
