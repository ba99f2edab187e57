// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "views.h"

namespace syngate::sim {

/// Counts how often each named point of docs/testplan.json was hit in one simulated pipeline. It is told what happens by scoreboard and
/// driver, changes nothing, and writes "NAME COUNT" lines when it ends. On when the environment variable SYNGATE_FUNCTIONAL_DATA names
/// a folder: every program with a simulator in it then contributes.
class FunctionalCoverage {
 public:
  /// nullptr when nobody wants it.
  static std::unique_ptr<FunctionalCoverage> from_environment();
  explicit FunctionalCoverage(std::string folder);
  ~FunctionalCoverage();
  FunctionalCoverage(const FunctionalCoverage&) = delete;
  FunctionalCoverage& operator=(const FunctionalCoverage&) = delete;

  // Scoreboard.
  void accepted(std::uint64_t first, std::uint64_t cycle, std::size_t length, bool bad_fcs, bool empty_last);
  void committed(const model::Config& config, const model::Time& time, bool busy);
  void deciding(const model::Pipeline& pipeline, const model::Frame& frame, const model::Time& time);
  void decided(const model::Pipeline& pipeline, const model::Outcome& outcome, std::uint64_t cycle, bool old_generation);
  void done(const model::Outcome& outcome, defs::Verdict verdict, defs::Reason reason, std::size_t length, bool queued_reply,
            bool queued_forward);
  void swept(const model::Sweep& sweep, bool busy);
  // Driver.
  void clock(ClockView view);
  void accessed(bool write, std::uint32_t address, std::uint32_t value, unsigned strobes, bool busy);

 private:
  struct Lists;
  static const Lists& lists();
  void remember(const FrameView& view);

  std::string folder_;
  std::vector<std::uint64_t> hits_;
  // What views need of the past.
  std::optional<FrameView> view_;
  struct Write {
    std::uint64_t cycle;
    std::uint32_t row;
  };
  std::array<std::deque<Write>, 2> writes_;      // by channel, the last clocks only
  std::unordered_set<std::uint64_t> reopened_;   // slots
  std::optional<model::Config> config_;
  model::Time time_{};
  std::array<std::array<bool, defs::kSecret1Banks>, 2> renewed_{};  // IPv4, IPv6: banks written since the minute began
  std::uint64_t last_cycle_ = 0, single_run_ = 0;
  bool seen_frame_ = false, last_jumbo_ = false;
  bool reply_full_ = false, reply_cap_ = false, handoff_full_ = false, forward_full_ = false;
  std::uint32_t staged_match_ = 0, status_ = 0;
  bool time_staged_ = false;
  std::uint64_t reply_stalled_ = 0, forward_stalled_ = 0, reply_run_ = 0, forward_run_ = 0;
  bool mid_frame_ = false;
};

}  // namespace syngate::sim
