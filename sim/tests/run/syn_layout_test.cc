// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "catch2.h"
#include "events.h"
#include "frame_builder.h"
#include "shapes.h"

namespace syngate::sim {
namespace {

Bytes syn(const Bytes& options) {
  Segment segment;
  segment.source = {{203, 0, 113, 9}, 41022};
  segment.destination = {{198, 51, 100, 2}, 443};
  segment.flags = kSyn;
  segment.options = options;
  return build_frame(segment);
}

std::string layout(const Bytes& options) {
  const Bytes frame = syn(options);
  return syn_layout(frame.data(), frame.size());
}

}  // namespace

// Wire bytes written by hand from RFC 9293, 7323, 2018, 7413 and 8684.
TEST_CASE("a layout names the options in the order of the wire") {
  CHECK(layout({2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7}) == "MSS,SOK,TS,N,WS");
  CHECK(layout({2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 4, 2, 0, 0}) ==
        "MSS,N,WS,N,N,TS,SOK,E2");
  CHECK(layout({}) == "(none)");
  CHECK(layout({34, 2, 1, 1}) == "TFO.0,N,N");
  CHECK(layout({254, 4, 0xf9, 0x89}) == "EXP254.2");
  CHECK(layout({77, 2, 0, 0}) == "U77.0,E2");
}

TEST_CASE("a walk that cannot go on says so") {
  CHECK(layout({2, 4, 5, 0xb4, 8, 20, 0, 0}) == "MSS,...");
  CHECK(layout({1, 1, 1, 8}) == "N,N,N,...");
  CHECK(layout({5, 0, 1, 1}) == "...");
}

TEST_CASE("only SYNs have a layout") {
  Bytes frame = syn({});
  frame[14 + 20 + 13] = kSyn | kAck;
  CHECK(syn_layout(frame.data(), frame.size()).empty());
  CHECK(syn_layout(frame.data(), 20).empty());
  CHECK(syn_layout(nullptr, 0).empty());
}

TEST_CASE("every shape of the generators is named as it is written") {
  for (const SynShape& shape : kClientShapes) {
    const std::string name = layout(option_bytes(shape.layout, {}));
    // Option bytes are padded with zeros to a multiple of four: an EOL may follow.
    CHECK((name == shape.layout || name.rfind(std::string(shape.layout) + ",E", 0) == 0 ||
           name.substr(0, name.rfind('E')) == std::string(shape.layout).substr(0, std::string(shape.layout).rfind('E'))));
  }
}

}  // namespace syngate::sim
