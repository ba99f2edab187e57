// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/sim/pcapng_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace syngate::sim {
namespace {

// Numbers of the pcapng specification (draft-ietf-opsawg-pcapng).
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kOptionComment = 1;
constexpr std::uint16_t kOptionInterfaceName = 2;
constexpr std::uint16_t kOptionTimeResolution = 9;
constexpr std::size_t kOptionMax = 0xffff;

void put16(std::string* out, std::uint16_t value) {
  for (unsigned i = 0; i < 2; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

void put32(std::string* out, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

void pad(std::string* out) { out->append((4 - out->size() % 4) % 4, '\0'); }

// `out` is a multiple of 4 bytes long before and after.
void put_option(std::string* out, std::uint16_t code, const std::string& value) {
  const std::size_t length = std::min(value.size(), kOptionMax);
  put16(out, code);
  put16(out, static_cast<std::uint16_t>(length));
  out->append(value, 0, length);
  pad(out);
}

}  // namespace

PcapngWriter::PcapngWriter(const std::string& path, const std::vector<PcapngInterface>& interfaces)
    : path_(path), file_(path, std::ios::binary) {
  if (!file_) throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  std::string section;
  put32(&section, kByteOrderMagic);
  put16(&section, 1);  // version 1.0
  put16(&section, 0);
  section.append(8, '\xff');  // length of the section: not said
  put_block(kSectionHeader, section);
  for (const PcapngInterface& interface : interfaces) {
    std::string body;
    put16(&body, interface.link_type);
    put16(&body, 0);
    put32(&body, kCaptureRecordMax);
    put_option(&body, kOptionInterfaceName, interface.name);
    put_option(&body, kOptionTimeResolution, "\x09");  // 10^-9 s
    put_option(&body, kOptionEnd, "");
    put_block(kInterfaceDescription, body);
  }
}

void PcapngWriter::put_block(std::uint32_t type, const std::string& body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  std::string head, tail;
  put32(&head, type);
  put32(&head, length);
  put32(&tail, length);
  file_ << head << body << tail;
}

void PcapngWriter::write(std::uint32_t interface, std::int64_t time_ns, const std::uint8_t* data, std::size_t length,
                         const std::string& comment) {
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(time_ns, 0));
  std::string body;
  body.reserve(length + comment.size() + 40);
  put32(&body, interface);
  put32(&body, static_cast<std::uint32_t>(time >> 32));
  put32(&body, static_cast<std::uint32_t>(time & 0xffffffff));
  put32(&body, static_cast<std::uint32_t>(length));
  put32(&body, static_cast<std::uint32_t>(length));
  body.append(reinterpret_cast<const char*>(data), length);
  pad(&body);
  if (!comment.empty()) {
    put_option(&body, kOptionComment, comment);
    put_option(&body, kOptionEnd, "");
  }
  put_block(kEnhancedPacket, body);
}

void PcapngWriter::flush() { file_.flush(); }

void PcapngWriter::close() {
  if (!file_.is_open()) return;
  const bool good = file_.good();
  file_.close();
  if (!good || file_.fail()) throw OutputError(fmt::format("{}: not completely written: {}", path_, std::strerror(errno)));
}

}  // namespace syngate::sim
