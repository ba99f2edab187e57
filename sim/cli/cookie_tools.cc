// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "cookie_tools.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "exit_code.h"
#include "syngate/model/timestamp.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {

void parse_endpoint(const std::string& option, const std::string& text, model::Address* address,
                    std::uint16_t* port) {
  const auto colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  const bool brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto parsed = address_from_text(host);
  unsigned number = 65536;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, number);
    if (error != std::errc() || stop != end) number = 65536;
  }
  if (!parsed || parsed->is6 != brackets || number > 65535) {
    throw UsageError(
        fmt::format("{} {}: expected ADDRESS:PORT, IPv6 as [ADDRESS]:PORT", option, text));
  }
  *address = *parsed;
  *port = static_cast<std::uint16_t>(number);
}

std::optional<std::vector<std::uint8_t>> bytes_from_hex(const std::string& text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (error != std::errc() || stop != text.data() + i + 2) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return bytes;
}

std::uint32_t cookie_make(const CookieSecrets& secrets, const model::Flow& flow, std::uint32_t seq,
                          std::uint32_t count, unsigned mss_index) {
  if (secrets.sha1) return model::make_sha1_cookie(flow, seq, count, mss_index, secrets.words);
  return model::make_cookie(flow, seq, count, mss_index, {secrets.secret0, secrets.secret1});
}

std::optional<model::CookieData> cookie_check(const CookieSecrets& secrets, const model::Flow& flow,
                                              std::uint32_t seq, std::uint32_t ack,
                                              std::uint32_t count) {
  if (secrets.sha1) return model::check_sha1_cookie(flow, seq, ack, count, secrets.words);
  return model::check_cookie(flow, seq, ack, count, {secrets.secret0, secrets.secret1});
}

std::uint32_t flow_timestamp_offset(const CookieSecrets& secrets, const model::Flow& flow) {
  return model::timestamp_offset(model::cookie_hash(flow, 0, secrets.secret0).hash());
}

}  // namespace syngate::sim
