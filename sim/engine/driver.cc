// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#ifdef SYNGATE_COVERAGE
#include <unistd.h>
#include <verilated_cov.h>
#endif

namespace syngate::sim {
namespace {

constexpr std::uint64_t kResetClocks = 16;
// Output registers behind the last decision.
constexpr std::uint64_t kSettleClocks = 8;

}  // namespace

Driver::Driver(const SimulatorOptions& options, Scoreboard& scoreboard)
    : options_(options), scoreboard_(&scoreboard), random_(options.seed ^ 0x6472697665720000u),
      bus_random_(options.seed ^ 0x6275730000000000u) {
  context_.fatalOnError(false);
  context_.errorLimit(1 << 30);
  context_.randSeed(static_cast<int>((options.x_seed != 0 ? options.x_seed : options.seed) & 0x7ffffffe) | 1);
  context_.randReset(2);
#ifdef SYNGATE_TRACED
  context_.traceEverOn(true);
#endif
  // For cores with switches in them that are for tests only (scripts/mutate, scripts/test-the-tests): +NAME=VALUE.
  if (const char* plus = std::getenv("SYNGATE_PLUSARGS")) {
    std::array<const char*, 2> arguments{"syngate", plus};
    context_.commandArgs(static_cast<int>(arguments.size()), arguments.data());
  }
  top_ = std::make_unique<Top>(&context_, "TOP");
#ifdef SYNGATE_TRACED
  if (!options_.waves.empty()) {
    trace_ = std::make_unique<VerilatedFstC>();
    top_->trace(trace_.get(), 99);
    trace_wanted_ = true;
    if (options_.waves_from == 0) open_trace();
  }
#endif
  const std::array<double, 2> gbps{options.reply_gbps, options.forward_gbps};
  const std::array<double, 2> backpressure{options.reply_backpressure, options.forward_backpressure};
  for (std::size_t p = 0; p < 2; ++p) {
    sinks_[p].backpressure = backpressure[p];
    if (gbps[p] > 0) sinks_[p].clocks_per_byte = 8.0 * options.clock_mhz / 1000.0 / gbps[p];
  }
  // Every input has a value before the first clock: unset ones start random in some builds.
  top_->s_axis_tvalid = 0;
  top_->s_axis_tlast = 0;
  top_->s_axis_tuser = 0;
  top_->s_axil_awvalid = 0;
  top_->s_axil_wvalid = 0;
  top_->s_axil_bready = 0;
  top_->s_axil_arvalid = 0;
  top_->s_axil_rready = 0;
  top_->sram_fault_i = 0;
  top_->sram_poke_i = 0;
  top_->sram_peek_row_i = 0;
  top_->rst_ni = 0;
  for (std::uint64_t i = 0; i < kResetClocks; ++i) clock();
  top_->rst_ni = 1;
  clock();
}

void Driver::enter_reset() {
  Top& top = *top_;
  top.rst_ni = 0;
  // In its first clock the registers still show what was decided; a table write decided with it reaches the memory.
  top.clk_i = 0;
  top.eval();
  sample_events();
  top.s_axis_tvalid = 0;
  top.s_axil_awvalid = 0;
  top.s_axil_wvalid = 0;
  top.s_axil_bready = 0;
  top.s_axil_arvalid = 0;
  top.s_axil_rready = 0;
  for (std::uint64_t i = 0; i < kResetClocks; ++i) clock();
}

void Driver::leave_reset(const SimulatorOptions& options, Scoreboard& scoreboard) {
  options_ = options;
  random_ = Random(options.seed ^ 0x6472697665720000u);
  bus_random_ = Random(options.seed ^ 0x6275730000000000u);
  const std::array<double, 2> backpressure{options.reply_backpressure, options.forward_backpressure};
  for (std::size_t p = 0; p < 2; ++p) {
    sinks_[p] = Sink{};
    sinks_[p].backpressure = backpressure[p];
  }
  read_faults_.clear();
  reads_.clear();
  outputs_ = 0;
  scoreboard_ = &scoreboard;
  top_->rst_ni = 1;
  clock();
  last_progress_ = last_done_ = clocks_;
}

Driver::~Driver() {
#ifdef SYNGATE_TRACED
  if (trace_ && trace_->isOpen()) trace_->close();
#endif
  top_->final();
#ifdef SYNGATE_COVERAGE
  write_coverage();
#endif
  // Verilator 5.006 ends a model through the thread's context, which is another's when two drivers live at once.
  Verilated::threadContextp(&context_);
}

#ifdef SYNGATE_COVERAGE
void Driver::write_coverage() {
  const char* folder = std::getenv("SYNGATE_COVERAGE_DATA");
  if (folder == nullptr) return;
  static unsigned number = 0;
  const std::string name = fmt::format("{}/{}-{}", folder, ::getpid(), number++);
  // While the model lives: the counters are in it.
  context_.coveragep()->write((name + ".dat").c_str());
}
#endif

#ifdef SYNGATE_TRACED
void Driver::close_trace() {
  if (trace_->isOpen()) trace_->close();
  trace_wanted_ = false;
}

void Driver::open_trace() {
  trace_->open(options_.waves.c_str());
  if (!trace_->isOpen()) throw std::runtime_error(fmt::format("{}: cannot write", options_.waves));
}
#endif

std::uint32_t Driver::event(defs::event::Field field) const {
  const unsigned word = field.low / 32;
  const unsigned shift = field.low % 32;
  std::uint64_t bits = top_->event_o[word];
  if (shift + field.bits > 32) bits |= static_cast<std::uint64_t>(top_->event_o[word + 1]) << 32;
  return static_cast<std::uint32_t>((bits >> shift) & ((std::uint64_t{1} << field.bits) - 1));
}

void Driver::sample_events() {
  namespace ev = defs::event;
  if (event(ev::kSweepValid) != 0) {
    scoreboard_->swept(cycle_, {event(ev::kSweepRow), static_cast<std::uint8_t>(event(ev::kSweepMask)),
                               static_cast<std::uint8_t>(event(ev::kSweepEpoch))});
  }
  if (event(ev::kInValid) != 0) scoreboard_->entered(cycle_, event(ev::kInId), event(ev::kInGeneration));
  if (event(ev::kDecidedValid) != 0) {
    DecidedEvent e{};
    e.id = event(ev::kDecidedId);
    e.verdict = static_cast<std::uint8_t>(event(ev::kDecidedVerdict));
    e.reason = static_cast<std::uint8_t>(event(ev::kDecidedReason));
    e.op = static_cast<std::uint8_t>(event(ev::kDecidedOp));
    e.hit = event(ev::kDecidedHit) != 0;
    e.cookie_ok = event(ev::kDecidedCookieOk) != 0;
    e.age = event(ev::kDecidedAge) != 0;
    e.mss_index = static_cast<std::uint8_t>(event(ev::kDecidedMssIndex));
    e.cookie = event(ev::kDecidedCookie);
    e.tsval = event(ev::kDecidedTsval);
    scoreboard_->decided(cycle_, e);
  }
  if (event(ev::kDoneValid) != 0) {
    scoreboard_->done(cycle_, event(ev::kDoneId), static_cast<std::uint8_t>(event(ev::kDoneVerdict)),
                     static_cast<std::uint8_t>(event(ev::kDoneReason)));
    last_done_ = clocks_;
    last_progress_ = clocks_;
  }
}

namespace {

// Rows as words of the pins.
template <typename Wide>
model::TableRow row_of(const Wide& wide) {
  model::TableRow row{};
  for (unsigned bit = 0; bit < 144; bit += 16) {
    row[bit / 48] |= (std::uint64_t{wide[bit / 32]} >> bit % 32 & 0xffff) << bit % 48;
  }
  return row;
}

template <typename Wide>
void set_row(Wide& wide, const model::TableRow& row) {
  for (unsigned w = 0; w < 5; ++w) wide[w] = 0;
  for (unsigned bit = 0; bit < 144; bit += 16) {
    wide[bit / 32] |= static_cast<std::uint32_t>(row[bit / 48] >> bit % 48 & 0xffff) << bit % 32;
  }
}

}  // namespace

model::TableRow Driver::peek(unsigned channel, std::uint32_t row) {
  top_->sram_peek_row_i = row;
  top_->eval();
  return channel == 0 ? row_of(top_->sram0_peek_data_o) : row_of(top_->sram1_peek_data_o);
}

void Driver::poke(unsigned channels, std::uint32_t row, const model::TableRow& data) {
  top_->sram_peek_row_i = row;
  set_row(top_->sram_poke_data_i, data);
  top_->sram_poke_i = static_cast<CData>(channels);
  clock();
  top_->sram_poke_i = 0;
}

// A read of the core, in the clock in which the memory takes the address: the answer may be wrong.
void Driver::answer_read() {
  last_read_ = clocks_;
  if (read_faults_.empty() && !options_.keep_reads) return;
  const std::array<std::uint32_t, 2> rows{top_->sram0_read_addr_o, top_->sram1_read_addr_o};
  std::array<model::TableRow, 2> answer{peek(0, rows[0]), peek(1, rows[1])};
  const auto fault = std::find_if(read_faults_.begin(), read_faults_.end(), [&](const ReadFault& f) { return f.rows == rows; });
  if (fault != read_faults_.end()) {
    for (unsigned c = 0; c < 2; ++c) {
      if (fault->late[c] > 0 && !reads_.empty()) {
        answer[c] = reads_[reads_.size() - std::min<std::size_t>(fault->late[c], reads_.size())][c];
      }
      for (unsigned s = 0; s < 3; ++s) answer[c][s] ^= fault->flips[c][s];
    }
    set_row(top_->sram0_fault_data_i, answer[0]);
    set_row(top_->sram1_fault_data_i, answer[1]);
    top_->sram_fault_i = 1;
    top_->eval();
    if (fault->tell_model) scoreboard_->read_fault(rows, answer);
    // What a later read sees of this one is what the memory would have answered.
    answer = {peek(0, rows[0]), peek(1, rows[1])};
    read_faults_.erase(fault);
  }
  reads_.push_back(answer);
  if (reads_.size() > kReadsKept) reads_.pop_front();
}

bool Driver::sink_ready(Sink& sink) {
  if (sink.backpressure > 0 && random_.chance(sink.backpressure)) return false;
  return sink.clocks_per_byte == 0 || sink.free_at < static_cast<double>(cycle_) + 1;
}

// AXI-Stream: what is offered stays until it is taken, and only the last beat has bytes left out, at its end.
template <typename Data, typename Keep>
void Driver::check_beat(Port port, Sink& sink, bool valid, bool ready, bool last, const Data& data, const Keep& keep) {
  const char* name = port == Port::kReply ? "reply port" : "forward port";
  if (!valid) {
    scoreboard_->protocol_mismatch(cycle_, "egress", name, "tvalid fell", "waits for tready");
    return;
  }
  std::array<std::uint32_t, 37> beat;
  std::copy_n(&data[0], 32, beat.begin());
  std::copy_n(&keep[0], 4, beat.begin() + 32);
  beat[36] = last;
  if (sink.offering && beat != sink.held) scoreboard_->protocol_mismatch(cycle_, "egress", name, "beat changed", "waits for tready");
  if (!ready) sink.held = beat;
  if (!last) {
    if ((keep[0] & keep[1] & keep[2] & keep[3]) != ~0u) scoreboard_->protocol_mismatch(cycle_, "egress", name, "tkeep", "all ones");
    return;
  }
  bool ended = false;
  for (unsigned w = 0; w < 4; ++w) {
    const std::uint32_t k = keep[w];
    if ((ended && k != 0) || (k & (k + 1)) != 0) {
      scoreboard_->protocol_mismatch(cycle_, "egress", name, "tkeep", "contiguous from bit 0");
      return;
    }
    ended = k != ~0u;
  }
}

template <typename Data, typename Keep>
void Driver::sample_sink(Port port, bool valid, bool ready, bool last, const Data& data, const Keep& keep) {
  Sink& sink = sinks_[static_cast<std::size_t>(port)];
  if (valid || sink.offering) check_beat(port, sink, valid, ready, last, data, keep);
  if (!valid) {
    sink.offering = false;
    return;
  }
  quiet_since_ = clocks_;
  if (!sink.offering && sink.bytes.empty()) sink.first_cycle = cycle_;
  sink.offering = true;
  if (!ready) return;
  last_progress_ = clocks_;
  sink.offering = false;
  std::size_t count = defs::kBusBytes;
  if (last) {
    count = 0;
    for (unsigned w = 0; w < 4; ++w) count += static_cast<std::size_t>(__builtin_popcount(keep[w]));
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&data[0]);
  const std::uint8_t* frame = bytes;
  std::size_t length = count;
  if (!last || !sink.bytes.empty()) {
    sink.bytes.insert(sink.bytes.end(), bytes, bytes + count);
    frame = sink.bytes.data();
    length = sink.bytes.size();
  }
  if (!last) {
    scoreboard_->beat_left(port);
    return;
  }
  if (sink.clocks_per_byte > 0) {
    sink.free_at = std::max(sink.free_at, static_cast<double>(cycle_)) +
                   static_cast<double>(length + 24) * sink.clocks_per_byte;
  }
  const std::vector<std::uint8_t>& pattern = options_.fault_pattern;
  const bool by_count = options_.fault_output != 0 && ++outputs_ == options_.fault_output;
  const bool by_content =
      !pattern.empty() && std::search(frame, frame + length, pattern.begin(), pattern.end()) != frame + length;
  if (by_count || by_content) {
    // The test of the checker: one bit of one output is wrong.
    sink.bytes.assign(frame, frame + length);
    sink.bytes[std::min<std::size_t>(options_.fault_byte, length - 1)] ^= 1;
    frame = sink.bytes.data();
  }
  const Output output = scoreboard_->left(port, sink.first_cycle, frame, length);
  if (on_output) on_output(output);
  sink.bytes.clear();
}

void Driver::check_health() {
  if (context_.errorCount() != 0 || context_.gotError()) {
    throw AssertionError(fmt::format("an assertion of the RTL failed at cycle {} (see above)", cycle_), cycle_);
  }
  // Outstanding: a frame inside, an output to come, or a beat that tready keeps waiting.
  if (clocks_ - last_progress_ > options_.quiet_clocks && (!scoreboard_->idle() || top_->s_axis_tvalid)) {
    throw HangError(fmt::format("no progress for {} clocks at cycle {}: {} frames accepted, {} decided",
                                options_.quiet_clocks, cycle_, scoreboard_->accepted_count(), scoreboard_->done_count()));
  }
  if (options_.max_clocks != 0 && clocks_ > options_.max_clocks) {
    throw HangError(fmt::format("not at its end after {} clocks", options_.max_clocks));
  }
}

void Driver::clock() {
  Top& top = *top_;
  const bool reply_ready = sink_ready(sinks_[0]);
  const bool forward_ready = sink_ready(sinks_[1]);
  top.m_axis_reply_tready = reply_ready;
  top.m_axis_forward_tready = forward_ready;
  top.clk_i = 0;
  top.eval();
  if (top.rst_ni) {
    sample_events();
    sample_sink(Port::kReply, top.m_axis_reply_tvalid, reply_ready, top.m_axis_reply_tlast, top.m_axis_reply_tdata,
                top.m_axis_reply_tkeep);
    sample_sink(Port::kForward, top.m_axis_forward_tvalid, forward_ready, top.m_axis_forward_tlast,
                top.m_axis_forward_tdata, top.m_axis_forward_tkeep);
    if (!scoreboard_->idle()) ++busy_clocks_;
    if (FunctionalCoverage* coverage = scoreboard_->coverage()) {
      ClockView view{};
      view.in_valid = top.s_axis_tvalid;
      view.in_ready = top.s_axis_tready;
      view.reply_valid = top.m_axis_reply_tvalid;
      view.reply_ready = reply_ready;
      view.forward_valid = top.m_axis_forward_tvalid;
      view.forward_ready = forward_ready;
      view.forward_last = top.m_axis_forward_tlast;
      coverage->clock(view);
    }
  }
  top.sram_fault_i = 0;
  if (top.sram_read_o) answer_read();
#ifdef SYNGATE_TRACED
  // Picoseconds, so that every whole MHz has a ruler without drift worth a nanosecond.
  const std::uint64_t period = 1000000 / options_.clock_mhz;
  if (trace_wanted_ && !trace_->isOpen() && cycle_ >= options_.waves_from) open_trace();
  if (trace_wanted_ && options_.waves_to != 0 && cycle_ > options_.waves_to) close_trace();  // idle time was skipped
  if (trace_wanted_ && trace_->isOpen()) trace_->dump(cycle_ * period);
#endif
  top.clk_i = 1;
  top.eval();
#ifdef SYNGATE_TRACED
  if (trace_wanted_ && trace_->isOpen()) {
    trace_->dump(cycle_ * period + period / 2);
    const bool frames_over = options_.waves_frames != 0 && scoreboard_->done_count() >= options_.waves_frames &&
                             clocks_ > last_done_ + kSettleClocks;
    if (frames_over) close_trace();
  }
#endif
  if (context_.errorCount() != 0 || (clocks_ & 63) == 0) check_health();
  ++cycle_;
  ++clocks_;
}

void Driver::send(const std::uint8_t* data, std::size_t length, std::uint64_t tag, bool bad_fcs) {
  // A frame of whole beats may end with one without bytes.
  const bool empty_last = length % defs::kBusBytes == 0 && random_.chance(options_.empty_last_beat);
  send_beats(data, length, 0, (length + defs::kBusBytes - 1) / defs::kBusBytes + (empty_last ? 1 : 0), true, tag, bad_fcs);
}

void Driver::send_beats(const std::uint8_t* data, std::size_t length, std::size_t from, std::size_t to, bool end, std::uint64_t tag,
                        bool bad_fcs) {
  Top& top = *top_;
  for (std::size_t beat = from; beat < to; ++beat) {
    const std::size_t at = beat * defs::kBusBytes;
    while (random_.chance(options_.input_idle)) clock();
    const std::size_t count = std::min<std::size_t>(defs::kBusBytes, length - at);
    auto* bytes = reinterpret_cast<std::uint8_t*>(&top.s_axis_tdata[0]);
    std::memcpy(bytes, data + at, count);
    // Bytes beyond the end are noise: nothing may depend on them.
    if (count < defs::kBusBytes) std::memset(bytes + count, 0xa5, defs::kBusBytes - count);
    for (std::size_t w = 0; w < 4; ++w) {
      const std::size_t low = w * 32;
      const std::size_t bits = count <= low ? 0 : std::min<std::size_t>(32, count - low);
      top.s_axis_tkeep[w] = bits == 32 ? ~0u : (1u << bits) - 1;
    }
    const bool last = end && beat + 1 == to;
    if (last && options_.fault_keep != 0 && scoreboard_->accepted_count() + 1 == options_.fault_keep) top.s_axis_tkeep[0] ^= 8;
    top.s_axis_tlast = last;
    top.s_axis_tuser = last && bad_fcs;
    top.s_axis_tvalid = 1;
    if (scoreboard_->idle()) last_progress_ = clocks_;
    // tready is a register of the RTL: it can be read before the clock falls.
    bool taken = false;
    while (!taken) {
      taken = top.s_axis_tready;
      // Frames leave ingress as fast as they come, so its memory never fills.
      if (!taken) scoreboard_->protocol_mismatch(cycle_, "ingress", "tready", "low", "line rate");
      if (taken && beat == 0) first_ = cycle_;
      if (taken && last) scoreboard_->accepted(first_, cycle_, tag, data, length, bad_fcs, at == length);
      clock();
    }
    last_progress_ = clocks_;
    top.s_axis_tvalid = 0;
  }
}

void Driver::write(std::uint32_t address, std::uint32_t value, unsigned strobes) {
  if (options_.register_log != nullptr) options_.register_log->emplace_back(address, value);
  Top& top = *top_;
  top.s_axil_awaddr = static_cast<SData>(address);
  top.s_axil_wdata = value;
  top.s_axil_wstrb = static_cast<CData>(strobes);
  // Mostly at once; else address or data first, and the answer has to wait.
  const std::uint64_t kind = bus_random_.below(16);
  int address_waits = kind == 0 ? 3 : 0;
  int data_waits = kind == 1 ? 3 : 0;
  int answer_waits = kind == 2 ? 12 : 0;
  bool address_sent = false, data_sent = false, answered = false;
  for (int i = 0; i < 1000 && !answered; ++i) {
    top.s_axil_awvalid = !address_sent && address_waits-- <= 0;
    top.s_axil_wvalid = !data_sent && data_waits-- <= 0;
    top.s_axil_bready = answer_waits <= 0;
    const bool aw = top.s_axil_awvalid && top.s_axil_awready;
    const bool w = top.s_axil_wvalid && top.s_axil_wready;
    const bool waiting = top.s_axil_bvalid;
    answered = waiting && top.s_axil_bready;
    if (answered && !(address_sent && data_sent))
      scoreboard_->protocol_mismatch(cycle_, "csr", "write", "answered", "address and data first");
    if (waiting && top.s_axil_bresp != 0) scoreboard_->protocol_mismatch(cycle_, "csr", "write", "bresp", "OKAY");
    if (waiting) --answer_waits;
    clock();
    if (waiting && !answered && !top.s_axil_bvalid)
      scoreboard_->protocol_mismatch(cycle_, "csr", "write", "bvalid fell", "waits for bready");
    address_sent |= aw;
    data_sent |= w;
  }
  top.s_axil_awvalid = 0;
  top.s_axil_wvalid = 0;
  top.s_axil_bready = 0;
  if (FunctionalCoverage* coverage = scoreboard_->coverage()) coverage->accessed(true, address, value, strobes, !scoreboard_->idle());
  if (!answered) throw HangError(fmt::format("register write to 0x{:03x} was never answered", address));
}

std::uint32_t Driver::read(std::uint32_t address) {
  Top& top = *top_;
  top.s_axil_araddr = static_cast<SData>(address);
  top.s_axil_arvalid = 1;
  int answer_waits = bus_random_.below(16) == 0 ? 12 : 0;
  for (int i = 0; i < 1000; ++i) {
    top.s_axil_rready = answer_waits <= 0;
    const bool ar = top.s_axil_arvalid && top.s_axil_arready;
    const bool waiting = top.s_axil_rvalid;
    const std::uint32_t value = top.s_axil_rdata;
    if (waiting && top.s_axil_arvalid) scoreboard_->protocol_mismatch(cycle_, "csr", "read", "answered", "address first");
    if (waiting && top.s_axil_rresp != 0) scoreboard_->protocol_mismatch(cycle_, "csr", "read", "rresp", "OKAY");
    if (waiting) --answer_waits;
    const bool answered = waiting && top.s_axil_rready;
    clock();
    if (ar) top.s_axil_arvalid = 0;
    if (answered) {
      top.s_axil_rready = 0;
      if (FunctionalCoverage* coverage = scoreboard_->coverage()) coverage->accessed(false, address, value, 0xf, !scoreboard_->idle());
      return value;
    }
    if (waiting && (!top.s_axil_rvalid || top.s_axil_rdata != value))
      scoreboard_->protocol_mismatch(cycle_, "csr", "read", "answer changed", "waits for rready");
  }
  throw HangError(fmt::format("register read from 0x{:03x} was never answered", address));
}

bool Driver::quiescent() const {
  return scoreboard_->idle() && clocks_ > last_done_ + kSettleClocks && clocks_ > quiet_since_ + kSettleClocks;
}

}  // namespace syngate::sim
