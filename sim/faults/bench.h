// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "frame_builder.h"
#include "random.h"
#include "syngate/model/cookie.h"
#include "syngate/model/flow_table.h"
#include "syngate/sim/simulator.h"

namespace syngate::sim {

/// A client of one connection that does exactly what a case tells it to do.
struct Peer {
  Segment segment;  ///< endpoints; the source port is the peer's name
  std::uint32_t isn = 0, cookie = 0;
  bool answered = false;  ///< `cookie` came in a SYN-ACK of the box
};

/// Verdict of one frame, as the RTL gave it.
struct Result {
  bool done = false;
  defs::Verdict verdict = defs::Verdict::kDrop;
  defs::Reason reason = defs::Reason::kNone;
  defs::TableOp op = defs::TableOp::kNone;
};

/// Counters of a case, summed over its seeds.
using Tally = std::map<std::string, std::uint64_t>;

/// One seed of one case: the box after a reset with an empty table, peers, checks. With `broken` a case does something else than it
/// says, and must fail.
class Bench {
 public:
  Bench(Simulator& box, std::uint64_t seed, bool broken);
  ~Bench();

  /// Resets the box and gives it `config` and `time`; rows of the last seed are wiped.
  void start();
  /// Drains, then holds RTL against model: outputs, counters, frames, every row of the table.
  void finish();

  std::uint64_t send(const Bytes& frame, bool bad_fcs = false);
  std::uint64_t tag();  ///< of a frame that the case offers itself
  Result result(std::uint64_t frame);  ///< waits for it
  Result ask(const Bytes& frame) { return result(send(frame)); }

  Peer peer();
  /// Another one whose two rows differ, so that no sweep looks like its lookup.
  Peer peer_of_two_rows();
  Bytes syn(const Peer& peer);
  Bytes ack(const Peer& peer);   ///< ends the handshake, no payload
  Bytes data(const Peer& peer, std::size_t bytes = 10);  ///< later in the connection: no valid cookie
  Bytes fin(const Peer& peer);
  void shake(Peer& peer);        ///< SYN and SYN-ACK
  void establish(Peer& peer);    ///< and ACK and hand-off
  void establish(std::vector<Peer>& peers);  ///< all together, at most 60
  model::Flow flow(const Peer& peer) const;
  model::FlowTable::Place place(const Peer& peer) const;
  /// The cookie that the box would send now, of the reference.
  std::uint32_t cookie(const Peer& peer, unsigned mss_index = 3, std::uint32_t minutes_ago = 0) const;
  void set_time(std::uint32_t count, std::uint32_t ms);
  void advance(std::uint32_t minutes, std::uint32_t ms) { set_time(time.count + minutes, time.ms + ms); }

  void expect(bool holds, const std::string& what);
  void count(const std::string& name, std::uint64_t n = 1) { tally[name] += n; }

  Simulator& box;
  Random random;
  std::uint64_t seed;
  bool broken;
  SimulatorOptions options;
  model::Config config;
  model::Time time;
  Tally tally;
  std::uint64_t checks = 0;
  std::vector<std::string> failures;
  std::array<std::uint64_t, 2> left{};  ///< frames that left, by port

 private:
  void saw(const Output& output);
  void learn(Peer& peer);
  std::vector<Result> results_;
  std::map<std::uint16_t, std::pair<std::uint32_t, std::uint32_t>> cookies_;  // port: acknowledged, cookie
  std::uint16_t next_port_ = 1024;
};

inline bool passes(const Result& r) { return r.verdict == defs::Verdict::kPass; }
inline bool drops(const Result& r, defs::Reason reason) { return r.verdict == defs::Verdict::kDrop && r.reason == reason; }

/// One line of the table in docs/reference/faults.md. In `observed`, {NAME} is a counter and {NAME/OTHER} a quotient.
struct Case {
  const char* name;
  const char* injected;
  const char* expected;
  const char* observed;
  const char* demonstration;  ///< what is done instead so that it fails
  void (*run)(Bench&);
  /// Checks that need many seeds; empty: fine.
  std::string (*judge)(const Tally&, std::uint64_t seeds) = nullptr;
};

extern const std::vector<Case> kMemoryCases, kStallCases, kTableCases, kTimeCases, kFrameCases, kHandshakeCases;

}  // namespace syngate::sim
