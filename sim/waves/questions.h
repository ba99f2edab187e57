// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace syngate::sim {

/// How a signal of a preset is shown.
enum class Radix : std::uint8_t { kHex, kDecimal, kBinary, kEnum };
/// Colours of verdicts and roles, the same in every viewer.
enum class Tint : std::uint8_t { kPlain, kPass, kReply, kHandoff, kDrop };

struct WaveSignal {
  std::string name;  ///< below TOP.syngate_tb, as in the FST
  unsigned bits;     ///< width in the FST
  Radix radix = Radix::kHex;
  Tint tint = Tint::kPlain;
};

struct WaveGroup {
  std::string title;
  std::vector<WaveSignal> signals;
};

/// A preset of a viewer: what to look at to answer one question.
struct Question {
  std::string name;   ///< one_syn, why_dropped, cookie_lanes, table, csr
  std::string title;  ///< the question
  std::vector<WaveGroup> groups;
};

/// The one list that all viewers' files are made from.
const std::vector<Question>& wave_questions();

/// Where the interesting moment lies, in picoseconds of the FST.
struct WaveWindow {
  std::uint64_t from_ps = 0, marker_ps = 0, to_ps = 0;
};

/// A GTKWave save file: groups, radix, colours, marker at the event, zoom on the window. Names no dump file: it is given on the
/// command line.
std::string gtkwave_preset(const Question& question, const WaveWindow& window);
/// A Surfer command file (`surfer -c FILE wave.fst`).
std::string surfer_preset(const Question& question, const WaveWindow& window);

}  // namespace syngate::sim
