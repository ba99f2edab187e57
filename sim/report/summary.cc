// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "summary.h"

#include <algorithm>

namespace syngate::sim {
namespace {

// Above this many clocks, latencies are kept in steps of a sixteenth of their size: the number of
// steps stays small.
constexpr std::uint64_t kExactLatency = 512;

std::uint64_t latency_step(std::uint64_t clocks) {
  if (clocks < kExactLatency) return clocks;
  std::uint64_t step = 1;
  while (clocks / step >= 32) step *= 2;
  return clocks / step * step;
}

}  // namespace

void TopNames::add(const std::string& name) {
  const auto found = counts_.find(name);
  std::uint64_t count = 1;
  if (found != counts_.end()) {
    count = ++found->second;
  } else {
    if (counts_.size() >= capacity_) {
      // Give up the smallest; names that have grown since they were filed are filed again.
      while (true) {
        auto smallest = by_count_.begin();
        const std::string candidate = smallest->second.back();
        smallest->second.pop_back();
        const std::uint64_t filed = smallest->first;
        if (smallest->second.empty()) by_count_.erase(smallest);
        const std::uint64_t real = counts_[candidate];
        if (real != filed) {
          by_count_[real].push_back(candidate);
          continue;
        }
        counts_.erase(candidate);
        evicted_ = std::max(evicted_, real);
        count = real + 1;
        break;
      }
    }
    counts_[name] = count;
    by_count_[count].push_back(name);
  }
}

std::vector<std::pair<std::string, std::uint64_t>> TopNames::top(std::size_t n) const {
  std::vector<std::pair<std::string, std::uint64_t>> all(counts_.begin(), counts_.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (all.size() > n) all.resize(n);
  return all;
}

std::string flow_source(const std::string& flow) {
  const auto arrow = flow.find(" -> ");
  if (arrow == std::string::npos) return "";
  const auto space = flow.rfind(' ', arrow - 1);
  std::string end = flow.substr(space == std::string::npos ? 0 : space + 1,
                                arrow - (space == std::string::npos ? 0 : space + 1));
  if (!end.empty() && end[0] == '[') return end.substr(1, end.find(']') - 1);
  const auto colon = end.find(':');
  // More than one colon without brackets: an IPv6 address without a port.
  if (colon != std::string::npos && end.find(':', colon + 1) == std::string::npos)
    end.resize(colon);
  return end;
}

TimeSlice& RunSummary::slice(std::uint64_t cycle) {
  const std::uint64_t since = cycle > first_cycle ? cycle - first_cycle : 0;
  while (since / slice_clocks >= kSlices) {
    // Twice as long: neighbours become one.
    for (std::size_t i = 0; i < slices.size(); i += 2) {
      TimeSlice sum = slices[i];
      if (i + 1 < slices.size()) {
        const TimeSlice& next = slices[i + 1];
        sum.offered += next.offered;
        sum.answered += next.answered;
        sum.validated += next.validated;
        for (std::size_t r = 0; r < sum.dropped.size(); ++r) sum.dropped[r] += next.dropped[r];
        sum.flows = next.flows;
      }
      slices[i / 2] = sum;
    }
    slices.resize((slices.size() + 1) / 2);
    slice_clocks *= 2;
  }
  const auto index = static_cast<std::size_t>(since / slice_clocks);
  while (slices.size() <= index) {
    TimeSlice empty;
    if (!slices.empty()) empty.flows = slices.back().flows;
    slices.push_back(empty);
  }
  return slices[index];
}

void RunSummary::add(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kStart:
      started = true;
      clock_mhz = event.clock_mhz;
      checked = event.check;
      first_cycle = event.cycle;
      last_cycle = event.cycle;
      break;
    case Event::Kind::kTime:
      break;
    case Event::Kind::kRotate:
      ++rotations;
      break;
    case Event::Kind::kMismatch:
      ++mismatches;
      if (first_mismatches.size() < kMismatches) first_mismatches.push_back(event);
      break;
    case Event::Kind::kEnd:
      ended = true;
      mismatches = event.mismatches;
      lost = event.lost;
      last_cycle = std::max(last_cycle, event.cycle);
      break;
    case Event::Kind::kFrame: {
      const FrameEvent& f = event.frame;
      ++frames;
      ++sources[static_cast<std::size_t>(f.source)];
      ++verdicts[static_cast<std::size_t>(f.verdict)];
      last_cycle = std::max(last_cycle, f.done);
      TimeSlice& now = slice(f.in);
      ++now.offered;
      if (f.verdict == defs::Verdict::kReply) ++now.answered;
      if (f.verdict == defs::Verdict::kHandoff || f.verdict == defs::Verdict::kHandoffPass)
        ++now.validated;
      if (f.verdict == defs::Verdict::kDrop) {
        ++reasons[static_cast<std::size_t>(f.reason)];
        ++now.dropped[static_cast<std::size_t>(f.reason)];
      }
      if (f.flows) now.flows = *f.flows;
      const std::uint64_t out = f.out.empty() ? f.done + 1 : f.out.front().cycle;
      ++latency[latency_step(out > f.in ? out - f.in : 0)];
      if (const std::string source = flow_source(f.flow); !source.empty()) talkers.add(source);
      if (!f.options.empty()) shapes.add(f.options);
      break;
    }
  }
}

}  // namespace syngate::sim
