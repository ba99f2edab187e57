// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Events and packets written by hand, after docs/reference/run-directory.md and the pcapng text.
#include "diff.h"

#include <string>

#include "capture_files.h"
#include "catch2.h"

namespace syngate::sim {
namespace {

using test::Bytes;
using test::TempFile;

TempFile text_file(const std::string& text) { return TempFile(Bytes(text.begin(), text.end())); }

const std::string kStart =
    R"({"event":"start","schema":"syngate.events/1","cycle":100,"clock_mhz":200,"count":5,"ms":1000,"check":true})"
    "\n";
std::string end_line(unsigned frames) {
  return R"({"event":"end","cycle":9000,"frames":)" + std::to_string(frames) +
         R"(,"mismatches":0,"lost":0})" + "\n";
}

struct Line {
  unsigned id = 0, in = 1000;
  std::string verdict = "reply", reason = "none", cookie = "0x5b1d07f2";
  unsigned out_cycle = 1112, out_length = 60;
};

std::string text(const Line& l) {
  return R"({"event":"frame","id":)" + std::to_string(l.id) +
         R"(,"source":"capture","file":0,"number":)" + std::to_string(l.id + 1) +
         R"(,"time_ns":0,"length":60,"flow":"SYN 192.0.2.1:1 -> 198.51.100.2:443","options":"MSS")" +
         R"(,"first":)" + std::to_string(l.in) + R"(,"in":)" + std::to_string(l.in) +
         R"(,"entered":)" + std::to_string(l.in + 8) + R"(,"decided":)" + std::to_string(l.in + 89) +
         R"(,"done":)" + std::to_string(l.in + 111) + R"(,"generation":3,"verdict":")" + l.verdict +
         R"(","reason":")" + l.reason +
         R"(","op":"none","hit":false,"cookie_ok":false,"age":0,"mss_index":3,"cookie":")" +
         l.cookie + R"(","tsval":"0x00000000","flows":0,"out":[{"port":"reply","cycle":)" +
         std::to_string(l.out_cycle) + R"(,"length":)" + std::to_string(l.out_length) +
         R"(,"handoff":false}]})" + "\n";
}

EventDiff diff_texts(const std::string& a, const std::string& b) {
  const TempFile file_a = text_file(a), file_b = text_file(b);
  return diff_events(file_a.path(), file_b.path());
}

const FieldDiff* field(const EventDiff& diff, const std::string& name) {
  for (const FieldDiff& f : diff.fields) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

std::string message_of(const std::string& a, const std::string& b) {
  try {
    diff_texts(a, b);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the same frames at other clocks are the same run") {
  Line later;
  later.in = 5000;
  later.out_cycle = 5112;
  const EventDiff diff = diff_texts(kStart + text({}) + end_line(1), kStart + text(later) + end_line(1));
  CHECK(diff.same());
  CHECK(diff.compared == 1);
  CHECK(diff.differing == 0);
  CHECK(diff.fields.empty());
}

TEST_CASE("each field that differs, with its first frame") {
  Line l0, l1, l2, m1, m2;
  l1.id = m1.id = 1;
  l2.id = m2.id = 2;
  m1.cookie = "0x5b1d07f3";
  m2.cookie = "0x00000001";
  m2.verdict = "drop";
  m2.reason = "bad_cookie";
  m2.out_cycle = 1113;
  m2.out_length = 61;
  const EventDiff diff =
      diff_texts(kStart + text(l0) + text(l1) + text(l2) + end_line(3), kStart + text(l0) + text(m1) + text(m2) + end_line(3));
  CHECK_FALSE(diff.same());
  CHECK(diff.compared == 3);
  CHECK(diff.differing == 2);
  REQUIRE(diff.fields.size() == 5);
  const FieldDiff* cookie = field(diff, "cookie");
  REQUIRE(cookie != nullptr);
  CHECK(cookie->frames == 2);
  CHECK(cookie->first_id == 1);
  CHECK(cookie->a == "0x5b1d07f2");
  CHECK(cookie->b == "0x5b1d07f3");
  CHECK(cookie->first_flow == "SYN 192.0.2.1:1 -> 198.51.100.2:443");
  const FieldDiff* verdict = field(diff, "verdict");
  REQUIRE(verdict != nullptr);
  CHECK(verdict->frames == 1);
  CHECK(verdict->first_id == 2);
  CHECK(verdict->a == "reply");
  CHECK(verdict->b == "drop");
  REQUIRE(field(diff, "reason") != nullptr);
  REQUIRE(field(diff, "outputs") != nullptr);
  CHECK(field(diff, "outputs")->b == "reply 61 bytes");
  const FieldDiff* latency = field(diff, "latency_clocks");
  REQUIRE(latency != nullptr);
  CHECK(latency->a == "112");
  CHECK(latency->b == "113");
}

TEST_CASE("frames are matched by id, whoever has more") {
  Line l1, l2, l4;
  l1.id = 1;
  l2.id = 2;
  l4.id = 4;
  const EventDiff diff =
      diff_texts(kStart + text({}) + text(l1) + text(l4) + end_line(3), kStart + text({}) + text(l2) + text(l4) + end_line(3));
  CHECK_FALSE(diff.same());
  CHECK(diff.compared == 2);
  CHECK(diff.differing == 0);
  CHECK(diff.only_a == 1);
  CHECK(diff.first_only_a == 1);
  CHECK(diff.only_b == 1);
  CHECK(diff.first_only_b == 2);
}

TEST_CASE("a run that was killed is not the same as one that ended") {
  const std::string whole = kStart + text({}) + end_line(1);
  const EventDiff no_end = diff_texts(whole, kStart + text({}));
  CHECK_FALSE(no_end.same());
  CHECK(no_end.complete_a());
  CHECK_FALSE(no_end.complete_b());
  const EventDiff cut = diff_texts(whole, kStart + text({}) + R"({"event":"fra)");
  CHECK(cut.cut_b);
  CHECK_FALSE(cut.same());
  CHECK(diff_texts(kStart + text({}), kStart + text({})).same());
}

TEST_CASE("what cannot be compared is refused, named") {
  const std::string good = kStart + text({}) + end_line(1);
  CHECK(test::contains(message_of(good, ""), "no start line"));
  Line l1;
  l1.id = 1;
  CHECK(test::contains(message_of(kStart + text(l1) + text({}), good), "frame 0 comes after frame 1"));
  CHECK(test::contains(message_of(good, kStart + text({}) + text({})), "frame 0 comes after frame 0"));
  CHECK_THROWS_AS(diff_events("/nonexistent/a", "/nonexistent/b"), InputError);
}

namespace {

Bytes three_interfaces(const std::vector<Bytes>& packets) {
  Bytes file = test::join({test::pcapng_section(false), test::pcapng_interface(1, false),
                           test::pcapng_interface(1, false), test::pcapng_interface(1, false)});
  for (const Bytes& packet : packets) file = test::join({file, packet});
  return file;
}

Bytes packet(std::uint32_t interface, std::uint8_t mark, std::size_t length) {
  return test::pcapng_packet(interface, 0, test::marked_frame(mark, length), false);
}

}  // namespace

TEST_CASE("packets are compared interface by interface, the n-th with the n-th") {
  // The order between interfaces does not count.
  const TempFile a(three_interfaces({packet(0, 1, 60), packet(1, 2, 60), packet(0, 3, 70), packet(1, 4, 60), packet(2, 9, 64)}));
  Bytes changed = test::marked_frame(4, 60);
  changed[0x26] ^= 1;
  const TempFile b(three_interfaces(
      {packet(1, 2, 60), packet(0, 1, 60), packet(0, 3, 70), test::pcapng_packet(1, 5, changed, false), packet(1, 7, 80)}));
  const std::vector<PacketDiff> diff = diff_packets(a.path(), b.path());
  REQUIRE(diff.size() == 3);
  CHECK(diff[0].interface == "rx0");
  CHECK(diff[0].same());
  CHECK(diff[0].a == 2);
  CHECK(diff[0].bytes_a == 130);
  CHECK_FALSE(diff[1].same());
  CHECK(diff[1].a == 2);
  CHECK(diff[1].b == 3);
  CHECK(diff[1].bytes_b == 200);
  CHECK(diff[1].differing == 1);
  CHECK(diff[1].first_packet == 1);
  CHECK(diff[1].first_offset == 0x26);
  CHECK_FALSE(diff[2].same());
  CHECK(diff[2].a == 1);
  CHECK(diff[2].b == 0);
  CHECK(diff[2].differing == 0);
}

TEST_CASE("a shorter packet differs where it ends; a file that ends within a packet says so") {
  const TempFile a(three_interfaces({packet(1, 2, 64)})), b(three_interfaces({packet(1, 2, 80)}));
  const PacketDiff diff = diff_packets(a.path(), b.path())[1];
  CHECK(diff.differing == 1);
  CHECK(diff.first_offset == 64);
  Bytes cut_bytes = three_interfaces({packet(1, 2, 64)});
  cut_bytes.resize(cut_bytes.size() - 8);
  const TempFile cut(cut_bytes);
  const PacketDiff damaged = diff_packets(a.path(), cut.path())[1];
  CHECK(damaged.cut_b);
  CHECK_FALSE(damaged.cut_a);
  CHECK_FALSE(damaged.same());
}

}  // namespace syngate::sim
