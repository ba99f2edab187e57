// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include "catch2.h"
#include "exit_code.h"

namespace syngate::sim {
namespace {

bool same(const model::SipKey& a, const model::SipKey& b) { return a.k0 == b.k0 && a.k1 == b.k1; }

std::string error_of(const std::string& text) {
  try {
    parse_key_file(text, "keys.txt");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("SplitMix64 gives the numbers of the public reference") {
  // First outputs for the seed 1234567, as published with the reference implementation.
  SplitMix64 stream(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u,
        16408922859458223821u}) {
    CHECK(stream.next() == expected);
  }
}

TEST_CASE("keys are hex in memory order") {
  model::SipKey key;
  REQUIRE(key_from_hex("000102030405060708090a0b0c0d0e0F", &key));
  // The words of the SipHash paper's test key.
  CHECK(key.k0 == 0x0706050403020100);
  CHECK(key.k1 == 0x0f0e0d0c0b0a0908);
  CHECK(key_to_hex(key) == "000102030405060708090a0b0c0d0e0f");
  CHECK_FALSE(key_from_hex("000102030405060708090a0b0c0d0e0", &key));
  CHECK_FALSE(key_from_hex("000102030405060708090a0b0c0d0e0g", &key));
}

TEST_CASE("a key file sets what it names") {
  const KeyFile file = parse_key_file(
      "# a comment\n"
      "\n"
      "secret0_v4 = 000102030405060708090a0b0c0d0e0f   # behind a key\r\n"
      "secret1_v4=101112131415161718191a1b1c1d1e1f\n"
      "secret1_v6[2] = 202122232425262728292a2b2c2d2e2f\n"
      "  stamp[15] = 303132333435363738393a3b3c3d3e3f",
      "keys.txt");
  CHECK(key_to_hex(file.keys.secret0_v4) == "000102030405060708090a0b0c0d0e0f");
  for (const auto& bank : file.keys.secret1_v4)
    CHECK(key_to_hex(bank) == "101112131415161718191a1b1c1d1e1f");
  CHECK(key_to_hex(file.keys.secret1_v6[2]) == "202122232425262728292a2b2c2d2e2f");
  CHECK(key_to_hex(file.keys.stamp[15]) == "303132333435363738393a3b3c3d3e3f");
  CHECK(file.given.secret0_v4);
  CHECK_FALSE(file.given.secret0_v6);
  CHECK(file.given.secret1_v4[3]);
  CHECK_FALSE(file.given.secret1_v6[1]);
  CHECK(file.given.stamp[15]);
}

TEST_CASE("errors of a key file name file and line, never a secret") {
  const std::string key = "000102030405060708090a0b0c0d0e0f";
  CHECK(error_of("\nsecret0_v4\n") == "keys.txt:2: expected 'name = 32 hex digits'");
  CHECK(error_of("secret0_v4 = 0011\n") ==
        "keys.txt:1: 'secret0_v4' needs 32 hex digits, there are 4 characters");
  CHECK(error_of("secret0_v4 = " + key + "\nsecret0_v4 = " + key) ==
        "keys.txt:2: 'secret0_v4' is given twice");
  CHECK(error_of("secret1_v4 = " + key + "\nsecret1_v4[1] = " + key) ==
        "keys.txt:2: 'secret1_v4[1]' is given twice");
  CHECK(error_of("secret1_v4[4] = " + key) ==
        "keys.txt:1: 'secret1_v4[4]': the index goes from 0 to 3");
  CHECK(error_of("stamp[16] = " + key) == "keys.txt:1: 'stamp[16]': the index goes from 0 to 15");
  CHECK(error_of("stamp = " + key) == "keys.txt:1: 'stamp': the index goes from 0 to 15");
  CHECK(error_of("stamp[x] = " + key) == "keys.txt:1: 'stamp[x]': the index goes from 0 to 15");
  CHECK(error_of("secret0_v4[0] = " + key).find("keys.txt:1: 'secret0_v4") == 0);
  CHECK(error_of("secret2 = " + key).find("keys.txt:1: 'secret2' is no key") == 0);
  CHECK_THROWS_AS(read_key_file("/nonexistent/keys.txt"), InputError);
}

TEST_CASE("minute keys depend on seed and minute only, and rotation touches no bank in use") {
  const KeySchedule schedule(7);
  const std::uint32_t start = 0xfffffffe;  // the count wraps in the middle
  model::Keys keys = schedule.initial(start);
  CHECK_FALSE(same(keys.secret0_v4, keys.secret0_v6));
  CHECK_FALSE(same(keys.secret1_v4[0], keys.secret1_v4[1]));
  CHECK_FALSE(same(keys.secret1_v4[0], keys.secret1_v6[0]));
  for (std::uint32_t step = 0; step < 6; ++step) {
    const std::uint32_t now = start + step;
    const model::Keys before = keys;
    schedule.advance(now, now + 1, &keys);
    for (const std::uint32_t used : {now, now - 1, now + 1}) {
      CHECK(same(keys.secret1_v4[used & 3], before.secret1_v4[used & 3]));
      CHECK(same(keys.secret1_v6[used & 3], before.secret1_v6[used & 3]));
    }
    const model::Keys fresh = schedule.initial(now + 1);
    for (const std::uint32_t needed : {now, now + 1, now + 2}) {
      CHECK(same(keys.secret1_v4[needed & 3], fresh.secret1_v4[needed & 3]));
      CHECK(same(keys.secret1_v6[needed & 3], fresh.secret1_v6[needed & 3]));
    }
  }
  for (const std::uint32_t jump : {2u, 3u, 4u, 5u, 1440u}) {
    model::Keys far = schedule.initial(start);
    schedule.advance(start, start + jump, &far);
    const model::Keys fresh = schedule.initial(start + jump);
    for (const std::uint32_t needed : {start + jump - 1, start + jump, start + jump + 1}) {
      CHECK(same(far.secret1_v4[needed & 3], fresh.secret1_v4[needed & 3]));
    }
  }
  CHECK_FALSE(same(KeySchedule(8).initial(start).secret0_v4, schedule.initial(start).secret0_v4));
}

TEST_CASE("keys of a file stay fixed, the others are those of the seed") {
  const KeyFile file = parse_key_file("secret1_v4 = 101112131415161718191a1b1c1d1e1f\n", "k");
  const KeySchedule with_file(7, file);
  const KeySchedule without(7);
  model::Keys keys = with_file.initial(100);
  const model::Keys plain = without.initial(100);
  CHECK(same(keys.secret0_v4, plain.secret0_v4));
  CHECK(same(keys.stamp[3], plain.stamp[3]));
  CHECK(same(keys.secret1_v6[1], plain.secret1_v6[1]));
  with_file.advance(100, 104, &keys);
  for (const auto& bank : keys.secret1_v4)
    CHECK(key_to_hex(bank) == "101112131415161718191a1b1c1d1e1f");
  CHECK_FALSE(same(keys.secret1_v6[1], plain.secret1_v6[1]));
}

}  // namespace
}  // namespace syngate::sim
