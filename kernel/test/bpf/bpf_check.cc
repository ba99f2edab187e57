// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// bpf_check CASES SETUP: the tc program beyond single hand-offs, with the frames that the RTL sent (record_server): what it does as the
// module does, and the limits that docs/how-to/tc-bpf.md names. SETUP is a shell command that attaches it to box0; counters come from
// /bin/syngatectl, which stands for syngate-bpf here.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "server_world.h"

namespace syngate::guest {

namespace {

constexpr int kMptcp = 262;

void expect_silence(World& w, int listener, Findings& f) {
  f.that(w.tun.receive(50).empty(), "an answer, expected silence");
  f.that(accept_within(listener, 0) < 0, "accept() returned a connection");
}

/// One connection, which works unless `talk` is false.
void expect_accept(World& w, const std::string& name, int listener, Findings& f, bool talk = true) {
  const int fd = accept_within(listener, 1000);
  f.that(fd >= 0, name + ": accept() returned nothing");
  if (fd < 0) return;
  Peer peer(w.at(name).frame);
  if (talk) check_talk(w, peer, fd, f);
  close_hard(fd);
  w.drain();
}

void play_as_module(World& w, const std::string& v) {
  w.run(v + "the box repeats the hand-off: one connection", [&](Findings& f) {
    const int listener = listen_on(443);
    w.send(v + "repeated");
    expect_accept(w, v + "repeated", listener, f);
    f.that(accept_within(listener, 30) < 0, "accept() returned a second connection");
    f.equal("accepted", 1, w.counted("accepted"));
    f.equal("duplicate", 2, w.counted("duplicate"));
    close(listener);
  });
  w.run(v + "data behind the hand-off", [&](Findings& f) {
    const int listener = listen_on(443);
    w.send(v + "final_ack_psh");
    const int fd = accept_within(listener, 1000);
    f.text_equal("read", "data on the final segment", fd < 0 ? "" : read_within(fd, 1000));
    if (fd >= 0) close_hard(fd);
    close(listener);
  });
  w.run(v + "a listener of its own family", [&](Findings& f) {
    const int listener = listen_on(443, 4096, v == "v6_");
    w.send_first(v + "plain");
    expect_accept(w, v + "plain", listener, f);
    close(listener);
  });
  w.run(v + "SO_REUSEPORT: 40 connections over 4 listeners", [&](Findings& f) {
    std::array<int, 4> listeners{};
    for (int& l : listeners) l = listen_on(443, 4096, true, 0, true);
    for (int i = 0; i < 40; ++i) w.send(v + "reuseport_" + std::to_string(i));
    unsigned all = 0, most = 0;
    for (const int l : listeners) {
      unsigned got = 0;
      for (int fd = accept_within(l, 100); fd >= 0; fd = accept_within(l, 20)) {
        ++got;
        close_hard(fd);
      }
      all += got;
      most = got > most ? got : most;
      close(l);
    }
    f.equal("connections", 40, all);
    f.that(most < 40, "one listener got all");
  });
  w.run(v + "nobody listens: RST", [&](Findings& f) {
    w.send(v + "nobody");
    const Bytes answer = w.tun.receive(300);
    f.that(!answer.empty() && (sim::view_tcp(answer.data(), answer.size()).flags & sim::kRst) != 0, "no RST");
    f.equal("no_listener", 1, w.counted("no_listener"));
  });
  w.run(v + "net.ipv4.tcp_ecn=0: taken, without ECN", [&](Findings& f) {
    const int listener = listen_on(443);
    set_sysctl("net/ipv4/tcp_ecn", "0");
    w.send(v + "ecn_off");
    const int fd = accept_within(listener, 1000);
    set_sysctl("net/ipv4/tcp_ecn", "2");
    tcp_info info{};
    socklen_t size = sizeof info;
    f.that(fd >= 0 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0, "accept() returned nothing");
    f.equal("ECN", 0, (info.tcpi_options & TCPI_OPT_ECN) != 0);
    if (fd >= 0) close_hard(fd);
    close(listener);
  });
}

void play_sysctl_limits(World& w, const std::string& v) {
  for (const char* name : {"timestamps", "sack", "scaling"}) {
    const std::string sysctl = std::string("net/ipv4/tcp_") + (name == std::string("scaling") ? "window_scaling" : name);
    w.run(v + "limit: " + sysctl + "=0: refused", [&](Findings& f) {
      const int listener = listen_on(443);
      set_sysctl(sysctl, "0");
      w.send(v + name + "_off");
      expect_silence(w, listener, f);
      set_sysctl(sysctl, "1");
      f.equal("refused", 1, w.counted("refused"));
      w.send(v + name + "_off");
      expect_accept(w, v + name + "_off", listener, f);
      close(listener);
    });
  }
}

void play_socket_limits(World& w, const std::string& v) {
  w.run(v + "limit: MPTCP listener: refused", [&](Findings& f) {
    const int listener = listen_on(443, 4096, true, kMptcp);
    w.send_first(v + "mptcp");
    expect_silence(w, listener, f);
    f.equal("refused", 1, w.counted("refused"));
    close(listener);
  });
  w.run(v + "limit: TCP_DEFER_ACCEPT does not wait", [&](Findings& f) {
    const int listener = listen_on(443);
    const int seconds = 5;
    setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    w.send(v + "defer");
    expect_accept(w, v + "defer", listener, f);
    close(listener);
  });
  w.run(v + "limit: full accept queue: lost, no SYN-ACK comes again", [&](Findings& f) {
    const int listener = listen_on(443, 0);
    w.send(v + "overflow_1");
    w.send(v + "overflow_2");
    f.that(w.tun.receive(1500).empty(), "the server sent something");
    f.equal("accepted", 2, w.counted("accepted"));
    expect_accept(w, v + "overflow_1", listener, f, false);
    f.that(accept_within(listener, 30) < 0, "accept() returned the second connection");
    close(listener);
  });
  w.run(v + "limit: TIME_WAIT is kept: silence", [&](Findings& f) {
    const int listener = listen_on(443);
    close_into_time_wait(w, v + "time_wait_later", listener);
    w.send(v + "time_wait_later_second");
    expect_silence(w, listener, f);
    f.equal("time_wait_kept", 1, w.counted("time_wait_kept"));
    close(listener);
  });
  w.run(v + "limit: an old connection of the same addresses and ports stays", [&](Findings& f) {
    const int listener = listen_on(443);
    w.send(v + "stale_first");
    const int old = accept_within(listener, 1000);
    f.that(old >= 0, "the first connection was not accepted");
    w.send(v + "stale_second");
    f.that(accept_within(listener, 50) < 0, "a second connection");
    f.equal("duplicate", 1, w.counted("duplicate"));
    Peer peer(w.at(v + "stale_first").frame);
    if (old >= 0) check_talk(w, peer, old, f);
    if (old >= 0) close_hard(old);
    close(listener);
  });
}

}  // namespace

}  // namespace syngate::guest

using namespace syngate::guest;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    World world(argv[1]);
    if (std::system(argv[2]) != 0) throw std::runtime_error(std::string(argv[2]) + ": failed");
    for (const char* v : {"v4_", "v6_"}) {
      play_as_module(world, v);
      play_sysctl_limits(world, v);
      play_socket_limits(world, v);
    }
    return world.ktap.finish();
  } catch (const std::exception& e) {
    Ktap ktap;
    ktap.result(false, "the check could be run", e.what());
    return ktap.finish();
  }
}
