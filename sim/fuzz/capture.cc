// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture file. The first byte chooses options and a filter, the rest is the file.
#include <fmt/core.h>

#include <array>

#include "input.h"
#include "memory_file.h"
#include "syngate/sim/capture.h"
#include "syngate/sim/errors.h"
#include "syngate/sim/packet_view.h"

namespace {

// Fixed ones: what libpcap's compiler makes of any text is not ours.
constexpr std::array<const char*, 8> kFilters = {"", "", "", "tcp", "ip6 and tcp port 443", "tcp[tcpflags] & tcp-syn != 0",
                                                 "len > 100 or vlan", "net 198.51.100.0/24"};

void check_frame(const syngate::sim::CaptureFrame& frame, std::uint64_t before) {
  using namespace syngate::sim;
  FUZZ_PROMISE(frame.number > before, "frames are numbered upwards");
  FUZZ_PROMISE(frame.bytes.size() >= kCaptureFrameMin && frame.bytes.size() <= kCaptureFrameMax, "a frame that can be offered");
  const std::uint8_t* data = frame.bytes.data();
  const std::size_t length = frame.bytes.size();
  const PacketView view = view_packet(data, length);
  FUZZ_PROMISE(!view.tcp || (view.l4 + 20 <= length && view.payload < length), "what a view names lies inside the frame");
  FUZZ_PROMISE(!describe_packet(data, length).empty(), "every frame has a description");
  for (std::size_t at = 0; at <= length && at < 160; ++at) FUZZ_PROMISE(!field_at(data, length, at).empty(), "every byte has a name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syngate::sim;
  static syngate::fuzz::MemoryFile file;
  if (size == 0) return 0;
  CaptureOptions options;
  options.filter = kFilters[data[0] & 7];
  options.pad_truncated = (data[0] & 8) != 0;
  options.fix_checksums = (data[0] & 16) != 0;
  file.set(data + 1, size - 1);
  try {
    CaptureReader reader(file.path(), options);
    CaptureFrame frame;
    std::uint64_t offered = 0, number = 0;
    while (reader.next(&frame)) {
      ++offered;
      check_frame(frame, number);
      number = frame.number;
      const CaptureCounts& counts = reader.counts();
      FUZZ_PROMISE(counts.frames_read == offered + counts.skipped_total(), "every frame is offered or skipped");
    }
    FUZZ_PROMISE(!reader.next(&frame), "the end stays the end");
    FUZZ_PROMISE(!reader.description().empty(), "a readable file has a description");
    FUZZ_PROMISE(reader.counts().frames_read == offered + reader.counts().skipped_total(), "every frame is offered or skipped");
  } catch (const CaptureError&) {
  } catch (const FilterError&) {
  }
  return 0;
}
