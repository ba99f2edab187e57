// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include "catch2.h"

namespace syngate::sim::test {
namespace {

ProgressState half() {
  ProgressState state;
  state.done = 50000;
  state.total = 100000;
  state.seconds = 2.0;
  state.mpps = 6.313;
  return state;
}

TEST_CASE("progress: everything on a wide line") {
  // 50000 frames in 2 s are 25 kframes/s, so the other half takes 2 s.
  CHECK(progress_line(half(), 120, Style()) ==
        "[###############               ]   50 %  50000 of 100000 frames  6.31 Mpps simulated  "
        "25.0 kframes/s  ETA 0:02");
}

TEST_CASE("progress: never wider than asked, the important stays") {
  for (std::size_t columns = 1; columns < 120; ++columns) {
    for (const bool unicode : {false, true}) {
      Style style;
      style.unicode = style.group_digits = unicode;
      const std::string line = progress_line(half(), columns, style);
      INFO(columns << " " << line);
      CHECK(cells(line) <= columns);
      if (columns >= 5) CHECK(line.find("50 %") != std::string::npos);
    }
  }
  CHECK(progress_line(half(), 39, Style()) == " 50 %  25.0 kframes/s  ETA 0:02");
}

TEST_CASE("progress: total unknown, neither percent nor bar nor time left") {
  ProgressState state = half();
  state.total = 0;
  CHECK(progress_line(state, 120, Style()) ==
        "50000 frames  6.31 Mpps simulated  25.0 kframes/s");
}

TEST_CASE("progress: steps have a name; hours are spelled") {
  ProgressState state;
  state.what = "40G syn 60 bytes";
  state.done = 1;
  state.total = 7201;
  state.seconds = 1.0;
  CHECK(progress_line(state, 61, Style()) ==
        "[          ]    0 %  40G syn 60 bytes  1 of 7201  ETA 2:00:00");
  state.total = 0;
  state.what = "counting frames";
  CHECK(progress_line(state, 60, Style()) == "counting frames  1 frames");
}

TEST_CASE("progress: more done than expected is 100 percent") {
  ProgressState state = half();
  state.done = 150000;
  CHECK(progress_line(state, 10, Style()) == "100 %");
}

}  // namespace
}  // namespace syngate::sim::test
