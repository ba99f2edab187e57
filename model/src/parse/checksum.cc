// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/checksum.h"

namespace syngate::model {

std::uint16_t ones_sum(const std::uint8_t* data, std::size_t length, std::uint32_t start) {
  std::uint64_t sum = start;
  for (std::size_t i = 0; i + 1 < length; i += 2) sum += static_cast<std::uint64_t>(data[i] << 8 | data[i + 1]);
  if (length % 2 != 0) sum += static_cast<std::uint64_t>(data[length - 1]) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

std::uint16_t tcp_sum(const std::uint8_t* addresses, std::size_t address_bytes, const std::uint8_t* segment,
                      std::size_t length) {
  constexpr std::uint32_t kTcp = 6;
  const std::uint32_t pseudo = ones_sum(addresses, address_bytes, kTcp + static_cast<std::uint32_t>(length));
  return ones_sum(segment, length, pseudo);
}

}  // namespace syngate::model
