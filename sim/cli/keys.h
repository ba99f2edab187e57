// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "syngate/model/config.h"

namespace syngate::sim {

/// SplitMix64 (Steele, Lea, Flood 2014; public domain reference by Vigna): a seed becomes a stream
/// of words.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();

 private:
  std::uint64_t state_;
};

/// Which keys a key file has fixed.
struct KeysGiven {
  bool secret0_v4 = false, secret0_v6 = false;
  std::array<bool, defs::kSecret1Banks> secret1_v4{}, secret1_v6{};
  std::array<bool, defs::kStampKeys> stamp{};
};

struct KeyFile {
  model::Keys keys;
  KeysGiven given;
};

/// A key from 32 hex digits in memory order (byte 0 first, as sysctls and the vectors print them).
/// False if it is not one.
bool key_from_hex(const std::string& text, model::SipKey* key);
/// 32 hex digits in memory order.
std::string key_to_hex(const model::SipKey& key);

/// Parses lines `name = 32 hex digits`; '#' starts a comment. Names: secret0_v4, secret0_v6,
/// secret1_v4 and secret1_v6 (all banks), secret1_v4[0] to [3], secret1_v6[0] to [3], stamp[0] to
/// stamp[15]. `name` is used in messages. Throws InputError naming file and line.
KeyFile parse_key_file(const std::string& text, const std::string& name);
/// Reads and parses a file. Throws InputError.
KeyFile read_key_file(const std::string& path);

/// All keys of a run: those of a key file, the others derived from the seed. secret1 is renewed
/// every minute.
class KeySchedule {
 public:
  explicit KeySchedule(std::uint64_t seed) : seed_(seed) {}
  KeySchedule(std::uint64_t seed, const KeyFile& file) : seed_(seed), file_(file) {}

  /// Keys at minute `count`; banks of secret1 hold the minutes count - 1 to count + 2.
  model::Keys initial(std::uint32_t count) const;
  /// Minutes have passed: for each of them, at most four, puts the key of the minute that then came
  /// next in its bank. Banks that the key file has fixed stay.
  void advance(std::uint32_t from_count, std::uint32_t to_count, model::Keys* keys) const;

 private:
  void renew(std::uint32_t minute, model::Keys* keys) const;

  std::uint64_t seed_;
  KeyFile file_;
};

}  // namespace syngate::sim
