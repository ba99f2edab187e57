// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// A container as container engines build it: a namespace behind a veth pair, its port published by DNAT on the host. The stamp survives,
// for its MAC does not cover the destination.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "control.h"
#include "server_world.h"

namespace syngate::guest {

namespace {

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + ": failed");
}

/// Lets one process tell another that it has come so far.
class Signal {
 public:
  Signal() {
    if (pipe(ends_.data()) != 0) throw std::runtime_error("pipe");
  }
  ~Signal() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  void give() const { static_cast<void>(!write(ends_[1], "x", 1)); }
  void take() const {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) throw std::runtime_error("the other process is gone");
  }

 private:
  std::array<int, 2> ends_{};
};

void set_up_host(const std::string& v, pid_t container) {
  // The device of the family before goes away some time after its namespace.
  const std::string host = "pod" + v.substr(1, 1);
  run("/bin/busybox ip link add name " + host + " type veth");
  run("/bin/busybox ip link set veth0 netns " + std::to_string(container));
  run("/bin/busybox ip link set " + host + " up");
  set_sysctl("net/ipv6/conf/" + host + "/accept_dad", "0");
  std::ofstream rules("/tmp/rules");
  if (v == "v4_") {
    run("/bin/busybox ip addr add 10.9.0.1/24 dev " + host);
    set_sysctl("net/ipv4/ip_forward", "1");
    rules << "table ip published { chain pre { type nat hook prerouting priority -100; "
             "ip daddr 198.51.100.10 tcp dport 443 dnat to 10.9.0.2:8443; }; }\n";
  } else {
    run("/bin/busybox ip -6 addr add fd00:9::1/64 dev " + host);
    set_sysctl("net/ipv6/conf/all/forwarding", "1");
    rules << "table ip6 published { chain pre { type nat hook prerouting priority -100; "
             "ip6 daddr 2001:db8:1::10 tcp dport 443 dnat to [fd00:9::2]:8443; }; }\n";
  }
  rules.close();
  run("/bin/nft -f /tmp/rules");
}

void set_up_container(const std::string& v) {
  set_sysctl("net/ipv6/conf/veth0/accept_dad", "0");
  run("/bin/busybox ip link set lo up");
  run("/bin/busybox ip link set veth0 up");
  if (v == "v4_") {
    run("/bin/busybox ip addr add 10.9.0.2/24 dev veth0");
    run("/bin/busybox ip route add default via 10.9.0.1");
  } else {
    run("/bin/busybox ip -6 addr add fd00:9::2/64 dev veth0");
    run("/bin/busybox ip -6 route add default via fd00:9::1");
  }
}

/// In the container: the listener, and the client's side, whose device stays in the host's namespace.
std::string serve(World& w, const std::string& v) {
  Findings f;
  set_up_container(v);
  start_module(w.path());
  const int listener = listen_on(8443);
  w.send(v + "container");
  const int fd = accept_within(listener, 3000);
  f.that(fd >= 0, "accept() returned nothing");
  if (fd >= 0) {
    Peer peer(w.at(v + "container").frame);
    check_talk(w, peer, fd, f);
    close_hard(fd);
  }
  f.equal("accepted, in the container's namespace", 1, counters()["accepted"]);
  close(listener);
  return f.text;
}

}  // namespace

void play_container(World& w, const std::string& v) {
  w.run(v + "a listener in a container behind DNAT", [&](Findings& f) {
    const Signal born, wired;
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      int code = 1;
      try {
        if (unshare(CLONE_NEWNET) != 0) throw std::runtime_error("unshare");
        born.give();
        wired.take();
        const std::string wrong = serve(w, v);
        if (!wrong.empty()) Ktap::note(wrong);
        code = wrong.empty() ? 0 : 1;
      } catch (const std::exception& e) {
        Ktap::note(e.what());
      }
      std::fflush(stdout);
      _exit(code);
    }
    born.take();
    set_up_host(v, child);
    wired.give();
    int code = 0;
    waitpid(child, &code, 0);
    f.that(WIFEXITED(code) && WEXITSTATUS(code) == 0, "the container");
    f.equal("stamped, in the host's namespace", 0, w.counted("stamped"));
  });
}

}  // namespace syngate::guest
