// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "interrupt.h"

#include <csignal>

namespace syngate::sim {
namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the signal handler needs it");

void on_signal(int) { g_interrupted.store(true); }

std::atomic<unsigned> g_usr1{0};
static_assert(std::atomic<unsigned>::is_always_lock_free, "the signal handler needs it");

void on_usr1(int) { g_usr1.fetch_add(1); }

}  // namespace

const std::atomic<bool>& catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // no SA_RESTART: a blocking read must return
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return g_interrupted;
}

const std::atomic<unsigned>& count_usr1() {
  struct sigaction action {};
  action.sa_handler = on_usr1;
  sigaction(SIGUSR1, &action, nullptr);
  return g_usr1;
}

}  // namespace syngate::sim
