// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "live_port.h"
#include "pacing.h"
#include "syngate/sim/capture.h"
#include "traffic_source.h"

namespace syngate::sim {
namespace {

/// Frames of a capture at its own pace; what is sent to it is counted and forgotten.
class CapturePort : public LivePort {
 public:
  CapturePort(const std::string& spec, const std::string& path)
      : LivePort(spec), reader_(path, {}) {
    fetch();
  }

  int fd() const override { return -1; }
  std::uint64_t due_ns() const override { return has_next_ ? next_ns_ : kNever; }
  void set_now(std::uint64_t now_ns) override { now_ns_ = now_ns; }
  bool finished() const override { return !has_next_; }

  bool read(Bytes* frame) override {
    while (has_next_ && next_ns_ <= now_ns_) {
      frame->swap(next_.bytes);
      fetch();
      if (admit(frame)) return true;
    }
    return false;
  }

  void write(const std::uint8_t*, std::size_t) override { ++counts_.out; }

 private:
  void fetch() {
    has_next_ = reader_.next(&next_);
    if (has_next_) next_ns_ = clock_.advance(next_.time_ns, next_.has_time);
  }

  CaptureReader reader_;
  CaptureClock clock_;
  CaptureFrame next_;
  bool has_next_ = false;
  std::uint64_t next_ns_ = 0, now_ns_ = 0;
};

}  // namespace

std::unique_ptr<LivePort> open_capture(const std::string& spec, const std::string& path) {
  return std::make_unique<CapturePort>(spec, path);
}

}  // namespace syngate::sim
