// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "qdr_sram.h"

namespace syngate::sc {
namespace {

constexpr int kWordBits = 36;

QdrSram::Row join(const std::array<std::uint64_t, 4>& burst) {
  QdrSram::Row row;
  for (int w = 0; w < 4; ++w) row.range(kWordBits * w + kWordBits - 1, kWordBits * w) = burst[static_cast<std::size_t>(w)];
  return row;
}

std::array<std::uint64_t, 4> split(const QdrSram::Row& row) {
  std::array<std::uint64_t, 4> burst{};
  for (int w = 0; w < 4; ++w) burst[static_cast<std::size_t>(w)] = row.range(kWordBits * w + kWordBits - 1, kWordBits * w).to_uint64();
  return burst;
}

}  // namespace

QdrSram::QdrSram(const sc_core::sc_module_name& name, unsigned address_bits)
    : sc_module(name), rows_(std::size_t{1} << address_bits), pipe_(defs::kSramReadLatency - 1) {
  SC_HAS_PROCESS(QdrSram);
  SC_METHOD(tick);
  sensitive << clock.pos();
  dont_initialize();
}

void QdrSram::tick() {
  // The row on the output registers of this clock was asked for kSramReadLatency clocks ago.
  pipe_.push_back(output_);
  if (read.read()) pipe_.back() = output_ = rows_[read_address.read() % rows_.size()];
  if (write.read()) rows_[write_address.read() % rows_.size()] = split(write_data.read());
  read_data.write(join(pipe_.front()));
  pipe_.pop_front();
}

}  // namespace syngate::sc
