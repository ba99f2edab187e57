// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "syngate/sim/pcapng_writer.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// Comment of a packet, clocks from reset:
/// "packet 17 in 1203..1206 decided 1284 out 1310 verdict reply cookie 0x5b1d07f3 mss_index 3";
/// without `out` when nothing leaves, "DROP reason" in place of the verdict when it is dropped.
std::string packet_comment(const FrameResult& frame, const std::vector<std::uint64_t>& out_cycles);

/// Writes out.pcapng of a run: interface rx0 with every offered frame at the clock of its first beat, reply0 and forward0 with what left
/// at the clock of its first beat, all in the order of time, each with the comment of its packet. Memory holds what is in flight.
class PacketLog {
 public:
  /// Creates the file; `clock_ns` gives the time to be written, in ns since 1970, of a clock. Throws OutputError.
  PacketLog(const std::string& path, std::function<std::int64_t(std::uint64_t)> clock_ns);

  /// Before Simulator::offer(), in order; copies the bytes.
  void offered(const std::vector<std::uint8_t>& bytes);
  void decided(const FrameResult& frame);
  void left(const Output& output);
  /// Writes what is left, also of frames whose fate is unknown ("packet 17 not decided"). Throws OutputError.
  void close();

 private:
  struct Sent {
    std::uint32_t interface;
    std::uint64_t cycle;
    std::vector<std::uint8_t> bytes;
  };
  struct Pending {
    std::vector<std::uint8_t> bytes;
    FrameResult result;
    bool decided = false;
    std::vector<Sent> sent;
  };
  struct Record {
    std::uint64_t cycle;
    std::uint64_t order;  // among those of one clock
    std::uint32_t interface;
    std::vector<std::uint8_t> bytes;
    std::string comment;
    bool operator>(const Record& other) const { return cycle != other.cycle ? cycle > other.cycle : order > other.order; }
  };
  void finish_front();
  void flush();

  PcapngWriter writer_;
  std::function<std::int64_t(std::uint64_t)> clock_ns_;
  std::deque<Pending> pending_;  // ids from first_ on
  std::uint64_t first_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t last_in_ = 0;  // of the frames decided so far: no other frame begins before it
  std::priority_queue<Record, std::vector<Record>, std::greater<>> ready_;
};

}  // namespace syngate::sim
