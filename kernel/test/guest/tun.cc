// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "tun.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace syngate::guest {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

void run(const std::string& command) {
  if (std::system(("exec /bin/busybox " + command).c_str()) != 0)
    throw std::runtime_error(command + ": failed");
}

std::size_t packet_length(const Bytes& frame) {
  const bool is6 = (frame[14] >> 4) == 6;
  const std::size_t at = is6 ? 18 : 16;
  return static_cast<std::size_t>(frame[at] << 8 | frame[at + 1]) + (is6 ? 40 : 0);
}

}  // namespace

Tun::Tun(bool ethernet) : bare_(ethernet ? 0 : 14) {
  fd_ = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) fail("/dev/net/tun");
  ifreq request{};
  std::strcpy(request.ifr_name, "box0");
  request.ifr_flags = static_cast<short>((ethernet ? IFF_TAP : IFF_TUN) | IFF_NO_PI);
  if (ioctl(fd_, TUNSETIFF, &request) < 0) fail("TUNSETIFF");
  // No neighbour discovery traffic, no waiting for duplicate addresses.
  set_sysctl("net/ipv6/conf/box0/accept_dad", "0");
  set_sysctl("net/ipv6/conf/box0/router_solicitations", "0");
  // The address to which sim::build_frame() sends; nobody there would answer ARP.
  if (ethernet) run("ip link set box0 address 02:00:00:00:00:02 arp off");
  run("ip link set box0 up");
  run("ip addr add 198.51.100.10/32 dev box0");
  run("ip -6 addr add 2001:db8:1::10/128 dev box0");
  run("ip route add default dev box0");
  run("ip -6 route add default dev box0");
}

Tun::~Tun() { close(fd_); }

void Tun::send(const Bytes& frame) const {
  const std::size_t length = 14 - bare_ + std::min(packet_length(frame), frame.size() - 14);
  if (write(fd_, frame.data() + bare_, length) != static_cast<ssize_t>(length))
    fail("write to the TUN device");
}

Bytes Tun::receive(int ms) const {
  const std::uint32_t until = tcp_clock() + static_cast<std::uint32_t>(ms);
  Bytes buffer(65536);
  for (;;) {
    const ssize_t n = read(fd_, buffer.data() + bare_, buffer.size() - bare_);
    if (n > 0) {
      const bool is6 = (buffer[14] >> 4) == 6;
      if (buffer[14 + (is6 ? 6 : 9)] != 6) continue;
      buffer[12] = is6 ? 0x86 : 0x08;
      buffer[13] = is6 ? 0xdd : 0x00;
      buffer.resize(bare_ + static_cast<std::size_t>(n));
      return buffer;
    }
    const auto left = static_cast<std::int32_t>(until - tcp_clock());
    if (left <= 0) return {};
    pollfd wait{fd_, POLLIN, 0};
    poll(&wait, 1, left);
  }
}

void set_sysctl(const std::string& name, const std::string& value) {
  const std::string path = "/proc/sys/" + name;
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool good =
      fd >= 0 && write(fd, value.data(), value.size()) == static_cast<ssize_t>(value.size());
  if (!good) fail(path);
  close(fd);
}

std::uint32_t tcp_clock() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(now.tv_sec) * 1000u +
                                    static_cast<std::uint64_t>(now.tv_nsec) / 1000000u);
}

}  // namespace syngate::guest
