// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "frame_builder.h"
#include "input.h"
#include "syngate/model/config.h"

namespace syngate::fuzz {

using sim::Bytes;

/// What an input tells a bench to do next.
struct Step {
  enum class Kind : std::uint8_t {
    kFrame,           ///< offer `frame`, after `idle` clocks
    kTime,            ///< commit `time`
    kStageTime,       ///< stage `time` without a commit
    kConfig,          ///< commit scenario.config
    kCheckRegisters,  ///< with `seed`
    kDrain,           ///< until nothing is in flight
  };
  Kind kind = Kind::kFrame;
  Bytes frame;
  bool bad_fcs = false;
  unsigned idle = 0;
  model::Time time;
  std::uint64_t seed = 0;
};

/// Decodes bytes to a configuration, then to steps: segments of few clients and two servers, so that short inputs make handshakes;
/// damaged copies of earlier frames; raw bytes; ICMP errors; time and configuration. Every input is a scenario, and a changed byte
/// changes one step. What the box answers is told to it (saw_reply), for clients answer what they see.
class Scenario {
 public:
  Scenario(const std::uint8_t* data, std::size_t size);

  model::Config config;
  model::Time time;
  std::uint64_t seed = 1;
  unsigned reply_pressure = 0, forward_pressure = 0, input_idle = 0;  ///< 0..3, for the bench to make probabilities of
  unsigned reply_cap = 0;

  /// False at the end of the input, or after kSteps.
  bool next(Step* step);
  void saw_reply(const std::uint8_t* frame, std::size_t length);
  void saw_handoff(const std::uint8_t* frame, std::size_t length) { handoff_.assign(frame, frame + length); }

 private:
  static constexpr unsigned kSteps = 200;
  static constexpr std::size_t kClients = 8;
  struct Client {
    std::uint32_t seq = 0;  // next to send
    std::uint32_t server_isn = 0, server_tsval = 0, tsval = 0;
    bool timestamps = false;
  };

  bool decode(std::uint8_t op, Step* step);
  sim::Segment segment(std::uint8_t where);
  Bytes options(const Client& client, std::uint32_t tsecr);
  void syn();
  void answer(std::uint8_t op);
  void any_segment();
  void damage();
  void resize();
  void raw();
  void icmp();
  void change_time(Step* step);
  void change_config();
  Client& client(std::uint8_t where) { return clients_[(where & 1u) * kClients + (where >> 1 & 7u)]; }

  Input input_;
  unsigned steps_ = 0;
  std::array<Client, 2 * kClients> clients_{};
  Bytes frame_, handoff_;
  int pending_ = -1;  // op to decode once the pipeline is empty
};

}  // namespace syngate::fuzz
