// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "capture_stream.h"

#include <fmt/core.h>

#include <utility>

namespace syngate::sim {

CaptureStream::CaptureStream(std::vector<ReplayFile>* files, const CaptureOptions& options, std::uint64_t rounds,
                             Listener listener)
    : files_(files), options_(options), rounds_(rounds), listener_(std::move(listener)) {}

void CaptureStream::failed(const std::string& text) {
  (*files_)[file_].error = text;
  if (listener_.on_error) listener_.on_error(text);
}

bool CaptureStream::open_next() {
  for (;;) {
    if (next_file_ == files_->size()) {
      if (round_ + 1 >= rounds_ || frames_in_round_ == 0) return false;
      ++round_;
      frames_in_round_ = 0;
      next_file_ = 0;
    }
    file_ = next_file_++;
    ReplayFile& file = (*files_)[file_];
    if (!file.error.empty()) continue;
    adjusted_before_ = clock_.adjusted();
    try {
      reader_.emplace(file.path, options_);
      clock_.start_file();
      return true;
    } catch (const CaptureError& error) {
      failed(error.what());
    } catch (const FilterError& error) {
      failed(fmt::format("{}: {}", file.path, error.what()));
    }
  }
}

bool CaptureStream::next(Item* item) {
  for (;;) {
    if (!reader_ && !open_next()) return false;
    bool more = false;
    try {
      more = reader_->next(&item->frame);
    } catch (const CaptureError& error) {
      failed(error.what());
    } catch (const FilterError& error) {
      failed(fmt::format("{}: {}", (*files_)[file_].path, error.what()));
    }
    if (more) {
      ++frames_in_round_;
      item->file = file_;
      item->round = round_;
      item->elapsed_ns = clock_.advance(item->frame.time_ns, item->frame.has_time);
      return true;
    }
    close();
  }
}

void CaptureStream::close() {
  if (!reader_) return;
  ReplayFile& file = (*files_)[file_];
  file.format = reader_->description();
  file.counts += reader_->counts();
  if (round_ == 0 && listener_.on_warning) {
    for (const std::string& warning : reader_->warnings()) listener_.on_warning(warning);
    if (const std::uint64_t adjusted = clock_.adjusted() - adjusted_before_; adjusted != 0) {
      listener_.on_warning(
          fmt::format("{}: {} timestamps run backwards or jump by more than a day; time was kept "
                      "running forwards",
                      reader_->name(), adjusted));
    }
  }
  reader_.reset();
}

}  // namespace syngate::sim
