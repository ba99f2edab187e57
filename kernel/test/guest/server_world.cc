// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "server_world.h"

#include <unistd.h>

#include <exception>
#include <stdexcept>

#include "control.h"

namespace syngate::guest {

World::World(const char* path) : path_(path) {
  for (Case& c : read_cases(path)) cases_.emplace(c.name, std::move(c));
}

const Case& World::at(const std::string& name) const {
  const auto found = cases_.find(name);
  if (found == cases_.end()) throw std::runtime_error("no recorded case " + name);
  return found->second;
}

void World::send(const std::string& name) {
  for (const Bytes& frame : at(name).frames) tun.send(frame);
}

void World::send_first(const std::string& name) { tun.send(at(name).frame); }

std::uint64_t World::counted(const std::string& counter) const {
  const auto now = counters();
  const auto found = now.find(counter);
  if (found == now.end()) throw std::runtime_error("the module has no counter " + counter);
  const auto was = before_.find(counter);
  return found->second - (was == before_.end() ? 0 : was->second);
}

void World::drain(int ms) const {
  while (!tun.receive(ms).empty()) {}
}

void World::run(const std::string& name, const std::function<void(Findings&)>& play) {
  Findings f;
  drain();
  before_ = counters();
  try {
    play(f);
    std::uint64_t verdicts = 0;
    for (const char* verdict : {"accepted", "duplicate", "no_listener", "malformed", "bad_checksum", "unknown_key", "bad_mac",
                                "refused_by_sysctl", "refused_by_security", "refused", "queue_full", "no_memory", "time_wait_kept",
                                "stale_busy"}) {
      // The module and the tc program have not all in common.
      if (before_.count(verdict) != 0) verdicts += counted(verdict);
    }
    f.equal("verdicts", counted("stamped"), verdicts);
  } catch (const std::exception& e) {
    f.that(false, e.what());
  }
  ktap.result(f.text.empty(), name, f.text);
}

void check_talk(const World& world, Peer& peer, int fd, Findings& f) {
  const std::string greeting = "220 server speaks first", answer = "client answers";
  world.drain();
  f.that(write(fd, greeting.data(), greeting.size()) == static_cast<ssize_t>(greeting.size()), "the server cannot write");
  const Bytes sent = world.tun.receive(1000);
  if (sent.empty()) {
    f.that(false, "the server sent nothing");
    return;
  }
  const sim::TcpView v = sim::view_tcp(sent.data(), sent.size());
  f.equal("server's seq", peer.segment.ack, v.seq);
  f.text_equal("greeting", greeting, payload_of(sent, v));
  if (peer.timestamps) {
    f.that(static_cast<std::int32_t>(v.tsval - peer.tsecr) >= 0, "the server's TSval runs backwards");
    peer.tsecr = v.tsval;
    peer.tsval += 1;
  }
  peer.segment.ack += static_cast<std::uint32_t>(greeting.size());
  world.tun.send(peer.frame(sim::kPsh, answer));
  peer.segment.seq += static_cast<std::uint32_t>(answer.size());
  f.text_equal("from the client", answer, read_within(fd, 1000));
}

void close_into_time_wait(World& w, const std::string& name, int listener) {
  w.send(name + "_first");
  const int fd = accept_within(listener, 1000);
  if (fd < 0) throw std::runtime_error("the first connection was not accepted");
  w.drain();
  close(fd);
  const Bytes fin = w.tun.receive(1000);
  const sim::TcpView t = sim::view_tcp(fin.data(), fin.size());
  if (fin.empty() || (t.flags & sim::kFin) == 0) throw std::runtime_error("no FIN from the server");
  Peer peer(w.at(name + "_first").frame);
  peer.segment.ack = t.seq + 1;
  peer.tsecr = t.tsval;
  peer.tsval += 1;
  w.tun.send(peer.frame(sim::kFin, ""));
  if (w.tun.receive(1000).empty()) throw std::runtime_error("no ACK of the client's FIN");
}

}  // namespace syngate::guest
