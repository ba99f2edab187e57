// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// What the operator does: keys, rights, namespaces; conntrack beside the module.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>

#include "control.h"
#include "server_world.h"

namespace syngate::guest {

namespace {

/// Runs in a child, so that what it changes of itself does not matter; "" when it finds nothing wrong.
bool in_child(const std::function<bool()>& what) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    bool good = false;
    try {
      good = what();
    } catch (const std::exception& e) {
      Ktap::note(e.what());
    }
    std::fflush(stdout);
    _exit(good ? 0 : 1);
  }
  int code = 0;
  return child > 0 && waitpid(child, &code, 0) == child && WIFEXITED(code) && WEXITSTATUS(code) == 0;
}

void expect_accept(World& w, const std::string& name, Findings& f) {
  const int listener = listen_on(443);
  w.send(name);
  const int fd = accept_within(listener, 1000);
  f.that(fd >= 0, name + ": accept() returned nothing");
  if (fd >= 0) {
    Peer peer(w.at(name).frame);
    check_talk(w, peer, fd, f);
    close_hard(fd);
  }
  close(listener);
}

void play_keys(World& w) {
  w.run("keys: an id in use is refused, a retired key's stamps are dropped, added again they are taken", [&](Findings& f) {
    const int listener = listen_on(443);
    f.equal("key add of an id in use", 1, static_cast<unsigned>(add_key(w.path(), "3")));
    f.equal("key retire", 0, static_cast<unsigned>(control("key retire 3")));
    f.equal("key retire again", 1, static_cast<unsigned>(control("key retire 3")));
    w.send("v4_retired");
    f.that(w.tun.receive(50).empty() && accept_within(listener, 0) < 0, "a stamp under a retired key does something");
    f.equal("unknown_key", 1, w.counted("unknown_key"));
    close(listener);
    f.equal("key add", 0, static_cast<unsigned>(add_key(w.path(), "3")));
    expect_accept(w, "v4_retired", f);
  });
  w.run("syngatectl names what is wrong with its arguments", [&](Findings& f) {
    for (const char* wrong : {"key add 16 /dev/null", "key add 5 /dev/null", "key add 5 /no/such/file", "set window 0", "set exid 65536",
                              "set drop-unstamped 9-1", "set drop-unstamped 70000", "set colour 1", "reset", "--json enable"}) {
      f.equal(wrong, 2, static_cast<unsigned>(control(wrong)));
    }
  });
  w.run("Prometheus text: each counter with its HELP and TYPE, the values of --json", [&](Findings& f) {
    const std::string text = output_of("--prometheus status");
    for (const auto& [name, value] : counters()) {
      const std::string metric = "syngate_server_" + name + "_total";
      f.that(text.find("# HELP " + metric + " ") != std::string::npos, "no HELP of " + metric);
      f.that(text.find("# TYPE " + metric + " counter\n") != std::string::npos, "no TYPE of " + metric);
      const std::string line = metric + " " + std::to_string(value);
      f.that(text.find("\n" + line + "\n") != std::string::npos, "no line " + line);
    }
  });
  w.run("without CAP_NET_ADMIN nothing is told and nothing set", [&](Findings& f) {
    for (const char* command : {"status", "disable", "key retire 3"}) {
      f.that(in_child([&] { return setgid(65534) == 0 && setuid(65534) == 0 && control(command) == 1; }), command);
    }
    expect_accept(w, "v6_retired", f);
  });
}

void play_namespaces(World& w) {
  w.run("a new network namespace has neither keys nor counts, and is not enabled", [&](Findings& f) {
    f.that(in_child([&] {
             if (unshare(CLONE_NEWNET) != 0) return false;
             const std::string text = status();
             Ktap::note(text.substr(0, text.find('\n')));
             return text.find("\"enabled\":false") != std::string::npos && text.find("\"keys\":[]") != std::string::npos &&
                    counters()["accepted"] == 0 && control("enable") == 0 && add_key(w.path(), "3") == 0 &&
                    status().find("\"enabled\":true") != std::string::npos;
           }),
           "the namespace");
    // The child's namespace is gone, with its keys and hooks.
    expect_accept(w, "v4_namespace", f);
  });
  w.run("disabled: as without the module; enabled again: as before", [&](Findings& f) {
    const int listener = listen_on(443);
    f.equal("disable", 0, static_cast<unsigned>(control("disable")));
    w.send("v6_namespace");
    const Bytes answer = w.tun.receive(300);
    f.that(!answer.empty() && (sim::view_tcp(answer.data(), answer.size()).flags & sim::kRst) != 0, "no RST while it is disabled");
    f.equal("enable", 0, static_cast<unsigned>(control("enable")));
    close(listener);
    expect_accept(w, "v6_namespace", f);
  });
}

/// The kernel's own fault injection makes the allocation of request sockets fail. Only debug kernels have it.
void play_memory(World& w) {
  const std::string failslab = "/sys/kernel/debug/failslab/", cache = "/sys/kernel/slab/request_sock_TCP/failslab";
  const std::string name = "no memory for a request: silence, counted; the next copy is accepted";
  if (access((failslab + "probability").c_str(), W_OK) != 0 || access(cache.c_str(), W_OK) != 0) {
    w.ktap.skip(name, "this kernel has no fault injection");
    return;
  }
  const auto set = [](const std::string& path, const char* value) { std::ofstream(path) << value << std::flush; };
  w.run(name, [&](Findings& f) {
    const int listener = listen_on(443);
    set(cache, "1");
    set(failslab + "cache-filter", "Y");
    set(failslab + "ignore-gfp-wait", "N");
    set(failslab + "verbose", "0");
    set(failslab + "times", "-1");
    set(failslab + "probability", "100");
    w.send("v4_memory");
    set(failslab + "probability", "0");
    f.that(w.tun.receive(50).empty() && accept_within(listener, 0) < 0, "an answer or a connection");
    f.equal("no_memory", 1, w.counted("no_memory"));
    close(listener);
    expect_accept(w, "v4_memory", f);
  });
}

/// From here on every connection is tracked; tcp_loose=0 calls hand-offs invalid, which a ruleset must not drop.
void play_conntrack(World& w) {
  w.run("connection tracking, tcp_loose 1 and 0", [&](Findings& f) {
    for (const char* module : {"crc32c_generic", "libcrc32c", "nf_defrag_ipv4", "nf_defrag_ipv6"}) {
      static_cast<void>(!std::system((std::string("/bin/busybox insmod /modules/") + module + ".ko 2>/dev/null").c_str()));
    }
    if (std::system("/bin/busybox insmod /modules/nf_conntrack.ko enable_hooks=1") != 0) f.that(false, "nf_conntrack cannot be loaded");
    for (const char* v : {"v4_", "v6_"}) {
      set_sysctl("net/netfilter/nf_conntrack_tcp_loose", "1");
      expect_accept(w, std::string(v) + "loose", f);
      set_sysctl("net/netfilter/nf_conntrack_tcp_loose", "0");
      expect_accept(w, std::string(v) + "strict", f);
    }
    f.equal("accepted", 4, w.counted("accepted"));
  });
}

}  // namespace

void play_control(World& w) {
  play_keys(w);
  play_namespaces(w);
  play_memory(w);
  play_conntrack(w);
}

}  // namespace syngate::guest
