// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "syngate/sim/capture.h"

namespace syngate::sim {
namespace {
constexpr std::size_t kBufferBytes = 1u << 18;
}

ByteSource::ByteSource(const std::string& path, const std::atomic<bool>* stop)
    : name_(path == "-" ? "standard input" : path), stop_(stop), buffer_(kBufferBytes) {
  fd_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) throw CaptureError(fmt::format("{}: {}", name_, std::strerror(errno)));
}

ByteSource::~ByteSource() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

bool ByteSource::refill() {
  while (error_ == 0 && !stopped_) {
    const ssize_t got = ::read(fd_, buffer_.data(), buffer_.size());
    if (got > 0) {
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
      return true;
    }
    if (got == 0) return false;
    if (errno != EINTR) {
      error_ = errno;
    } else if (stop_ != nullptr && stop_->load()) {
      stopped_ = true;
    }
  }
  return false;
}

std::size_t ByteSource::read(std::uint8_t* out, std::size_t length) {
  std::size_t done = 0;
  while (done < length && (begin_ < end_ || refill())) {
    const std::size_t chunk = std::min(length - done, end_ - begin_);
    std::memcpy(out + done, buffer_.data() + begin_, chunk);
    begin_ += chunk;
    done += chunk;
  }
  offset_ += done;
  return done;
}

}  // namespace syngate::sim
