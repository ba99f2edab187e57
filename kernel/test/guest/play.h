// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// What the programs in the guest share: recorded cases, the client's side of a connection, sockets of the server.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "frame_builder.h"
#include "tun.h"

namespace syngate::guest {

/// One line of a case file: NAME KEY=VALUE...
struct Case {
  std::string name;
  std::map<std::string, std::string> facts;
  Bytes frame;                ///< of `frame=`, or the first of `frames=`
  std::vector<Bytes> frames;  ///< of `frames=`, in order
  /// Throws std::runtime_error naming case and key when there is none.
  const std::string& fact(const std::string& key) const;
  std::uint32_t number(const std::string& key) const;
};

/// All cases of a file; lines `key ID HEX` are the module's affair. Throws std::runtime_error when there is none.
std::vector<Case> read_cases(const char* path);

/// The client's side from the hand-off on: numbers and options as it sent them last.
struct Peer {
  sim::Segment segment;
  bool timestamps = false;
  std::uint32_t tsval = 0, tsecr = 0;

  explicit Peer(const Bytes& frame);
  /// The client's next segment: ACK and `flags`.
  Bytes frame(std::uint8_t flags, const std::string& payload);
};

/// A listening socket of IPv4 (`is6` false) or of both families. Throws std::runtime_error.
int listen_on(std::uint16_t port, int backlog = 4096, bool is6 = true, int protocol = 0, bool reuse = false);
/// A connection from the listener, -1 after `ms` without one.
int accept_within(int listener, int ms);
/// Closes by RST.
void close_hard(int fd);
/// What a socket reads within `ms`; "" for nothing, "<eof>" at the end, "<errno N>" for an error.
std::string read_within(int fd, int ms);
std::string payload_of(const Bytes& frame, const sim::TcpView& v);

}  // namespace syngate::guest
