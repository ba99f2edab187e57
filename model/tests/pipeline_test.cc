// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/pipeline.h"

#include <numeric>
#include <random>

#include "catch2.h"
#include "frames.h"
#include "model_config.h"
#include "syngate/model/parse.h"

namespace defs = syngate::defs;
using namespace syngate::model;

TEST_CASE("pipeline: any bytes are decided, counters add up", "[pipeline]") {
  Pipeline pipeline(test_config());
  std::mt19937_64 random(1);
  const unsigned frames = 100000;
  for (unsigned i = 0; i < frames; ++i) {
    std::vector<std::uint8_t> f;
    if (i % 2 == 0) {
      f.resize(1 + random() % 160);
      for (auto& b : f) b = static_cast<std::uint8_t>(random());
    } else {
      f = frames::tcp(i % 4 == 1, static_cast<unsigned>(random() & 63), static_cast<std::uint32_t>(random()),
                      static_cast<std::uint32_t>(random()), frames::Bytes(random() % 11 * 4, 1));
      f[random() % f.size()] = static_cast<std::uint8_t>(random());
      f.resize(1 + random() % f.size());
    }
    // An exact copy on the heap, so that a sanitizer sees a read behind the end.
    const std::vector<std::uint8_t> exact(f);
    pipeline.process({exact.data(), exact.size(), false}, {static_cast<std::uint32_t>(i / 100), i * 10});
  }
  const Counters& c = pipeline.counters();
  CHECK(std::accumulate(c.begin(), c.begin() + 5, std::uint64_t{0}) == frames);
  CHECK(std::accumulate(c.begin() + 8, c.begin() + 40, std::uint64_t{0}) == c[4]);
}

TEST_CASE("pipeline: egress drops are legal or refused", "[pipeline]") {
  using syngate::defs::Reason;
  using syngate::defs::Verdict;
  Pipeline pipeline(test_config());
  const auto syn = frames::tcp(false, kSyn, 1, 0);
  pipeline.process({syn.data(), syn.size(), false}, {1, 1000});
  CHECK_FALSE(pipeline.egress_drop(Verdict::kReply, Reason::kForwardFull));
  CHECK_FALSE(pipeline.egress_drop(Verdict::kDrop, Reason::kReplyFull));
  CHECK(pipeline.egress_drop(Verdict::kReply, Reason::kReplyFull));
  CHECK(pipeline.counters()[1] == 0);
  CHECK(pipeline.counters()[4] == 1);
  CHECK(pipeline.counters()[8 + 17] == 1);
}

TEST_CASE("pipeline: random ACKs pass at Linux's own rate", "[pipeline][strength]") {
  // (2 / 256) * (4 / 2^24) = 2^-29 for each: among 10^6 none, but for one run in 537.
  Pipeline pipeline(test_config());
  std::mt19937_64 random(7);
  std::uint64_t passed = 0;
  for (unsigned i = 0; i < 1000000; ++i) {
    const auto ack = frames::tcp(false, kAck, static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random()));
    passed += pipeline.process({ack.data(), ack.size(), false}, {286326, 1000}).cookie_ok ? 1 : 0;
  }
  CHECK(passed <= 1);
}
