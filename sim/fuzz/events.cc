// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as events.jsonl of a run directory.
#include "events.h"

#include "exit_code.h"
#include "input.h"
#include "memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syngate::sim;
  static syngate::fuzz::MemoryFile file;
  file.set(data, size);
  try {
    EventReader reader(file.path());
    Event event;
    while (reader.next(&event)) {
      FUZZ_PROMISE(event.kind <= Event::Kind::kEnd, "an event of a known kind");
      if (event.kind != Event::Kind::kFrame) continue;
      FUZZ_PROMISE(static_cast<unsigned>(event.frame.verdict) < syngate::defs::kVerdictCount, "a known verdict");
      FUZZ_PROMISE(static_cast<unsigned>(event.frame.reason) < syngate::defs::kReasonCount, "a known reason");
    }
    FUZZ_PROMISE(!reader.next(&event), "the end stays the end");
  } catch (const InputError&) {
  }
  return 0;
}
