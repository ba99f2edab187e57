// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "frame_builder.h"
#include "random.h"
#include "targets.h"

namespace syngate::sim {

/// Honest clients: each opens one connection, answers what the box really sent, and repeats its segment when nothing comes back.
/// They know TCP, not syngate: a SYN-ACK that a real stack would refuse counts as wrong.
class Clients {
 public:
  struct Options {
    std::size_t count = 100;
    std::uint64_t seed = 1;
    Targets targets{};
    std::uint32_t retry_after = 2000;  ///< calls of next() before a segment is repeated
    double with_data = 0.3;            ///< share whose first ACK carries data
    double with_fin = 0.05;            ///< share whose first ACK carries FIN
    double ipv6 = 0.3, vlan = 0.1, ecn = 0.1;
    bool close = true;                 ///< send data and FIN after the hand-off
  };
  explicit Clients(const Options& options);

  /// The next frame that some client wants to send, or false when all of them wait.
  bool next(Bytes& frame);
  /// Shows the clients what left on the reply port (SYN-ACKs) and on the forward port (hand-offs).
  void saw_reply(const std::uint8_t* frame, std::size_t length);
  void saw_forward(const std::uint8_t* frame, std::size_t length);

  bool finished() const { return open_ == 0; }
  std::size_t started() const { return clients_.size(); }
  std::size_t completed() const { return completed_; }  ///< handshakes whose hand-off was seen
  std::size_t retried() const { return retried_; }
  std::size_t wrong() const { return wrong_; }
  const std::string& first_wrong() const { return first_wrong_; }

 private:
  enum class State : std::uint8_t { kSendSyn, kSynSent, kSendAck, kAckSent, kSendData, kSendFin, kClosed };
  struct Client {
    Segment segment;         // as of the SYN: options, tags, endpoints
    std::string layout;
    OptionValues values;
    bool ecn = false, with_data = false, with_fin = false;
    State state = State::kSendSyn;
    std::uint32_t isn = 0, server_isn = 0, server_tsval = 0;
    std::uint64_t sent_at = 0;
    unsigned tries = 0;
    bool complete = false;
  };
  void complain(const Client& client, const std::string& what);
  Client* find(const TcpView& view, const std::uint8_t* frame, bool towards_client);
  void build(Client& client, Bytes& frame);

  Options options_;
  Random random_;
  std::vector<Client> clients_;
  std::unordered_map<std::uint64_t, std::size_t> by_key_;
  std::deque<std::size_t> ready_, waiting_;
  std::uint64_t tick_ = 0;
  std::size_t open_ = 0, completed_ = 0, retried_ = 0, wrong_ = 0;
  std::string first_wrong_;
};

}  // namespace syngate::sim
