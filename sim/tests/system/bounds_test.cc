// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// What almost matches, through the whole RTL and against the model: every bit of every destination entry, option byte, header field and
// length is wrong once while all around it is right. Random traffic rarely comes so close.
#include <algorithm>
#include <functional>

#include "catch2.h"
#include "directed.h"

using namespace syngate;
using namespace syngate::sim;

namespace {

constexpr std::size_t kMac = 14;

void flip(std::uint8_t* bytes, std::size_t bit) { bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8); }

std::size_t l3_of(const Segment& s) { return kMac + 4 * s.tags.size(); }
std::size_t l4_of(const Segment& s) { return l3_of(s) + (s.is6 ? 40 : 20); }

unsigned bits_of(const model::Destination& d) { return d.prefix.is6 ? 128 : 32; }

// An address that the prefix covers: behind its end anything goes.
std::array<std::uint8_t, 16> address_in(const model::Destination& d, Random& random) {
  std::array<std::uint8_t, 16> address = d.prefix.bytes;
  for (std::size_t bit = d.prefix_length; bit < bits_of(d); ++bit) {
    if (random.chance(0.5)) flip(address.data(), bit);
  }
  return address;
}

// Sixteen entries with nothing in common, or with too much.
void random_entries(model::Config& config, Random& random) {
  for (model::Destination& d : config.destinations) {
    const bool is6 = random.chance(0.6);
    const unsigned longest = is6 ? 128 : 32;
    d.used = random.chance(0.95);
    d.prefix.is6 = is6;
    d.prefix.bytes = address(is6, random);
    d.prefix_length = random.chance(0.4) ? longest : static_cast<unsigned>(8 + random.below(longest - 7));
    const std::uint16_t a = next16(random), b = next16(random);
    d.port_first = std::min(a, b);
    d.port_last = std::max(a, b);
    d.mode = random.chance(0.1) ? defs::Mode::kOff : defs::Mode::kAlways;
    d.mss = next16(random);
    d.wscale = static_cast<std::uint8_t>(random.below(16));
    d.stamp_key_id = static_cast<std::uint8_t>(random.below(16));
    d.window_ts = next16(random);
    d.window_nots = next16(random);
  }
}

}  // namespace

TEST_CASE("bounds: every bit of prefix, mask and ports of all entries", "[system][bounds]") {
  Directed bench(1);
  Random& random = bench.random;
  model::Config config = default_config(1);
  for (int round = 0; round < 16; ++round) {
    random_entries(config, random);
    bench.configure(config);
    for (const model::Destination& d : config.destinations) {
      Segment s = bench.syn(d.prefix.is6);
      if (random.chance(0.5)) s.options = option_bytes("MSS,SOK,TS,N,WS", {});
      const std::size_t bits = bits_of(d);
      s.destination.address = address_in(d, random);
      s.destination.port = static_cast<std::uint16_t>(d.port_first + random.below(1u + d.port_last - d.port_first));
      bench.offer(build_frame(s));
      for (std::size_t bit = 0; bit < bits; ++bit) {
        Segment near = s;
        flip(near.destination.address.data(), bit);
        bench.offer(build_frame(near));
      }
      for (const std::uint16_t end : {d.port_first, d.port_last}) {
        for (const int step : {-1, 0, 1}) {
          s.destination.port = static_cast<std::uint16_t>(end + step);
          bench.offer(build_frame(s));
        }
        for (unsigned bit = 0; bit < 16; ++bit) {
          s.destination.port = static_cast<std::uint16_t>(end ^ 1u << bit);
          bench.offer(build_frame(s));
        }
      }
    }
  }
  bench.finish();
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kReply)] > 8000);
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kPass)] > 8000);
}

TEST_CASE("bounds: prefixes of every length in every entry, and their bits in the other family", "[system][bounds]") {
  Directed bench(7);
  Random& random = bench.random;
  model::Config config = default_config(1);
  for (unsigned round = 0; round < 128; ++round) {
    random_entries(config, random);
    for (unsigned i = 0; i < defs::kDestinations; ++i) {
      model::Destination& d = config.destinations[i];
      d.used = true;
      d.mode = random.chance(0.1) ? defs::Mode::kOff : defs::Mode::kAlways;
      d.prefix_length = 1 + (round + 8 * i) % bits_of(d);
    }
    bench.configure(config);
    for (const model::Destination& d : config.destinations) {
      Segment s = bench.syn(d.prefix.is6);
      s.destination.port = static_cast<std::uint16_t>(d.port_first + random.below(1u + d.port_last - d.port_first));
      s.destination.address = address_in(d, random);
      bench.offer(build_frame(s));
      Segment near = s;
      flip(near.destination.address.data(), d.prefix_length - 1);
      bench.offer(build_frame(near));
      // The other family: IPv6 begins with the bytes of IPv4 and goes on with zeros, IPv4 with the first of IPv6.
      Segment other = bench.syn(!d.prefix.is6);
      other.destination = s.destination;
      bench.offer(build_frame(other));
    }
  }
  bench.finish();
}

namespace {

Bytes option_of(unsigned kind, std::uint16_t exid, Random& random) {
  constexpr unsigned kMss[] = {1, 535, 536, 1219, 1220, 1299, 1300, 1419, 1420, 1439, 1440, 1459, 1460, 8939, 8940, 65535};
  Bytes out{static_cast<std::uint8_t>(kind)};
  std::size_t size = 2;
  if (kind == 2) {
    const unsigned mss = kMss[random.below(16)];
    return {2, 4, static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)};
  }
  if (kind == 3) return {3, 3, static_cast<std::uint8_t>(random.below(16))};
  if (kind == 8) size = 10;
  if (kind == 77) size = 2 + random.below(9);
  if (kind == 253) return {253, 4, static_cast<std::uint8_t>(exid >> 8), static_cast<std::uint8_t>(exid)};
  out.push_back(static_cast<std::uint8_t>(size));
  while (out.size() < size) out.push_back(next8(random));
  return out;
}

// Bytes that the walk crosses: NOPs, options that count, options of nobody.
void lead(Bytes& out, std::size_t bytes, Random& random) {
  const std::size_t end = out.size() + bytes;
  for (const unsigned kind : {8u, 2u, 3u, 4u}) {
    const Bytes option = option_of(kind, 0, random);
    if (out.size() + option.size() <= end && random.chance(kind == 8 ? 0.8 : 0.5)) out.insert(out.end(), option.begin(), option.end());
  }
  while (out.size() < end) {
    const std::size_t left = end - out.size();
    const std::size_t size = left < 2 || random.chance(0.4) ? 1 : 2 + random.below(left - 1);
    out.push_back(size == 1 ? 1 : 77);
    if (size > 1) out.push_back(static_cast<std::uint8_t>(size));
    for (std::size_t i = 2; i < size; ++i) out.push_back(next8(random));
  }
}

}  // namespace

TEST_CASE("bounds: every option at every place, right and with each bit of kind, length and ExID wrong", "[system][bounds]") {
  Directed bench(2);
  Random& random = bench.random;
  model::Config config = default_config(1);
  std::uint16_t exid = config.exid;
  const auto send = [&](Bytes options) {
    if (options.size() > 40) return;
    // Behind it: the end, NOPs, zeros, an option more; to the next multiple of four or to the last byte that there can be.
    const std::size_t end = random.chance(0.5) ? 40 : (options.size() + 3) / 4 * 4;
    if (random.chance(0.5)) {
      constexpr unsigned kKinds[] = {2, 3, 4, 8, 77};
      const Bytes more = option_of(kKinds[random.below(5)], exid, random);
      if (options.size() + more.size() <= end) options.insert(options.end(), more.begin(), more.end());
    }
    const auto filler = static_cast<std::uint8_t>(random.chance(0.7) ? 1 : 0);
    options.resize(end, filler);
    Segment s = bench.syn(random.chance(0.5));
    s.options = options;
    // In the payload lie options as well, which are none: at once, or behind NOPs.
    if (options.size() < 40 && random.chance(0.5)) {
      s.payload.assign(random.below(4), 1);
      constexpr unsigned kKinds[] = {2, 3, 4, 8, 253};
      const Bytes none = option_of(kKinds[random.below(5)], exid, random);
      s.payload.insert(s.payload.end(), none.begin(), none.end());
    }
    bench.offer(build_frame(s));
  };
  for (int round = 0; round < 3; ++round) {
    // Zeros lie behind the last byte: an ExID must not be found in them.
    exid = config.exid = static_cast<std::uint16_t>(round == 0 ? config.exid : round == 1 ? config.exid & 0xff00u : 0);
    bench.configure(config);
    for (std::size_t place = 0; place < 40; ++place) {
      for (const unsigned kind : {2u, 3u, 4u, 8u, 253u, 77u}) {
        const Bytes right = option_of(kind, exid, random);
        // Without a wrong bit; then one bit after the other of kind, length and, of the stamp, ExID.
        const std::size_t bits = 8 * (kind == 253 ? 4 : 2);
        for (std::size_t bit = 0; bit <= bits; ++bit) {
          Bytes options;
          if (random.chance(0.3)) options.assign(place, 1);
          else lead(options, place, random);
          Bytes option = right;
          if (bit < bits) flip(option.data(), bit);
          options.insert(options.end(), option.begin(), option.end());
          send(options);
        }
      }
      // An MSS of 0 but for one bit.
      for (std::size_t bit = 0; bit < 16; ++bit) {
        Bytes options, option{2, 4, 0, 0};
        flip(&option[2], bit);
        lead(options, place, random);
        options.insert(options.end(), option.begin(), option.end());
        send(options);
      }
      // An option of nobody and one that counts right behind it, with a byte of a length between them that must not be taken for one.
      for (std::size_t size = 2; place + size <= 38; ++size) {
        Bytes options(place, 1);
        options.push_back(77);
        options.push_back(static_cast<std::uint8_t>(size));
        while (options.size() < place + size) options.push_back(static_cast<std::uint8_t>(2 + random.below(3)));
        constexpr unsigned kKinds[] = {2, 3, 4, 8};
        const Bytes option = option_of(kKinds[random.below(place + size > 36 ? 3 : 4)], exid, random);
        options.insert(options.end(), option.begin(), option.end());
        send(options);
      }
      // An MSS of 0, an end, lengths that no option has, a kind as last byte, an ExID behind the end of its option.
      const auto high = static_cast<std::uint8_t>(exid >> 8), low = static_cast<std::uint8_t>(exid);
      for (const Bytes& tail : {Bytes{2, 4, 0, 0}, Bytes{0}, Bytes{77, 0}, Bytes{77, 1}, Bytes{2}, Bytes{4}, Bytes{3, 3},
                                Bytes{253, 2, high, low}, Bytes{253, 3, high, low}}) {
        Bytes options;
        lead(options, place, random);
        options.insert(options.end(), tail.begin(), tail.end());
        options.resize(std::min<std::size_t>(40, options.size()));
        send(options);
      }
      // Unknown ones of every length to the last byte and one more.
      for (std::size_t size = 2; size <= 41 - place; ++size) {
        Bytes options;
        lead(options, place, random);
        options.push_back(77);
        options.push_back(static_cast<std::uint8_t>(size));
        options.resize(std::min<std::size_t>(40, place + size), next8(random));
        send(options);
      }
    }
  }
  // What stands somewhere by chance, several of a kind.
  for (int i = 0; i < 2000; ++i) {
    Bytes options;
    while (options.size() < 36 && !random.chance(0.05)) {
      constexpr unsigned kKinds[] = {1, 1, 2, 3, 4, 8, 77, 253};
      const unsigned kind = kKinds[random.below(8)];
      const Bytes option = kind == 1 ? Bytes{1} : option_of(kind, static_cast<std::uint16_t>(exid ^ (random.chance(0.9) ? 4 : 0)), random);
      if (options.size() + option.size() <= 40) options.insert(options.end(), option.begin(), option.end());
    }
    send(options);
  }
  bench.finish();
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kReply)] > 8000);
  CHECK(bench.reasons[static_cast<std::size_t>(defs::Reason::kForgedStamp)] > 100);
}

namespace {

// A frame of each family and number of tags, each changed in many ways.
void each_layer2(Directed& bench, const std::function<void(const Segment&)>& visit) {
  for (const bool is6 : {false, true}) {
    for (std::size_t tags = 0; tags < 3; ++tags) {
      Segment s = bench.syn(is6);
      s.tags.clear();
      constexpr std::uint32_t kTypes[] = {0x8100, 0x88a8, 0x9100};
      for (std::size_t i = 0; i < tags; ++i) s.tags.push_back(kTypes[bench.random.below(3)] << 16 | next16(bench.random));
      visit(s);
    }
  }
}

}  // namespace

TEST_CASE("bounds: every bit of types, protocols, versions, lengths and flags", "[system][bounds]") {
  Directed bench(3);
  model::Config config = default_config(1);
  constexpr std::uint32_t kUnchecked = 0x3ffu ^ 1u << static_cast<unsigned>(defs::Policy::kBadTcpChecksum);
  for (const std::uint32_t policy : {defs::kPolicyReset, kUnchecked, kUnchecked, kUnchecked, kUnchecked, 0u}) {
    config.policy = policy;
    bench.configure(config);
    each_layer2(bench, [&](const Segment& syn) {
      // To a port that is protected, or to one beside it and long enough for every header length.
      Segment s = syn;
      if (bench.random.chance(0.5)) {
        s.destination.port = 444;
        s.payload.assign(60, 0x55);
      }
      const Bytes right = build_frame(s);
      const std::size_t l3 = l3_of(s), l4 = l4_of(s);
      const auto change = [&](std::size_t at, std::uint8_t value, bool fix) {
        Bytes frame = right;
        frame[at] = value;
        if (fix) fix_checksums(frame);
        bench.offer(frame);
      };
      // Types and tags: all bits, all three TPIDs at each place.
      for (std::size_t place = 0; place <= s.tags.size(); ++place) {
        for (const unsigned tpid : {0x8100u, 0x88a8u, 0x9100u}) {
          Bytes frame = right;
          if (place < s.tags.size()) {
            frame[12 + 4 * place] = static_cast<std::uint8_t>(tpid >> 8);
            frame[13 + 4 * place] = static_cast<std::uint8_t>(tpid);
          }
          for (std::size_t bit = 0; bit < 16; ++bit) {
            Bytes near = frame;
            flip(&near[12 + 4 * place], bit);
            bench.offer(near);
          }
        }
      }
      for (unsigned value = 0; value < 256; ++value) {
        change(l3 + (s.is6 ? 6 : 9), static_cast<std::uint8_t>(value), false);
        change(l3, static_cast<std::uint8_t>(value), false);
        change(l4 + 13, static_cast<std::uint8_t>(value), true);
        if (value % 16 == 0) change(l4 + 12, static_cast<std::uint8_t>(value), true);
      }
      // Fragments of IPv4; lengths of IP; ports; all checksums.
      for (std::size_t bit = 0; bit < 16; ++bit) {
        Bytes near = right;
        if (!s.is6) flip(&near[l3 + 6], bit);
        fix_checksums(near);
        bench.offer(near);
        for (const std::size_t at : {l3 + (s.is6 ? 4 : 2), l4, l4 + 2, l4 + 16, l3 + 10}) {
          near = right;
          flip(&near[at], bit);
          bench.offer(near);
          fix_checksums(near);
          bench.offer(near);
        }
      }
    });
  }
  bench.finish();
}

TEST_CASE("bounds: every length of a segment and of its frame, with right and wrong checksums", "[system][bounds]") {
  Directed bench(4);
  Random& random = bench.random;
  each_layer2(bench, [&](const Segment& syn) {
    Segment s = syn;
    for (std::size_t size = 0; size < 300; ++size) {
      s.payload.clear();
      for (std::size_t i = 0; i < size; ++i) s.payload.push_back(next8(random));
      Bytes frame = build_frame(s);
      // Behind the packet lies what nobody sums up.
      if (random.chance(0.5)) {
        for (std::uint64_t i = random.below(9); i > 0; --i) frame.push_back(next8(random));
      }
      bench.offer(frame);
      // Its last bytes, and one somewhere, count.
      const std::size_t end = l4_of(s) + 20 + size;
      const std::size_t places[] = {end - 1, end - 2, l4_of(s) + random.below(end - l4_of(s))};
      frame[places[size % 3]] ^= static_cast<std::uint8_t>(1u << random.below(8));
      bench.offer(frame);
    }
  });
  bench.finish();
  CHECK(bench.reasons[static_cast<std::size_t>(defs::Reason::kBadTcpChecksum)] > 1500);
  CHECK(bench.verdicts[static_cast<std::size_t>(defs::Verdict::kReply)] > 1500);
}

TEST_CASE("bounds: ICMP of every type, length and quoted header", "[system][bounds]") {
  Directed bench(5);
  Random& random = bench.random;
  each_layer2(bench, [&](const Segment& syn) {
    Segment s = syn;
    s.payload.assign(80, 0);
    Bytes right = build_frame(s);
    const std::size_t l3 = l3_of(s), l4 = l4_of(s), quote = l4 + 8;
    right[l3 + (s.is6 ? 6 : 9)] = s.is6 ? 58 : 1;
    for (std::size_t i = l4; i < right.size(); ++i) right[i] = next8(random);
    right[l4] = s.is6 ? 1 : 3;
    right[quote] = s.is6 ? 0x60 : 0x45;
    right[quote + (s.is6 ? 6 : 9)] = 6;
    fix_checksums(right);
    const auto change = [&](std::size_t at, std::uint8_t value) {
      Bytes frame = right;
      frame[at] = value;
      bench.offer(frame);
    };
    for (unsigned value = 0; value < 256; ++value) {
      change(l3 + (s.is6 ? 6 : 9), static_cast<std::uint8_t>(value));
      change(l4, static_cast<std::uint8_t>(value));
      change(quote, static_cast<std::uint8_t>(value));
      change(quote + (s.is6 ? 6 : 9), static_cast<std::uint8_t>(value));
    }
    for (std::size_t length = right.size(); length >= 60; --length) {
      Bytes frame = right;
      frame.resize(length);
      bench.offer(frame);
      // Of another protocol, if the frame is long enough to say so.
      frame = right;
      frame[quote + (s.is6 ? 6 : 9)] ^= static_cast<std::uint8_t>(1u << random.below(8));
      frame.resize(length);
      bench.offer(frame);
    }
  });
  bench.finish();
  CHECK(bench.reasons[static_cast<std::size_t>(defs::Reason::kIcmpUnknown)] > 500);
}

TEST_CASE("bounds: a segment to itself, and almost", "[system][bounds]") {
  // Everything is protected.
  model::Config config = default_config(1);
  for (model::Destination& d : config.destinations) {
    d.prefix_length = 0;
    d.port_first = 0;
    d.port_last = 65535;
  }
  Directed bench(6, config);
  Random& random = bench.random;
  for (int round = 0; round < 8; ++round) {
    each_layer2(bench, [&](const Segment& syn) {
      Segment s = syn;
      s.destination = s.source;
      bench.offer(build_frame(s));
      for (std::size_t bit = 0; bit < (s.is6 ? 128u : 32u); ++bit) {
        Segment near = s;
        flip((random.chance(0.5) ? near.source : near.destination).address.data(), bit);
        bench.offer(build_frame(near));
      }
      for (unsigned bit = 0; bit < 16; ++bit) {
        Segment near = s;
        near.source.port = static_cast<std::uint16_t>(near.source.port ^ 1u << bit);
        bench.offer(build_frame(near));
      }
    });
  }
  bench.finish();
  CHECK(bench.reasons[static_cast<std::size_t>(defs::Reason::kLand)] == 48);
}
