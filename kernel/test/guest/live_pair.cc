// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "live_pair.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <thread>

#include "control.h"
#include "ktap.h"
#include "play.h"

namespace syngate::guest {
namespace {

void run(const std::string& command) {
  if (std::system(("exec /bin/busybox " + command).c_str()) != 0) throw std::runtime_error(command + ": failed");
}

void bring_up(const std::string& card, const char* host) {
  set_sysctl("net/ipv6/conf/" + card + "/accept_dad", "0");
  run("ip link set lo up");
  run("ip link set " + card + " up");
  run(std::string("ip addr add 198.51.100.") + host + "/24 dev " + card);
  run(std::string("ip -6 addr add 2001:db8:1::") + host + "/64 dev " + card);
}

void serve_one(int fd, bool server_first) {
  if (server_first) static_cast<void>(!write(fd, kBanner, std::strlen(kBanner)));
  const std::string line = read_line(fd, 60000);
  const std::string text = answer(static_cast<unsigned>(std::strtoul(line.c_str(), nullptr, 10)));
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = send(fd, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  close(fd);
}

[[noreturn]] void serve(const char* keys, const std::vector<Service>& services, const std::vector<std::string>& commands) {
  bring_up("eth1", "10");
  start_module(keys);
  for (const std::string& command : commands) {
    if (control(command) != 0) throw std::runtime_error("syngatectl " + command);
  }
  std::vector<pollfd> wait;
  for (const Service& service : services) wait.push_back({listen_on(service.port), POLLIN, 0});
  for (;;) {
    poll(wait.data(), wait.size(), -1);
    for (std::size_t i = 0; i < wait.size(); ++i) {
      for (int fd = accept_within(wait[i].fd, 0); fd >= 0; fd = accept_within(wait[i].fd, 0)) {
        std::thread(serve_one, fd, services[i].server_first).detach();
      }
    }
  }
}

}  // namespace

Pair::Pair(const char* keys, const std::vector<Service>& services, const std::vector<std::string>& commands) {
  int born[2], wired[2];
  char byte = 0;
  if (pipe(born) != 0 || pipe(wired) != 0) throw std::runtime_error("pipe");
  std::fflush(stdout);
  server_ = fork();
  if (server_ == 0) {
    try {
      if (unshare(CLONE_NEWNET) != 0 || write(born[1], "x", 1) != 1 || read(wired[0], &byte, 1) != 1) throw std::runtime_error("unshare");
      serve(keys, services, commands);
    } catch (const std::exception& e) {
      Ktap::note(std::string("server: ") + e.what());
    }
    std::fflush(stdout);
    _exit(1);
  }
  static_cast<void>(!read(born[0], &byte, 1));
  run("ip link set eth1 netns " + std::to_string(server_));
  bring_up("eth0", "1");
  static_cast<void>(!write(wired[1], "x", 1));
}

Pair::~Pair() {
  kill(server_, SIGKILL);
  waitpid(server_, nullptr, 0);
}

std::string answer(unsigned n) {
  std::string text(2000 + n * 37 % 30000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(n * 31 + i * 7);
  return text;
}

bool read_all(int fd, int ms, std::string& text) {
  char buffer[8192];
  for (;;) {
    pollfd wait{fd, POLLIN, 0};
    errno = 0;
    if (poll(&wait, 1, ms) != 1) return false;
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) return n == 0;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

std::string read_line(int fd, int ms) {
  std::string line;
  char byte = 0;
  errno = 0;
  pollfd wait{fd, POLLIN, 0};
  while (poll(&wait, 1, ms) == 1 && read(fd, &byte, 1) == 1) {
    line += byte;
    if (byte == '\n') break;
  }
  return line;
}

int connect_to(bool is6, std::uint16_t port, std::uint16_t source) {
  const int fd = socket(is6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 to6{};
  to6.sin6_family = AF_INET6;
  to6.sin6_port = htons(port);
  inet_pton(AF_INET6, "2001:db8:1::10", &to6.sin6_addr);
  sockaddr_in to4{};
  to4.sin_family = AF_INET;
  to4.sin_port = htons(port);
  inet_pton(AF_INET, "198.51.100.10", &to4.sin_addr);
  const auto* to = is6 ? reinterpret_cast<const sockaddr*>(&to6) : reinterpret_cast<const sockaddr*>(&to4);
  if (source != 0) {
    sockaddr_in6 from{};
    from.sin6_family = is6 ? AF_INET6 : AF_INET;
    from.sin6_port = htons(source);  // where an IPv4 address has its port
    if (bind(fd, reinterpret_cast<const sockaddr*>(&from), is6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) != 0)
      throw std::runtime_error("bind");
  }
  if (connect(fd, to, is6 ? sizeof to6 : sizeof to4) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

}  // namespace syngate::guest
