// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "filter.h"

#include <fmt/core.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "link_layer.h"
#include "syngate/sim/capture.h"

namespace syngate::sim {

// The handle is a savefile of zero packets in memory: libpcap compiles some link types differently
// for files and for live captures (address families of NULL), and only a file will do here.
struct Filter::Program {
  std::array<std::uint8_t, 24> header{};
  pcap_t* handle = nullptr;
  bpf_program code{};

  Program(std::uint32_t link_type, const std::string& expression) {
    const std::uint32_t words[6] = {0xa1b2c3d4, 0x00040002, 0, 0, kCaptureRecordMax, link_type};
    for (std::size_t i = 0; i < header.size(); ++i) {
      header[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
    }
    char error[PCAP_ERRBUF_SIZE] = "";
    std::FILE* file = fmemopen(header.data(), header.size(), "rb");
    handle = file == nullptr ? nullptr : pcap_fopen_offline(file, error);
    if (handle == nullptr) {
      if (file != nullptr) std::fclose(file);
      throw FilterError(fmt::format("filter '{}': {}", expression, error));
    }
    if (pcap_compile(handle, &code, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
      const std::string reason = pcap_geterr(handle);
      pcap_close(handle);
      throw FilterError(
          fmt::format("filter '{}' for {}: {}", expression, link_type_text(link_type), reason));
    }
  }
  ~Program() {
    pcap_freecode(&code);
    pcap_close(handle);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
};

Filter::Filter(std::string expression) : expression_(std::move(expression)) {}
Filter::~Filter() = default;

Filter::Program& Filter::program_for(std::uint32_t link_type) {
  std::unique_ptr<Program>& slot = programs_[link_type];
  if (!slot) slot = std::make_unique<Program>(link_type, expression_);
  return *slot;
}

void Filter::prepare(std::uint32_t link_type) { program_for(link_type); }

bool Filter::matches(const Record& record) {
  Program& program = program_for(record.link_type);
  pcap_pkthdr header{};
  header.caplen = static_cast<bpf_u_int32>(record.data.size());
  header.len = std::max(record.wire_length, header.caplen);
  const bool families = record.link_type == kLinkNull || record.link_type == kLinkLoop;
  if (!families || record.data.size() < 4) {
    return pcap_offline_filter(&program.code, &header, record.data.data()) != 0;
  }
  // libpcap knows the address families of the BSDs only, and for NULL in the file's byte order
  // (here little-endian).
  std::vector<std::uint8_t> bytes = record.data;
  std::uint32_t family = null_family(record);
  if (ip_version_of_family(family) == 6) family = 30;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned shift = record.link_type == kLinkLoop ? 24 - 8 * i : 8 * i;
    bytes[i] = static_cast<std::uint8_t>(family >> shift);
  }
  return pcap_offline_filter(&program.code, &header, bytes.data()) != 0;
}

void check_filter(const std::string& expression) {
  Filter filter(expression);
  std::string reason;
  for (const std::uint32_t link_type : {kLinkEthernet, kLinkSll2, kLinkSll, kLinkNull, kLinkRaw}) {
    try {
      filter.prepare(link_type);
      return;
    } catch (const FilterError& error) {
      if (reason.empty()) reason = error.what();
    }
  }
  throw FilterError(reason);
}

}  // namespace syngate::sim
