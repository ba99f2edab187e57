// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "events.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

// Kinds as IANA's registry of TCP option kinds numbers them.
std::string option_name(unsigned kind, std::size_t content) {
  switch (kind) {
    case 2: return content == 2 ? "MSS" : fmt::format("MSS.{}", content);
    case 3: return content == 1 ? "WS" : fmt::format("WS.{}", content);
    case 4: return content == 0 ? "SOK" : fmt::format("SOK.{}", content);
    case 8: return content == 8 ? "TS" : fmt::format("TS.{}", content);
    case 19: return fmt::format("MD5.{}", content);
    case 29: return fmt::format("AO.{}", content);
    case 30: return fmt::format("MPTCP.{}", content);
    case 34: return fmt::format("TFO.{}", content);
    case 254: return fmt::format("EXP254.{}", content);
    default: return fmt::format("U{}.{}", kind, content);
  }
}

}  // namespace

std::string syn_layout(const std::uint8_t* data, std::size_t length) {
  const PacketView view = view_packet(data, length);
  if (!view.is_plain_syn()) return "";
  const std::size_t header = std::size_t{4} * (data[view.l4 + 12] >> 4);
  const std::size_t end = std::min(length, view.l4 + header);
  std::string text;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : ",") + word; };
  std::size_t at = view.l4 + 20;
  while (at < end) {
    const unsigned kind = data[at];
    if (kind == 0) {
      add(end - at == 1 ? "E" : fmt::format("E{}", end - at));
      break;
    }
    if (kind == 1) {
      add("N");
      ++at;
      continue;
    }
    const std::size_t size = at + 1 < end ? data[at + 1] : 0;
    if (size < 2 || at + size > end) {
      add("...");
      break;
    }
    add(option_name(kind, size - 2));
    at += size;
  }
  return text.empty() ? "(none)" : text;
}

}  // namespace syngate::sim
