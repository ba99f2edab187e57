// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The listener's many kinds: what it has set, how full it is, what the host allows.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "control.h"
#include "server_world.h"

namespace syngate::guest {

namespace {

constexpr int kMptcp = 262;

/// Sends the case, expects one connection that works.
void expect_accept(World& w, const std::string& name, int listener, Findings& f) {
  w.send_first(name);
  const int fd = accept_within(listener, 1000);
  f.that(fd >= 0, name + ": accept() returned nothing");
  if (fd < 0) return;
  Peer peer(w.at(name).frame);
  check_talk(w, peer, fd, f);
  close_hard(fd);
  w.drain();
}

/// Nothing came of what was sent: no connection, no answer.
void expect_silence(World& w, int listener, Findings& f, const std::string& what) {
  f.that(w.tun.receive(50).empty(), what + ": an answer, expected silence");
  const int fd = accept_within(listener, 0);
  f.that(fd < 0, what + ": accept() returned a connection");
  if (fd >= 0) close_hard(fd);
}

void expect_reset(World& w, Findings& f, const std::string& what) {
  const Bytes answer = w.tun.receive(300);
  f.that(!answer.empty() && (sim::view_tcp(answer.data(), answer.size()).flags & sim::kRst) != 0, what + ": no RST");
}

void play_finals(World& w, const std::string& v) {
  const struct { const char* name; bool accept; const char* read; } finals[] = {
      {"ack", true, ""}, {"ack_psh", true, "data on the final segment"}, {"ack_fin", true, "<eof>"},
      {"syn_ack", false, ""}, {"rst", false, ""}, {"rst_ack", false, ""}};
  for (const auto& final : finals) {
    w.run(v + "final segment " + final.name + (final.accept ? ": accepted" : ": not accepted"), [&](Findings& f) {
      const int listener = listen_on(443);
      w.send(v + "final_" + final.name);
      const int fd = accept_within(listener, final.accept ? 1000 : 30);
      f.equal("connections", final.accept, fd >= 0);
      if (fd >= 0) {
        if (*final.read != 0) f.text_equal("read", final.read, read_within(fd, 1000));
        close_hard(fd);
      }
      close(listener);
    });
  }
  w.run(v + "the box repeats the hand-off: one connection", [&](Findings& f) {
    const int listener = listen_on(443);
    w.send(v + "repeated");
    const int fd = accept_within(listener, 1000), second = accept_within(listener, 30);
    f.that(fd >= 0, "accept() returned nothing");
    f.that(second < 0, "accept() returned a second connection");
    f.equal("accepted", 1, w.counted("accepted"));
    f.equal("duplicate", 2, w.counted("duplicate"));
    if (fd >= 0) close_hard(fd);
    close(listener);
  });
}

void play_listeners(World& w, const std::string& v) {
  w.run(v + "a listener of its own family", [&](Findings& f) {
    const int listener = listen_on(443, 4096, v == "v6_");
    expect_accept(w, v + "plain", listener, f);
    close(listener);
  });
  w.run(v + "MPTCP listener falls back to TCP", [&](Findings& f) {
    const int listener = listen_on(443, 4096, true, kMptcp);
    expect_accept(w, v + "mptcp", listener, f);
    close(listener);
  });
  w.run(v + "SO_REUSEPORT: 40 connections over 4 listeners", [&](Findings& f) {
    std::array<int, 4> listeners{};
    for (int& l : listeners) l = listen_on(443, 4096, true, 0, true);
    for (int i = 0; i < 40; ++i) w.send(v + "reuseport_" + std::to_string(i));
    std::array<unsigned, 4> got{};
    for (std::size_t i = 0; i < 4; ++i) {
      for (int fd = accept_within(listeners[i], 100); fd >= 0; fd = accept_within(listeners[i], 20)) {
        ++got[i];
        close_hard(fd);
      }
      close(listeners[i]);
    }
    f.equal("connections", 40, got[0] + got[1] + got[2] + got[3]);
    f.that(*std::max_element(got.begin(), got.end()) < 40, "one listener got all");
  });
  w.run(v + "TCP_DEFER_ACCEPT waits for data", [&](Findings& f) {
    const int listener = listen_on(443);
    const int seconds = 5;
    setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    w.send(v + "defer");
    f.that(accept_within(listener, 50) < 0, "a connection without data");
    Peer peer(w.at(v + "defer").frame);
    w.tun.send(peer.frame(sim::kPsh, "now"));
    const int fd = accept_within(listener, 1000);
    f.that(fd >= 0, "accept() returned nothing after data");
    if (fd >= 0) {
      f.text_equal("read", "now", read_within(fd, 1000));
      close_hard(fd);
    }
    close(listener);
  });
  w.run(v + "nobody listens: RST", [&](Findings& f) {
    w.send(v + "nobody");
    expect_reset(w, f, "closed port");
    f.equal("no_listener", 1, w.counted("no_listener"));
  });
}

void play_overflow(World& w, const std::string& v) {
  w.run(v + "full accept queue: the SYN-ACK is sent again, with the box's numbers and clock; its ACK completes", [&](Findings& f) {
    const int listener = listen_on(443, 0);
    w.send(v + "overflow_1");
    const std::uint32_t sent_at = tcp_clock();  // the clock is learned behind this
    w.send(v + "overflow_2");
    w.send(v + "overflow_3");
    f.equal("queue_full", 1, w.counted("queue_full"));
    w.drain();
    const int first = accept_within(listener, 1000);
    f.that(first >= 0, "the first is not accepted");
    const Case& c = w.at(v + "overflow_2");
    Peer peer(c.frame);
    Bytes again;
    sim::TcpView t;
    for (int i = 0; i < 4; ++i) {
      again = w.tun.receive(3000);
      if (again.empty()) break;
      t = sim::view_tcp(again.data(), again.size());
      if (t.destination_port == peer.segment.source.port && (t.flags & sim::kSyn) != 0) break;
    }
    f.that(!again.empty() && (t.flags & (sim::kSyn | sim::kAck)) == (sim::kSyn | sim::kAck), "no SYN-ACK came again");
    if (!again.empty()) {
      const std::uint32_t passed = tcp_clock() - sent_at;
      f.equal("its seq", peer.segment.ack - 1, t.seq);
      f.equal("its ack", peer.segment.seq, t.ack);
      f.that(t.tsval - c.number("clock") <= passed + 1, "TSval has left the box's clock");
      const Bytes wscale = {3, 3, 7};
      f.that(std::search(again.begin(), again.end(), wscale.begin(), wscale.end()) != again.end(), "no window scale 7 in it");
      peer.tsecr = t.tsval;
      w.tun.send(peer.frame(0, ""));
      const int second = accept_within(listener, 1000);
      f.that(second >= 0, "the second is not accepted after its ACK");
      if (second >= 0) check_talk(w, peer, second, f);
      if (second >= 0) close_hard(second);
    }
    if (first >= 0) close_hard(first);
    close(listener);
  });
}

void play_sysctls(World& w, const std::string& v) {
  const struct { const char* name; const char* sysctl; } switched[] = {
      {"timestamps_off", "tcp_timestamps"}, {"sack_off", "tcp_sack"}, {"scaling_off", "tcp_window_scaling"}};
  for (const auto& s : switched) {
    w.run(v + "net.ipv4." + s.sysctl + "=0: refused and counted, taken again when it is 1", [&](Findings& f) {
      const int listener = listen_on(443);
      set_sysctl(std::string("net/ipv4/") + s.sysctl, "0");
      w.send(v + s.name);
      expect_silence(w, listener, f, s.sysctl);
      f.equal("refused_by_sysctl", 1, w.counted("refused_by_sysctl"));
      set_sysctl(std::string("net/ipv4/") + s.sysctl, "1");
      expect_accept(w, v + s.name, listener, f);
      close(listener);
    });
  }
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

void play_unstamped(World& w, const std::string& v) {
  w.run(v + "a lost hand-off: RST as ever, silence for a port under drop-unstamped; the next stamp heals it", [&](Findings& f) {
    const int listener = listen_on(443);
    Peer peer(w.at(v + "lost").frame);
    w.tun.send(peer.frame(0, ""));
    expect_reset(w, f, "without drop-unstamped");
    f.equal("syngatectl set", 0, static_cast<unsigned>(control("set drop-unstamped 80,400-450")));
    w.tun.send(peer.frame(0, ""));
    w.tun.send(peer.frame(sim::kPsh, "data before the hand-off"));
    expect_silence(w, listener, f, "with drop-unstamped");
    f.equal("unstamped_dropped", 2, w.counted("unstamped_dropped"));
    expect_accept(w, v + "lost", listener, f);
    f.equal("unstamped_dropped", 2, w.counted("unstamped_dropped"));
    f.equal("syngatectl set", 0, static_cast<unsigned>(control("set drop-unstamped off")));
    w.tun.send(peer.frame(0, ""));
    expect_reset(w, f, "switched off again");
    close(listener);
  });
  w.run(v + "an ordinary handshake is as ever", [&](Findings& f) {
    const int listener = listen_on(8080);
    Peer peer(w.at(v + "plain").frame);
    peer.segment.destination.port = 8080;
    sim::Segment syn = peer.segment;
    syn.flags = sim::kSyn;
    syn.seq -= 1;
    syn.ack = 0;
    sim::OptionValues values;
    values.tsval = peer.tsval;
    syn.options = sim::option_bytes("MSS,SOK,TS,N,WS", values);
    w.tun.send(sim::build_frame(syn));
    const Bytes answer = w.tun.receive(1000);
    const sim::TcpView t = sim::view_tcp(answer.data(), answer.size());
    f.that(!answer.empty() && (t.flags & sim::kSyn) != 0, "no SYN-ACK");
    peer.segment.ack = t.seq + 1;
    peer.tsecr = t.tsval;
    w.tun.send(peer.frame(0, ""));
    const int fd = accept_within(listener, 1000);
    f.that(fd >= 0, "accept() returned nothing");
    if (fd >= 0) check_talk(w, peer, fd, f);
    if (fd >= 0) close_hard(fd);
    f.equal("stamped", 0, w.counted("stamped"));
    close(listener);
  });
}

/// Options that no box makes: wrong length, version, reserved flag, another flag for timestamps.
void play_malformed(World& w, const std::string& v) {
  const struct { const char* name; std::size_t at; std::uint8_t value; } changes[] = {
      {"length 19", 1, 19}, {"length 12", 1, 12}, {"length 4", 1, 4}, {"version 2", 4, 0x23},
      {"reserved flag", 5, 0x97}, {"no timestamps", 5, 0x07}};
  for (const auto& change : changes) {
    w.run(v + "malformed stamp, " + change.name + ": silence", [&](Findings& f) {
      const int listener = listen_on(443);
      Bytes frame = w.at(v + "plain").frame;
      frame[sim::view_tcp(frame.data(), frame.size()).stamp + change.at] = change.value;
      sim::fix_checksums(frame);
      w.tun.send(frame);
      expect_silence(w, listener, f, change.name);
      f.equal("malformed", 1, w.counted("malformed"));
      close(listener);
    });
  }
}

/// Stamps where no box puts them: as if they were not there.
void play_elsewhere(World& w, const std::string& v) {
  const struct { const char* name; std::uint8_t flags, answer; } segments[] = {
      {"SYN", sim::kSyn, sim::kSyn | sim::kAck}, {"RST", sim::kRst, 0}, {"FIN", sim::kFin | sim::kAck, sim::kRst}};
  for (const auto& segment : segments) {
    w.run(v + "a stamp on a " + segment.name + ": as without it", [&](Findings& f) {
      const int listener = listen_on(443);
      Bytes frame = w.at(v + "plain").frame;
      frame[sim::view_tcp(frame.data(), frame.size()).l4 + 13] = segment.flags;
      sim::fix_checksums(frame);
      w.tun.send(frame);
      const Bytes answer = w.tun.receive(segment.answer == 0 ? 50 : 300);
      f.equal("answers", segment.answer != 0, !answer.empty());
      if (!answer.empty()) {
        const sim::TcpView t = sim::view_tcp(answer.data(), answer.size());
        f.equal("flags of the answer", segment.answer, t.flags & (sim::kSyn | sim::kRst | (segment.answer & sim::kAck)));
      }
      f.that(accept_within(listener, 0) < 0, "accept() returned a connection");
      f.equal("stamped", 0, w.counted("stamped"));
      close(listener);
    });
  }
  w.run(v + "the listener is closed while a hand-off waits for room: RST, nothing is left", [&](Findings& f) {
    const int listener = listen_on(443, 0);
    w.send(v + "closing_1");
    w.send(v + "closing_2");
    close(listener);
    w.drain();
    Peer peer(w.at(v + "closing_2").frame);
    w.tun.send(peer.frame(0, ""));
    expect_reset(w, f, "the waiting one");
    const int again = listen_on(443);
    expect_accept(w, v + "closing_3", again, f);
    close(again);
  });
}

void play_fragments(World& w) {
  w.run("v4_a hand-off in two IP fragments: put together by the kernel, accepted once", [&](Findings& f) {
    const int listener = listen_on(443);
    const Bytes whole = w.at("v4_fragments").frame;
    const std::size_t l3 = sim::view_tcp(whole.data(), whole.size()).l3, cut = l3 + 20 + 24;
    Bytes first(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    Bytes second(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(l3 + 20));
    second.insert(second.end(), whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end());
    const auto finish = [&](Bytes& frame, unsigned offset) {
      const std::size_t length = frame.size() - l3;
      frame[l3 + 2] = static_cast<std::uint8_t>(length >> 8);
      frame[l3 + 3] = static_cast<std::uint8_t>(length);
      frame[l3 + 4] = frame[l3 + 5] = 7;  // same identification
      frame[l3 + 6] = static_cast<std::uint8_t>(offset >> 8);
      frame[l3 + 7] = static_cast<std::uint8_t>(offset);
      frame[l3 + 10] = frame[l3 + 11] = 0;
      unsigned sum = 0;
      for (std::size_t i = 0; i < 20; i += 2) sum += static_cast<unsigned>(frame[l3 + i] << 8 | frame[l3 + i + 1]);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
      frame[l3 + 10] = static_cast<std::uint8_t>(~sum >> 8);
      frame[l3 + 11] = static_cast<std::uint8_t>(~sum);
    };
    finish(first, 0x2000);
    finish(second, 3);
    w.tun.send(first);
    w.tun.send(second);
    const int fd = accept_within(listener, 1000);
    f.that(fd >= 0, "accept() returned nothing");
    f.equal("accepted", 1, w.counted("accepted"));
    if (fd >= 0) close_hard(fd);
    close(listener);
  });
}

}  // namespace

void play_basics(World& w, const std::string& v) {
  play_finals(w, v);
  play_listeners(w, v);
  play_overflow(w, v);
  play_sysctls(w, v);
  play_unstamped(w, v);
  play_malformed(w, v);
  play_elsewhere(w, v);
  if (v == "v4_") play_fragments(w);
}

}  // namespace syngate::guest
