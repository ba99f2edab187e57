// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "frame_builder.h"
#include "syngate/sim/simulator.h"

namespace syngate::test {

constexpr std::uint8_t kOldKey = 3, kNewKey = 12, kUnknownKey = 9;

std::string hex(const std::uint8_t* data, std::size_t length);

/// What a client offers, and when.
struct Client {
  std::string name;
  bool is6 = false;
  std::string layout = "MSS,SOK,TS,N,WS";
  std::uint16_t mss = 1460;
  std::uint8_t wscale = 7;
  bool ecn = false;
  std::uint32_t ms = 1000000;  ///< box clock at the SYN
  std::optional<std::uint32_t>
      clock;  ///< instead of ms: what the stamp shall say, with the flow's offset
  std::uint32_t round_trip = 20;  ///< ms until the ACK
  bool minute_turns = false;      ///< between SYN and ACK
  std::uint8_t key = kOldKey, key_at_ack = kOldKey;
  std::optional<std::uint16_t> port;        ///< of the client; else one that no other has
  std::optional<std::uint32_t> isn, tsval;  ///< of the SYN
  std::uint8_t final_flags = sim::kAck;     ///< of the segment that answers the SYN-ACK
  std::string payload;                      ///< of that segment
};

/// What left the RTL towards the server for one handshake.
struct Recorded {
  std::vector<sim::Bytes> frames;  ///< all of them, the hand-off first if there is one
  sim::Bytes frame;                ///< the first one
  bool handoff = false;            ///< the first one is a hand-off
  std::uint32_t synack_tsval = 0, clock = 0;
  std::string facts;  ///< " ts= wscale= sack= ecn= mss= clock= rcv_wscale= synack=": what the
                      ///< scripted client offered
};

/// Scripted clients through the Verilated RTL.
class Recorder {
 public:
  Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  const model::Config& configuration() const { return config_; }
  /// A whole handshake; throws std::runtime_error when the RTL does not make a hand-off of it.
  Recorded record(const Client& client);
  /// The same, whatever the RTL makes of the last segment.
  Recorded shake(const Client& client);
  /// One more frame from the client's side: what goes on to the server.
  std::vector<sim::Bytes> forward(const sim::Bytes& frame);
  /// Lines `key ID HEX`: the stamp keys that the server holds.
  void write_keys(std::ostream& out) const;
  const sim::Statistics& finish() { return simulator_.finish(); }

 private:
  void at(std::uint32_t ms, std::uint8_t key);
  sim::TcpView through(const sim::Bytes& frame, const std::string& what);

  model::Config config_;
  model::Time time_{286326, 0};
  sim::Simulator simulator_;
  std::vector<sim::Bytes> replies_, forwards_;
  bool handoff_ = false;
  std::uint32_t serial_ = 0;
};

}  // namespace syngate::test
