// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "live_port.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kReadMax = 65536;
constexpr const char* kDevice = "/dev/net/tun";

/// A TAP interface that lives as long as the program. It announces no offload, so that kernels
/// finish their checksums themselves.
class TapPort : public LivePort {
 public:
  TapPort(const std::string& spec, const std::string& name) : LivePort(spec), buffer_(kReadMax) {
    if (name.size() >= IFNAMSIZ)
      throw PortError(
          fmt::format("{}: an interface name has at most {} characters", spec, IFNAMSIZ - 1));
    fd_ = open(kDevice, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) {
      const int error = errno;
      const char* next = error == EACCES || error == EPERM
                             ? "run as root, or in a namespace of your own: unshare -Urn"
                             : "load the module (modprobe tun), or use af:IFACE or unix:PATH";
      throw PortError(fmt::format("{}: {}: {}; {}", spec, kDevice, std::strerror(error), next));
    }
    struct ifreq request {};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::memcpy(request.ifr_name, name.c_str(), name.size());
    if (ioctl(fd_, TUNSETIFF, &request) != 0) {
      const int error = errno;
      close(fd_);
      const char* next = error == EPERM ? "CAP_NET_ADMIN is needed in this network namespace: run "
                                          "as root, or under unshare -Urn"
                         : error == EBUSY ? "another program has it open"
                                          : "choose another name";
      throw PortError(fmt::format("{}: the TAP interface cannot be made: {}; {}", spec,
                                  std::strerror(error), next));
    }
  }
  ~TapPort() override { close(fd_); }

  int fd() const override { return fd_; }

  bool read(Bytes* frame) override {
    while (true) {
      const ssize_t got = ::read(fd_, buffer_.data(), buffer_.size());
      if (got > 0) {
        frame->assign(buffer_.begin(), buffer_.begin() + got);
        if (admit(frame)) return true;
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      // EIO: the interface is down.
      if (got < 0 && (errno == EAGAIN || errno == EIO)) return false;
      throw PortError(fmt::format("{}: the interface is gone: {}", spec_,
                                  got == 0 ? "end of file" : std::strerror(errno)));
    }
  }

  void write(const std::uint8_t* data, std::size_t length) override {
    if (::write(fd_, data, length) == static_cast<ssize_t>(length)) {
      ++counts_.out;
      return;
    }
    if (errno != EAGAIN && errno != EIO && errno != EINTR && errno != ENOBUFS) {
      throw PortError(fmt::format("{}: the interface is gone: {}", spec_, std::strerror(errno)));
    }
    if (counts_.not_sent++ == 0 && errno == EIO)
      warn("the interface is down, frames towards it are lost: ip link set NAME up");
  }

 private:
  int fd_ = -1;
  Bytes buffer_;
};

}  // namespace

std::unique_ptr<LivePort> open_tap(const std::string& spec, const std::string& name) {
  return std::make_unique<TapPort>(spec, name);
}

}  // namespace syngate::sim
