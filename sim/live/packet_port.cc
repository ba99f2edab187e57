// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "live_port.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kReadMax = 65536;
constexpr std::size_t kMacs = 12;  // destination and source

/// An interface that exists, by AF_PACKET. The kernel takes VLAN tags off before it hands frames
/// over: they are put back.
class PacketPort : public LivePort {
 public:
  PacketPort(const std::string& spec, const std::string& interface)
      : LivePort(spec), interface_(interface), buffer_(kReadMax) {
    const unsigned index = if_nametoindex(interface.c_str());
    if (index == 0)
      throw PortError(fmt::format(
          "{}: no such interface in this network namespace (ip link shows them)", spec));
    fd_ = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
      throw PortError(fmt::format(
          "{}: no packet socket: {}; CAP_NET_RAW is needed: run as root, or under unshare -Urn",
          spec, std::strerror(errno)));
    }
    const int on = 1;
    struct packet_mreq promiscuous {};
    promiscuous.mr_ifindex = static_cast<int>(index);
    promiscuous.mr_type = PACKET_MR_PROMISC;
    struct sockaddr_ll address {};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(index);
    // Bound last: nothing arrives before the options hold.
    if (setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
        setsockopt(fd_, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0 ||
        setsockopt(fd_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) != 0 ||
        bind(fd_, reinterpret_cast<struct sockaddr*>(&address), sizeof address) != 0) {
      const int error = errno;
      close(fd_);
      throw PortError(fmt::format(
          "{}: the packet socket cannot be set up: {}; syngate needs Linux 4.20 or later", spec,
          std::strerror(error)));
    }
  }
  ~PacketPort() override { close(fd_); }

  int fd() const override { return fd_; }

  bool read(Bytes* frame) override {
    while (true) {
      struct iovec bytes {};
      bytes.iov_base = buffer_.data();
      bytes.iov_len = buffer_.size();
      alignas(struct cmsghdr) std::array<char, CMSG_SPACE(sizeof(struct tpacket_auxdata))>
          control{};
      struct msghdr message {};
      message.msg_iov = &bytes;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      const ssize_t got = recvmsg(fd_, &message, 0);
      if (got < 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return false;
        if (errno == ENETDOWN && if_nametoindex(interface_.c_str()) != 0) {
          warn("the interface is down: ip link set IFACE up");
          return false;
        }
        throw gone();
      }
      frame->assign(buffer_.begin(), buffer_.begin() + got);
      if (!take_auxiliary(message, frame)) continue;
      if (admit(frame)) return true;
    }
  }

  void write(const std::uint8_t* data, std::size_t length) override {
    if (send(fd_, data, length, 0) == static_cast<ssize_t>(length)) {
      ++counts_.out;
      return;
    }
    if (errno == ENXIO || errno == ENODEV) throw gone();
    if (counts_.not_sent++ == 0 && errno == ENETDOWN)
      warn("the interface is down, frames towards it are lost: ip link set IFACE up");
    if (errno == EMSGSIZE)
      warn(fmt::format("a frame of {} bytes is longer than the interface's MTU allows", length));
  }

 private:
  PortError gone() const {
    return PortError(fmt::format("{}: the interface is gone: {}", spec_, std::strerror(errno)));
  }

  // What the kernel says beside a frame. False: the frame is left out.
  bool take_auxiliary(struct msghdr& message, Bytes* frame) {
    for (struct cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
      if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA) continue;
      struct tpacket_auxdata auxiliary {};
      std::memcpy(&auxiliary, CMSG_DATA(part), sizeof auxiliary);
      if ((auxiliary.tp_status & TP_STATUS_CSUMNOTREADY) != 0) {
        if (counts_.checksum_partial++ == 0) {
          warn(
              "frames come without finished checksums (the sender leaves them to its network card) "
              "and are left out. On the "
              "sending host: ethtool -K IFACE tx off");
        }
        return false;
      }
      if ((auxiliary.tp_status & TP_STATUS_VLAN_VALID) == 0 || frame->size() < kMacs) continue;
      const unsigned type = (auxiliary.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0
                                ? auxiliary.tp_vlan_tpid
                                : ETH_P_8021Q;
      const unsigned tag = auxiliary.tp_vlan_tci;
      const std::array<std::uint8_t, 4> bytes{
          static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type),
          static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag)};
      frame->insert(frame->begin() + kMacs, bytes.begin(), bytes.end());
    }
    return true;
  }

  std::string interface_;
  int fd_ = -1;
  Bytes buffer_;
};

}  // namespace

std::unique_ptr<LivePort> open_packet(const std::string& spec, const std::string& interface) {
  return std::make_unique<PacketPort>(spec, interface);
}

}  // namespace syngate::sim
