// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// QEMU's `-netdev stream,addr.type=unix`: each frame behind its length, 4 bytes, big endian. We
// listen, one guest connects.
#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "live_port.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kReadMax = 1u << 16;
constexpr std::size_t kBelieved =
    1u << 20;  // a longer frame is no frame: the peer speaks something else
constexpr std::size_t kWaitingMax = 4u << 20;  // bytes that a peer may be behind

class StreamPort : public LivePort {
 public:
  StreamPort(const std::string& spec, const std::string& path)
      : LivePort(spec), path_(path), buffer_(kReadMax) {
    struct sockaddr_un address {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
      throw PortError(fmt::format("{}: the path is longer than the {} bytes of a socket's", spec,
                                  sizeof address.sun_path - 1));
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener_ < 0 ||
        bind(listener_, reinterpret_cast<struct sockaddr*>(&address), sizeof address) != 0) {
      const int error = errno;
      if (listener_ >= 0) close(listener_);
      // Whether somebody still listens cannot be asked without being taken for a guest.
      throw PortError(fmt::format(
          "{}: cannot listen: {}; choose another path, or remove what a killed run has left", spec,
          std::strerror(error)));
    }
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    if (listen(listener_, 1) != 0 || poll_ < 0 || !watch(listener_)) {
      throw PortError(fmt::format("{}: cannot listen: {}", spec, std::strerror(errno)));
    }
  }

  ~StreamPort() override {
    if (peer_ >= 0) close(peer_);
    if (poll_ >= 0) close(poll_);
    close(listener_);
    unlink(path_.c_str());
  }

  // An epoll of its own: readable for a peer that connects and for one that sends.
  int fd() const override { return poll_; }

  bool read(Bytes* frame) override {
    if (peer_ < 0) {
      peer_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (peer_ < 0) return false;
      watch(peer_);
    }
    send_waiting();
    while (true) {
      if (take_frame(frame)) return true;
      const ssize_t got = recv(peer_, buffer_.data(), buffer_.size(), 0);
      if (got > 0) {
        received_.insert(received_.end(), buffer_.begin(), buffer_.begin() + got);
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return false;
      throw gone(got == 0 ? "it closed the connection" : std::strerror(errno));
    }
  }

  void write(const std::uint8_t* data, std::size_t length) override {
    if (peer_ < 0 || waiting_.size() + length > kWaitingMax) {
      ++counts_.not_sent;
      return;
    }
    for (unsigned shift = 24; shift < 32; shift -= 8)
      waiting_.push_back(static_cast<std::uint8_t>(length >> shift));
    waiting_.insert(waiting_.end(), data, data + length);
    ++counts_.out;
    send_waiting();
  }

 private:
  PortError gone(const std::string& why) const {
    return PortError(fmt::format("{}: the guest is gone: {}", spec_, why));
  }

  bool watch(int fd, std::uint32_t events = EPOLLIN) {
    struct epoll_event event {};
    event.events = events;
    return epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event) == 0;
  }

  void send_waiting() {
    std::size_t sent = 0;
    while (sent < waiting_.size()) {
      const ssize_t done =
          send(peer_, waiting_.data() + sent, waiting_.size() - sent, MSG_NOSIGNAL);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0 && errno == EAGAIN) break;
      if (done < 0) throw gone(std::strerror(errno));
      sent += static_cast<std::size_t>(done);
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(sent));
    const bool wanted = !waiting_.empty();
    if (wanted == wants_room_) return;
    wants_room_ = wanted;
    struct epoll_event event {};
    event.events = EPOLLIN | (wanted ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
    epoll_ctl(poll_, EPOLL_CTL_MOD, peer_, &event);
  }

  bool take_frame(Bytes* frame) {
    while (received_.size() - begin_ >= kPrefix) {
      const std::uint8_t* at = received_.data() + begin_;
      const std::size_t length = static_cast<std::size_t>(at[0]) << 24 |
                                 static_cast<std::size_t>(at[1]) << 16 |
                                 static_cast<std::size_t>(at[2]) << 8 | at[3];
      if (length == 0 || length > kBelieved) {
        throw PortError(fmt::format(
            "{}: a frame of {} bytes is announced: the peer does not speak QEMU's stream framing",
            spec_, length));
      }
      if (received_.size() - begin_ < kPrefix + length) break;
      frame->assign(at + kPrefix, at + kPrefix + length);
      begin_ += kPrefix + length;
      if (admit(frame)) return true;
    }
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    return false;
  }

  std::string path_;
  int listener_ = -1, peer_ = -1, poll_ = -1;
  bool wants_room_ = false;
  Bytes buffer_, received_, waiting_;
  std::size_t begin_ = 0;
};

}  // namespace

std::unique_ptr<LivePort> open_stream(const std::string& spec, const std::string& path) {
  return std::make_unique<StreamPort>(spec, path);
}

}  // namespace syngate::sim
