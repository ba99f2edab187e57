// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "syngate/model/cookie.h"

namespace syngate::model {

/// syncookie_secret[2][17] of Linux up to 4.10, native words.
struct Sha1Secrets {
  std::array<std::array<std::uint32_t, 17>, 2> secret{};
};

/// Linux's cookie hash up to 4.10: one raw SHA-1 compression (RFC 3174, no padding, no length), second state word.
/// which: 0 or 1, the secret used. Little-endian kernel.
std::uint32_t sha1_cookie_hash(const Flow& flow, std::uint32_t count, unsigned which, const Sha1Secrets& secrets);
std::uint32_t make_sha1_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t count, unsigned mss_index,
                               const Sha1Secrets& secrets);
/// seq and ack of the client's segment, as in check_cookie().
std::optional<CookieData> check_sha1_cookie(const Flow& flow, std::uint32_t seq, std::uint32_t ack,
                                            std::uint32_t count, const Sha1Secrets& secrets);

}  // namespace syngate::model
