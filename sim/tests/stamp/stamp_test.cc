// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The MAC pipe against the stamps of a second implementation (test_vectors/cookie/make-stamp-vectors), back to back.
#include <Vsyngate_stamp.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../covered.h"
#include "../wide.h"
#include "catch2.h"
#include "syngate/model/stamp.h"
#include "vectors.h"

namespace {

using syngate::sim::set_bits;

// meta_t of rtl/syngate_pkg.sv, first field in the highest bits.
const std::vector<std::pair<std::string, unsigned>> kMeta = {
    {"id", 32}, {"beats", 7}, {"pre", 3}, {"reason", 5}, {"tags", 2}, {"is6", 1}, {"dmac", 48}, {"smac", 48},
    {"vlan", 64}, {"saddr", 128}, {"daddr", 128}, {"sport", 16}, {"dport", 16}, {"seq", 32}, {"ack", 32},
    {"window", 16}, {"ttl", 8}, {"class", 8}, {"label", 20}, {"flags", 4}, {"payload", 1}, {"ecn", 1}, {"index", 2},
    {"wscale_ok", 1}, {"wscale", 4}, {"sack", 1}, {"ts", 1}, {"tsval", 32}, {"tsecr", 32}, {"mss", 16},
    {"dest_wscale", 4}, {"dest_key", 4}, {"dest_window", 16}, {"count", 32}, {"ms", 32}};

constexpr std::size_t kLast = 64;  // clock of the last word
constexpr std::size_t kMac = 82;   // clock of the result

std::uint32_t swap32(std::uint32_t x) { return __builtin_bswap32(x); }

}  // namespace

TEST_CASE("stamp: every vector, one a clock", "[stamp][vectors]") {
  std::map<std::string, unsigned> low;
  unsigned bits = 0;
  for (auto field = kMeta.rbegin(); field != kMeta.rend(); ++field) {
    low[field->first] = bits;
    bits += field->second;
  }
  const auto records = vectors::load("cookie/stamp.json")["records"];
  REQUIRE(records.size() == 40);
  VerilatedContext context;
  Covered<Vsyngate_stamp> top{&context};
  const auto clock = [&] {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
  };
  top.rst_ni = 0;
  for (int i = 0; i < 4; ++i) clock();
  top.rst_ni = 1;
  for (std::size_t c = 0; c < records.size() + kMac; ++c) {
    if (c < records.size()) {
      const auto& r = records[c];
      const auto address = vectors::address(r["source"]);
      auto& m = top.meta_i;
      for (unsigned i = 0; i < 16; ++i) set_bits(m, low["saddr"] + 8 * i, 8, address.bytes[i]);
      set_bits(m, low["is6"], 1, address.is6);
      const std::uint16_t sport = r["sport"];
      set_bits(m, low["sport"], 16, static_cast<std::uint16_t>(sport << 8 | sport >> 8));
      set_bits(m, low["seq"], 32, r["seq"].get<std::uint32_t>());
      set_bits(m, low["ack"], 32, r["ack"].get<std::uint32_t>());
      set_bits(m, low["ts"], 1, r["timestamps"].get<bool>());
      set_bits(m, low["tsecr"], 32, swap32(r["tsecr"].get<std::uint32_t>()));
      set_bits(m, low["dest_wscale"], 4, r["rcv_wscale"].get<unsigned>());
      const unsigned id = r["key_id"];
      set_bits(m, low["dest_key"], 4, id);
      const auto key = vectors::bytes(r["key"]);
      for (unsigned i = 0; i < 16; ++i) set_bits(top.stamp_key_i, 8 * i, 8, key[i]);
    }
    if (c >= kLast && c - kLast < records.size()) {
      const auto& r = records[c - kLast];
      top.last_mss_i = r["mss"].get<std::uint16_t>();
      top.last_is6_i = vectors::address(r["source"]).is6;
      top.last_clock_i = r["clock"].get<std::uint32_t>();
    }
    clock();
    if (c + 1 >= kMac && c + 1 - kMac < records.size()) {
      const auto option = vectors::bytes(records[c + 1 - kMac]["option"]);
      std::uint64_t mac = 0;
      for (unsigned i = 0; i < 8; ++i) mac |= std::uint64_t{option[12 + i]} << (8 * i);
      INFO("record " << c + 1 - kMac);
      CHECK(top.mac_o == mac);
    }
  }
}

TEST_CASE("stamp: every bit of the last word, and a reset in between", "[stamp]") {
  // The MAC of an IPv4 segment whose metadata are all zero but for its addresses and ports, by the model; key id 0.
  namespace model = syngate::model;
  std::map<std::string, unsigned> low;
  unsigned bits = 0;
  for (auto field = kMeta.rbegin(); field != kMeta.rend(); ++field) {
    low[field->first] = bits;
    bits += field->second;
  }
  const model::SipKey key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
  model::Flow flow;
  flow.source.bytes = {192, 0, 2, 1};
  flow.source_port = 0x1234;
  VerilatedContext context;
  Covered<Vsyngate_stamp> top{&context};
  const auto clock = [&](std::size_t clocks) {
    for (std::size_t i = 0; i < clocks; ++i) {
      top.clk_i = 0;
      top.eval();
      top.clk_i = 1;
      top.eval();
    }
  };
  for (unsigned i = 0; i < 4; ++i) set_bits(top.meta_i, low["saddr"] + 8 * i, 8, flow.source.bytes[i]);
  set_bits(top.meta_i, low["sport"], 16, 0x3412);
  set_bits(top.stamp_key_i, 0, 64, key.k0);
  set_bits(top.stamp_key_i, 64, 64, key.k1);
  for (const std::uint32_t pattern : {0xffffffffu, 0x55555555u, 0xaaaaaaaau, 0u}) {
    top.rst_ni = 0;
    clock(4);
    top.rst_ni = 1;
    model::Stamp stamp;
    stamp.mss = static_cast<std::uint16_t>(pattern);
    stamp.clock = pattern;
    top.last_mss_i = stamp.mss;
    top.last_is6_i = 0;
    top.last_clock_i = stamp.clock;
    // The inputs stand still, so every clock from then on gives the same.
    clock(kMac + 20);
    INFO("pattern " << pattern);
    CHECK(top.mac_o == model::stamp_mac(stamp, flow, 0, 0, 0, key));
  }
}
