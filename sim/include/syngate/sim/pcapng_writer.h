// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "syngate/sim/capture.h"

namespace syngate::sim {

/// An interface of a pcapng file; `link_type` is a LINKTYPE_ value, Ethernet unless said otherwise.
struct PcapngInterface {
  PcapngInterface(const char* its_name, std::uint16_t its_type = 1) : name(its_name), link_type(its_type) {}
  PcapngInterface(std::string its_name, std::uint16_t its_type = 1) : name(std::move(its_name)), link_type(its_type) {}
  std::string name;
  std::uint16_t link_type;
};

/// Writes a pcapng file of one section: interfaces with names, nanoseconds since 1970, a comment per packet.
/// Little-endian, the same bytes on every machine.
class PcapngWriter {
 public:
  /// Creates or truncates the file and describes its interfaces. Throws OutputError.
  PcapngWriter(const std::string& path, const std::vector<PcapngInterface>& interfaces);

  /// Appends one frame without FCS. `interface` is an index into the names; a negative `time_ns` is written as 0; `comment` is UTF-8 of
  /// at most 65535 bytes (cut there), empty for none. Errors are kept for close().
  void write(std::uint32_t interface, std::int64_t time_ns, const std::uint8_t* data, std::size_t length, const std::string& comment);
  /// Hands what was written to the operating system: a killed program then leaves whole blocks. Errors are kept for close().
  void flush();
  /// Flushes and closes. Throws OutputError if any byte could not be written.
  void close();

 private:
  void put_block(std::uint32_t type, const std::string& body);

  std::string path_;
  std::ofstream file_;
};

}  // namespace syngate::sim
