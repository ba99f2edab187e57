// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cstring>
#include <numeric>
#include <set>

#include "filter.h"
#include "link_layer.h"
#include "record_reader.h"
#include "syngate/sim/capture.h"
#include "syngate/sim/packet_view.h"

namespace syngate::sim {

const char* skip_name(Skip reason) {
  switch (reason) {
    case Skip::kFilter:
      return "filter";
    case Skip::kLinkType:
      return "link_type";
    case Skip::kLinkProtocol:
      return "link_protocol";
    case Skip::kEmptyRecord:
      return "empty_record";
    case Skip::kTruncatedCapture:
      return "truncated_capture";
    case Skip::kTooLong:
      return "too_long";
    case Skip::kNoInterface:
      return "no_interface";
  }
  return "?";
}

std::uint64_t CaptureCounts::skipped_total() const {
  return std::accumulate(std::begin(skipped), std::end(skipped), std::uint64_t{0});
}

CaptureCounts& CaptureCounts::operator+=(const CaptureCounts& other) {
  frames_read += other.frames_read;
  for (std::size_t i = 0; i < kSkipCount; ++i) skipped[i] += other.skipped[i];
  frames_padded += other.frames_padded;
  frames_extended += other.frames_extended;
  checksums_fixed += other.checksums_fixed;
  lengths_fixed += other.lengths_fixed;
  return *this;
}

struct CaptureReader::Impl {
  Impl(const std::string& path, const CaptureOptions& chosen)
      : options(chosen), source(path, chosen.stop), filter(chosen.filter) {
    records = open_records(&source);
    if (const auto link_type = records->link_type()) {
      link_types.insert(*link_type);
      if (!link_type_usable(*link_type)) refuse_link_type();
      if (!options.filter.empty()) filter.prepare(*link_type);
    }
  }

  [[noreturn]] void refuse_link_type() const {
    std::string names;
    for (const std::uint32_t link_type : link_types) {
      if (link_type_usable(link_type)) continue;
      if (!names.empty()) names += ", ";
      names += link_type_text(link_type);
    }
    throw CaptureError(fmt::format(
        "{}: {} is not supported (Ethernet, Linux SLL and SLL2, NULL, loop and raw IP are)",
        source.name(), names));
  }

  void end(ReadStatus status) {
    ended = true;
    if (source.stopped()) return;
    const std::uint64_t frame = counts.frames_read + 1;
    if (source.error() != 0) {
      warnings.push_back(fmt::format("{}: {} at offset {}; kept: the {} frames before it",
                                     source.name(), std::strerror(source.error()), source.offset(),
                                     counts.frames_read));
    } else if (status == ReadStatus::kCut) {
      warnings.push_back(
          fmt::format("{}: the file is cut in frame {} at offset {}; kept: the {} frames before it",
                      source.name(), frame, source.offset(), counts.frames_read));
    } else if (status == ReadStatus::kCorrupt) {
      warnings.push_back(fmt::format(
          "{}: unreadable from frame {} at offset {} ({}); kept: the {} frames before it",
          source.name(), frame, records->record_offset(), records->problem(), counts.frames_read));
    }
    const std::uint64_t unusable = counts.skipped[static_cast<std::size_t>(Skip::kLinkType)];
    if (unusable != 0 && unusable == counts.frames_read) refuse_link_type();
  }

  // Decides about one record and fills the frame. Returns the reason for skipping, or nothing.
  std::optional<Skip> convert(CaptureFrame* frame) {
    if (!record.interface_known) return Skip::kNoInterface;
    link_types.insert(record.link_type);
    if (!link_type_usable(record.link_type)) return Skip::kLinkType;
    if (record.data.empty()) return Skip::kEmptyRecord;
    if (!options.filter.empty() && !filter.matches(record)) return Skip::kFilter;
    const bool cut = record.data.size() < record.wire_length;
    if (cut && !options.pad_truncated) return Skip::kTruncatedCapture;
    std::uint64_t wire_length = 0;
    const Converted converted = to_ethernet(record, &frame->bytes, &wire_length);
    if (converted == Converted::kShort && cut) return Skip::kTruncatedCapture;
    if (converted != Converted::kYes) return Skip::kLinkProtocol;
    if (wire_length > kCaptureFrameMax) return Skip::kTooLong;
    if (frame->bytes.size() < wire_length) {
      frame->bytes.resize(wire_length);
      ++counts.frames_extended;
    }
    if (options.fix_checksums) {
      const ChecksumFix fix = fix_checksums(frame->bytes.data(), frame->bytes.size());
      counts.checksums_fixed += fix.checksum ? 1 : 0;
      counts.lengths_fixed += fix.length ? 1 : 0;
    }
    if (frame->bytes.size() < kCaptureFrameMin) {
      frame->bytes.resize(kCaptureFrameMin);
      ++counts.frames_padded;
    }
    frame->time_ns = record.time_ns;
    frame->has_time = record.has_time;
    return std::nullopt;
  }

  CaptureOptions options;
  ByteSource source;
  Filter filter;
  std::unique_ptr<RecordReader> records;
  Record record;
  CaptureCounts counts;
  std::vector<std::string> warnings;
  std::set<std::uint32_t> link_types;
  bool ended = false;
};

CaptureReader::CaptureReader(const std::string& path, const CaptureOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}
CaptureReader::~CaptureReader() = default;
CaptureReader::CaptureReader(CaptureReader&&) noexcept = default;
CaptureReader& CaptureReader::operator=(CaptureReader&&) noexcept = default;

bool CaptureReader::next(CaptureFrame* frame) {
  Impl& impl = *impl_;
  while (!impl.ended) {
    const ReadStatus status = impl.records->next(&impl.record);
    if (status != ReadStatus::kRecord) {
      impl.end(status);
      return false;
    }
    frame->number = ++impl.counts.frames_read;
    const std::optional<Skip> skip = impl.convert(frame);
    if (!skip) return true;
    ++impl.counts.skipped[static_cast<std::size_t>(*skip)];
  }
  return false;
}

const CaptureCounts& CaptureReader::counts() const { return impl_->counts; }
const std::vector<std::string>& CaptureReader::warnings() const { return impl_->warnings; }
const std::string& CaptureReader::name() const { return impl_->source.name(); }

std::string CaptureReader::description() const {
  std::string text = impl_->records->description();
  for (const std::uint32_t link_type : impl_->link_types) text += ", " + link_type_text(link_type);
  return text;
}

}  // namespace syngate::sim
