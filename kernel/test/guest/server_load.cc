// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Many hand-offs, made with the model (which the RTL equals bit for bit), good and forged; and the module coming and going meanwhile.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "control.h"
#include "made_handoff.h"
#include "server_world.h"

namespace syngate::guest {

namespace {

/// Objects in use of the caches that connections live in; nothing when this kernel has merged them with others.
std::map<std::string, long> slabs() {
  std::map<std::string, long> result;
  std::ifstream file("/proc/slabinfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    long active = 0;
    words >> name >> active;
    if (name == "TCP" || name == "TCPv6" || name == "request_sock_TCP" || name == "request_sock_TCPv6" || name == "tw_sock_TCP" ||
        name == "tw_sock_TCPv6") {
      result[name] = active;
    }
  }
  return result;
}

unsigned accept_all(int listener, int ms) {
  unsigned n = 0;
  for (int fd = accept_within(listener, ms); fd >= 0; fd = accept_within(listener, ms)) {
    ++n;
    close_hard(fd);
  }
  return n;
}

/// `count` clients from number `first` on, each with a forged one (one bit of its MAC turned) behind it; the number that was accepted.
unsigned flood(World& w, int listener, std::uint32_t first, unsigned count, const model::SipKey& key) {
  unsigned accepted = 0;
  for (unsigned i = 0; i < count; ++i) {
    Bytes frame = made_handoff(first + i, key);
    w.tun.send(frame);
    frame = made_handoff(first + i + 1000000, key);
    frame[frame.size() - 1 - i % 8] ^= static_cast<std::uint8_t>(1u << i % 7);
    sim::fix_checksums(frame);
    w.tun.send(frame);
    if (i % 64 == 63) {
      accepted += accept_all(listener, 0);
      w.drain();
    }
  }
  accepted += accept_all(listener, 200);
  w.drain();
  return accepted;
}

void play_stress(World& w, unsigned count, const model::SipKey& key) {
  w.run(std::to_string(count) + " hand-offs and as many forged ones: each good one accepted, no other, no memory kept", [&](Findings& f) {
    const int listener = listen_on(443);
    f.equal("accepted before", 1000, flood(w, listener, 0, 1000, key));
    sleep(1);
    const auto before = slabs();
    f.equal("accepted", count, flood(w, listener, 1000, count, key));
    f.equal("bad_mac", 1000 + count, w.counted("bad_mac"));
    sleep(1);
    const auto after = slabs();
    for (const auto& [name, objects] : before) {
      const long grown = after.at(name) - objects;
      Ktap::note(name + " " + std::to_string(objects) + " objects before, " + std::to_string(after.at(name)) + " after");
      // A CPU may keep a slab or two of free objects that count as in use; KASAN keeps freed ones for long, and kmemleak looks there.
      f.that(grown < 200 || access("/sys/kernel/debug/kmemleak", F_OK) == 0, name + " has grown by " + std::to_string(grown));
    }
    if (before.empty()) Ktap::note("this kernel shows no slabs of TCP");
    close(listener);
  });
}

void play_reload(World& w, const model::SipKey& key) {
  w.run("the module is removed and loaded ten times while hand-offs come", [&](Findings& f) {
    const int listener = listen_on(443);
    std::atomic<bool> stop{false};
    std::atomic<unsigned> accepted{0};
    std::thread clients([&] {
      for (std::uint32_t n = 60000; !stop; ++n) {
        w.tun.send(made_handoff(n, key));
        if (n % 16 == 0) {
          accepted += accept_all(listener, 0);
          w.drain();
        }
      }
    });
    for (int i = 0; i < 10; ++i) {
      if (std::system("/bin/busybox rmmod syngate") != 0) f.that(false, "rmmod");
      if (std::system("/bin/busybox insmod /modules/syngate.ko") != 0) f.that(false, "insmod");
      start_module(w.path());
      usleep(100000);
    }
    stop = true;
    clients.join();
    accepted += accept_all(listener, 200);
    w.drain(20);
    Ktap::note(std::to_string(accepted) + " hand-offs accepted meanwhile");
    f.that(accepted > 0, "no hand-off was accepted between the reloads");
    w.send("v4_last");
    const int fd = accept_within(listener, 1000);
    f.that(fd >= 0, "accept() returned nothing after the last one");
    Peer peer(w.at("v4_last").frame);
    if (fd >= 0) check_talk(w, peer, fd, f);
    if (fd >= 0) close_hard(fd);
    close(listener);
  });
}

}  // namespace

void play_load(World& w, unsigned count) {
  const model::SipKey key = read_key(w.path(), "3");
  play_stress(w, count, key);
  play_reload(w, key);
}

}  // namespace syngate::guest
