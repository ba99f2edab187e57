// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Drives syngate_ingress at its pins, and says with plain arithmetic what it must release.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "../covered.h"
#include "Vsyngate_ingress.h"
#include "verilated.h"

namespace syngate::sim::ingress_test {

using Bytes = std::vector<std::uint8_t>;
using Random = std::mt19937_64;
constexpr std::size_t kBeat = 128;
constexpr std::size_t kMaxBeats = 72;
/// Clocks from the clock in which the last beat is accepted to the one in which beat 0 is released.
constexpr std::uint64_t kLatency = 25;

struct Frame {
  Bytes bytes;
  bool bad_fcs = false;
  bool null_beat = false;  ///< tlast comes in a beat of its own without bytes
};

/// syngate_pkg::frame_t.
struct Info {
  std::uint32_t id = 0;
  unsigned length = 0;
  bool bad_fcs = false;
  unsigned tags = 0;
  bool is4 = false, is6 = false, ip_ok = false, tcp_ok = false;
};

struct Released {
  Info info;
  std::vector<std::array<std::uint8_t, kBeat>> beats;
  std::uint64_t cycle = 0;  ///< of beat 0
};

// ---- the reference ----

inline unsigned load16(const Bytes& b, std::size_t at) {
  return at + 1 < b.size() ? static_cast<unsigned>(b[at] << 8 | b[at + 1]) : 0u;
}
inline void store16(Bytes& b, std::size_t at, std::uint64_t value) {
  b[at] = static_cast<std::uint8_t>(value >> 8);
  b[at + 1] = static_cast<std::uint8_t>(value);
}
inline bool is_tag(unsigned type) { return type == 0x8100 || type == 0x88a8 || type == 0x9100; }
inline unsigned tags_of(const Bytes& b) {
  if (!is_tag(load16(b, 12))) return 0;
  return is_tag(load16(b, 16)) ? 2 : 1;
}

/// Plain sum of big-endian words, an odd last byte padded with zero; nothing folded.
inline std::uint64_t plain_sum(const Bytes& b, std::size_t from, std::size_t to) {
  std::uint64_t sum = 0;
  for (std::size_t i = from; i < to; ++i) {
    sum += (i - from) % 2 == 0 ? std::uint64_t{b[i]} << 8 : std::uint64_t{b[i]};
  }
  return sum;
}
/// A folded one's complement sum is ffff exactly when the plain one is a multiple of 65535 and not 0.
inline bool sums_to_ffff(std::uint64_t sum) { return sum != 0 && sum % 65535 == 0; }

/// The segment of a frame, if its length fields make sense.
struct Segment {
  std::size_t addresses = 0, l4 = 0, end = 0;
};
inline std::optional<Segment> segment_of(const Bytes& b) {
  const std::size_t l3 = 14 + 4 * tags_of(b);
  const unsigned type = load16(b, l3 - 2);
  if (type == 0x0800) {
    const std::size_t total = load16(b, l3 + 2);
    if (total < 20 || l3 + total > b.size()) return std::nullopt;
    return Segment{l3 + 12, l3 + 20, l3 + total};
  }
  if (type == 0x86dd) {
    const std::size_t payload = load16(b, l3 + 4);
    if (l3 + 40 + payload > b.size()) return std::nullopt;
    return Segment{l3 + 8, l3 + 40, l3 + 40 + payload};
  }
  return std::nullopt;
}
inline std::uint64_t pseudo_sum(const Bytes& b, const Segment& s) {
  return plain_sum(b, s.addresses, s.l4) + 6 + (s.end - s.l4);
}
inline bool tcp_ok(const Bytes& b, const Segment& s) {
  return sums_to_ffff(pseudo_sum(b, s) + plain_sum(b, s.l4, s.end));
}

// ---- frames ----

inline std::uint8_t any_byte(Random& random) { return static_cast<std::uint8_t>(random()); }
inline Bytes random_bytes(Random& random, std::size_t size) {
  Bytes b(size);
  for (auto& x : b) x = any_byte(random);
  return b;
}

/// Writes right checksums into a frame whose length fields make sense.
inline void fix_checksums(Bytes& b) {
  const std::size_t l3 = 14 + 4 * tags_of(b);
  const Segment s = segment_of(b).value();
  if (load16(b, l3 - 2) == 0x0800) {
    store16(b, l3 + 10, 0);
    store16(b, l3 + 10, 65535 - plain_sum(b, l3, l3 + 20) % 65535);
  }
  if (s.end >= s.l4 + 18) {
    store16(b, s.l4 + 16, 0);
    store16(b, s.l4 + 16, 65535 - (pseudo_sum(b, s) + plain_sum(b, s.l4, s.end)) % 65535);
  }
}

/// A segment with random addresses and payload and right checksums: `segment` bytes behind the IP
/// header, then random padding up to `length` bytes (at least what the segment needs).
inline Bytes tcp_frame(Random& random, bool is6, unsigned tags, std::size_t segment,
                       std::size_t length) {
  static constexpr std::array<unsigned, 3> kTypes{0x8100, 0x88a8, 0x9100};
  const std::size_t l3 = 14 + 4 * tags;
  const std::size_t l4 = l3 + (is6 ? 40 : 20);
  Bytes b = random_bytes(random, std::max(length, l4 + segment));
  for (unsigned i = 0; i < tags; ++i) store16(b, 12 + 4 * i, kTypes[random() % 3]);
  store16(b, l3 - 2, is6 ? 0x86dd : 0x0800);
  if (is6) {
    b[l3] = 0x60;
    store16(b, l3 + 4, segment);
    b[l3 + 6] = 6;
  } else {
    b[l3] = 0x45;
    store16(b, l3 + 2, segment + 20);
    b[l3 + 9] = 6;
  }
  fix_checksums(b);
  return b;
}

// ---- the device ----

class Bench {
 public:
  explicit Bench(std::uint64_t seed) : random(seed) {
    context_.fatalOnError(false);
    dut_.rst_ni = 0;
    dut_.s_axis_tvalid = 0;
    for (int i = 0; i < 4; ++i) tick();
    dut_.rst_ni = 1;
  }

  /// Offers the frames one after the other; tvalid is low in a clock with probability `idle`, and
  /// for `gap` clocks after each frame. Returns when all have left.
  std::vector<Released> run(const std::vector<Frame>& frames, double idle = 0.0,
                            std::uint64_t gap = 0) {
    released_.clear();
    accepted.clear();
    for (const Frame& frame : frames) {
      offer(frame, idle);
      for (std::uint64_t i = 0; i < gap; ++i) pause();
    }
    for (std::uint64_t wait = 0; wait < 300 && (released_.size() < frames.size() || open_); ++wait) {
      pause();
    }
    for (int i = 0; i < 20; ++i) pause();
    return released_;
  }

  std::uint64_t cycle() const { return cycle_; }
  unsigned errors() const { return static_cast<unsigned>(context_.errorCount()); }

  Random random;
  std::vector<std::uint64_t> accepted;  ///< clock of the last beat of each frame of run()
  std::uint64_t refused = 0;            ///< clocks with tvalid and without tready
  std::string protocol;                 ///< first broken rule of the output

 private:
  void offer(const Frame& frame, double idle) {
    const std::size_t beats =
        (frame.bytes.size() + kBeat - 1) / kBeat + (frame.null_beat ? std::size_t{1} : 0);
    for (std::size_t i = 0; i < beats; ++i) {
      const bool last = i + 1 == beats;
      const std::size_t at = i * kBeat;
      const std::size_t size = std::min(kBeat, frame.bytes.size() - std::min(at, frame.bytes.size()));
      while (coin(idle)) pause();
      // What is not valid is random: bytes behind the end (or all zero), tuser before the last beat.
      std::array<std::uint8_t, kBeat> data{};
      if (random() % 4 != 0) {
        for (auto& x : data) x = any_byte(random);
      }
      if (size > 0) std::memcpy(data.data(), frame.bytes.data() + at, size);
      std::array<std::uint8_t, kBeat / 8> keep{};
      for (std::size_t k = 0; k < size; ++k) {
        keep[k / 8] = static_cast<std::uint8_t>(keep[k / 8] | 1u << (k % 8));
      }
      std::memcpy(dut_.s_axis_tdata.data(), data.data(), kBeat);
      std::memcpy(dut_.s_axis_tkeep.data(), keep.data(), keep.size());
      dut_.s_axis_tvalid = 1;
      dut_.s_axis_tlast = last ? 1 : 0;
      dut_.s_axis_tuser = last ? (frame.bad_fcs ? 1 : 0) : static_cast<std::uint8_t>(random() & 1);
      while (!tick()) ++refused;
      if (last) accepted.push_back(cycle_ - 1);
    }
    dut_.s_axis_tvalid = 0;
  }

  void pause() {
    dut_.s_axis_tvalid = 0;
    dut_.s_axis_tlast = static_cast<std::uint8_t>(random() & 1);
    tick();
  }

  bool coin(double probability) {
    return probability > 0.0 && std::uniform_real_distribution<>(0.0, 1.0)(random) < probability;
  }

  /// One clock; true when a beat was accepted in it.
  bool tick() {
    dut_.clk_i = 0;
    dut_.eval();
    const bool accepts = dut_.s_axis_tready != 0;
    if (dut_.rst_ni != 0) observe();
    dut_.clk_i = 1;
    dut_.eval();
    ++cycle_;
    return accepts;
  }

  void observe() {
    const bool valid = dut_.out_valid_o != 0;
    if (open_ && !valid) broken("gap within a frame");
    if (!valid) return;
    const bool sop = dut_.out_sop_o != 0;
    if (sop == open_) broken("sop not at the first beat, or not only there");
    if (sop) {
      const std::uint64_t f = dut_.out_frame_o;
      released_.emplace_back();
      Info& info = released_.back().info;
      info.id = static_cast<std::uint32_t>(f >> 21);
      info.length = static_cast<unsigned>(f >> 7 & 0x3fff);
      info.bad_fcs = (f >> 6 & 1) != 0;
      info.tags = static_cast<unsigned>(f >> 4 & 3);
      info.is4 = (f >> 3 & 1) != 0;
      info.is6 = (f >> 2 & 1) != 0;
      info.ip_ok = (f >> 1 & 1) != 0;
      info.tcp_ok = (f & 1) != 0;
      released_.back().cycle = cycle_;
    }
    if (released_.empty()) return;
    released_.back().beats.emplace_back();
    std::memcpy(released_.back().beats.back().data(), dut_.out_data_o.data(), kBeat);
    open_ = dut_.out_eop_o == 0;
  }

  void broken(const char* rule) {
    if (protocol.empty()) protocol = std::string(rule) + ", clock " + std::to_string(cycle_);
  }

  VerilatedContext context_;
  Covered<Vsyngate_ingress> dut_{&context_};
  std::uint64_t cycle_ = 0;
  bool open_ = false;
  std::vector<Released> released_;
};

/// Compares one released frame with the text; "" when all is right. Flags whose meaning the text leaves
/// open for this frame are not compared.
inline std::string difference(const Released& out, const Frame& in, std::uint32_t id) {
  const Bytes& b = in.bytes;
  const std::size_t beats = std::min((b.size() + kBeat - 1) / kBeat, kMaxBeats);
  if (out.info.id != id) return "id";
  if (out.info.length != std::min<std::size_t>(b.size(), 9217)) return "length";
  if (out.info.bad_fcs != in.bad_fcs) return "bad_fcs";
  if (out.beats.size() != beats) return "beats";
  for (std::size_t i = 0; i < std::min(b.size(), beats * kBeat); ++i) {
    if (out.beats[i / kBeat][i % kBeat] != b[i]) return "byte " + std::to_string(i);
  }
  if (b.size() < 60) return "";  // too short for headers: a runt, whatever they seem to say
  const unsigned tags = tags_of(b);
  const std::size_t l3 = 14 + 4 * tags;
  if (out.info.tags != tags) return "tags";
  if (out.info.is4 != (load16(b, l3 - 2) == 0x0800)) return "is4";
  if (out.info.is6 != (load16(b, l3 - 2) == 0x86dd)) return "is6";
  if (out.info.is4 && out.info.ip_ok != sums_to_ffff(plain_sum(b, l3, l3 + 20))) {
    return "ip_checksum_ok";
  }
  const auto segment = segment_of(b);
  if (segment && b.size() <= 9216 && out.info.tcp_ok != tcp_ok(b, *segment)) {
    return "tcp_checksum_ok";
  }
  return "";
}

}  // namespace syngate::sim::ingress_test
