// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// cost_check CASES COUNT: what the last segment of a handshake costs this kernel: a hand-off, and an ACK of its own SYN cookies.
// The segment is received inside of write() to the TUN device.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <vector>

#include "control.h"
#include "icount.h"
#include "ktap.h"
#include "made_handoff.h"
#include "play.h"

using namespace syngate;
using namespace syngate::guest;

namespace {

/// Instructions from the segment's way into the kernel until accept() could return it.
std::int64_t receive(const Tun& tun, const Bytes& frame, int listener) {
  const std::int64_t start = instructions();
  tun.send(frame);
  const std::int64_t passed = instructions() - start;
  const int fd = accept_within(listener, 1000);
  if (fd < 0) throw std::runtime_error("accept() returned nothing");
  close_hard(fd);
  while (!tun.receive(0).empty()) {}
  return passed;
}

/// A handshake with the kernel's own cookie; the frame of its last segment. Same client and options as hand-off number `n`.
Bytes own_cookie(const Tun& tun, const Bytes& handoff) {
  Peer peer(handoff);
  sim::Segment syn = peer.segment;
  syn.flags = sim::kSyn;
  syn.seq -= 1;
  syn.ack = 0;
  sim::OptionValues values;
  values.tsval = peer.tsval;
  syn.options = sim::option_bytes("MSS,SOK,TS,N,WS", values);
  tun.send(sim::build_frame(syn));
  const Bytes answer = tun.receive(1000);
  const sim::TcpView t = sim::view_tcp(answer.data(), answer.size());
  if (answer.empty() || (t.flags & sim::kSyn) == 0) throw std::runtime_error("no SYN-ACK");
  peer.segment.ack = t.seq + 1;
  peer.tsecr = t.tsval;
  return peer.frame(0, "");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Ktap ktap;
  try {
    const auto count = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    const Tun tun;
    const int listener = listen_on(443);
    start_module(argv[1]);
    set_sysctl("net/ipv4/tcp_syncookies", "2");
    const model::SipKey key = read_key(argv[1], "3");
    for (const bool is6 : {false, true}) {
      std::vector<std::int64_t> handoffs, cookies;
      for (std::uint32_t i = 0; i < count; ++i) {
        const Bytes frame = made_handoff(2 * i + (is6 ? 1 : 0), key);
        handoffs.push_back(receive(tun, frame, listener));
        cookies.push_back(receive(tun, own_cookie(tun, frame), listener));
      }
      const double ratio = static_cast<double>(median(handoffs)) / static_cast<double>(median(cookies));
      char text[160];
      std::snprintf(text, sizeof text, "IPv%c: %lld instructions for a hand-off, %lld for an ACK with the kernel's cookie: %.2f times",
                    is6 ? '6' : '4', static_cast<long long>(median(handoffs)), static_cast<long long>(median(cookies)), ratio);
      ktap.result(ratio <= 1.2, text);
    }
    close(listener);
  } catch (const std::exception& e) {
    ktap.result(false, "the cost could be measured", e.what());
  }
  return ktap.finish();
}
