// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// losses_check KEYS PLAN: the connections of PLAN, all at once, through syngate live and lines that lose segments of them (the host's
// program kernel/test/losses makes plan and losses, and judges). PLAN has a line CLIENT-PORT SERVER-PORT each. Notes
// `# outcome CLIENT-PORT works|stalls|reset|... SECONDS`.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <fstream>
#include <thread>
#include <vector>

#include "ktap.h"
#include "live_pair.h"

using namespace syngate::guest;

namespace {

// The same two protocols twice: on the ports above 8000 the server is silent where others reset.
const std::vector<Service> kServices = {{443, false}, {8443, false}, {25, true}, {8025, true}};
// Behind the last repetition of anything (Linux repeats data after 0.2, 0.6, 1.4, 3 and 6.2 s), with room for a slow machine.
constexpr int kSilence = 20000;

struct Connection {
  std::uint16_t source = 0, port = 0;
  std::string outcome;
  double seconds = 0;
};

std::string word() { return errno == 0 ? "stalls" : errno == ECONNRESET ? "reset" : std::strerror(errno); }

std::string converse(const Connection& c) {
  const int fd = connect_to(false, c.port, c.source);
  if (fd < 0) return std::string("connect: ") + std::strerror(errno);
  bool server_first = false;
  for (const Service& service : kServices) server_first |= service.port == c.port && service.server_first;
  std::string outcome, text;
  if (server_first && read_line(fd, kSilence) != kBanner) outcome = word();
  if (outcome.empty()) {
    const std::string request = std::to_string(c.source) + "\n";
    static_cast<void>(!send(fd, request.data(), request.size(), MSG_NOSIGNAL));
    if (!read_all(fd, kSilence, text)) outcome = word();
  }
  close(fd);
  if (outcome.empty()) outcome = text == answer(c.source) ? "works" : "other bytes";
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Ktap ktap;
  try {
    const Pair pair(argv[1], kServices, {"set drop-unstamped 8000-8999"});
    std::vector<Connection> connections;
    std::ifstream plan(argv[2]);
    for (Connection c; plan >> c.source >> c.port;) connections.push_back(c);
    // Until the server listens.
    std::string first;
    for (std::uint16_t i = 0; i < 20 && first != "works"; ++i) first = converse({static_cast<std::uint16_t>(10000 + i), 443, "", 0});
    ktap.result(first == "works", "the server is there", first);
    std::vector<std::thread> threads;
    for (Connection& c : connections) {
      threads.emplace_back([&c] {
        const auto start = std::chrono::steady_clock::now();
        c.outcome = converse(c);
        c.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      });
    }
    for (std::thread& t : threads) t.join();
    for (const Connection& c : connections) {
      char text[160];
      std::snprintf(text, sizeof text, "outcome %u %s %.1f", unsigned{c.source}, c.outcome.c_str(), c.seconds);
      Ktap::note(text);
    }
    ktap.result(!connections.empty(), "every connection had an outcome");
  } catch (const std::exception& e) {
    ktap.result(false, "the check could be run", e.what());
  }
  return ktap.finish();
}
