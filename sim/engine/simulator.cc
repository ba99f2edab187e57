// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/sim/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "driver.h"
#include "random.h"
#include "scoreboard.h"

namespace syngate::sim {
namespace {

bool same(const model::SipKey& a, const model::SipKey& b) { return a.k0 == b.k0 && a.k1 == b.k1; }

bool same(const model::Destination& a, const model::Destination& b) {
  return a.used == b.used && a.prefix.bytes == b.prefix.bytes && a.prefix.is6 == b.prefix.is6 &&
         a.prefix_length == b.prefix_length && a.port_first == b.port_first && a.port_last == b.port_last &&
         a.mode == b.mode && a.mss == b.mss && a.wscale == b.wscale && a.stamp_key_id == b.stamp_key_id &&
         a.window_ts == b.window_ts && a.window_nots == b.window_nots;
}

}  // namespace

// DEST_MATCH of an entry that is refused: a mode that is not there, or a prefix that is too long.
std::uint32_t no_entry(Random& random) {
  const auto noise = static_cast<std::uint32_t>(random.next()) & ~0x3000u;
  if (random.chance(0.5)) return noise | (random.chance(0.5) ? 0x1000u : 0x2000u);
  const bool is6 = random.chance(0.5);
  const std::uint64_t longest = is6 ? 128 : 32;
  const auto length = static_cast<std::uint32_t>(random.chance(0.5) ? longest + 1 : longest + 1 + random.below(255 - longest));
  return (noise & ~0x1ffu) | (is6 ? 0x100u : 0) | length | (random.chance(0.5) ? 0x3000u : 0);
}

// An address without a register.
std::uint32_t nowhere(Random& random) {
  const std::uint32_t holes[] = {0x018, 0x01c, 0x02c, 0x044, 0x048, 0x04c, 0x074, 0x078, 0x07c, 0x094, 0x098, 0x09c, 0x0a0, 0x0c0};
  return random.chance(0.5) ? holes[random.below(14)] : 0x0a0 + 4 * static_cast<std::uint32_t>(random.below(88));
}

struct Simulator::Impl {
  Impl(const SimulatorOptions& o, const model::Config& config, const model::Time& start)
      : options(o), scoreboard(std::make_unique<Scoreboard>(o, config, start)), driver(o, *scoreboard), time(start) {
    // Everything is written once, as software would after reset.
    apply(config, true);
    write_time(start, true);
    if (o.reply_cap != 0) driver.write(defs::reg::kReplyCap, o.reply_cap);
  }

  void commit() { scoreboard->committed(++generation, current, time); }

  void write_key(unsigned slot, const model::SipKey& key) {
    namespace reg = defs::reg;
    driver.write(reg::kKeyData0, static_cast<std::uint32_t>(key.k0));
    driver.write(reg::kKeyData1, static_cast<std::uint32_t>(key.k0 >> 32));
    driver.write(reg::kKeyData2, static_cast<std::uint32_t>(key.k1));
    driver.write(reg::kKeyData3, static_cast<std::uint32_t>(key.k1 >> 32));
    // The model must know before the RTL can show the new generation.
    commit();
    driver.write(reg::kKeyCommit, slot);
  }

  void write_destination(unsigned index, const model::Destination& d) {
    namespace reg = defs::reg;
    for (unsigned w = 0; w < 4; ++w) {
      std::uint32_t word = 0;
      for (unsigned b = 0; b < 4; ++b) word |= std::uint32_t{d.prefix.bytes[4 * w + b]} << (8 * b);
      driver.write(reg::kDestAddr0 + 4 * w, word);
    }
    driver.write(reg::kDestMatch, d.prefix_length | (d.prefix.is6 ? 1u << 8 : 0) | (d.used ? 1u << 9 : 0) |
                                      static_cast<std::uint32_t>(d.mode) << 12);
    driver.write(reg::kDestPorts, d.port_first | static_cast<std::uint32_t>(d.port_last) << 16);
    driver.write(reg::kDestTcp, d.mss | (d.wscale & 15u) << 16 | (d.stamp_key_id & 15u) << 20);
    driver.write(reg::kDestWindow, d.window_ts | static_cast<std::uint32_t>(d.window_nots) << 16);
    commit();
    driver.write(reg::kDestCommit, index);
  }

  void write_setting(std::uint32_t address, std::uint32_t value) {
    commit();
    driver.write(address, value);
  }

  void write_time(const model::Time& t, bool all) {
    namespace reg = defs::reg;
    all = all || staged;
    staged = false;
    if (all || t.count != time.count) driver.write(reg::kTimeCount, t.count);
    if (all || t.ms != time.ms) driver.write(reg::kTimeMs, t.ms);
    // Frames that entered at an earlier count still use its banks.
    if (scoreboard->idle()) recent_counts.clear();
    recent_counts.push_back(t.count);
    time = t;
    commit();
    driver.write(reg::kTimeCommit, 1);
  }

  void stage_time(const model::Time& t) {
    staged = true;
    driver.write(defs::reg::kTimeCount, t.count);
    driver.write(defs::reg::kTimeMs, t.ms);
  }

  // What a register must read as.
  void expect(std::string_view name, std::uint32_t address, std::uint32_t wanted) {
    const std::uint32_t got = driver.read(address);
    if (got != wanted)
      scoreboard->register_mismatch(driver.cycle(), fmt::format("register {}", name), fmt::format("0x{:08x}", got),
                                   fmt::format("0x{:08x}", wanted));
  }

  void check_registers(Random random) {
    namespace reg = defs::reg;
    const auto word = [&random] { return static_cast<std::uint32_t>(random.next()); };
    const struct {
      const char* name;
      std::uint32_t address, mask, value;
    } staging[] = {
        {"SCRATCH", reg::kScratch, ~0u, word()},        {"TIME_COUNT", reg::kTimeCount, ~0u, word()},
        {"TIME_MS", reg::kTimeMs, ~0u, word()},         {"DEST_ADDR0", reg::kDestAddr0, ~0u, word()},
        {"DEST_ADDR1", reg::kDestAddr1, ~0u, word()},   {"DEST_ADDR2", reg::kDestAddr2, ~0u, word()},
        {"DEST_ADDR3", reg::kDestAddr3, ~0u, word()},   {"DEST_PORTS", reg::kDestPorts, ~0u, word()},
        {"DEST_TCP", reg::kDestTcp, 0xffffffu, word()}, {"DEST_WINDOW", reg::kDestWindow, ~0u, word()},
        {"DEST_MATCH", reg::kDestMatch, 0x33ffu, no_entry(random)},
    };
    staged = true;
    for (const auto& r : staging) {
      // In two writes that share the bytes between them.
      const auto strobes = static_cast<unsigned>(random.below(16));
      const std::uint32_t noise = word();
      std::uint32_t bytes = 0;
      for (unsigned b = 0; b < 4; ++b) bytes |= (strobes >> b & 1) != 0 ? 0xffu << 8 * b : 0;
      driver.write(r.address, (r.value & bytes) | (noise & ~bytes), strobes);
      driver.write(r.address, (r.value & ~bytes) | (noise & bytes), strobes ^ 0xf);
    }
    driver.write(reg::kDestCommit, static_cast<std::uint32_t>(random.below(defs::kDestinations)));
    expect("STATUS after a refused commit", reg::kStatus, 1);
    driver.write(reg::kStatus, ~1u);
    expect("STATUS not cleared by other bits", reg::kStatus, 1);
    driver.write(reg::kStatus, 1);
    expect("STATUS cleared", reg::kStatus, 0);
    // A key slot that is not there; the staged key is gone all the same.
    const unsigned slots[] = {2, 3, 12, 13, 14, 15, 32 + static_cast<unsigned>(random.below(32))};
    for (unsigned w = 0; w < 4; ++w) driver.write(reg::kKeyData0 + 4 * w, word());
    driver.write(reg::kKeyCommit, slots[random.below(7)]);
    expect("STATUS after a refused key", reg::kStatus, 1);
    driver.write(reg::kStatus, 1);
    // Nothing listens here.
    for (const std::uint32_t address : {reg::kId, reg::kVersion, reg::kCaps, reg::kGeneration, reg::kCounters, nowhere(random)})
      driver.write(address, word());
    for (const auto& r : staging) expect(r.name, r.address, r.value & r.mask);
    expect("ID", reg::kId, 0x53594e47u);
    expect("VERSION", reg::kVersion, 1);
    expect("CAPS", reg::kCaps, 0x1fu | defs::kDestinations << 8 | defs::kStampKeys << 16 | defs::kTableAddressBits << 24);
    expect("GENERATION", reg::kGeneration, generation & 0xffffu);
    expect("POLICY", reg::kPolicy, current.policy);
    expect("EXID", reg::kExid, current.exid);
    expect("TABLE_MASK", reg::kTableMask, current.table_mask);
    expect("TABLE_LIVES", reg::kTableLives, current.life | static_cast<std::uint32_t>(current.life_closing) << 8);
    expect("REPLY_CAP", reg::kReplyCap, options.reply_cap);
    for (const std::uint32_t address : {reg::kKeyData0, reg::kKeyData1, reg::kKeyData2, reg::kKeyData3, reg::kKeyCommit})
      expect("that holds a key", address, 0);
    for (int i = 0; i < 4; ++i) expect("of an unknown address", nowhere(random), 0);
  }

  // True when a key slot that frames in flight may use would change: only an idle pipeline makes that exact.
  bool needs_drain(const model::Config& to) const {
    const model::Keys& a = current.keys;
    const model::Keys& b = to.keys;
    if (!same(a.secret0_v4, b.secret0_v4) || !same(a.secret0_v6, b.secret0_v6)) return true;
    for (unsigned bank = 0; bank < defs::kSecret1Banks; ++bank) {
      if (same(a.secret1_v4[bank], b.secret1_v4[bank]) && same(a.secret1_v6[bank], b.secret1_v6[bank])) continue;
      for (const std::uint32_t count : recent_counts) {
        if ((count & 3) == bank || ((count - 1) & 3) == bank) return true;
      }
    }
    for (const model::Destination& d : current.destinations) {
      if (d.used && !same(a.stamp[d.stamp_key_id], b.stamp[d.stamp_key_id])) return true;
    }
    return current.table_mask != to.table_mask || current.life != to.life || current.life_closing != to.life_closing;
  }

  void apply(const model::Config& to, bool all) {
    namespace reg = defs::reg;
    if (!all && needs_drain(to)) drain();
    const auto key = [&](model::SipKey& mine, const model::SipKey& theirs, defs::KeySlot slot, unsigned index) {
      if (!all && same(mine, theirs)) return;
      mine = theirs;
      write_key(static_cast<unsigned>(slot) + index, theirs);
    };
    key(current.keys.secret0_v4, to.keys.secret0_v4, defs::KeySlot::kSecret0V4, 0);
    key(current.keys.secret0_v6, to.keys.secret0_v6, defs::KeySlot::kSecret0V6, 0);
    for (unsigned i = 0; i < defs::kSecret1Banks; ++i) {
      key(current.keys.secret1_v4[i], to.keys.secret1_v4[i], defs::KeySlot::kSecret1V4, i);
      key(current.keys.secret1_v6[i], to.keys.secret1_v6[i], defs::KeySlot::kSecret1V6, i);
    }
    for (unsigned i = 0; i < defs::kStampKeys; ++i) {
      key(current.keys.stamp[i], to.keys.stamp[i], defs::KeySlot::kStamp, i);
    }
    for (unsigned i = 0; i < defs::kDestinations; ++i) {
      if (!all && same(current.destinations[i], to.destinations[i])) continue;
      current.destinations[i] = to.destinations[i];
      write_destination(i, to.destinations[i]);
    }
    const auto setting = [&](auto& mine, auto theirs, std::uint32_t address) {
      if (!all && mine == theirs) return;
      mine = theirs;
      write_setting(address, theirs);
    };
    setting(current.policy, to.policy, reg::kPolicy);
    setting(current.exid, to.exid, reg::kExid);
    setting(current.table_mask, to.table_mask, reg::kTableMask);
    if (all || current.life != to.life || current.life_closing != to.life_closing) {
      current.life = to.life;
      current.life_closing = to.life_closing;
      write_setting(reg::kTableLives, to.life | static_cast<std::uint32_t>(to.life_closing) << 8);
    }
  }

  std::uint64_t reset(const SimulatorOptions& o, const model::Config& config, const model::Time& start, bool wipe) {
    driver.enter_reset();
    const std::uint64_t cut = scoreboard->accepted_count() - scoreboard->done_count();
    if (wipe) {
      for (std::uint32_t row = 0; row <= current.table_mask; ++row) driver.poke(3, row, {});
      scoreboard = std::make_unique<Scoreboard>(o, config, start);
    } else {
      scoreboard = std::make_unique<Scoreboard>(o, config, start, std::move(*scoreboard));
    }
    options = o;
    driver.leave_reset(o, *scoreboard);
    watch();
    // What the registers hold after a reset is what a default configuration holds; the rest is written.
    current = model::Config{};
    time = model::Time{};
    generation = 0;
    staged = false;
    recent_counts.clear();
    apply(config, false);
    write_time(start, true);
    if (o.reply_cap != 0) driver.write(defs::reg::kReplyCap, o.reply_cap);
    return cut;
  }

  void drain() {
    while (!driver.quiescent()) driver.clock();
  }

  void fill() {
    scoreboard->fill(statistics);
    statistics.cycles = driver.clocks();
    statistics.busy_cycles = driver.busy_clocks();
  }

  std::function<void()> watch;  // connects the scoreboard with the callbacks of the simulator
  SimulatorOptions options;
  std::unique_ptr<Scoreboard> scoreboard;
  Driver driver;
  model::Time time;
  bool staged = false;  // the staging registers hold something else than `time`
  std::vector<std::uint32_t> recent_counts;  // committed since the pipeline was last seen empty
  model::Config current;
  std::uint64_t generation = 0;
  Statistics statistics;
};

Simulator::Simulator(const SimulatorOptions& options, const model::Config& config, const model::Time& time)
    : impl_(std::make_unique<Impl>(options, config, time)) {
#ifndef SYNGATE_TRACED
  if (!options.waves.empty()) throw std::runtime_error("this build has no waves: use syngate-traced");
#endif
  impl_->driver.on_output = [this](const Output& output) {
    if (on_output) on_output(output);
  };
  impl_->watch = [this] {
    impl_->scoreboard->on_result = [this](const FrameResult& result) {
      if (on_result) on_result(result);
    };
    impl_->scoreboard->on_mismatch = [this](const Mismatch& mismatch) {
      if (on_mismatch) on_mismatch(mismatch);
    };
  };
  impl_->watch();
}

Simulator::~Simulator() = default;

void Simulator::set_time(const model::Time& time) {
  if (time.count == impl_->time.count && time.ms == impl_->time.ms) return;
  impl_->write_time(time, false);
}

void Simulator::stage_time(const model::Time& time) { impl_->stage_time(time); }

void Simulator::set_config(const model::Config& config) { impl_->apply(config, false); }

void Simulator::offer(std::uint64_t cycle, const std::uint8_t* data, std::size_t length, std::uint64_t tag,
                      bool bad_fcs) {
  Driver& driver = impl_->driver;
  while (driver.cycle() < cycle) {
    if (driver.quiescent()) {
      driver.skip_to(cycle);
    } else {
      driver.clock();
    }
  }
  driver.send(data, length, tag, bad_fcs);
}

void Simulator::check_registers(std::uint64_t seed) { impl_->check_registers(Random(seed)); }

void Simulator::check_sweep() {
  Impl& impl = *impl_;
  impl.drain();
  const std::uint64_t clocks = (std::uint64_t{impl.current.table_mask} + 2) * defs::kSweepPeriod;
  for (std::uint64_t i = 0; i < clocks; ++i) impl.driver.clock();
  const model::Pipeline& model = impl.scoreboard->model();
  const std::uint64_t dead = model.occupied() - model.flows(impl.time);
  if (dead != 0)
    impl.scoreboard->protocol_mismatch(impl.driver.cycle(), "table", "sweep", fmt::format("{} dead slots left", dead), "none");
}

void Simulator::run(std::uint64_t clocks) {
  for (std::uint64_t i = 0; i < clocks; ++i) impl_->driver.clock();
}

void Simulator::set_backpressure(Port port, double probability) { impl_->driver.set_backpressure(port, probability); }

void Simulator::offer_part(const std::uint8_t* data, std::size_t beats) {
  impl_->driver.send_beats(data, beats * defs::kBusBytes, 0, beats, false, 0, false);
}

void Simulator::offer_rest(const std::uint8_t* data, std::size_t length, std::size_t beats, std::uint64_t tag) {
  impl_->driver.send_beats(data, length, beats, (length + defs::kBusBytes - 1) / defs::kBusBytes, true, tag, false);
}

std::uint64_t Simulator::reset(const SimulatorOptions& options, const model::Config& config, const model::Time& time, bool wipe) {
  return impl_->reset(options, config, time, wipe);
}

void Simulator::write_register(std::uint32_t address, std::uint32_t value, unsigned strobe) {
  impl_->staged = true;
  impl_->driver.write(address, value, strobe);
}

std::uint32_t Simulator::read_register(std::uint32_t address) { return impl_->driver.read(address); }

void Simulator::fault_read(const ReadFault& fault) { impl_->driver.fault_read(fault); }

std::size_t Simulator::waiting_faults() const { return impl_->driver.waiting_faults(); }

void Simulator::upset(unsigned channel, std::uint32_t row, const model::TableRow& flips, bool tell_model) {
  model::TableRow data = table_row(channel, row);
  for (unsigned s = 0; s < 3; ++s) data[s] ^= flips[s];
  impl_->driver.poke(1u << channel, row, data);
  if (tell_model) impl_->scoreboard->set_row(channel, row, data);
}

model::TableRow Simulator::table_row(unsigned channel, std::uint32_t row) {
  drain();
  while (!impl_->driver.memory_quiet()) impl_->driver.clock();
  return impl_->driver.peek(channel, row);
}

void Simulator::check_memory() {
  Impl& impl = *impl_;
  table_row(0, 0);  // waits until the memory is quiet
  const model::Pipeline& model = impl.scoreboard->model();
  for (unsigned channel = 0; channel < 2; ++channel) {
    for (std::uint32_t row = 0; row <= impl.current.table_mask; ++row) {
      const model::TableRow wanted = model.table_row(channel, row);
      if ((wanted[0] | wanted[1] | wanted[2]) == 0) continue;
      const model::TableRow got = impl.driver.peek(channel, row);
      if (got == wanted) continue;
      const auto text = [](const model::TableRow& r) { return fmt::format("{:012x} {:012x} {:012x}", r[2], r[1], r[0]); };
      impl.scoreboard->protocol_mismatch(impl.driver.cycle(), "table", fmt::format("memory, channel {} row {}", channel, row), text(got),
                                         text(wanted));
    }
  }
}

void Simulator::drain() { impl_->drain(); }

const Statistics& Simulator::finish() {
  drain();
  const model::Counters before = impl_->scoreboard->model().counters();
  for (unsigned i = 0; i < defs::counter::kCount; ++i) {
    const std::uint64_t low = impl_->driver.read(defs::reg::kCounters + 8 * i);
    const std::uint64_t high = impl_->driver.read(defs::reg::kCounters + 8 * i + 4);
    impl_->statistics.counters[i] = high << 32 | low;
  }
  impl_->scoreboard->finish(impl_->driver.cycle(), before, impl_->statistics.counters);
  impl_->fill();
  return impl_->statistics;
}

std::uint64_t Simulator::cycle() const { return impl_->driver.cycle(); }

const Statistics& Simulator::statistics() const {
  impl_->fill();
  return impl_->statistics;
}

const model::Pipeline* Simulator::model() const {
  return impl_->options.check ? &impl_->scoreboard->model() : nullptr;
}

}  // namespace syngate::sim
