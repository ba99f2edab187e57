// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The SRAM channel alone: latency, read before write, and random accesses against a plain map that is looked up when the address is
// given. Exit 1 when a row differs.
#include <cstdio>
#include <map>
#include <random>

#include "qdr_sram.h"

using syngate::sc::QdrSram;

int sc_main(int, char**) {
  constexpr unsigned kBits = 6;
  sc_core::sc_clock clock("clock", 5, sc_core::SC_NS);
  sc_core::sc_signal<bool> read, write;
  sc_core::sc_signal<std::uint32_t> read_address, write_address;
  sc_core::sc_signal<QdrSram::Row> read_data, write_data;
  QdrSram sram("sram", kBits);
  sram.clock(clock);
  sram.read(read);
  sram.read_address(read_address);
  sram.read_data(read_data);
  sram.write(write);
  sram.write_address(write_address);
  sram.write_data(write_data);

  std::mt19937 random(1);
  std::map<std::uint32_t, QdrSram::Row> rows;
  std::map<int, QdrSram::Row> due;  // by the clock in which the core must see them
  unsigned checked = 0, wrong = 0;
  sc_core::sc_start(1, sc_core::SC_NS);  // between two edges, here and below
  for (int t = 0; t < 20000; ++t) {
    // Before edge t: what the controller shows is what was asked for at edge t - kSramReadLatency.
    const auto expected = due.find(t);
    if (expected != due.end()) {
      ++checked;
      wrong += read_data.read() == expected->second ? 0 : 1;
      due.erase(expected);
    }
    const bool reads = random() % 4 != 0, writes = random() % 2 != 0;
    const std::uint32_t from = random() % (1u << kBits), to = random() % 3 == 0 ? from : random() % (1u << kBits);
    QdrSram::Row row;
    for (int w = 0; w < 5; ++w) row.set_word(w, static_cast<unsigned>(w == 4 ? random() & 0xffff : random()));
    read.write(reads);
    read_address.write(from);
    write.write(writes);
    write_address.write(to);
    write_data.write(row);
    if (reads) due[t + static_cast<int>(syngate::defs::kSramReadLatency)] = rows[from];
    if (writes) rows[to] = row;
    sc_core::sc_start(5, sc_core::SC_NS);
  }
  std::printf("%u rows read, %u wrong\n", checked, wrong);
  return wrong == 0 && checked > 10000 ? 0 : 1;
}
