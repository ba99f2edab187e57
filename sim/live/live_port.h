// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "frame_builder.h"
#include "syngate/sim/errors.h"

namespace syngate::sim {

/// A port that cannot be opened or is gone. The text names the port, why, and what to do; exit 3.
struct PortError : InputError {
  using InputError::InputError;
};

/// What went through a port. Frames and their bytes are without FCS.
struct PortCounts {
  std::uint64_t in = 0, out = 0;
  std::uint64_t too_long = 0;  ///< arrived with more than FRAME_BYTES_MAX bytes: left out
  std::uint64_t checksum_partial =
      0;  ///< arrived before the sender's offload had finished their checksum: left out
  std::uint64_t not_sent =
      0;  ///< the port did not take them: it is down, full, or nobody is connected
};

/// One end of the pipeline in the real world. Nothing here ever blocks.
class LivePort {
 public:
  explicit LivePort(std::string spec) : spec_(std::move(spec)) {}
  virtual ~LivePort() = default;
  LivePort(const LivePort&) = delete;
  LivePort& operator=(const LivePort&) = delete;

  /// Readable when a frame (or a peer) waits; -1 when time alone decides.
  virtual int fd() const = 0;
  /// The next frame, at least 60 bytes (a MAC pads); false when none waits. Throws PortError when
  /// the port is gone.
  virtual bool read(Bytes* frame) = 0;
  /// Sends a frame or counts it in not_sent. Throws PortError when the port is gone.
  virtual void write(const std::uint8_t* data, std::size_t length) = 0;
  /// Nanoseconds of the run at which read() has something, kNever when its fd says so.
  virtual std::uint64_t due_ns() const;
  /// Tells what time it is, for ports that have no fd.
  virtual void set_now(std::uint64_t) {}
  /// Nothing will ever come any more.
  virtual bool finished() const { return false; }

  /// As it was asked for: "tap:c0".
  const std::string& spec() const { return spec_; }
  const PortCounts& counts() const { return counts_; }
  /// What the user must be told, once; empty when there is nothing (any more).
  std::string take_warning();

 protected:
  /// Pads to 60 bytes; false (counted, warned of once) when the frame is longer than the pipeline
  /// serves.
  bool admit(Bytes* frame);
  void warn(const std::string& text);

  std::string spec_;
  PortCounts counts_;

 private:
  std::string warning_;
};

/// Opens "tap:NAME", "af:IFACE", "unix:PATH" or "pcap:FILE". Throws UsageError for another text,
/// PortError.
std::unique_ptr<LivePort> open_port(const std::string& spec);

std::unique_ptr<LivePort> open_tap(const std::string& spec, const std::string& name);
std::unique_ptr<LivePort> open_packet(const std::string& spec, const std::string& interface);
std::unique_ptr<LivePort> open_stream(const std::string& spec, const std::string& path);
std::unique_ptr<LivePort> open_capture(const std::string& spec, const std::string& path);

}  // namespace syngate::sim
