// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "views.h"

namespace syngate::sim {

/// A named point of docs/testplan.json and when it is hit. The names there and here must be the same; scripts/coverage compares them.
template <typename View>
struct Point {
  std::string name;
  std::function<bool(const View&)> hit;
};

/// Points of one kind of view, in the order in which they are added.
template <typename View>
struct Points {
  std::vector<Point<View>> list;
  void add(std::string name, std::function<bool(const View&)> hit) { list.push_back({std::move(name), std::move(hit)}); }
};

/// What a frame is: headers, options, protection, policies.
void add_frame_points(Points<FrameView>& points);
/// What becomes of a flow: cookie, timestamp, table, verdict, hand-off.
void add_flow_points(Points<FrameView>& points);
/// Ports, registers, time.
void add_bus_points(Points<AcceptedView>& accepted, Points<DoneView>& done, Points<ClockView>& clock);
void add_register_points(Points<RegisterView>& registers, Points<CommitView>& commits, Points<SweepView>& sweeps);

}  // namespace syngate::sim
