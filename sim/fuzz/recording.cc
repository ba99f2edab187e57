// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recording of syngate live.
#include "recording.h"

#include "exit_code.h"
#include "input.h"
#include "memory_file.h"
#include "syngate/sim/capture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syngate::sim;
  static syngate::fuzz::MemoryFile file;
  file.set(data, size);
  const bool is_one = LiveRecording::is_one(file.path());
  try {
    LiveRecording recording(file.path());
    FUZZ_PROMISE(is_one, "what can be opened is a recording");
    FUZZ_PROMISE(recording.start().clock_mhz != 0, "a clock that can be divided by");
    FUZZ_PROMISE(recording.start().destinations.size() <= syngate::defs::kDestinations, "destinations fit");
    for (const syngate::model::Destination& d : recording.start().destinations)
      FUZZ_PROMISE(d.prefix_length <= (d.prefix.is6 ? 128u : 32u), "a prefix of its family");
    LiveEvent event;
    bool ended = false;
    while (recording.next(&event)) {
      ended = event.kind == LiveEvent::Kind::kEnd;
      FUZZ_PROMISE(event.bytes.size() <= kCaptureRecordMax, "a record that is believed");
    }
    FUZZ_PROMISE(ended == recording.cut().empty(), "a recording without an end is cut");
  } catch (const CaptureError&) {
  } catch (const InputError&) {
  }
  return 0;
}
