// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "rewrite.h"
#include "syngate/model/config.h"
#include "traffic_source.h"

namespace syngate::sim {

/// What became of the recorded connections.
struct FollowReport {
  std::uint64_t handshakes = 0;  ///< recorded complete to protected destinations: SYN, SYN-ACK, an ACK of the client
  std::uint64_t completed = 0;   ///< of these, the pipeline emitted the hand-off
  std::map<std::string, std::uint64_t> why_not;     ///< of the others: reason and count
  std::map<std::string, std::uint64_t> incomplete;  ///< answered in the capture, but no complete handshake there: "no_syn", "no_ack"
  std::uint64_t server_frames = 0;   ///< recorded servers' frames, left out: they return directly
  std::uint64_t rewritten = 0;       ///< clients' frames sent with the box's numbers
  std::uint64_t acks_made = 0;       ///< first ACKs that the capture does not have in this form (data in the SYN, reordering)
  std::uint64_t dropped = 0;         ///< clients' frames not sent: their connection had failed, or they were too long
  std::uint64_t repeated = 0;        ///< SYNs and first ACKs sent again because nothing came back

  struct Connection {
    std::string client, server;
    std::size_t file = 0;      ///< of the SYN
    std::uint64_t number = 0;  ///< likewise, frame number from 1
    std::string result;        ///< "completed" or the reason why not
  };
  static constexpr std::size_t kConnectionsMax = 1000;
  std::vector<Connection> connections;  ///< the first kConnectionsMax
};

/// The clients of a capture, answered by the pipeline in place of their recorded servers. First the captures are read twice
/// (learn_servers, then learn_clients, in any order of frames), then replayed through take(). The clients' frames wait until
/// the pipeline's SYN-ACK is there, and are rewritten to its numbers.
class Follow : public TrafficSource {
 public:
  /// More answered connections than this are left as they are (incomplete "too_many").
  static constexpr std::size_t kConnectionsMax = 1000000;
  /// Waiting frames in all.
  static constexpr std::size_t kHeldMax = 65536;
  /// Time until the first repetition, which doubles kDoublings times; and how many there are.
  static constexpr std::uint64_t kRepeatNs = 200000;
  static constexpr unsigned kDoublings = 3;
  static constexpr unsigned kTries = 10;
  /// A cookie is good for at least a minute; where the capture waits longer, the SYN goes again.
  static constexpr std::uint64_t kAnswerLifeNs = 60000000000;
  static constexpr std::size_t kFrameMax = 9216;  ///< longest frame that the pipeline takes

  explicit Follow(const std::vector<model::Destination>& destinations) : destinations_(destinations) {}

  void learn_servers(const Bytes& frame);
  void learn_clients(std::size_t file, std::uint64_t number, std::int64_t time_ns, const Bytes& frame);
  /// Recorded handshakes that can be followed.
  std::uint64_t followable() const;

  enum class Take : std::uint8_t {
    kPlain,    ///< of nobody who is followed: offer it as it is
    kSend,     ///< offer it; it may have been rewritten, its source is now kFollow
    kHeld,     ///< comes back through next()
    kLeftOut,  ///< counted
    kTooLong,  ///< longer than kFrameMax; counted
  };
  /// The next frame of the captures.
  Take take(std::uint64_t now_ns, TrafficFrame* frame);
  /// All that is due has been sent: count what became of the connections, and be ready for another round.
  void finish_round(bool counted);

  std::uint64_t due_ns() override;
  bool next(std::uint64_t now_ns, TrafficFrame* frame) override;
  void saw_reply(std::uint64_t now_ns, const std::uint8_t* frame, std::size_t length) override;
  void saw_handoff(std::uint64_t now_ns, const std::uint8_t* frame, std::size_t length) override;
  /// What the pipeline decided about a frame of this connection (TrafficFrame::connection).
  void saw_verdict(std::uint32_t connection, defs::Verdict verdict, defs::Reason reason);
  bool finished() const override { return waiting_ == 0 && ready_.empty(); }

  const FollowReport& report() const { return report_; }

 private:
  struct Tuple {
    std::array<std::uint8_t, 16> client{}, server{};
    std::uint16_t client_port = 0, server_port = 0;
    bool is6 = false;
    bool operator==(const Tuple& o) const {
      return client == o.client && server == o.server && client_port == o.client_port &&
             server_port == o.server_port && is6 == o.is6;
    }
  };
  struct TupleHash {
    std::size_t operator()(const Tuple& tuple) const;
  };
  struct Seen;  // a TCP segment of the capture

  enum class State : std::uint8_t { kIdle, kSynSent, kAnswered, kAckSent, kDone, kFailed };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Connection {
    Tuple tuple;
    std::uint32_t next = kNone;  // another connection of the same tuple
    // The recorded server's answer.
    std::uint32_t answer_ack = 0;
    std::uint32_t server_isn = 0;
    std::uint32_t other_isn = 0;  // of a repeated SYN-ACK with another number (cookies of the next minute)
    bool has_other_isn = false;
    bool server_timestamps = false;
    std::uint32_t server_tsval = 0;
    // The recorded client.
    bool has_syn = false, has_ack = false, exact_ack = false;
    bool syn_timestamps = false;
    const char* unfit = nullptr;  // why it cannot be followed
    std::uint32_t isn = 0, syn_tsval = 0;
    std::size_t file = 0;
    std::uint64_t number = 0;
    std::int64_t syn_time_ns = 0;
    bool has_echo = false;  // TSecr of the ACK that completed the handshake
    std::uint32_t echo = 0;
    // This round.
    State state = State::kIdle;
    defs::Reason drop = defs::Reason::kNone;
    const char* failure = nullptr;
    std::uint32_t cookie = 0, box_tsval = 0;
    std::uint64_t answered_ns = 0;
    bool box_timestamps = false;
    unsigned tries = 0;
    std::uint32_t timer = 0;  // number of the timer that counts
    Translation translation;

    bool handshake() const { return has_syn && has_ack; }
    bool followed() const { return handshake() && unfit == nullptr; }
  };
  struct TupleState {
    std::uint32_t first = kNone, last = kNone, current = kNone;
  };
  struct Timer {
    std::uint64_t due_ns;
    std::uint32_t connection, number;
    bool operator>(const Timer& o) const {
      return due_ns != o.due_ns ? due_ns > o.due_ns : connection > o.connection;
    }
  };
  // What a connection keeps while it is being opened: its segment that may have to be repeated, frames that wait.
  struct Opening {
    TrafficFrame syn, ack;
    std::deque<TrafficFrame> held;
  };

  bool is_protected(const std::array<std::uint8_t, 16>& address, bool is6, std::uint16_t port) const;
  Seen see(const Bytes& frame) const;
  Tuple tuple_of(const Seen& seen, bool from_client) const;
  void start_timer(std::uint32_t index, std::uint64_t now_ns);
  void stop_timer(std::uint32_t index);
  void fail(std::uint32_t index, const char* why);
  Take take_syn(std::uint64_t now_ns, const Seen& seen, TupleState& tuple, TrafficFrame* frame);
  std::uint32_t opened_by(const TupleState& tuple, std::uint32_t isn) const;
  void open(std::uint64_t now_ns, std::uint32_t index, const TrafficFrame& syn);
  Take hold(std::uint32_t index, TrafficFrame* frame);
  void send_later_segment(std::uint64_t now_ns, std::uint32_t index, TrafficFrame* frame);
  bool make_ack(const Connection& connection, const TrafficFrame& pattern, TrafficFrame* ack) const;
  bool translate(const Connection& connection, TrafficFrame* frame) const;

  std::vector<model::Destination> destinations_;
  std::vector<Connection> connections_;
  std::unordered_map<Tuple, TupleState, TupleHash> tuples_;
  std::unordered_map<std::uint32_t, Opening> openings_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::deque<std::uint32_t> ready_;  // connections with held frames that can go
  std::size_t held_ = 0;
  std::size_t waiting_ = 0;  // connections with a timer
  std::uint64_t too_many_ = 0;
  FollowReport report_;
};

}  // namespace syngate::sim
