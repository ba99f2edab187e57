// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// A valid stamp meets a socket of the same addresses and ports: the rule at the head of kernel/syngate_existing.c.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <thread>

#include "server_world.h"

namespace syngate::guest {

namespace {

/// A page that does not come until release(): who copies from it sleeps where it stands.
class HeldPage {
 public:
  HeldPage() {
    fd_ = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
    uffdio_api api{};
    api.api = UFFD_API;
    page_ = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uffdio_register area{};
    area.range.start = reinterpret_cast<std::uintptr_t>(page_);
    area.range.len = kBytes;
    area.mode = UFFDIO_REGISTER_MODE_MISSING;
    if (fd_ < 0 || page_ == MAP_FAILED || ioctl(fd_, UFFDIO_API, &api) != 0 || ioctl(fd_, UFFDIO_REGISTER, &area) != 0) {
      throw std::runtime_error("userfaultfd");
    }
  }
  ~HeldPage() {
    munmap(page_, kBytes);
    close(fd_);
  }
  HeldPage(const HeldPage&) = delete;
  HeldPage& operator=(const HeldPage&) = delete;
  /// True when somebody sleeps on it within a second.
  bool wanted() const {
    pollfd wait{fd_, POLLIN, 0};
    uffd_msg message{};
    return poll(&wait, 1, 1000) == 1 && read(fd_, &message, sizeof message) == sizeof message;
  }
  void release() const {
    uffdio_zeropage zero{};
    zero.range.start = reinterpret_cast<std::uintptr_t>(page_);
    zero.range.len = kBytes;
    ioctl(fd_, UFFDIO_ZEROPAGE, &zero);
  }
  const void* data() const { return page_; }
  static constexpr std::size_t kBytes = 4096;

 private:
  int fd_ = -1;
  void* page_ = nullptr;
};

/// Accepts the first connection of a pair; the peer is its client.
int first_of(World& w, const std::string& name, int listener, Findings& f) {
  w.send(name + "_first");
  const int fd = accept_within(listener, 1000);
  if (fd < 0) throw std::runtime_error("the first connection was not accepted");
  Peer peer(w.at(name + "_first").frame);
  check_talk(w, peer, fd, f);
  return fd;
}

void expect_new(World& w, const std::string& name, int listener, Findings& f) {
  const int fd = accept_within(listener, 1000);
  f.that(fd >= 0, "the second connection was not accepted");
  if (fd < 0) return;
  Peer peer(w.at(name + "_second").frame);
  check_talk(w, peer, fd, f);
  close_hard(fd);
}

void play_time_wait(World& w, const std::string& v) {
  const struct { const char* name; bool replaced; const char* what; } cases[] = {
      {"later", true, "later sequence numbers and clock: replaced"},
      {"clock_only", true, "earlier sequence numbers, later clock: replaced"},
      {"earlier", false, "earlier sequence numbers and clock: kept, silence"}};
  for (const auto& c : cases) {
    w.run(v + "TIME_WAIT, " + c.what, [&](Findings& f) {
      const std::string name = v + "time_wait_" + c.name;
      const int listener = listen_on(443);
      close_into_time_wait(w, name, listener);
      w.send(name + "_second");
      if (c.replaced) {
        expect_new(w, name, listener, f);
      } else {
        f.that(w.tun.receive(50).empty(), "an answer, expected silence");
        f.that(accept_within(listener, 0) < 0, "accept() returned a connection");
      }
      f.equal("time_wait_replaced", c.replaced, w.counted("time_wait_replaced"));
      f.equal("time_wait_kept", !c.replaced, w.counted("time_wait_kept"));
      close(listener);
    });
  }
}

/// Who can send between box and server can send a hand-off twice; within the life of the first connection that is all it does.
void play_replay(World& w, const std::string& v) {
  w.run(v + "a hand-off replayed: nothing while its connection lives, nor while that is in TIME_WAIT", [&](Findings& f) {
    const std::string name = v + "replay_first";
    const int listener = listen_on(443);
    w.send(name);
    const int fd = accept_within(listener, 1000);
    f.that(fd >= 0, "accept() returned nothing");
    w.send(name);
    f.that(accept_within(listener, 50) < 0, "a second connection");
    f.equal("duplicate", 1, w.counted("duplicate"));
    if (fd >= 0) close_hard(fd);
    close_into_time_wait(w, v + "replay", listener);
    w.send(name);
    f.that(w.tun.receive(50).empty() && accept_within(listener, 0) < 0, "TIME_WAIT: an answer or a connection");
    f.equal("time_wait_kept", 1, w.counted("time_wait_kept"));
    close(listener);
  });
}

void play_established(World& w, const std::string& v) {
  w.run(v + "an old connection that the client has forgotten: reset, the new one works", [&](Findings& f) {
    const int listener = listen_on(443), old = first_of(w, v + "stale", listener, f);
    w.send(v + "stale_second");
    expect_new(w, v + "stale", listener, f);
    f.text_equal("the old one reads", "<errno 104>", read_within(old, 100));
    f.equal("stale_replaced", 1, w.counted("stale_replaced"));
    close(old);
    close(listener);
  });
  w.run(v + "what looks like a keepalive never ends a connection", [&](Findings& f) {
    const int listener = listen_on(443);
    w.send(v + "keepalive_first");
    const int fd = accept_within(listener, 1000);
    w.send(v + "keepalive_second");
    f.that(accept_within(listener, 50) < 0, "a second connection");
    w.drain(20);
    f.equal("duplicate", 1, w.counted("duplicate"));
    f.equal("stale_replaced", 0, w.counted("stale_replaced"));
    Peer peer(w.at(v + "keepalive_first").frame);
    peer.tsval += 6000;
    if (fd >= 0) check_talk(w, peer, fd, f);
    if (fd >= 0) close_hard(fd);
    close(listener);
  });
  w.run(v + "an old connection in use at this moment: left alone; replaced when it is free", [&](Findings& f) {
    const int listener = listen_on(443), old = first_of(w, v + "busy", listener, f);
    const HeldPage page;
    std::thread user([&] { static_cast<void>(!send(old, page.data(), HeldPage::kBytes, MSG_NOSIGNAL)); });
    f.that(page.wanted(), "send() does not sleep in the copy");
    w.send(v + "busy_second");
    f.that(accept_within(listener, 50) < 0, "a new connection beside one in use");
    f.equal("stale_busy", 1, w.counted("stale_busy"));
    page.release();
    user.join();
    w.drain();
    w.send(v + "busy_second");
    expect_new(w, v + "busy", listener, f);
    f.equal("stale_replaced", 1, w.counted("stale_replaced"));
    close(old);
    close(listener);
  });
}

}  // namespace

void play_existing(World& w, const std::string& v) {
  play_time_wait(w, v);
  play_replay(w, v);
  play_established(w, v);
}

}  // namespace syngate::guest
