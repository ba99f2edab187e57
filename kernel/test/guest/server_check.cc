// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// server_check CASES HANDOFFS|container: what the module promises, case by case, with the frames that the RTL sent (record_server).
#include <cstdlib>
#include <exception>

#include "control.h"
#include "server_world.h"

using namespace syngate::guest;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    World world(argv[1]);
    if (std::string(argv[2]) == "container") {
      for (const char* v : {"v4_", "v6_"}) play_container(world, v);
      return world.ktap.finish();
    }
    start_module(argv[1]);
    for (const char* v : {"v4_", "v6_"}) {
      play_basics(world, v);
      play_existing(world, v);
    }
    play_control(world);
    play_load(world, static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)));
    control("status");
    return world.ktap.finish();
  } catch (const std::exception& e) {
    Ktap ktap;
    ktap.result(false, "the check could be run", e.what());
    return ktap.finish();
  }
}
