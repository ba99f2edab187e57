// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// The module's stamp code (kernel/include/syngate_stamp.h), compiled here, against the model's:
// same verdict on each stamp of the model, on each of its bits turned, and on options put together
// at random.
#include "syngate_stamp.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "catch2.h"
#include "frames.h"
#include "model_config.h"
#include "syngate/model/stamp.h"

using namespace syngate::model;

namespace {

/// What the module does with a frame of 14 + 20 or 40 bytes before TCP; the caller has seen to it
/// that the options are all there.
StampCheck as_the_module(const frames::Bytes& f, std::uint16_t exid,
                         const std::array<SipKey, 16>& keys, syngate_stamp& s) {
  const bool is6 = f[12] == 0x86;
  const std::size_t l4 = is6 ? 54 : 34;
  const unsigned length = 4u * (f[l4 + 12] >> 4) - 20;
  const auto found = syngate_stamp_parse(&f[l4 + 20], length, exid, &s);
  if (found == SYNGATE_STAMP_ABSENT) return StampCheck::kAbsent;
  if (found == SYNGATE_STAMP_MALFORMED) return StampCheck::kMalformed;
  syngate_stamp_segment segment{};
  segment.ip_version = is6 ? 6 : 4;
  if (is6) {
    std::copy_n(&f[22], 16, segment.saddr);
  } else {
    segment.saddr[10] = segment.saddr[11] = 0xff;
    std::copy_n(&f[26], 4, segment.saddr + 12);
  }
  std::memcpy(&segment.sport, &f[l4], 2);
  std::memcpy(&segment.seq, &f[l4 + 4], 4);
  std::memcpy(&segment.ack, &f[l4 + 8], 4);
  std::array<std::uint8_t, SYNGATE_STAMP_MESSAGE_BYTES> message{};
  syngate_stamp_message(&s, &segment, message.data());
  const std::uint64_t mac = siphash24(keys[s.key_id], message.data(), message.size());
  return syngate_stamp_mac_is(&s, mac) != 0 ? StampCheck::kValid : StampCheck::kBadMac;
}

}  // namespace

TEST_CASE(
    "stamp of the module: the model's stamps are good, each turned bit is judged as the model does",
    "[stamp][kernel]") {
  const Config config = test_config();
  std::mt19937 random(20261123);
  unsigned turned = 0, refused = 0;
  for (int round = 0; round < 500; ++round) {
    const bool is6 = round % 2 != 0, timestamps = round / 2 % 2 != 0;
    frames::Bytes options;
    if (timestamps) {
      options = {1, 1, 8, 10};
      for (int i = 0; i < 8; ++i) options.push_back(static_cast<std::uint8_t>(random()));
    }
    const frames::Bytes segment = frames::tcp(is6, kAck, static_cast<std::uint32_t>(random()),
                                              static_cast<std::uint32_t>(random()), options, {});
    const Frame frame{segment.data(), segment.size(), false};
    Stamp stamp;
    stamp.key_id = static_cast<std::uint8_t>(random() % 16);
    stamp.timestamps = timestamps;
    stamp.rcv_wscale = static_cast<std::uint8_t>(random() % 15);
    stamp.mss = static_cast<std::uint16_t>(random());
    stamp.clock = static_cast<std::uint32_t>(random());
    frames::Bytes out;
    build_handoff(frame, parse_frame(frame, config.exid), stamp, config.keys.stamp[stamp.key_id],
                  out);
    syngate_stamp seen;
    REQUIRE(as_the_module(out, config.exid, config.keys.stamp, seen) == StampCheck::kValid);
    CHECK(seen.key_id == stamp.key_id);
    CHECK((seen.timestamps != 0) == stamp.timestamps);
    CHECK(seen.rcv_wscale == stamp.rcv_wscale);
    CHECK(seen.mss == stamp.mss);
    CHECK(seen.clock == stamp.clock);

    const std::size_t l4 = is6 ? 54 : 34;
    std::vector<std::size_t> covered;
    for (std::size_t i = l4 + 20; i < out.size(); ++i) covered.push_back(i);
    for (std::size_t i = is6 ? 22 : 26; i < (is6 ? 38u : 30u); ++i) covered.push_back(i);
    for (const std::size_t i : {0, 1, 4, 5, 6, 7, 8, 9, 10, 11}) covered.push_back(l4 + i);
    for (const std::size_t at : covered) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        frames::Bytes bad = out;
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ 1u << bit);
        frames::seal(bad);
        const StampCheck module = as_the_module(bad, config.exid, config.keys.stamp, seen);
        if (module !=
            verify_stamp({bad.data(), bad.size(), false}, config.exid, config.keys.stamp)) {
          FAIL("byte " << at << " bit " << bit << " of round " << round);
        }
        ++turned;
        // TSval is the client's own and under no MAC: RFC 7323 looks after it.
        const bool tsval = timestamps && at >= l4 + 24 && at < l4 + 28;
        const bool padding = timestamps && at >= l4 + 20 && at < l4 + 22;
        if (!tsval && !padding) {
          ++refused;
          if (module == StampCheck::kValid)
            FAIL("byte " << at << " bit " << bit << " of round " << round << " is accepted");
        }
      }
    }
  }
  CHECK(turned > 150000);
  CHECK(refused > 100000);
}

TEST_CASE("stamp of the module: options put together at random are judged as the model does",
          "[stamp][kernel]") {
  const Config config = test_config();
  std::mt19937 random(7);
  std::array<unsigned, 4> seen_verdicts{};
  for (int round = 0; round < 200000; ++round) {
    const bool is6 = round % 2 != 0;
    frames::Bytes options;
    while (options.size() < 40) {
      const std::size_t room = 40 - options.size();
      switch (random() % 7) {
        case 0:
          options.push_back(1);
          break;
        case 1:
          if (random() % 8 == 0) options.push_back(0);
          break;
        case 2: {
          const frames::Bytes ts = {8, 10, 0, 0, 0,
                                    1, 0,  0, 0, static_cast<std::uint8_t>(random())};
          if (room >= ts.size()) options.insert(options.end(), ts.begin(), ts.end());
          break;
        }
        case 3:
        case 4: {
          // A stamp, right or nearly, cut at the end of the options or not.
          frames::Bytes o(20, 0);
          o[0] = SYNGATE_STAMP_KIND;
          o[1] = static_cast<std::uint8_t>(random() % 4 == 0 ? random() % 24 : 20);
          o[2] = SYNGATE_STAMP_EXID >> 8;
          o[3] = static_cast<std::uint8_t>(random() % 8 == 0 ? 0 : SYNGATE_STAMP_EXID & 0xff);
          o[4] = static_cast<std::uint8_t>(
              (random() % 8 == 0 ? random() % 16 : SYNGATE_STAMP_VERSION) << 4 | random() % 16);
          o[5] =
              static_cast<std::uint8_t>(random() % 32 | (random() % 8 == 0 ? random() % 256 : 0));
          o.resize(std::min<std::size_t>(room, o[1] == 0 ? 2 : std::min<unsigned>(o[1], 20)));
          options.insert(options.end(), o.begin(), o.end());
          break;
        }
        default:
          options.push_back(static_cast<std::uint8_t>(random()));
          break;
      }
    }
    options.resize(random() % 4 == 0 ? random() % 11 * 4 : 40);
    const frames::Bytes f = frames::tcp(is6, kAck, 1, 2, options, {});
    syngate_stamp s;
    const StampCheck module = as_the_module(f, config.exid, config.keys.stamp, s);
    const StampCheck model =
        verify_stamp({f.data(), f.size(), false}, config.exid, config.keys.stamp);
    if (module != model) FAIL("round " << round);
    ++seen_verdicts[static_cast<unsigned>(model)];
  }
  CHECK(seen_verdicts[static_cast<unsigned>(StampCheck::kAbsent)] > 1000);
  CHECK(seen_verdicts[static_cast<unsigned>(StampCheck::kMalformed)] > 1000);
  CHECK(seen_verdicts[static_cast<unsigned>(StampCheck::kBadMac)] > 1000);
}
