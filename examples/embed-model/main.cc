// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// One handshake through the golden model: the pipeline answers a SYN, accepts the ACK and writes
// the hand-off frame.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "syngate/model/pipeline.h"

using namespace syngate::model;
namespace defs = syngate::defs;

namespace {

// A segment of 192.0.2.1:12345 to 198.51.100.2:80, without options; TCP's checksum is left to the
// function below.
std::vector<std::uint8_t> segment(std::uint8_t flags, std::uint32_t sequence,
                                  std::uint32_t acknowledgement) {
  std::vector<std::uint8_t> f = {
      2,    0,    0,   0,  0,   1, 2,    0, 0,  0, 0, 2, 0x08, 0x00,  // Ethernet
      0x45, 0,    0,   40, 0,   0, 0x40, 0, 64, 6, 0, 0, 192,  0,
      2,    1,    198, 51, 100, 2,  // IPv4
      0x30, 0x39, 0,   80, 0,   0, 0,    0, 0,  0, 0, 0, 0x50, flags,
      0xff, 0xff, 0,   0,  0,   0};  // TCP
  for (unsigned i = 0; i < 4; i++) {
    f[38 + i] = static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
    f[42 + i] = static_cast<std::uint8_t>(acknowledgement >> (24 - 8 * i));
  }
  const auto put_checksum = [&f](std::size_t begin, std::size_t end, std::uint32_t sum,
                                 std::size_t at) {  // RFC 1071
    for (std::size_t i = begin; i < end; i += 2)
      sum += static_cast<std::uint32_t>(f[i] << 8 | f[i + 1]);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    f[at] = static_cast<std::uint8_t>(~sum >> 8);
    f[at + 1] = static_cast<std::uint8_t>(~sum);
  };
  put_checksum(14, 34, 0, 24);
  put_checksum(26, 54, 6 + 20, 50);  // with the pseudo-header: addresses, protocol, length
  f.resize(60);                      // as a MAC pads it
  return f;
}

std::uint32_t word(const std::vector<std::uint8_t>& frame, std::size_t at) {
  return std::uint32_t{frame.at(at)} << 24 | std::uint32_t{frame.at(at + 1)} << 16 |
         std::uint32_t{frame.at(at + 2)} << 8 | frame.at(at + 3);
}

}  // namespace

int main() {
  Config config;  // set the keys from a random source; the zeros here are for an example only
  config.destinations[0].used = true;
  config.destinations[0].prefix.bytes = {198, 51, 100, 0};
  config.destinations[0].prefix_length = 24;
  Pipeline pipeline(config);
  const Time time{29000000, 1000};  // minutes and milliseconds

  const std::uint32_t client_isn = 0x11223344;
  const auto syn = segment(0x02, client_isn, 0);
  const Outcome& answer = pipeline.process({syn.data(), syn.size()}, time);
  if (answer.verdict != defs::Verdict::kReply) return 1;
  const std::uint32_t cookie = word(answer.reply, 38);
  std::printf("SYN-ACK of %zu bytes, sequence number %08x\n", answer.reply.size(), cookie);

  const auto ack = segment(0x10, client_isn + 1, cookie + 1);
  const Outcome& validated = pipeline.process({ack.data(), ack.size()}, time);
  if (validated.verdict != defs::Verdict::kHandoff) return 1;
  std::printf("hand-off of %zu bytes with a stamp; flows in the table: %llu\n",
              validated.handoff.size(), static_cast<unsigned long long>(pipeline.flows(time)));

  const auto forged = segment(0x10, client_isn + 1, cookie + 1 + 0x800000);
  Pipeline other(config);
  const Outcome& refused = other.process({forged.data(), forged.size()}, time);
  std::printf("the same ACK with another cookie: %s\n",
              refused.verdict == defs::Verdict::kDrop ? "dropped" : "NOT dropped");
  return refused.verdict == defs::Verdict::kDrop ? 0 : 1;
}
