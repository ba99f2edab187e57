// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// live_check KEYS CONNECTIONS: connections of a real client to a real server through syngate live (live_pair.h). Then the negative control:
// the server does not learn the box's clock, and the client's own PAWS counter shows what comes of it.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "ktap.h"
#include "live_pair.h"

using namespace syngate::guest;

namespace {

constexpr std::uint16_t kClientFirst = 443, kServerFirst = 25;

struct Outcome {
  bool good = false;
  std::string wrong;
  double connect_ms = 0;
  tcp_info info{};
};

/// One connection from beginning to end; `silence` is how long it waits for more.
Outcome converse(unsigned n, int silence) {
  Outcome o;
  const bool server_first = n % 4 == 3;
  const auto start = std::chrono::steady_clock::now();
  const int fd = connect_to(n % 2 != 0, server_first ? kServerFirst : kClientFirst);
  o.connect_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  if (fd < 0) {
    o.wrong = std::string("connect: ") + std::strerror(errno);
    return o;
  }
  if (server_first && read_line(fd, silence) != kBanner) o.wrong = "no banner";
  const std::string request = std::to_string(n) + "\n";
  static_cast<void>(!send(fd, request.data(), request.size(), MSG_NOSIGNAL));
  std::string text;
  if (o.wrong.empty() && !read_all(fd, silence, text)) o.wrong = std::string("read: ") + std::strerror(errno);
  socklen_t size = sizeof o.info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &o.info, &size);
  close(fd);
  o.good = o.wrong.empty() && text == answer(n);
  if (o.wrong.empty() && !o.good) o.wrong = "other bytes than the server's";
  return o;
}

std::vector<Outcome> converse_all(unsigned count, unsigned at_once, int silence) {
  std::vector<Outcome> outcomes(count);
  std::atomic<unsigned> next{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < at_once; ++i) {
    threads.emplace_back([&] {
      for (unsigned n = next++; n < count; n = next++) outcomes[n] = converse(n, silence);
    });
  }
  for (std::thread& t : threads) t.join();
  return outcomes;
}

/// A counter of this namespace, of /proc/net/netstat or /proc/net/snmp: "TcpExt:" "PAWSEstab".
std::uint64_t kernel_counter(const char* path, const std::string& group, const std::string& name) {
  std::ifstream file(path);
  for (std::string names, values; std::getline(file, names) && std::getline(file, values);) {
    std::istringstream n(names), v(values);
    for (std::string key, value; n >> key && v >> value;) {
      if (names.rfind(group, 0) == 0 && key == name) return std::stoull(value);
    }
  }
  throw std::runtime_error(std::string(path) + ": no " + group + name);
}
std::uint64_t paws() { return kernel_counter("/proc/net/netstat", "TcpExt:", "PAWSEstab"); }
std::uint64_t resets() { return kernel_counter("/proc/net/snmp", "Tcp:", "EstabResets"); }

void check_connections(Ktap& ktap, unsigned count) {
  const std::uint64_t resets_before = resets();
  std::vector<Outcome> outcomes = converse_all(count, 8, 60000);
  unsigned good = 0;
  std::map<std::string, unsigned> wrong;
  std::vector<double> times;
  for (const Outcome& o : outcomes) {
    good += o.good ? 1 : 0;
    if (!o.good) ++wrong[o.wrong];
    times.push_back(o.connect_ms);
  }
  std::sort(times.begin(), times.end());
  std::string why;
  for (const auto& [text, n] : wrong) why += std::to_string(n) + " x " + text + "; ";
  ktap.result(good == count, std::to_string(good) + " of " + std::to_string(count) + " connections, all bytes right", why);
  const tcp_info& info = outcomes[0].info;
  char text[160];
  std::snprintf(text, sizeof text, "connect p50 %.1f ms, p99 %.1f ms; wscale %u,%u mss %u options 0x%x rtt %u us", times[times.size() / 2],
                times[times.size() * 99 / 100], unsigned{info.tcpi_snd_wscale}, unsigned{info.tcpi_rcv_wscale}, info.tcpi_snd_mss,
                unsigned{info.tcpi_options}, info.tcpi_rtt);
  Ktap::note(text);
  ktap.result(resets() == resets_before, "no client saw a RST", std::to_string(resets() - resets_before) + " resets");
  ktap.result(paws() == 0, "the clients' PAWS dropped nothing", std::to_string(paws()) + " segments");
  ktap.result((info.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE)) ==
                      (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE) &&
                  info.tcpi_snd_wscale == 7,
              "timestamps, SACK and the box's window scale are agreed");
}

/// The server goes on with its own clock: about half of all clients, those whose SYN-ACK had the later one, drop what it sends.
void check_negative(Ktap& ktap) {
  std::ofstream("/sys/module/syngate/parameters/no_tsoffset") << "Y";
  const std::vector<Outcome> outcomes = converse_all(16, 16, 4000);
  const auto stalled = std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return !o.good; });
  ktap.result(stalled > 0 && paws() > 0, "without learning the clock connections stall, dropped by the clients' PAWS",
              std::to_string(stalled) + " stalled, PAWSEstab " + std::to_string(paws()));
  Ktap::note(std::to_string(stalled) + " of 16 stalled, PAWSEstab " + std::to_string(paws()));
  std::ofstream("/sys/module/syngate/parameters/no_tsoffset") << "N";
  const std::vector<Outcome> again = converse_all(16, 4, 60000);
  const auto good = std::count_if(again.begin(), again.end(), [](const Outcome& o) { return o.good; });
  ktap.result(good == 16, "with it all are well again", std::to_string(good) + " of 16");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Ktap ktap;
  try {
    const Pair pair(argv[1], {{kClientFirst, false}, {kServerFirst, true}});
    // Until the server listens, a connection to a port that is not protected is refused or hangs: ask until it is not.
    Outcome first;
    for (int i = 0; i < 20 && !first.good; ++i) first = converse(0, 2000);
    ktap.result(first.good, "the server is there", first.wrong);
    check_connections(ktap, static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)));
    check_negative(ktap);
  } catch (const std::exception& e) {
    ktap.result(false, "the check could be run", e.what());
  }
  return ktap.finish();
}
