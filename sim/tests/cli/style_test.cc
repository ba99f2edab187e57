// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "style.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "catch2.h"

namespace syngate::sim {
namespace {

TEST_CASE("plain by default") {
  const Style plain;
  CHECK(plain.paint(Color::kRed, "drop") == "drop");
  CHECK(plain.number(1234567) == "1234567");
  CHECK(plain.bar(1, 2, 10) == "#####");
  CHECK(plain.bar(1, 1000000, 10) == "#");
  CHECK(plain.bar(0, 5, 10).empty());
  CHECK(plain.bar(5, 5, 10) == "##########");
}

TEST_CASE("on a terminal") {
  Style style;
  style.color = style.unicode = style.group_digits = true;
  CHECK(style.paint(Color::kRed, "drop") == "\x1b[31mdrop\x1b[0m");
  CHECK(style.number(123) == "123");
  CHECK(style.number(1234567) ==
        "1\xe2\x80\x89"
        "234\xe2\x80\x89"
        "567");
  CHECK(pad_left(style.number(1234), 7) ==
        "  1\xe2\x80\x89"
        "234");
  CHECK(style.bar(1, 2, 2) == "\xe2\x96\x88");
  style.unicode = false;
  CHECK(style.number(1234567) == "1 234 567");
}

TEST_CASE("colours need a terminal and no NO_COLOR") {
  const int controller = posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(controller >= 0);
  REQUIRE(grantpt(controller) == 0);
  REQUIRE(unlockpt(controller) == 0);
  std::FILE* terminal = std::fopen(ptsname(controller), "w");
  std::FILE* file = std::fopen("/dev/null", "w");
  REQUIRE(terminal != nullptr);
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  CHECK(make_style("auto", terminal).color);
  CHECK(make_style("auto", terminal).group_digits);
  CHECK_FALSE(make_style("never", terminal).color);
  CHECK_FALSE(make_style("auto", file).color);
  CHECK(make_style("always", file).color);
  CHECK_FALSE(make_style("always", file).group_digits);
  setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(make_style("auto", terminal).color);
  CHECK(make_style("always", terminal).color);
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  CHECK_FALSE(make_style("auto", terminal).color);
  std::fclose(file);
  std::fclose(terminal);
  close(controller);
}

TEST_CASE("arguments for the shell") {
  CHECK(shell_quote("a-b_c/d.pcap") == "a-b_c/d.pcap");
  CHECK(shell_quote("tcp and port 80") == "'tcp and port 80'");
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("[2001:db8::/32]:443") == "'[2001:db8::/32]:443'");
  CHECK(shell_quote("").size() == 2);
}

}  // namespace
}  // namespace syngate::sim
