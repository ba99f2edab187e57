// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace syngate::sim {

/// A capture that cannot be used at all: not there, not a capture, or of a link type that carries
/// no Ethernet or IP. The text names file, place and reason.
struct CaptureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A BPF expression that libpcap refuses.
struct FilterError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An output capture that cannot be created or written.
struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Why a frame of a capture is not offered. Spelled in outputs as skip_name() says.
enum class Skip : std::uint8_t {
  kFilter = 0,        ///< the BPF filter does not match
  kLinkType = 1,      ///< its interface has a link type that is neither Ethernet nor IP
  kLinkProtocol = 2,  ///< NULL, loop or raw IP with something that is not IP, or half a link header
  kEmptyRecord = 3,   ///< a record of zero captured bytes
  kTruncatedCapture = 4,  ///< cut by the snaplen
  kTooLong = 5,           ///< longer than kCaptureFrameMax as an Ethernet frame
  kNoInterface = 6,       ///< pcapng: names an interface that the file does not describe
};
inline constexpr std::size_t kSkipCount = 7;

/// Name of a reason as it is spelled in outputs.
const char* skip_name(Skip reason);

/// Longest frame that is offered to the pipeline (which drops all above 9216 bytes as bad_frame).
inline constexpr std::size_t kCaptureFrameMax = 16000;
/// Shortest frame that an Ethernet MAC sends, without FCS.
inline constexpr std::size_t kCaptureFrameMin = 60;
/// Longest record that is believed: libpcap's own bound.
inline constexpr std::uint32_t kCaptureRecordMax = 262144;

struct CaptureOptions {
  std::string filter;  ///< BPF expression, empty: everything; applied to the bytes as captured
  bool pad_truncated = false;  ///< fill frames cut by the snaplen with zeros, do not skip them
  bool fix_checksums = false;  ///< correct IPv4 and TCP checksums of TCP frames (checksum offload)
  /// When a signal handler sets it, a read that was waiting ends the file.
  const std::atomic<bool>* stop = nullptr;
};

/// One frame, ready to be offered: an Ethernet frame without FCS, at least 60 bytes.
struct CaptureFrame {
  std::uint64_t number = 0;  ///< position in the file, from 1, as Wireshark counts
  std::int64_t time_ns = 0;  ///< since 1970, as in the file
  bool has_time = true;      ///< false: simple packet block of pcapng
  std::vector<std::uint8_t> bytes;
};

/// What a reader has done so far. frames_read = frames offered + sum(skipped), after each next().
struct CaptureCounts {
  std::uint64_t frames_read = 0;
  std::uint64_t skipped[kSkipCount] = {};
  std::uint64_t frames_padded = 0;    ///< shorter than 60 bytes, filled with zeros like a MAC does
  std::uint64_t frames_extended = 0;  ///< cut by the snaplen, filled with zeros up to their length
  std::uint64_t checksums_fixed = 0;  ///< frames in which fix_checksums changed a checksum
  std::uint64_t lengths_fixed = 0;    ///< IPv4 total length 0 (segmentation offload) set likewise

  std::uint64_t skipped_total() const;
  CaptureCounts& operator+=(const CaptureCounts& other);
};

/// Reads pcap and pcapng, micro- or nanoseconds, both byte orders, by magic and never by name.
/// Link types: Ethernet as it is; Linux SLL and SLL2, NULL, loop and raw IP get an Ethernet header
/// with the locally administered addresses 02:00:00:00:00:02 (source) and 02:00:00:00:00:01
/// (destination). A file that is cut, or damaged after a good file header, ends at the last good
/// record with a warning.
class CaptureReader {
 public:
  /// Opens `path`, "-" is standard input. Throws CaptureError when there is no readable capture
  /// file header or the one link type of a pcap file cannot be used, FilterError when the filter
  /// does not compile.
  CaptureReader(const std::string& path, const CaptureOptions& options);
  ~CaptureReader();
  CaptureReader(CaptureReader&&) noexcept;
  CaptureReader& operator=(CaptureReader&&) noexcept;

  /// Reads on to the next frame that can be offered; false at the end. Throws CaptureError when no
  /// frame of a pcapng file has a usable link type, FilterError when the filter does not compile
  /// for the frame's link type.
  bool next(CaptureFrame* frame);

  const CaptureCounts& counts() const;
  /// One line each, naming the file; complete after next() has returned false.
  const std::vector<std::string>& warnings() const;
  /// The name used in messages: the path, or "standard input".
  const std::string& name() const;
  /// What the file is, for people: "pcap, nanoseconds, big-endian, Ethernet".
  std::string description() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Checks that a BPF expression compiles for some usable link type. Throws FilterError with
/// libpcap's reason for Ethernet.
void check_filter(const std::string& expression);

/// Writes a pcap file: nanoseconds, Ethernet, little-endian, the same bytes on every machine.
class PcapWriter {
 public:
  /// Creates or truncates the file. Throws OutputError.
  explicit PcapWriter(const std::string& path);
  ~PcapWriter();
  PcapWriter(const PcapWriter&) = delete;
  PcapWriter& operator=(const PcapWriter&) = delete;

  /// Appends one frame; `time_ns` since 1970 (clamped to what 32 bits of seconds can say). Errors
  /// are kept for close().
  void write(std::int64_t time_ns, const std::uint8_t* data, std::size_t length);
  /// Flushes and closes. Throws OutputError if any byte could not be written (disk full).
  void close();
  std::uint64_t frames() const { return frames_; }

 private:
  void put(const void* data, std::size_t length);

  std::string path_;
  int fd_ = -1;
  int error_ = 0;
  std::uint64_t frames_ = 0;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace syngate::sim
