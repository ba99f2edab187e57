// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "made_handoff.h"

#include <fstream>
#include <stdexcept>

#include "frame_builder.h"
#include "syngate/model/parse.h"
#include "syngate/model/stamp.h"

namespace syngate::guest {

model::SipKey read_key(const char* path, const std::string& id) {
  std::ifstream file(path);
  const std::string begin = "key " + id + " ";
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(begin, 0) != 0) continue;
    std::uint8_t bytes[16];
    for (unsigned i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(std::stoul(line.substr(begin.size() + 2 * i, 2), nullptr, 16));
    return model::SipKey::from_bytes(bytes);
  }
  throw std::runtime_error(std::string(path) + ": no key " + id);
}

Bytes made_handoff(std::uint32_t n, const model::SipKey& key) {
  sim::Segment s;
  s.is6 = n % 2 != 0;
  if (s.is6) {
    s.source.address = {0x20, 0x01, 0x0d, 0xb8, 0, 7};
    s.destination.address = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
    s.source.address[15] = 1;
  } else {
    s.source.address = {203, 0, 113, 1};
    s.destination.address = {198, 51, 100, 10};
  }
  s.source.address[s.is6 ? 14 : 3] = static_cast<std::uint8_t>(1 + n / 50000);
  s.source.port = static_cast<std::uint16_t>(1024 + n % 50000);
  s.destination.port = 443;
  s.seq = n * 0x9e3779b9u;
  s.ack = n * 0x85ebca6bu;
  s.flags = sim::kAck;
  sim::OptionValues values;
  values.tsval = n;
  values.tsecr = 1000 * 64 + 0x17;
  s.options = sim::option_bytes("N,N,TS", values);
  const Bytes segment = sim::build_frame(s);
  const model::Frame frame{segment.data(), segment.size(), false};
  model::Stamp stamp;
  stamp.key_id = 3;
  stamp.timestamps = true;
  stamp.rcv_wscale = 7;
  stamp.mss = 1440;
  stamp.clock = 1000 * 64 + 20;
  Bytes out;
  model::build_handoff(frame, model::parse_frame(frame, stamp.exid), stamp, key, out);
  return out;
}

}  // namespace syngate::guest
