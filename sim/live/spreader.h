// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "frame_builder.h"

namespace syngate::sim {

/// Several servers of one address behind the pipeline, as a switch in front of them would do it:
/// TCP by a hash of the flow, the destination MAC set to that server's; other unicast frames to
/// whom they are addressed; broadcast, multicast and unknown ones to the first server, which speaks
/// for all (ARP, ND, ping). With one server nothing is changed.
class Spreader {
 public:
  explicit Spreader(std::size_t servers) : macs_(servers) {}
  /// A server sent this frame: remembers its MAC.
  void learn(std::size_t server, const Bytes& frame);
  /// The server that gets this frame; its destination MAC may be rewritten. A server that has not
  /// sent anything yet has no known MAC and gets no new flow; a flow stays where it began.
  std::size_t choose(Bytes* frame);

  /// Addresses a frame of the flood, which knows no MAC, to this server; unchanged until the server
  /// has sent something.
  void address(std::size_t server, Bytes* frame) const;

 private:
  using Mac = std::array<std::uint8_t, 6>;
  static std::uint64_t key(const Mac& mac);
  std::vector<std::optional<Mac>> macs_;
  std::size_t ready(std::uint64_t hash);
  std::unordered_map<std::uint64_t, std::size_t> by_mac_;
  std::unordered_map<std::uint64_t, std::size_t> elsewhere_;  ///< flows whose server was not ready
};

}  // namespace syngate::sim
