// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "syngate/model/cookie.h"

namespace syngate::model {

/// TCP options of a client as Linux hides them in the low six bits of TSval:
///    31 ........... 6   5    4    3..0
///   [ milliseconds    |ECN|SACK|wscale or 15 ]
struct TimestampOptions {
  std::optional<std::uint8_t> wscale;  ///< 0..14
  bool sack = false;
  bool ecn = false;
};

/// The six bits.
std::uint32_t timestamp_bits(const TimestampOptions& options);
/// cookie_init_timestamp() without offset: never in the future (minus 64 when the bits would exceed now). ms is the clock, 32 bits.
std::uint32_t encode_timestamp(std::uint32_t ms, const TimestampOptions& options);
/// cookie_timestamp_decode() of a TSval or TSecr whose offset has been subtracted.
TimestampOptions decode_timestamp(std::uint32_t tsval);

/// The box's offset of a flow: h0[63:38] followed by six zero bits, so that the bits above survive it.
std::uint32_t timestamp_offset(std::uint64_t h0);

/// The offset of a Linux server (secure_tcp_seq_and_ts_off(), 6.1.192, 6.12.117 and later, tcp_timestamps = 1): high half of
/// SipHash-2-4(net_secret; server address, client address, ports): IPv4 the word server port << 16 | client port as loaded from the
/// wire on a little-endian host, IPv6 server port, client port. `flow` is the SYN's, client to server.
std::uint32_t linux_timestamp_offset(const Flow& flow, const SipKey& net_secret);
/// The same of an older Linux server (secure_tcp_ts_off(), 4.12 to 6.1.176 and alike): low half of SipHash-2-4(ts_secret; server address,
/// client address), the same for all ports.
std::uint32_t linux_timestamp_offset_of_addresses(const Flow& flow, const SipKey& ts_secret);

}  // namespace syngate::model
