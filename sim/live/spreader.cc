// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "spreader.h"

#include <algorithm>

#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

Bytes::size_type constexpr kMacBytes = 6;

}  // namespace

std::uint64_t Spreader::key(const Mac& mac) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : mac) value = value << 8 | byte;
  return value;
}

void Spreader::learn(std::size_t server, const Bytes& frame) {
  Mac mac{};
  std::copy_n(frame.begin() + kMacBytes, kMacBytes, mac.begin());
  if ((mac[0] & 1) != 0) return;
  macs_[server] = mac;
  by_mac_[key(mac)] = server;
}

std::size_t Spreader::ready(std::uint64_t hash) {
  // FNV leaves the parity of the ports in its low bits, and a client's ports go in steps of two: mixed once more (MurmurHash3's end).
  std::uint64_t mixed = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
  mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53u;
  const std::size_t server = static_cast<std::size_t>((mixed ^ mixed >> 33) % macs_.size());
  const auto began = elsewhere_.find(hash);
  if (began != elsewhere_.end()) return began->second;
  if (macs_[server]) return server;
  for (std::size_t other = 0; other < macs_.size(); ++other) {
    if (!macs_[other]) continue;
    elsewhere_.emplace(hash, other);
    return other;
  }
  return server;
}

std::size_t Spreader::choose(Bytes* frame) {
  if (macs_.size() == 1) return 0;
  const PacketView view = view_packet(frame->data(), frame->size());
  if (view.tcp && ((*frame)[0] & 1) == 0) {
    // FNV-1a over addresses and ports; both directions never meet here.
    std::uint64_t hash = 0xcbf29ce484222325u;
    const auto put = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3u; };
    for (const std::uint8_t byte : view.source.bytes) put(byte);
    for (const std::uint8_t byte : view.destination.bytes) put(byte);
    for (const unsigned port : {view.source_port, view.destination_port}) {
      put(static_cast<std::uint8_t>(port >> 8));
      put(static_cast<std::uint8_t>(port));
    }
    const std::size_t server = ready(hash);
    if (macs_[server]) std::copy(macs_[server]->begin(), macs_[server]->end(), frame->begin());
    return server;
  }
  Mac to{};
  std::copy_n(frame->begin(), kMacBytes, to.begin());
  const auto known = by_mac_.find(key(to));
  return known == by_mac_.end() ? 0 : known->second;
}

void Spreader::address(std::size_t server, Bytes* frame) const {
  if (macs_[server] && frame->size() >= 6)
    std::copy(macs_[server]->begin(), macs_[server]->end(), frame->begin());
}

}  // namespace syngate::sim
