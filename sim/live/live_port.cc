// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "live_port.h"

#include <fmt/core.h>

#include "exit_code.h"
#include "syngate/model/defs.h"
#include "syngate/sim/capture.h"
#include "traffic_source.h"

namespace syngate::sim {

std::uint64_t LivePort::due_ns() const { return kNever; }

std::string LivePort::take_warning() {
  std::string text;
  text.swap(warning_);
  return text;
}

void LivePort::warn(const std::string& text) { warning_ = spec_ + ": " + text; }

bool LivePort::admit(Bytes* frame) {
  if (frame->size() > defs::kFrameBytesMax) {
    if (counts_.too_long++ == 0) {
      warn(
          fmt::format("a frame of {} bytes; the pipeline serves {} at most, so such frames are "
                      "left out. On the sending host: "
                      "ethtool -K IFACE gro off lro off tso off gso off, or a smaller MTU",
                      frame->size(), defs::kFrameBytesMax));
    }
    return false;
  }
  if (frame->size() < kCaptureFrameMin) frame->resize(kCaptureFrameMin);
  ++counts_.in;
  return true;
}

std::unique_ptr<LivePort> open_port(const std::string& spec) {
  const auto colon = spec.find(':');
  const std::string kind = spec.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : spec.substr(colon + 1);
  if (!rest.empty()) {
    if (kind == "tap") return open_tap(spec, rest);
    if (kind == "af") return open_packet(spec, rest);
    if (kind == "unix") return open_stream(spec, rest);
    if (kind == "pcap") return open_capture(spec, rest);
  }
  throw UsageError(
      fmt::format("port {}: expected tap:NAME, af:IFACE, unix:PATH or pcap:FILE", spec));
}

}  // namespace syngate::sim
