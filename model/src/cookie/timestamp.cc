// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/timestamp.h"

#include <array>
#include <cstring>

namespace syngate::model {

std::uint32_t timestamp_bits(const TimestampOptions& o) {
  return (o.wscale ? *o.wscale & 15u : 15u) | (o.sack ? 16u : 0u) | (o.ecn ? 32u : 0u);
}

std::uint32_t encode_timestamp(std::uint32_t ms, const TimestampOptions& options) {
  const std::uint32_t bits = timestamp_bits(options);
  const std::uint32_t ts = (ms & ~63u) | bits;
  return bits > (ms & 63) ? ts - 64 : ts;
}

TimestampOptions decode_timestamp(std::uint32_t tsval) {
  TimestampOptions options;
  options.sack = (tsval & 16) != 0;
  options.ecn = (tsval & 32) != 0;
  if ((tsval & 15) != 15) options.wscale = static_cast<std::uint8_t>(tsval & 15);
  return options;
}

std::uint32_t timestamp_offset(std::uint64_t h0) { return static_cast<std::uint32_t>(h0 >> 38) << 6; }

std::uint32_t linux_timestamp_offset_of_addresses(const Flow& flow, const SipKey& ts_secret) {
  std::array<std::uint8_t, 32> message{};
  const std::size_t n = flow.source.is6 ? 16 : 4;
  std::memcpy(message.data(), flow.destination.bytes.data(), n);
  std::memcpy(message.data() + n, flow.source.bytes.data(), n);
  return static_cast<std::uint32_t>(siphash24(ts_secret, message.data(), 2 * n));
}

std::uint32_t linux_timestamp_offset(const Flow& flow, const SipKey& net_secret) {
  // As the server sees it: itself first. IPv4 loads (server port << 16 | client port) as one native word of wire-order ports, which
  // puts the client's bytes first; IPv6 lays the ports down one after the other.
  std::array<std::uint8_t, 40> message{};
  const bool is6 = flow.source.is6;
  const std::size_t n = is6 ? 16 : 4;
  std::memcpy(message.data(), flow.destination.bytes.data(), n);
  std::memcpy(message.data() + n, flow.source.bytes.data(), n);
  const std::uint16_t first = is6 ? flow.destination_port : flow.source_port;
  const std::uint16_t second = is6 ? flow.source_port : flow.destination_port;
  std::uint8_t* ports = message.data() + 2 * n;
  ports[0] = static_cast<std::uint8_t>(first >> 8);
  ports[1] = static_cast<std::uint8_t>(first);
  ports[2] = static_cast<std::uint8_t>(second >> 8);
  ports[3] = static_cast<std::uint8_t>(second);
  return static_cast<std::uint32_t>(siphash24(net_secret, message.data(), 2 * n + 4) >> 32);
}

}  // namespace syngate::model
