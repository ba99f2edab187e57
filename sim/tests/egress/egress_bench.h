// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Drives syngate_egress at its pins and watches its two ports.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "../covered.h"
#include "Vsyngate_egress.h"
#include "egress_frames.h"
#include "verilated.h"

namespace syngate::sim::egress_test {

constexpr std::size_t kBeat = 128;
/// Clocks from metadata to the original's beat 0 at the input, to done_*, and to tvalid at an idle port.
constexpr std::uint64_t kBeatLatency = 10, kDoneLatency = 11, kOutLatency = 14;

struct Item {
  Meta meta;
  Decision decision;
  Bytes original;
  std::uint64_t gap = 0;    ///< idle clocks in front of it
  std::uint64_t cycle = 0;  ///< of its metadata; set by the bench
  std::uint16_t exid = 0x5347;
};

struct Done {
  std::uint64_t cycle;
  std::uint32_t id;
  unsigned verdict, reason;
};

struct Output {
  Bytes bytes;
  std::uint64_t offered = 0;           ///< first clock of tvalid
  std::vector<std::uint64_t> taken{};  ///< clock of each beat's handshake
};

/// An item with an original of so many bytes.
inline Item item(Random& random, unsigned verdict, std::size_t length, std::uint64_t gap = 0) {
  Item i;
  i.meta = any_meta(random);
  i.decision = any_decision(random, verdict);
  i.original.resize(length);
  fill(i.original, length, random);
  i.meta.beats = static_cast<unsigned>((length + kBeat - 1) / kBeat);
  i.gap = gap;
  i.exid = static_cast<std::uint16_t>(random());
  return i;
}

class Bench {
 public:
  explicit Bench(std::uint64_t seed) : random(seed) {
    context_.fatalOnError(false);
    reset();
  }

  void reset() {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    dut_.beat_valid_i = 0;
    dut_.beat_sop_i = 0;
    dut_.beat_eop_i = 0;
    dut_.reply_cap_i = reply_cap;
    for (int i = 0; i < 8; ++i) tick();
    dut_.rst_ni = 1;
    reply = Watcher{};
    forward = Watcher{};
    done.clear();
  }

  /// Feeds the items; ids are given in order. Their originals follow kBeatLatency clocks later.
  void feed(std::vector<Item>& items) {
    std::uint64_t at = cycle_;
    for (Item& i : items) {
      i.meta.id = next_id++;
      i.cycle = at + i.gap;
      at = i.cycle + i.meta.beats;
    }
    const std::uint64_t end = at + kBeatLatency;
    std::size_t next = 0, beat_item = 0;
    while (cycle_ < end) {
      dut_.valid_i = 0;
      if (next < items.size() && items[next].cycle == cycle_) {
        dut_.valid_i = 1;
        bits_of(items[next].meta, random()).store(dut_.meta_i);
        bits_of(items[next].decision).store(dut_.decision_i);
        dut_.exid_i = items[next].exid;
        ++next;
      }
      while (beat_item < items.size() &&
             cycle_ >= items[beat_item].cycle + kBeatLatency + items[beat_item].meta.beats) {
        ++beat_item;
      }
      dut_.beat_valid_i = 0;
      if (beat_item < items.size() && cycle_ >= items[beat_item].cycle + kBeatLatency) {
        drive_beat(items[beat_item], cycle_ - items[beat_item].cycle - kBeatLatency);
      }
      tick();
    }
    dut_.valid_i = 0;
    dut_.beat_valid_i = 0;
  }

  /// Clocks with nothing at the input.
  void wait(std::uint64_t clocks) {
    for (std::uint64_t i = 0; i < clocks; ++i) tick();
  }
  /// Takes everything.
  void drain() {
    reply.stall = 0.0;
    forward.stall = 0.0;
    wait(400);
  }

  std::uint64_t cycle() const { return cycle_; }
  unsigned errors() const { return static_cast<unsigned>(context_.errorCount()); }

  /// What one port showed.
  struct Watcher {
    double stall = 0.0;  ///< probability of tready low
    std::vector<Output> frames;
    std::string broken;  ///< first broken rule of AXI-Stream
    bool open = false, waits = false, last = false;
    Bytes data, keep;
  };
  Watcher reply, forward;
  std::vector<Done> done;
  std::uint16_t reply_cap = 0;
  std::uint32_t next_id = 0;
  Random random;

 private:
  void drive_beat(const Item& i, std::uint64_t beat) {
    const std::size_t at = beat * kBeat;
    const std::size_t size = std::min(kBeat, i.original.size() - at);
    Bytes data(kBeat);
    fill(data, kBeat, random);
    std::memcpy(data.data(), i.original.data() + at, size);
    std::memcpy(dut_.beat_data_i.data(), data.data(), kBeat);
    dut_.beat_valid_i = 1;
    dut_.beat_sop_i = beat == 0;
    dut_.beat_eop_i = beat + 1 == i.meta.beats;
    // The length comes with the first beat.
    dut_.beat_length_i = static_cast<std::uint16_t>((beat == 0 ? i.original.size() : random()) & 0x3fff);
  }

  template <typename Data, typename Keep>
  void watch(Watcher& w, bool valid, bool ready, bool last, const Data& tdata, const Keep& tkeep) {
    Bytes data(kBeat), keep(kBeat / 8);
    std::memcpy(data.data(), tdata.data(), kBeat);
    std::memcpy(keep.data(), tkeep.data(), keep.size());
    if (w.waits && (!valid || data != w.data || keep != w.keep || last != w.last)) broken(w, "not stable");
    if (valid && !w.waits && !w.open) w.frames.push_back({{}, cycle_, {}});
    if (valid && ready) {
      std::size_t bytes = 0;
      while (bytes < kBeat && (keep[bytes / 8] >> (bytes % 8) & 1) != 0) ++bytes;
      for (std::size_t i = bytes; i < kBeat; ++i) {
        if ((keep[i / 8] >> (i % 8) & 1) != 0) broken(w, "tkeep not contiguous");
      }
      if (bytes == 0 || (!last && bytes != kBeat)) broken(w, "tkeep");
      Output& o = w.frames.back();
      o.bytes.insert(o.bytes.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(bytes));
      o.taken.push_back(cycle_);
      w.open = !last;
    }
    w.waits = valid && !ready;
    w.last = last;
    w.data = std::move(data);
    w.keep = std::move(keep);
  }
  void broken(Watcher& w, const char* rule) {
    if (w.broken.empty()) w.broken = std::string(rule) + ", clock " + std::to_string(cycle_);
  }
  bool ready(const Watcher& w) {
    return w.stall <= 0.0 || std::uniform_real_distribution<>(0.0, 1.0)(random) >= w.stall;
  }

  void tick() {
    dut_.m_axis_reply_tready = ready(reply);
    dut_.m_axis_forward_tready = ready(forward);
    dut_.reply_cap_i = reply_cap;
    dut_.clk_i = 0;
    dut_.eval();
    if (dut_.rst_ni != 0) {
      watch(reply, dut_.m_axis_reply_tvalid != 0, dut_.m_axis_reply_tready != 0, dut_.m_axis_reply_tlast != 0,
            dut_.m_axis_reply_tdata, dut_.m_axis_reply_tkeep);
      watch(forward, dut_.m_axis_forward_tvalid != 0, dut_.m_axis_forward_tready != 0,
            dut_.m_axis_forward_tlast != 0, dut_.m_axis_forward_tdata, dut_.m_axis_forward_tkeep);
      if (dut_.done_valid_o != 0) {
        done.push_back({cycle_, dut_.done_id_o, dut_.done_verdict_o, dut_.done_reason_o});
      }
    }
    dut_.clk_i = 1;
    dut_.eval();
    ++cycle_;
  }

  VerilatedContext context_;
  Covered<Vsyngate_egress> dut_{&context_};
  std::uint64_t cycle_ = 0;
};

}  // namespace syngate::sim::egress_test
