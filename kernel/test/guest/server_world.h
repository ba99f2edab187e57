// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <string>

#include "ktap.h"
#include "play.h"

namespace syngate::guest {

/// Collects what is wrong in one case.
struct Findings {
  std::string text;
  void that(bool good, const std::string& what) {
    if (!good) text += (text.empty() ? "" : "; ") + what;
  }
  void equal(const std::string& what, std::uint64_t want, std::uint64_t got) {
    that(want == got, what + " " + std::to_string(got) + ", expected " + std::to_string(want));
  }
  void text_equal(const std::string& what, const std::string& want, const std::string& got) {
    that(want == got, what + " '" + got + "', expected '" + want + "'");
  }
};

/// The server under test, the wire to it, and what the RTL sent.
class World {
 public:
  explicit World(const char* path);

  Ktap ktap;
  Tun tun;

  /// One case: `play` finds what is wrong. Whatever it does, each stamped segment must have got exactly one verdict.
  void run(const std::string& name, const std::function<void(Findings&)>& play);
  const Case& at(const std::string& name) const;
  /// Injects all frames of a case, or the first only.
  void send(const std::string& name);
  void send_first(const std::string& name);
  /// How far a counter of the module has gone in this case.
  std::uint64_t counted(const std::string& counter) const;
  /// What the server sends within `ms` is thrown away.
  void drain(int ms = 0) const;
  const char* path() const { return path_; }

 private:
  const char* path_;
  std::map<std::string, Case> cases_;
  std::map<std::string, std::uint64_t> before_;
};

/// A connection works: a greeting from the server, an answer from the client.
void check_talk(const World& world, Peer& peer, int fd, Findings& f);
/// The first of a pair: accepted, server closes first, both sides say goodbye; the server's socket stays in TIME_WAIT.
/// Throws std::runtime_error when that does not come about.
void close_into_time_wait(World& w, const std::string& name, int listener);

// Families of cases; `v` is "v4_" or "v6_".
void play_basics(World& world, const std::string& v);
void play_existing(World& world, const std::string& v);
void play_control(World& world);
/// The listener in another network namespace, behind DNAT; the module serves that namespace only.
void play_container(World& world, const std::string& v);
/// Hand-offs made with the model: `count` of them, forged ones among them; then the module is removed and loaded while they come.
void play_load(World& world, unsigned count);

}  // namespace syngate::guest
