// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// attack_check COUNT: what a frame of a SYN flood, and a random ACK, costs this kernel in its ways to meet one: a plain listener, SYN
// cookies, nftables' SYNPROXY. The frame is received, and answered, inside of write() to the TUN device.
// Notes `# cost FRAME DEFENCE INSTRUCTIONS`.
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "icount.h"
#include "ktap.h"
#include "play.h"

using namespace syngate;
using namespace syngate::guest;

namespace {

/// What shows that the frame met the defence that was meant.
enum class Answer { kNone, kSynAck, kProxySynAck, kReset, kOther };

const char* name_of(Answer answer) {
  switch (answer) {
    case Answer::kNone: return "nothing";
    case Answer::kSynAck: return "a SYN-ACK";
    case Answer::kProxySynAck: return "a SYN-ACK with window 0";
    case Answer::kReset: return "a RST";
    default: return "another segment";
  }
}

/// Frame number `n` of a flood; no two have the same source.
Bytes attack(std::uint32_t n, std::uint8_t flags) {
  sim::Segment s;
  const std::uint32_t source = 0xc6120000u + n;  // 198.18.0.0/15
  for (unsigned i = 0; i < 4; ++i) s.source.address[i] = static_cast<std::uint8_t>(source >> (24 - 8 * i));
  s.destination.address = {198, 51, 100, 10};
  s.source.port = static_cast<std::uint16_t>(1024 + n * 7919 % 60000);
  s.destination.port = 443;
  s.seq = n * 0x9e3779b9u;
  s.ack = flags == sim::kSyn ? 0 : n * 0x85ebca6bu;
  s.flags = flags;
  sim::OptionValues values;
  values.tsval = n;
  if (flags == sim::kSyn) s.options = sim::option_bytes("MSS,SOK,TS,N,WS", values);
  return sim::build_frame(s);
}

Answer answer_on(const Tun& tun) {
  const Bytes frame = tun.receive(0);
  if (frame.empty()) return Answer::kNone;
  const sim::TcpView v = sim::view_tcp(frame.data(), frame.size());
  if ((v.flags & sim::kRst) != 0) return Answer::kReset;
  if (v.flags != (sim::kSyn | sim::kAck)) return Answer::kOther;
  // SYNPROXY knows no window of the server yet and advertises none.
  return v.window == 0 ? Answer::kProxySynAck : Answer::kSynAck;
}

class Attacker {
 public:
  Attacker(const Tun& tun, Ktap& ktap, std::uint32_t count) : tun_(tun), ktap_(ktap), count_(count) {}

  /// The median cost of `count` frames, each of which must be answered by `wanted`.
  void measure(const char* frame_name, const char* defence, std::uint8_t flags, Answer wanted, bool damaged = false) {
    std::vector<std::int64_t> costs;
    std::string wrong;
    for (std::uint32_t i = 0; i < count_; ++i) {
      Bytes frame = attack(next_++, flags);
      if (damaged) frame[14 + 10] = static_cast<std::uint8_t>(frame[14 + 10] ^ 0x55);  // IPv4 checksum
      const std::int64_t start = instructions();
      tun_.send(frame);
      costs.push_back(instructions() - start);
      const Answer answer = answer_on(tun_);
      if (answer != wanted) wrong = std::string(name_of(answer)) + " came, not " + name_of(wanted);
    }
    const std::string cost = std::to_string(median(costs));
    ktap_.result(wrong.empty(),
                 std::string(frame_name) + ", " + defence + ": " + cost + " instructions, the answer is " + name_of(wanted), wrong);
    std::string word = defence;
    for (char& c : word) c = c == ' ' ? '_' : c;
    Ktap::note(std::string("cost ") + frame_name + " " + word + " " + cost);
  }

  /// SYNs that nobody measures.
  void fill(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) tun_.send(attack(next_++, sim::kSyn));
    while (!tun_.receive(0).empty()) {}
  }

 private:
  const Tun& tun_;
  Ktap& ktap_;
  std::uint32_t count_, next_ = 0;
};

void start_synproxy() {
  std::ofstream rules("/tmp/rules");
  rules << "table ip guard {\n"
           "  chain raw { type filter hook prerouting priority raw;\n"
           "    tcp dport 443 tcp flags & (fin|syn|rst|ack) == syn notrack; }\n"
           "  chain in { type filter hook input priority filter;\n"
           "    tcp dport 443 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm;\n"
           "    tcp dport 443 ct state invalid drop; }\n"
           "}\n";
  rules.close();
  if (std::system("/bin/nft -f /tmp/rules") != 0) throw std::runtime_error("nft refuses the SYNPROXY rules");
  // As nft's manual says: a segment in the middle of a connection must not make one.
  set_sysctl("net/netfilter/nf_conntrack_tcp_loose", "0");
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long count = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (count == 0 || count > 2000) return 2;
  Ktap ktap;
  try {
    const Tun tun;
    Attacker attacker(tun, ktap, static_cast<std::uint32_t>(count));
    set_sysctl("net/ipv4/tcp_max_syn_backlog", "65536");
    // An answer per RST, whatever their number.
    set_sysctl("net/ipv4/tcp_challenge_ack_limit", "1000000");
    attacker.measure("SYN", "bad IPv4 checksum", sim::kSyn, Answer::kNone, true);

    set_sysctl("net/ipv4/tcp_syncookies", "0");
    int listener = listen_on(443, 4096, false);
    attacker.measure("SYN", "listener with room", sim::kSyn, Answer::kSynAck);
    attacker.measure("ACK", "listener with room", sim::kAck, Answer::kReset);
    close(listener);

    listener = listen_on(443, 16, false);
    attacker.fill(64);
    attacker.measure("SYN", "listener full", sim::kSyn, Answer::kNone);
    close(listener);

    set_sysctl("net/ipv4/tcp_syncookies", "2");
    listener = listen_on(443, 4096, false);
    attacker.measure("SYN", "SYN cookies", sim::kSyn, Answer::kSynAck);
    attacker.measure("ACK", "SYN cookies", sim::kAck, Answer::kReset);

    start_synproxy();
    attacker.measure("SYN", "SYNPROXY", sim::kSyn, Answer::kProxySynAck);
    attacker.measure("ACK", "SYNPROXY", sim::kAck, Answer::kNone);
    close(listener);
  } catch (const std::exception& e) {
    ktap.result(false, "the cost could be measured", e.what());
  }
  return ktap.finish();
}
