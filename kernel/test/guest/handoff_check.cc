// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// handoff_check plain|module|paws [CASES [SETUP]]: injects what the RTL sent (record_handoffs) and sees what this kernel makes of it.
//   module  a valid hand-off: accept() returns the connection as if this kernel had done the handshake, data both ways;
//           everything else as its case says, silently or not, and never a connection
//   paws    the module does not learn the box's clock: connections with timestamps go wrong there and nowhere else, and some
//           clients would drop everything that the server sends
//   plain   without the module no hand-off is accepted: each is answered by RST (the negative control)
// SETUP is a shell command for when the device box0 is there; without it the module gets its keys then. With
// SYNGATE_ETHERNET in the environment box0 has Ethernet headers.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "control.h"
#include "frame_builder.h"
#include "ktap.h"
#include "play.h"

using namespace syngate;
using namespace syngate::guest;

namespace {

/// Collects what is wrong with one connection.
struct Findings {
  std::string text;
  void expect(bool good, const std::string& what, std::uint32_t want, std::uint32_t got) {
    if (!good)
      text += (text.empty() ? "" : "; ") + what + " " + std::to_string(got) + ", expected " +
              std::to_string(want);
  }
  void equal(const std::string& what, std::uint32_t want, std::uint32_t got) {
    expect(want == got, what, want, got);
  }
};

void check_options(const Case& c, int fd, Findings& f) {
  tcp_info info{};
  socklen_t size = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
  const bool wscale = c.fact("wscale") != "-";
  f.equal("state", 1, info.tcpi_state);
  f.equal("timestamps", c.number("ts"), (info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0);
  f.equal("SACK", c.number("sack"), (info.tcpi_options & TCPI_OPT_SACK) != 0);
  f.equal("ECN", c.number("ecn"), (info.tcpi_options & TCPI_OPT_ECN) != 0);
  f.equal("window scaling", wscale, (info.tcpi_options & TCPI_OPT_WSCALE) != 0);
  if (wscale) {
    f.equal("client's window scale", c.number("wscale"), info.tcpi_snd_wscale);
    f.equal("own window scale", c.number("rcv_wscale"), info.tcpi_rcv_wscale);
  }
  // Segments are no larger than the client's MSS, nor than this path's, less the timestamps.
  const std::uint32_t path = c.name[1] == '6' ? 1440 : 1460;
  f.equal("MSS", std::min(c.number("mss"), path) - (c.number("ts") ? 12 : 0), info.tcpi_snd_mss);
}

/// The first sample of the round trip, which this kernel takes from what the client echoes: right to the millisecond of its
/// clock, and to what this kernel took for it since `before`.
void check_round_trip(const Case& c, int fd, std::uint32_t before, Findings& f) {
  tcp_info info{};
  socklen_t size = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
  const std::uint32_t expected = 1000 * (c.number("clock") - c.number("synack"));
  const std::uint32_t most = expected + 2000 + 1000 * (tcp_clock() - before);
  f.expect(info.tcpi_rtt >= expected && info.tcpi_rtt <= most, "round trip, us,", expected, info.tcpi_rtt);
}

/// What this kernel would announce by itself: it depends on its memory.
unsigned own_window_scale() {
  const int listener = listen_on(8081), client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(8081);
  to.sin6_addr = in6addr_loopback;
  tcp_info info{};
  socklen_t size = sizeof info;
  if (connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) throw std::runtime_error("connect over loopback");
  const int fd = accept_within(listener, 1000);
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
  close_hard(fd);
  close(client);
  close(listener);
  return info.tcpi_rcv_wscale;
}

/// Everything about one accepted connection. `before` is this kernel's clock just before the
/// hand-off was injected.
void check_connection(const Case& c, const Tun& tun, int fd, std::uint32_t before, Findings& f) {
  check_options(c, fd, f);
  if (c.number("ts") != 0) check_round_trip(c, fd, before, f);
  Peer peer(c.frame);
  const std::string greeting = "220 server speaks first", answer = "client answers";
  if (write(fd, greeting.data(), greeting.size()) < 0)
    f.expect(false, "write", 0, static_cast<std::uint32_t>(errno));
  const Bytes sent = tun.receive(1000);
  if (sent.empty()) {
    f.expect(false, "segments from the server", 1, 0);
    return;
  }
  const sim::TcpView v = sim::view_tcp(sent.data(), sent.size());
  f.equal("server's seq", peer.segment.ack, v.seq);
  f.equal("server's ack", peer.segment.seq, v.ack);
  f.expect(payload_of(sent, v) == greeting, "greeting's bytes",
           static_cast<std::uint32_t>(greeting.size()),
           static_cast<std::uint32_t>(payload_of(sent, v).size()));
  if (peer.timestamps) {
    // The box's clock goes on where the stamp left it, so the client sees one clock, and never one
    // that runs backwards (PAWS).
    const std::uint32_t passed = tcp_clock() - before;
    f.equal("TSecr", peer.tsval, v.tsecr);
    f.expect(v.tsval - c.number("clock") <= passed + 1, "TSval behind the stamp's clock, ms,",
             passed, v.tsval - c.number("clock"));
    f.expect(static_cast<std::int32_t>(v.tsval - c.number("synack")) >= 0, "TSval against PAWS",
             c.number("synack"), v.tsval);
    Ktap::note("TSval " + std::to_string(v.tsval));
    peer.tsecr = v.tsval;
    peer.tsval += 1;
  }
  peer.segment.ack += static_cast<std::uint32_t>(greeting.size());
  tun.send(peer.frame(sim::kPsh, answer));
  char buffer[64] = {};
  pollfd wait{fd, POLLIN, 0};
  const ssize_t n = poll(&wait, 1, 1000) == 1 ? read(fd, buffer, sizeof buffer) : 0;
  f.expect(n > 0 && std::string(buffer, static_cast<std::size_t>(n)) == answer,
           "bytes from the client", static_cast<std::uint32_t>(answer.size()),
           static_cast<std::uint32_t>(n));
}

/// What the kernel does with a frame that must not become a connection; empty when it is as
/// expected.
std::string check_refusal(const Case& c, const std::string& expect, const Tun& tun, int listener) {
  tun.send(c.frame);
  const Bytes answer = tun.receive(expect == "silent" ? 30 : 300);
  const int fd = accept_within(listener, 0);
  if (fd >= 0) {
    close_hard(fd);
    while (!tun.receive(0).empty()) {
    }
    return "accept() returned a connection";
  }
  if (expect == "no_accept") return "";
  if (answer.empty()) return expect == "silent" ? "" : "no answer, expected RST";
  if (expect == "silent") return "an answer, expected silence";
  const sim::TcpView v = sim::view_tcp(answer.data(), answer.size());
  const sim::TcpView asked = sim::view_tcp(c.frame.data(), c.frame.size());
  return (v.flags & sim::kRst) != 0 && v.seq == asked.ack ? "" : "an answer that is no RST";
}

void run_plain(Ktap& ktap, const std::vector<Case>& cases, const Tun& tun, int listener) {
  for (const Case& c : cases) {
    if (c.fact("expect") != "accept") continue;
    const std::string wrong = check_refusal(c, "refuse", tun, listener);
    ktap.result(wrong.empty(), "without module, refused: " + c.name, wrong);
  }
}

void run_module(Ktap& ktap, const std::vector<Case>& cases, const Tun& tun, int listener) {
  for (const Case& c : cases) {
    const std::string& expect = c.fact("expect");
    if (expect != "accept") {
      const std::string wrong = check_refusal(c, expect, tun, listener);
      ktap.result(wrong.empty(), "not accepted: " + c.name, wrong);
      continue;
    }
    Findings f;
    const std::uint32_t before = tcp_clock();
    tun.send(c.frame);
    const int fd = accept_within(listener, 1000);
    if (fd < 0) {
      f.text = "accept() returned nothing";
    } else {
      check_connection(c, tun, fd, before, f);
      close_hard(fd);
    }
    while (!tun.receive(0).empty()) {
    }
    ktap.result(f.text.empty(), "accepted: " + c.name, f.text);
  }
}

void run_paws(Ktap& ktap, const std::vector<Case>& cases, const Tun& tun, int listener) {
  unsigned all = 0, dropped = 0;
  for (const Case& c : cases) {
    if (c.fact("expect") != "accept" || c.number("ts") == 0) continue;
    ++all;
    tun.send(c.frame);
    const int fd = accept_within(listener, 1000);
    if (fd < 0) {
      ktap.result(false, "accepted: " + c.name, "accept() returned nothing");
      continue;
    }
    if (write(fd, "x", 1) != 1) ktap.result(false, "written: " + c.name);
    const Bytes sent = tun.receive(1000);
    const sim::TcpView v = sim::view_tcp(sent.data(), sent.size());
    const bool paws = !sent.empty() && static_cast<std::int32_t>(v.tsval - c.number("synack")) < 0;
    dropped += paws ? 1 : 0;
    // RFC 7323, section 5: half of all clocks lie ahead of the server's, those whose difference is
    // below 2^31.
    const std::uint32_t ahead = c.number("synack") - tcp_clock();
    if (ahead > 60000 && ahead < 0x7fff0000u)
      ktap.result(paws, "PAWS of the client would drop the server's data: " + c.name);
    close_hard(fd);
    while (!tun.receive(0).empty()) {
    }
  }
  ktap.result(dropped != 0 && dropped < all,
              "clients whose PAWS drops everything: " + std::to_string(dropped) + " of " +
                  std::to_string(all));
}

}  // namespace

int main(int argc, char** argv) {
  Ktap ktap;
  try {
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode != "plain" && mode != "module" && mode != "paws")
      throw std::runtime_error("usage: handoff_check plain|module|paws [CASES [SETUP]]");
    const char* path = argc > 2 ? argv[2] : "/cases";
    const std::vector<Case> cases = read_cases(path);
    const int listener = listen_on(443);
    const Tun tun(std::getenv("SYNGATE_ETHERNET") != nullptr);
    Ktap::note("own window scale " + std::to_string(own_window_scale()));
    if (argc > 3) {
      if (std::system(argv[3]) != 0) throw std::runtime_error(std::string(argv[3]) + ": failed");
    } else if (mode != "plain") {
      start_module(path);
    }
    (mode == "plain"  ? run_plain
     : mode == "paws" ? run_paws
                      : run_module)(ktap, cases, tun, listener);
    close(listener);
  } catch (const std::exception& e) {
    ktap.result(false, "the check could be run", e.what());
  }
  return ktap.finish();
}
