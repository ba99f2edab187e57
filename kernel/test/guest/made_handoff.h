// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "syngate/model/siphash.h"
#include "tun.h"

namespace syngate::guest {

/// The key of a case file's line `key ID HEX`; throws std::runtime_error when there is none.
model::SipKey read_key(const char* path, const std::string& id);
/// The hand-off of client number `n` under key id 3, made with the model, which the RTL equals bit for bit. Odd ones are IPv6.
Bytes made_handoff(std::uint32_t n, const model::SipKey& key);

}  // namespace syngate::guest
