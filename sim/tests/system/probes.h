// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "frame_builder.h"
#include "random.h"

namespace syngate::sim {

/// Clients that go everywhere in their state machine on purpose: SYNs of every form, final segments that almost fit, repetitions, FIN, RST,
/// SYN and ICMP errors for flows that are known, lengths at the bounds. They read what the box answers; nothing is expected of it here.
class Probes {
 public:
  Probes(std::uint64_t seed, std::size_t count);

  /// ExID by which a stamp of the outside would be known.
  void set_exid(std::uint16_t exid) { exid_ = exid; }
  Bytes next();
  /// A SYN that is answered, of one beat: many of them in a row fill the reply queue.
  Bytes syn();
  /// A frame that passes unprotected, of a length at a bound, or long.
  Bytes bystander();
  void saw_reply(const std::uint8_t* frame, std::size_t length);
  void saw_forward(const std::uint8_t* frame, std::size_t length);

 private:
  struct Probe {
    Segment base;               // endpoints, tags
    std::uint32_t isn = 0, server_isn = 0, tsval = 0, server_tsval = 0;
    bool timestamps = false;
    bool answered = false, known = false;
  };
  Bytes options(Probe& probe);
  Bytes open(Probe& probe);
  Bytes finish(const Probe& probe);
  Bytes follow(const Probe& probe);
  Bytes icmp(const Probe& probe);
  Segment segment(const Probe& probe, std::uint8_t flags);
  Probe* find(const std::uint8_t* frame, const TcpView& view, bool towards_client);

  Random random_;
  std::uint16_t exid_ = 0;
  std::vector<Probe> probes_;
};

}  // namespace syngate::sim
