// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// demo_server alone | demo_server KEYS: an HTTP server on port 80 and a banner on port 25, for scripts/demo. `alone`: a small
// backlog, no SYN cookies, no module, as a server that was never meant to be attacked; KEYS: behind the box, with syngate.ko. Serves
// until it is killed.
// GET answers with this kernel's name; PUT with the number and the sum of the bytes that came.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <thread>

#include "control.h"
#include "ktap.h"
#include "play.h"

using namespace syngate::guest;

namespace {

void say(int fd, const std::string& text) { static_cast<void>(!send(fd, text.data(), text.size(), MSG_NOSIGNAL)); }

std::string name_of_kernel() {
  utsname name{};
  uname(&name);
  return name.release;
}

/// What this side of the connection has agreed on, in the words of `ss -ti`.
std::string agreed(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
  char text[128];
  std::snprintf(text, sizeof text, "%s%swscale:%u,%u mss:%u rtt:%.1f", (info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0 ? "ts " : "",
                (info.tcpi_options & TCPI_OPT_SACK) != 0 ? "sack " : "", unsigned{info.tcpi_snd_wscale}, unsigned{info.tcpi_rcv_wscale},
                info.tcpi_snd_mss, info.tcpi_rtt / 1000.0);
  return text;
}

void serve_http(int fd) {
  std::string head;
  char buffer[65536];
  std::size_t end = std::string::npos;
  while ((end = head.find("\r\n\r\n")) == std::string::npos) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0 || head.size() > 100000) break;
    head.append(buffer, static_cast<std::size_t>(n));
  }
  std::string body;
  if (head.rfind("PUT", 0) == 0 && end != std::string::npos) {
    const std::size_t at = head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
    if (head.find("Expect: 100-continue") != std::string::npos) say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    std::string rest = head.substr(end + 4);
    unsigned long sum = 0;
    std::size_t got = rest.size();
    for (const char c : rest) sum += static_cast<unsigned char>(c);
    while (got < length) {
      const ssize_t n = read(fd, buffer, sizeof buffer);
      if (n <= 0) break;
      for (ssize_t i = 0; i < n; ++i) sum += static_cast<unsigned char>(buffer[i]);
      got += static_cast<std::size_t>(n);
    }
    body = std::to_string(got) + " bytes, sum " + std::to_string(sum) + "\n";
  } else {
    body = "Linux " + name_of_kernel() + " | " + agreed(fd) + "\n";
  }
  say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  shutdown(fd, SHUT_WR);
  while (read(fd, buffer, sizeof buffer) > 0) {}
  close(fd);
}

void serve_banner(int fd) {
  say(fd, "220 " + name_of_kernel() + " speaks first\r\n");
  char byte = 0;
  static_cast<void>(!read(fd, &byte, 1));
  close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const bool alone = std::string(argv[1]) == "alone";
    if (alone) {
      set_sysctl("net/ipv4/tcp_syncookies", "0");
      // Three quarters of it are for clients of whom Linux knows nothing. They are full in a moment and stay so for a minute, the time of
      // five repeated SYN-ACKs: a listener whose own queue (listen()) is much longer gives up none of them earlier.
      set_sysctl("net/ipv4/tcp_max_syn_backlog", "128");
    }
    // The box learns a server's MAC address from what it sends; its announcement (gratuitous ARP) is the first.
    set_sysctl("net/ipv4/conf/eth0/arp_notify", "1");
    for (const char* command : {"ip addr add 198.51.100.10/24 dev eth0", "ip link set eth0 up", "ip route add default via 198.51.100.1"}) {
      static_cast<void>(!std::system((std::string("exec /bin/busybox ") + command).c_str()));
    }
    if (!alone) start_module(argv[1]);
    const std::array<int, 2> listeners{listen_on(80), listen_on(25)};
    Ktap::note("serving");
    for (;;) {
      std::array<pollfd, 2> wait{{{listeners[0], POLLIN, 0}, {listeners[1], POLLIN, 0}}};
      poll(wait.data(), 2, -1);
      for (int fd = accept_within(listeners[0], 0); fd >= 0; fd = accept_within(listeners[0], 0)) std::thread(serve_http, fd).detach();
      for (int fd = accept_within(listeners[1], 0); fd >= 0; fd = accept_within(listeners[1], 0)) std::thread(serve_banner, fd).detach();
    }
  } catch (const std::exception& e) {
    Ktap::note(e.what());
    return 1;
  }
}
