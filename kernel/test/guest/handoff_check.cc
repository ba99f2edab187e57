// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// handoff_check plain|module|paws [CASES [SETUP]]: injects what the RTL sent (record_handoffs) and
// sees what this kernel makes of it.
//   module  a valid hand-off: accept() returns the connection as if this kernel had done the
//   handshake, data both ways;
//           everything else as its case says, silently or not, and never a connection
//   paws    the module does not learn the box's clock: connections with timestamps go wrong there
//   and nowhere else, and some
//           clients would drop everything that the server sends
//   plain   without the module no hand-off is accepted: each is answered by RST (the negative
//   control)
// SETUP is a shell command for when the device box0 is there; without it the module gets its keys
// then. With SYNGATE_ETHERNET in the environment box0 has Ethernet headers.
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
#include "tun.h"

using namespace syngate;
using namespace syngate::guest;

namespace {

struct Case {
  std::string name;
  std::map<std::string, std::string> facts;
  Bytes frame;
  const std::string& fact(const std::string& key) const {
    const auto found = facts.find(key);
    if (found == facts.end()) throw std::runtime_error("case " + name + " says nothing of " + key);
    return found->second;
  }
  std::uint32_t number(const std::string& key) const {
    return static_cast<std::uint32_t>(std::stoul(fact(key)));
  }
};

Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// The keys are the module's affair; here only the cases count.
std::vector<Case> read_cases(const char* path) {
  std::vector<Case> result;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, word;
    words >> name;
    if (name == "key") continue;
    Case c;
    c.name = name;
    while (words >> word) {
      const std::size_t equal = word.find('=');
      c.facts[word.substr(0, equal)] = word.substr(equal + 1);
    }
    c.frame = from_hex(c.fact("frame"));
    result.push_back(std::move(c));
  }
  if (result.empty()) throw std::runtime_error(std::string(path) + ": no cases");
  return result;
}

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(port);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 ||
      listen(fd, 4096) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return fd;
}

int accept_within(int listener, int ms) {
  pollfd wait{listener, POLLIN, 0};
  return poll(&wait, 1, ms) == 1 ? accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) : -1;
}

/// The client's side from the hand-off on: numbers and options as it sent them last.
struct Peer {
  sim::Segment segment;
  bool timestamps = false;
  std::uint32_t tsval = 0, tsecr = 0;

  explicit Peer(const Bytes& frame) {
    const sim::TcpView v = sim::view_tcp(frame.data(), frame.size());
    segment.is6 = v.is6;
    const std::size_t width = v.is6 ? 16 : 4;
    const std::size_t at = v.l3 + (v.is6 ? 8 : 12);
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), width,
                segment.source.address.begin());
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at + width), width,
                segment.destination.address.begin());
    segment.source.port = v.source_port;
    segment.destination.port = v.destination_port;
    segment.seq = v.seq;
    segment.ack = v.ack;
    segment.flags = sim::kAck;
    segment.window = v.window;
    timestamps = v.has_timestamps;
    tsval = v.tsval;
    tsecr = v.tsecr;
  }
  Bytes frame(std::uint8_t flags, const std::string& payload) {
    sim::Segment s = segment;
    s.flags = static_cast<std::uint8_t>(sim::kAck | flags);
    sim::OptionValues values;
    values.tsval = tsval;
    values.tsecr = tsecr;
    if (timestamps) s.options = sim::option_bytes("N,N,TS", values);
    s.payload.assign(payload.begin(), payload.end());
    return sim::build_frame(s);
  }
};

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

std::string payload_of(const Bytes& frame, const sim::TcpView& v) {
  const std::size_t start = v.l4 + 4u * (frame[v.l4 + 12] >> 4);
  return {frame.begin() + static_cast<std::ptrdiff_t>(start), frame.end()};
}

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

/// Everything about one accepted connection. `before` is this kernel's clock just before the
/// hand-off was injected.
void check_connection(const Case& c, const Tun& tun, int fd, std::uint32_t before, Findings& f) {
  check_options(c, fd, f);
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

void close_hard(int fd) {
  const linger now{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
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
