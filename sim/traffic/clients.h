// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "client_mix.h"
#include "frame_builder.h"
#include "random.h"
#include "targets.h"
#include "traffic_source.h"

namespace syngate::sim {

/// Honest clients: each opens one connection, answers what the box really sent, and repeats its segment when nothing comes back.
/// They know TCP, not syngate: a SYN-ACK that a real stack would refuse counts as wrong. Time is what their caller says it is:
/// nanoseconds of the run, or the number of calls of next(frame).
class Clients : public TrafficSource {
 public:
  struct Options {
    std::size_t count = 100;
    std::uint64_t seed = 1;
    Targets targets{};
    ClientMix mix = default_client_mix();  ///< its times count only with `in_nanoseconds`
    bool in_nanoseconds = false;       ///< else everybody starts at once, answers at once, and repeats after `retry_after`
    std::uint32_t retry_after = 2000;  ///< calls of next(frame) before a segment is repeated
    unsigned tries = 20;               ///< of the SYN, and of the first ACK
    bool every_shape = true;           ///< the first clients show every shape, and MSS and window scales come evenly; else by weights
    bool close = true;                 ///< send data and FIN after the hand-off
    bool ecn = true;                   ///< the box takes ECN
  };
  explicit Clients(const Options& options);

  std::uint64_t due_ns() override;
  bool next(std::uint64_t now, TrafficFrame* frame) override;
  void saw_reply(std::uint64_t now, const std::uint8_t* frame, std::size_t length) override;
  void saw_handoff(std::uint64_t now, const std::uint8_t* frame, std::size_t length) override;
  bool finished() const override { return open_ == 0; }

  /// The same with time counted in calls of next(frame).
  bool next(Bytes& frame);
  void saw_reply(const std::uint8_t* frame, std::size_t length) { saw_reply(tick_, frame, length); }
  void saw_forward(const std::uint8_t* frame, std::size_t length) { saw_handoff(tick_, frame, length); }

  std::size_t started() const { return started_; }      ///< whose SYN was sent
  std::size_t completed() const { return completed_; }  ///< handshakes whose hand-off was seen
  std::size_t retried() const { return retried_; }      ///< segments repeated
  std::size_t gave_up() const { return gave_up_; }      ///< clients that have used up their tries
  std::size_t wrong() const { return wrong_; }
  const std::string& first_wrong() const { return first_wrong_; }
  /// Time from the first SYN to the hand-off, of which `share` of the completed handshakes took no more; 0 without any.
  std::uint64_t connect_time(double share) const;

 private:
  enum class State : std::uint8_t { kSendSyn, kSynSent, kSendAck, kAckSent, kSendData, kSendFin, kClosed };
  struct Client {
    Segment segment;         // as of the SYN: tags, endpoints
    std::size_t shape = 0;   // index into the mix
    OptionValues values;
    bool ecn = false, with_data = false, with_fin = false;
    State state = State::kSendSyn;
    std::uint32_t isn = 0, server_isn = 0, server_tsval = 0;
    std::uint64_t rtt = 0, rto = 0;
    std::uint64_t first_syn = 0;
    unsigned tries = 0;
    std::uint32_t turn = 0;  // of the event that counts
    bool complete = false;
  };
  struct Event {
    std::uint64_t due, order;
    std::size_t client;
    std::uint32_t turn;
    bool operator>(const Event& o) const { return due != o.due ? due > o.due : order > o.order; }
  };
  const std::string& layout(const Client& client) const { return options_.mix.shapes[client.shape].value; }
  void complain(const Client& client, const std::string& what);
  Client* find(const TcpView& view, const std::uint8_t* frame, bool towards_client);
  void build(std::uint64_t now, Client& client, Bytes& frame);
  void schedule(Client& client, std::uint64_t due);

  Options options_;
  Random random_;
  std::vector<Client> clients_;
  std::unordered_map<std::uint64_t, std::size_t> by_key_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::uint64_t> connect_times_;
  std::uint64_t tick_ = 0, order_ = 0;
  std::size_t open_ = 0, started_ = 0, completed_ = 0, retried_ = 0, gave_up_ = 0, wrong_ = 0;
  std::string first_wrong_;
};

}  // namespace syngate::sim
