// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include "capture_files.h"
#include "catch2.h"

namespace syngate::sim::test {
namespace {

Bytes content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

TEST_CASE("the writer's bytes are those of a nanosecond pcap") {
  const TempFile file({});
  PcapWriter writer(file.path());
  const Bytes frame = marked_frame(3, 60);
  writer.write(1600000000123456789, frame.data(), frame.size());
  writer.write(-5, frame.data(), frame.size());
  writer.write(INT64_MAX, frame.data(), frame.size());
  CHECK(writer.frames() == 3);
  writer.close();
  Maker maker(false);
  maker.u32(0xa1b23c4d).u16(2).u16(4).u32(0).u32(0).u32(262144).u32(1);
  maker.u32(1600000000).u32(123456789).u32(60).u32(60).raw(frame);
  maker.u32(0).u32(0).u32(60).u32(60).raw(frame);
  maker.u32(0xffffffff).u32(999999999).u32(60).u32(60).raw(frame);
  CHECK(content_of(file.path()) == maker.bytes);
}

TEST_CASE("an output that cannot be made says so at once, a full disk at the end") {
  CHECK_THROWS_AS(PcapWriter("/nonexistent/out.pcap"), OutputError);
  PcapWriter writer("/dev/full");
  const Bytes frame = marked_frame(3, 60);
  CHECK_NOTHROW(writer.write(1, frame.data(), frame.size()));
  try {
    writer.close();
    FAIL("no error");
  } catch (const OutputError& error) {
    CHECK(std::string(error.what()) ==
          "/dev/full: not completely written: No space left on device");
  }
}

}  // namespace
}  // namespace syngate::sim::test
