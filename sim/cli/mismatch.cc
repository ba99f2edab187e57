// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "mismatch.h"

#include <fmt/core.h>

#include <algorithm>

#include "syngate/sim/packet_view.h"

namespace syngate::sim {
namespace {

constexpr std::size_t kRowBytes = 16;

// One hexdump row; the bytes from `mark` to `mark_end` stand in brackets.
std::string dump_row(const std::vector<std::uint8_t>& bytes, std::size_t row, std::size_t mark,
                     std::size_t mark_end) {
  std::string text = fmt::format("{:04x} ", row);
  for (std::size_t at = row; at < row + kRowBytes; ++at) {
    text += at == mark ? " [" : " ";
    text += at < bytes.size() ? fmt::format("{:02x}", bytes[at]) : "--";
    if (at + 1 == mark_end) text += ']';
  }
  return text;
}

}  // namespace

std::string mismatch_text(const Mismatch& mismatch, const FrameOrigin& origin,
                          const std::string& waves, const std::string& rerun) {
  std::string text = fmt::format("MISMATCH packet {}", mismatch.id);
  if (!origin.description.empty()) text += "  " + origin.description;
  if (!origin.capture.empty())
    text += fmt::format("   {} frame {},", origin.capture, origin.number);
  text += fmt::format(" cycle {}\n", mismatch.cycle);
  text += fmt::format("  stage   {:<12}  field {}", mismatch.stage, mismatch.field);
  // Where whole frames differ there are no values to print.
  if (!mismatch.rtl.empty() || !mismatch.model.empty()) {
    text += fmt::format("   rtl {}   model {}", mismatch.rtl, mismatch.model);
  }
  text += '\n';

  const std::vector<std::uint8_t>& rtl = mismatch.rtl_bytes;
  const std::vector<std::uint8_t>& model = mismatch.model_bytes;
  if (rtl != model) {
    const std::size_t shorter = std::min(rtl.size(), model.size());
    const std::size_t first = static_cast<std::size_t>(
        std::mismatch(rtl.begin(), rtl.begin() + static_cast<std::ptrdiff_t>(shorter),
                      model.begin())
            .first -
        rtl.begin());
    // The model's frame names the field: it is the one that is meant to be right.
    const std::vector<std::uint8_t>& reference = first < model.size() ? model : rtl;
    const std::string field = field_at(reference.data(), reference.size(), first);
    const std::size_t row = first / kRowBytes * kRowBytes;
    std::size_t mark = first;
    std::size_t mark_end = first + 1;
    if (field != "payload") {
      const auto same_field = [&](std::size_t at) {
        return field_at(reference.data(), reference.size(), at) == field;
      };
      while (mark > row && same_field(mark - 1)) --mark;
      while (mark_end < std::min(row + kRowBytes, reference.size()) && same_field(mark_end))
        ++mark_end;
    }
    std::size_t different = std::max(rtl.size(), model.size()) - shorter;
    for (std::size_t i = 0; i < shorter; ++i) different += rtl[i] != model[i] ? 1 : 0;
    text += fmt::format("  bytes   first difference at 0x{:02x} ({}), {} of {} bytes differ", first,
                        field, different, std::max(rtl.size(), model.size()));
    if (rtl.size() != model.size())
      text += fmt::format(", lengths: rtl {}, model {}", rtl.size(), model.size());
    text += '\n';
    text += fmt::format("    {}  rtl\n", dump_row(rtl, row, mark, mark_end));
    text += fmt::format("    {}  model\n", dump_row(model, row, mark, mark_end));
  }
  if (!waves.empty()) text += fmt::format("  waves   {}\n", waves);
  if (!rerun.empty()) text += fmt::format("  rerun   {}\n", rerun);
  return text;
}

}  // namespace syngate::sim
