// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "play.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace syngate::guest {

const std::string& Case::fact(const std::string& key) const {
  const auto found = facts.find(key);
  if (found == facts.end()) throw std::runtime_error("case " + name + " says nothing of " + key);
  return found->second;
}
std::uint32_t Case::number(const std::string& key) const { return static_cast<std::uint32_t>(std::stoul(fact(key))); }

namespace {

Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace

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
    std::istringstream frames(c.fact(c.facts.count("frames") != 0 ? "frames" : "frame"));
    for (std::string one; std::getline(frames, one, ',');) c.frames.push_back(from_hex(one));
    if (!c.frames.empty()) c.frame = c.frames[0];
    result.push_back(std::move(c));
  }
  if (result.empty()) throw std::runtime_error(std::string(path) + ": no cases");
  return result;
}

Peer::Peer(const Bytes& frame) {
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

Bytes Peer::frame(std::uint8_t flags, const std::string& payload) {
  sim::Segment s = segment;
  s.flags = static_cast<std::uint8_t>(sim::kAck | flags);
  sim::OptionValues values;
  values.tsval = tsval;
  values.tsecr = tsecr;
  if (timestamps) s.options = sim::option_bytes("N,N,TS", values);
  s.payload.assign(payload.begin(), payload.end());
  return sim::build_frame(s);
}

int listen_on(std::uint16_t port, int backlog, bool is6, int protocol, bool reuse) {
  const int fd = socket(is6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  const int on = 1;
  if (reuse) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in6 any6{};
  any6.sin6_family = AF_INET6;
  any6.sin6_port = htons(port);
  sockaddr_in any4{};
  any4.sin_family = AF_INET;
  any4.sin_port = htons(port);
  const auto* any = is6 ? reinterpret_cast<const sockaddr*>(&any6) : reinterpret_cast<const sockaddr*>(&any4);
  if (fd < 0 || bind(fd, any, is6 ? sizeof any6 : sizeof any4) != 0 || listen(fd, backlog) != 0) {
    throw std::runtime_error("cannot listen on port " + std::to_string(port));
  }
  return fd;
}

int accept_within(int listener, int ms) {
  pollfd wait{listener, POLLIN, 0};
  return poll(&wait, 1, ms) == 1 ? accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) : -1;
}

void close_hard(int fd) {
  const linger now{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

std::string payload_of(const Bytes& frame, const sim::TcpView& v) {
  const std::size_t start = v.l4 + 4u * (frame[v.l4 + 12] >> 4);
  return {frame.begin() + static_cast<std::ptrdiff_t>(start), frame.end()};
}

std::string read_within(int fd, int ms) {
  pollfd wait{fd, POLLIN, 0};
  if (poll(&wait, 1, ms) != 1) return "";
  char buffer[256];
  const ssize_t n = read(fd, buffer, sizeof buffer);
  if (n == 0) return "<eof>";
  if (n < 0) return "<errno " + std::to_string(errno) + ">";
  return {buffer, static_cast<std::size_t>(n)};
}

}  // namespace syngate::guest
