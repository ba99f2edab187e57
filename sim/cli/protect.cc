// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "protect.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "exit_code.h"

namespace syngate::sim {
namespace {

// Whole text as a decimal number of at most `max`.
std::optional<unsigned> parse_number(const std::string& text, unsigned max) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value > max) return std::nullopt;
  return value;
}

void clear_host_bits(model::Address* address, unsigned prefix_length) {
  for (unsigned bit = prefix_length; bit < 128; ++bit) {
    address->bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
  }
}

unsigned common_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                       unsigned bits) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    if (((a[bit / 8] ^ b[bit / 8]) & (0x80u >> (bit % 8))) != 0) return bit;
  }
  return bits;
}

unsigned address_bits(bool is6) { return is6 ? 128 : 32; }

}  // namespace

model::Destination default_destination(bool is6) {
  model::Destination entry;
  entry.used = true;
  entry.prefix.is6 = is6;
  // What a Linux server with default socket buffers and an MTU of 1500 puts in its SYN-ACKs.
  entry.mss = is6 ? 1440 : 1460;
  entry.window_ts = is6 ? 64260 : 65160;
  entry.window_nots = is6 ? 64800 : 64240;
  return entry;
}

model::Destination parse_protect(const std::string& text) {
  const auto fail = [&text](const std::string& why) {
    throw UsageError(fmt::format("--protect {}: {}", text, why));
  };
  std::string network = text;
  std::string ports;
  if (!text.empty() && text[0] == '[') {
    const auto close = text.find(']');
    if (close == std::string::npos) fail("']' is missing");
    network = text.substr(1, close - 1);
    const std::string rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':' && rest[0] != '/')
      fail("':' and ports expected behind ']'");
    if (!rest.empty() && rest[0] == '/') {  // [2001:db8::]/32:443
      const auto colon = rest.find(':');
      network += rest.substr(0, colon);
      if (colon != std::string::npos) ports = rest.substr(colon + 1);
      if (colon != std::string::npos && ports.empty()) fail("ports are missing behind ':'");
    } else if (!rest.empty()) {
      ports = rest.substr(1);
      if (ports.empty()) fail("ports are missing behind ':'");
    }
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const auto colon = text.find(':');
    network = text.substr(0, colon);
    ports = text.substr(colon + 1);
    if (ports.empty()) fail("ports are missing behind ':'");
  }

  const auto slash = network.find('/');
  const auto address = address_from_text(network.substr(0, slash));
  if (!address) fail("not an IPv4 or IPv6 address (IPv6 with ports: [2001:db8::/32]:443)");
  model::Destination entry = default_destination(address->is6);
  entry.prefix = *address;
  entry.prefix_length = address_bits(address->is6);
  if (slash != std::string::npos) {
    const auto length = parse_number(network.substr(slash + 1), entry.prefix_length);
    if (!length) fail(fmt::format("the prefix length goes from 0 to {}", entry.prefix_length));
    entry.prefix_length = *length;
  }
  clear_host_bits(&entry.prefix, entry.prefix_length);

  if (!ports.empty()) {
    const auto dash = ports.find('-');
    const auto first = parse_number(ports.substr(0, dash), 65535);
    const auto last =
        dash == std::string::npos ? first : parse_number(ports.substr(dash + 1), 65535);
    if (!first || !last) fail("ports are 0 to 65535: N or N-M");
    if (*first > *last) fail("the first port is above the last");
    entry.port_first = static_cast<std::uint16_t>(*first);
    entry.port_last = static_cast<std::uint16_t>(*last);
  }
  return entry;
}

bool is_covered(const std::vector<model::Destination>& destinations, const model::Address& address) {
  return std::any_of(destinations.begin(), destinations.end(), [&address](const model::Destination& entry) {
    return entry.prefix.is6 == address.is6 &&
           common_prefix(entry.prefix.bytes, address.bytes, entry.prefix_length) == entry.prefix_length;
  });
}

std::string to_text(const model::Destination& destination) {
  std::string text = fmt::format("{}/{}", to_text(destination.prefix), destination.prefix_length);
  if (destination.port_first == 0 && destination.port_last == 65535) {
    text += " all ports";
  } else if (destination.port_first == destination.port_last) {
    text += fmt::format(" port {}", destination.port_first);
  } else {
    text += fmt::format(" ports {}-{}", destination.port_first, destination.port_last);
  }
  if (destination.mode == defs::Mode::kOff) text += " (off)";
  return text;
}

std::string protect_argument(const model::Destination& destination) {
  std::string text = fmt::format("{}/{}", to_text(destination.prefix), destination.prefix_length);
  if (destination.port_first == 0 && destination.port_last == 65535) return text;
  if (destination.prefix.is6) text = "[" + text + "]";
  text += fmt::format(":{}", destination.port_first);
  if (destination.port_last != destination.port_first)
    text += fmt::format("-{}", destination.port_last);
  return text;
}

void SynTargets::add(const std::uint8_t* data, std::size_t length) {
  const PacketView view = view_packet(data, length);
  if (!view.is_plain_syn()) return;
  const std::uint16_t port = view.destination_port;
  const auto [at, fresh] =
      targets_.try_emplace({view.ip6, view.destination.bytes}, Ports{port, port});
  if (fresh) return;
  at->second.first = std::min(at->second.first, port);
  at->second.last = std::max(at->second.last, port);
}

std::vector<model::Destination> SynTargets::entries(std::size_t limit) const {
  std::vector<model::Destination> sorted;
  for (const auto& [key, ports] : targets_) {
    model::Destination entry = default_destination(key.first);
    entry.prefix.bytes = key.second;
    entry.prefix_length = address_bits(key.first);
    entry.port_first = ports.first;
    entry.port_last = ports.last;
    sorted.push_back(entry);
  }
  if (sorted.size() <= limit) return sorted;

  // In a sorted list the closest pair is always a pair of neighbours, and merging never changes how
  // far a merged group is from the next: so the boundaries with the fewest host bits go first, in
  // one pass.
  struct Boundary {
    unsigned host_bits;
    std::size_t index;  // between index and index + 1
  };
  std::vector<Boundary> boundaries;
  for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
    const bool is6 = sorted[i].prefix.is6;
    if (is6 != sorted[i + 1].prefix.is6) continue;
    const unsigned bits = address_bits(is6);
    boundaries.push_back(
        {bits - common_prefix(sorted[i].prefix.bytes, sorted[i + 1].prefix.bytes, bits), i});
  }
  std::stable_sort(boundaries.begin(), boundaries.end(),
                   [](const Boundary& a, const Boundary& b) { return a.host_bits < b.host_bits; });
  boundaries.resize(std::min(boundaries.size(), sorted.size() - limit));
  std::vector<bool> merged(sorted.size(), false);  // with the next one
  for (const Boundary& boundary : boundaries) merged[boundary.index] = true;

  std::vector<model::Destination> result;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    model::Destination entry = sorted[i];
    const std::array<std::uint8_t, 16> lowest = entry.prefix.bytes;
    while (merged[i]) {
      ++i;
      entry.port_first = std::min(entry.port_first, sorted[i].port_first);
      entry.port_last = std::max(entry.port_last, sorted[i].port_last);
    }
    entry.prefix_length = common_prefix(lowest, sorted[i].prefix.bytes, entry.prefix_length);
    clear_host_bits(&entry.prefix, entry.prefix_length);
    result.push_back(entry);
  }
  return result;
}

}  // namespace syngate::sim
