// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "syngate/model/sha1_cookie.h"

namespace syngate::sim {

/// "192.0.2.1:443" or "[2001:db8::1]:443". Throws UsageError, naming `option`.
void parse_endpoint(const std::string& option, const std::string& text, model::Address* address,
                    std::uint16_t* port);

/// Secrets of SYN cookies: two SipHash keys (Linux 4.11 and later, and syngate), or, with sha1,
/// twice 17 words (before).
struct CookieSecrets {
  model::SipKey secret0, secret1;
  bool sha1 = false;
  model::Sha1Secrets words;
};

/// Cookie of a SYN with sequence number `seq` at minute `count`.
std::uint32_t cookie_make(const CookieSecrets& secrets, const model::Flow& flow, std::uint32_t seq,
                          std::uint32_t count, unsigned mss_index);
/// Content of the cookie that an ACK presents; `seq` and `ack` as in the ACK.
std::optional<model::CookieData> cookie_check(const CookieSecrets& secrets, const model::Flow& flow,
                                              std::uint32_t seq, std::uint32_t ack,
                                              std::uint32_t count);
/// syngate's timestamp offset of a flow, which comes from the cookie's hash (SipHash only).
std::uint32_t flow_timestamp_offset(const CookieSecrets& secrets, const model::Flow& flow);
/// Bytes from hex digits; nothing if it is not an even number of them.
std::optional<std::vector<std::uint8_t>> bytes_from_hex(const std::string& text);

/// `syngate cookie verify`: checks every record of a file in the format of the vectors that were
/// read from a kernel.
struct VerifyResult {
  std::uint64_t records = 0;
  std::uint64_t verified = 0;
  std::string kernel;
  std::string first_difference;  ///< "synack[3].cookie: file 1, model 2", or empty
};
/// `name` is used in messages. Throws InputError naming the field that is missing or malformed.
VerifyResult verify_vectors(const std::string& json, const std::string& name);

}  // namespace syngate::sim
