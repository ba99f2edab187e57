// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace syngate::guest {

using Bytes = std::vector<std::uint8_t>;

/// The wire between the box and this kernel: a TUN device. Frames have an Ethernet header here; the
/// device has none. The host has 198.51.100.10 and 2001:db8:1::10; everything else is behind the
/// device. Throws std::runtime_error naming the call that failed.
class Tun {
 public:
  explicit Tun(bool ethernet = false);
  ~Tun();
  Tun(const Tun&) = delete;
  Tun& operator=(const Tun&) = delete;
  /// The kernel receives this frame; what is behind the IP packet (padding) is left out.
  void send(const Bytes& frame) const;
  /// The next TCP segment that the kernel sends, behind an empty Ethernet header with its type;
  /// empty after `ms` without one.
  Bytes receive(int ms) const;

 private:
  int fd_ = -1;
  std::size_t bare_;  ///< bytes of a frame that the device does not have
};

/// Writes /proc/sys/NAME (with '/' as separator).
void set_sysctl(const std::string& name, const std::string& value);
/// Milliseconds of CLOCK_MONOTONIC, low 32 bits: the kernel's TCP clock.
std::uint32_t tcp_clock();

}  // namespace syngate::guest
