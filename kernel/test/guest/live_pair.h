// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace syngate::guest {

/// What a server says first, where it does.
inline constexpr const char* kBanner = "220 server speaks first\r\n";

/// One port of the server: it waits for a line with a number, or greets before that; the answer is answer(number).
struct Service {
  std::uint16_t port;
  bool server_first;
};

/// A client (this process, card eth0: 198.51.100.1 and 2001:db8:1::1) and a server, each a network namespace of this guest with a network
/// card of its own; between the two cards, outside of the guest, stands syngate live. The server (eth1, hosts 10) has syngate.ko enabled
/// with the keys of a file, and what the commands of syngatectl have set.
class Pair {
 public:
  /// Throws std::runtime_error naming what failed.
  Pair(const char* keys, const std::vector<Service>& services, const std::vector<std::string>& commands = {});
  ~Pair();
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

 private:
  pid_t server_ = -1;
};

/// What the server answers to request number `n`.
std::string answer(unsigned n);
/// Connects to a port of the server, from `source` if that is not 0; -1 and errno if that fails.
int connect_to(bool is6, std::uint16_t port, std::uint16_t source = 0);
/// Reads until the end, an error or `ms` of silence; false for the latter two (errno, 0 for silence).
bool read_all(int fd, int ms, std::string& text);
/// A line with its end; what there is of it after an end, an error (errno) or `ms` of silence (errno 0).
std::string read_line(int fd, int ms);

}  // namespace syngate::guest
