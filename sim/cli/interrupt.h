// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>

namespace syngate::sim {

/// From now on the first SIGINT or SIGTERM sets the flag that is returned, so that work can end in
/// good order; a second one has its usual effect. Reads that wait are ended by the signal.
const std::atomic<bool>& catch_interrupts();

/// From now on SIGUSR1 counts here instead of ending the program.
const std::atomic<unsigned>& count_usr1();

}  // namespace syngate::sim
