// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// reference COUNT: what the engine without SystemC writes, takes and sends for COUNT frames back to back, checked against the model. Lines:
//   write ADDRESS VALUE | in HEX | reply CLOCK HEX | forward CLOCK HEX      (clocks from the first frame's last beat on)
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "clients.h"
#include "flood.h"
#include "syngate/sim/simulator.h"

using namespace syngate;
using namespace syngate::sim;

namespace {

model::Config configuration() {
  Random random(20260);
  const auto key = [&random] { return model::SipKey{random.next(), random.next()}; };
  model::Config config;
  config.keys.secret0_v4 = key();
  config.keys.secret0_v6 = key();
  for (auto& k : config.keys.secret1_v4) k = key();
  for (auto& k : config.keys.secret1_v6) k = key();
  for (auto& k : config.keys.stamp) k = key();
  for (const bool is6 : {false, true}) {
    model::Destination& d = config.destinations[is6 ? 1 : 0];
    d.used = true;
    d.prefix.is6 = is6;
    d.prefix.bytes = (is6 ? kServer6 : kServer4).address;
    d.prefix_length = is6 ? 128 : 32;
    d.port_first = d.port_last = 443;
  }
  return config;
}

std::string hex(const std::uint8_t* data, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", data[i]);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : 0;
  if (count == 0) return 2;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> writes;
  SimulatorOptions options;
  options.register_log = &writes;
  Simulator simulator(options, configuration(), {286326, 1000000});
  for (const auto& [address, value] : writes) fmt::print("write {:03x} {:08x}\n", address, value);

  Clients::Options client_options;
  client_options.count = static_cast<std::size_t>(1 + count / 20);
  client_options.retry_after = 400;
  Clients clients(client_options);
  Flood flood(Flood::Options{});
  std::vector<std::string> lines;
  simulator.on_output = [&](const Output& output) {
    const bool reply = output.port == Port::kReply;
    if (reply) clients.saw_reply(output.data, output.length);
    else clients.saw_forward(output.data, output.length);
    lines.push_back(fmt::format("{} {} {}", reply ? "reply" : "forward", output.cycle, hex(output.data, output.length)));
  };
  Bytes frame;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % 2 != 0 || !clients.next(frame)) frame = flood.next();
    fmt::print("in {}\n", hex(frame.data(), frame.size()));
    simulator.offer(0, frame.data(), frame.size(), i);
  }
  const Statistics& statistics = simulator.finish();
  for (const std::string& line : lines) fmt::print("{}\n", line);
  fmt::print(stderr, "{} frames, {} outputs, {} handshakes, {} mismatches, {} lost\n", statistics.offered, lines.size(),
             clients.completed(), statistics.mismatches, statistics.lost);
  return statistics.mismatches + statistics.lost == 0 && clients.completed() != 0 ? 0 : 1;
}
