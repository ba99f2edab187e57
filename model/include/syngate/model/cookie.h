// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "syngate/model/config.h"
#include "syngate/model/siphash.h"

namespace syngate::model {

/// One direction of a connection, client to server. Both addresses have the same family; ports in host order.
struct Flow {
  Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
};

/// MSS of an index 0..3 in Linux's msstab of the family (net/ipv4/syncookies.c, net/ipv6/syncookies.c).
std::uint16_t mss_of_index(bool is6, unsigned index);
/// Largest index whose MSS does not exceed the given one, else 0.
unsigned index_of_mss(bool is6, std::uint16_t mss);
/// MSS that Linux assumes for a SYN without the option: 536 (RFC 9293) or 1220 (RFC 8200's minimum MTU).
std::uint16_t default_mss(bool is6);

/// Linux's cookie hash (since 4.11): SipHash-2-4 of the flow and the minute count, final state.
SipState cookie_hash(const Flow& flow, std::uint32_t count, const SipKey& key);

/// The two secrets of a family. secret1 is the one of the minute in question.
struct CookieKeys {
  SipKey secret0, secret1;
};

/// Initial sequence number of the SYN-ACK: secure_tcp_syn_cookie(). seq is the SYN's.
std::uint32_t make_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t count, unsigned mss_index,
                          const CookieKeys& keys);

/// What a valid cookie tells.
struct CookieData {
  std::uint8_t mss_index = 0;
  std::uint8_t age = 0;  ///< minutes: 0 or 1
};

/// check_tcp_syn_cookie(): seq and ack are those of the client's segment (seq = SYN's + 1, ack = cookie + 1).
/// keys.secret1 must be the secret of the cookie's minute; with a fixed secret it always is.
std::optional<CookieData> check_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t ack, std::uint32_t count,
                                       const CookieKeys& keys);

/// The same two for the pipeline: secret1 is chosen from the banks by the minute, and h0's low half is at hand.
std::uint32_t make_cookie(const Flow& flow, std::uint32_t h0, std::uint32_t seq, std::uint32_t count,
                          unsigned mss_index, const Keys& keys);
std::optional<CookieData> check_cookie(const Flow& flow, std::uint32_t h0, std::uint32_t seq, std::uint32_t ack,
                                       std::uint32_t count, const Keys& keys);

}  // namespace syngate::model
