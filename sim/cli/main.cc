// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "app.h"

int main(int argc, char** argv) {
#ifdef SYNGATE_TRACED
  constexpr bool kTraced = true;
#else
  constexpr bool kTraced = false;
#endif
  return syngate::sim::run_app(argc, argv, kTraced);
}
