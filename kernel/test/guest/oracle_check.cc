// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// oracle_check [COOKIES]: the golden model against the kernel that runs here. Every cookie that the
// kernel's own functions made (oracle module) and every SYN-ACK of a real listener must be what the
// model makes with the kernel's secrets.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <set>

#include "../oracle/syngate_oracle.h"
#include "frame_builder.h"
#include "ktap.h"
#include "shapes.h"
#include "syngate/model/cookie.h"
#include "syngate/model/synack.h"
#include "syngate/model/timestamp.h"
#include "tun.h"

using namespace syngate;
using namespace syngate::guest;

namespace {

struct Secrets {
  model::CookieKeys v4, v6;
  model::SipKey net;
  bool by_addresses;  ///< the older timestamp offset
};

Secrets read_secrets() {
  oracle_secrets raw{};
  std::ifstream file("/proc/syngate_oracle_secrets", std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(&raw), sizeof raw))
    throw std::runtime_error("no secrets in /proc");
  const auto key = [](const std::uint8_t* bytes) { return model::SipKey::from_bytes(bytes); };
  return {{key(raw.v4[0]), key(raw.v4[1])}, {key(raw.v6[0]), key(raw.v6[1])}, key(raw.net), raw.by_addresses != 0};
}

void check_cookies(Ktap& ktap, const Secrets& secrets, unsigned long wanted) {
  unsigned long good[2] = {}, all[2] = {}, indices[2][4] = {};
  std::string first_wrong;
  std::vector<oracle_cookie> batch(1024);
  std::ifstream file("/proc/syngate_oracle_cookies", std::ios::binary);
  file.rdbuf()->pubsetbuf(nullptr, 0);
  while (all[0] < wanted || all[1] < wanted) {
    if (!file.read(reinterpret_cast<char*>(batch.data()),
                   static_cast<std::streamsize>(batch.size() * sizeof batch[0]))) {
      throw std::runtime_error("/proc/syngate_oracle_cookies ended");
    }
    for (const oracle_cookie& c : batch) {
      const bool is6 = c.family == 6;
      model::Flow flow;
      std::memcpy(flow.source.bytes.data(), c.saddr, is6 ? 16 : 4);
      std::memcpy(flow.destination.bytes.data(), c.daddr, is6 ? 16 : 4);
      flow.source.is6 = flow.destination.is6 = is6;
      flow.source_port = ntohs(c.sport);
      flow.destination_port = ntohs(c.dport);
      const model::CookieKeys& keys = is6 ? secrets.v6 : secrets.v4;
      const unsigned index = model::index_of_mss(is6, c.mss);
      const std::uint32_t cookie = model::make_cookie(flow, c.seq, c.count, index, keys);
      const auto data = model::check_cookie(flow, c.seq + 1, c.cookie + 1, c.count + 1, keys);
      const bool right = cookie == c.cookie && model::mss_of_index(is6, index) == c.mss_rounded &&
                         data && data->mss_index == index && data->age == 1;
      ++all[is6];
      ++indices[is6][index];
      good[is6] += right ? 1 : 0;
      if (!right && first_wrong.empty()) {
        first_wrong = "record " + std::to_string(all[0] + all[1]) + ": kernel " +
                      std::to_string(c.cookie) + ", model " + std::to_string(cookie) + ", MSS " +
                      std::to_string(c.mss) + " -> " + std::to_string(c.mss_rounded);
      }
    }
  }
  for (const int is6 : {0, 1}) {
    const std::string family = is6 ? "IPv6" : "IPv4";
    ktap.result(good[is6] == all[is6],
                family + " cookies of the kernel: " + std::to_string(good[is6]) + " of " +
                    std::to_string(all[is6]) + " made, checked and decoded alike",
                first_wrong);
    bool every = true;
    for (const unsigned long n : indices[is6]) every = every && n != 0;
    ktap.result(every, family + " cookies: every entry of the MSS table was seen");
  }
}

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(port);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 ||
      listen(fd, 4096) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return fd;
}

std::string hex(const Bytes& bytes) {
  static const char* digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

std::uint32_t minute_now() {
  std::ifstream file("/proc/syngate_oracle_cookies", std::ios::binary);
  file.rdbuf()->pubsetbuf(nullptr, 0);
  oracle_cookie now{};
  if (!file.read(reinterpret_cast<char*>(&now), sizeof now))
    throw std::runtime_error("/proc/syngate_oracle_cookies: no record");
  return now.count;
}

/// The first SYN with timestamps makes the kernel draw the key of their offsets.
void draw_offset_secret(const Tun& tun) {
  sim::Segment syn;
  syn.source.address = {192, 0, 2, 250};
  syn.destination.address = {198, 51, 100, 10};
  syn.source.port = 1024;
  syn.destination.port = 443;
  syn.flags = sim::kSyn;
  syn.options = sim::option_bytes("TS", {});
  tun.send(sim::build_frame(syn));
  if (tun.receive(2000).empty()) throw std::runtime_error("no SYN-ACK");
}

/// Every SYN shape, MSS and window scale against the real listener.
void check_synacks(Ktap& ktap) {
  set_sysctl("net/ipv4/tcp_syncookies", "2");
  const int listener = listen_on(443);
  const Tun tun;
  draw_offset_secret(tun);
  const Secrets secrets = read_secrets();
  unsigned good = 0, all = 0, with_timestamps = 0;
  std::string first_wrong;
  std::set<unsigned> windows, scales;
  const auto complain = [&](const std::string& text) {
    if (first_wrong.empty()) first_wrong = text;
  };
  for (const bool is6 : {false, true}) {
    for (std::size_t s = 0; s < sim::kClientShapes.size(); ++s) {
      for (unsigned variant = 0; variant < 32; ++variant) {
        ++all;
        sim::Segment syn;
        syn.is6 = is6;
        if (is6) {
          syn.source.address = {
              0x20, 0x01, 0x0d, 0xb8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(s),
              1};
          syn.destination.address = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
        } else {
          syn.source.address = {192, 0, 2, static_cast<std::uint8_t>(s + 1)};
          syn.destination.address = {198, 51, 100, 10};
        }
        syn.source.port = static_cast<std::uint16_t>(20000 + all);
        syn.destination.port = 443;
        syn.seq = 0x9e3779b9u * all;
        const bool ecn = variant % 2 == 1;
        syn.flags = static_cast<std::uint8_t>(sim::kSyn | (ecn ? sim::kEce | sim::kCwr : 0));
        sim::OptionValues values;
        values.mss = static_cast<std::uint16_t>(
            sim::kClientMss[(variant / 2) % sim::kClientMss.size()].value);
        values.wscale = static_cast<std::uint8_t>(variant % 15);
        values.tsval = 0x85ebca6bu * all | 1;
        syn.options = sim::option_bytes(sim::kClientShapes[s].layout, values);
        const Bytes frame = sim::build_frame(syn);
        const std::string name = std::string(is6 ? "IPv6 " : "IPv4 ") + sim::kClientShapes[s].name +
                                 ", variant " + std::to_string(variant);

        const std::uint32_t before = tcp_clock();
        tun.send(frame);
        Bytes answer = tun.receive(2000);
        const std::uint32_t after = tcp_clock();
        if (answer.empty()) {
          complain(name + ": no answer");
          continue;
        }
        std::copy_n(frame.begin() + 6, 6, answer.begin());
        std::copy_n(frame.begin(), 6, answer.begin() + 6);
        answer.resize(std::max<std::size_t>(answer.size(), 60));
        const model::Frame syn_frame{frame.data(), frame.size(), false};
        const model::Parsed p = model::parse_frame(syn_frame, 0x5347);
        const model::Parsed a = model::parse_frame({answer.data(), answer.size(), false}, 0x5347);

        // What the model would send: all from the SYN, the secrets and the clock; window and scale
        // are the host's to choose.
        const model::CookieKeys& keys = is6 ? secrets.v6 : secrets.v4;
        const std::uint16_t mss = p.options.mss != 0 ? p.options.mss : std::uint16_t{536};
        model::SynAck expected;
        expected.mss = is6 ? 1440 : 1460;
        expected.window = a.window;
        expected.wscale = a.options.wscale.value_or(0);
        expected.ecn = ecn && p.options.timestamps;
        model::TimestampOptions options;
        if (p.options.timestamps) {
          options = {p.options.wscale, p.options.sack_permitted, ecn};
          ++with_timestamps;
        }
        bool right = false;
        Bytes built;
        const std::uint32_t offset = secrets.by_addresses ? model::linux_timestamp_offset_of_addresses(p.flow, secrets.net)
                                                          : model::linux_timestamp_offset(p.flow, secrets.net);
        // The minute and the millisecond of the answer are known only nearly: the minute from a
        // cookie made now.
        const std::uint32_t minute = minute_now();
        for (std::uint32_t count = minute; count + 2 != minute && !right; --count) {
          expected.cookie =
              model::make_cookie(p.flow, syn.seq, count, model::index_of_mss(is6, mss), keys);
          for (std::uint32_t ms = before; ms != after + 1 && !right; ++ms) {
            expected.tsval =
                p.options.timestamps ? model::encode_timestamp(ms, options) + offset : 0;
            built.clear();
            model::build_synack(syn_frame, p, expected, built);
            // The flow label is random.
            if (is6) std::copy_n(answer.begin() + 15, 3, built.begin() + 15);
            // A checksum of 0 leaves Linux as 0xffff, the same number (CSUM_MANGLED_0, meant for UDP).
            std::uint8_t* sum = built.data() + a.l4 + 16;
            if (a.l4 + 18 <= built.size() && sum[0] == 0 && sum[1] == 0) sum[0] = sum[1] = 0xff;
            right = built == answer;
          }
        }
        good += right ? 1 : 0;
        windows.insert(a.window);
        if (a.options.wscale) scales.insert(*a.options.wscale);
        if (!right)
          complain(name + ": the kernel's frame " + hex(answer) + ", the model's last try " + hex(built));
      }
    }
  }
  ktap.result(good == all && all != 0,
              "SYN-ACKs of a real listener: " + std::to_string(good) + " of " +
                  std::to_string(all) + " byte for byte",
              first_wrong);
  ktap.result(with_timestamps != 0 && scales.size() == 1 && windows.size() <= 4,
              "SYN-ACKs: one window scale, at most four windows, " +
                  std::to_string(with_timestamps) + " with timestamps");
  close(listener);
}

}  // namespace

int main(int argc, char** argv) {
  Ktap ktap;
  try {
    check_cookies(ktap, read_secrets(), argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100000);
    check_synacks(ktap);
  } catch (const std::exception& e) {
    ktap.result(false, "the check could be run", e.what());
  }
  return ktap.finish();
}
