// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate cookie`: the encoding from the shell, no RTL.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "app.h"
#include "cookie_tools.h"
#include "exit_code.h"
#include "keys.h"
#include "syngate/model/timestamp.h"
#include "syngate/sim/packet_view.h"
#include "version.h"

namespace syngate::sim {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  std::string source, destination;
  std::uint32_t seq = 0, ack = 0, count = 286326;
  std::uint16_t mss = 0;
  std::string key_file, secret0, secret1;
  bool sha1 = false;
  std::vector<std::string> secrets;  // of --sha1
  std::uint32_t ts_clock = 0, ts_offset = 0, tsval = 0;
  unsigned wscale = 0;
  bool sack = false, ecn = false;
  bool json = false;
  std::string file;
  // Which of the options above were given.
  CLI::Option *ts_clock_given = nullptr, *ts_offset_given = nullptr, *wscale_given = nullptr;
};

bool given(const CLI::Option* option) { return option != nullptr && option->count() != 0; }

Json header(const char* operation) {
  return {{"schema", "syngate.cookie/1"}, {"version", kVersion}, {"operation", operation}};
}

void print(const Json& object) { fmt::print("{}\n", object.dump(2)); }

model::Flow flow_of(const Flags& flags) {
  model::Flow flow;
  parse_endpoint("--src", flags.source, &flow.source, &flow.source_port);
  parse_endpoint("--dst", flags.destination, &flow.destination, &flow.destination_port);
  if (flow.source.is6 != flow.destination.is6)
    throw UsageError("--src and --dst are of different families");
  return flow;
}

model::SipKey sip_key(const char* option, const std::string& text) {
  model::SipKey key;
  if (!key_from_hex(text, &key)) throw UsageError(fmt::format("{} needs 32 hex digits", option));
  return key;
}

CookieSecrets secrets_of(const Flags& flags, bool is6) {
  CookieSecrets secrets;
  if (flags.sha1) {
    if (flags.secrets.size() != 2)
      throw UsageError("--sha1 needs --secret twice: the 68 bytes of secret 0 and of secret 1");
    secrets.sha1 = true;
    for (std::size_t c = 0; c < 2; ++c) {
      const auto bytes = bytes_from_hex(flags.secrets[c]);
      if (!bytes || bytes->size() != 68)
        throw UsageError("--secret needs 136 hex digits (17 words, little-endian)");
      for (std::size_t i = 0; i < 68; ++i) {
        secrets.words.secret[c][i / 4] |= std::uint32_t{(*bytes)[i]} << (8 * (i % 4));
      }
    }
    return secrets;
  }
  if (!flags.secrets.empty())
    throw UsageError("--secret belongs to --sha1; SipHash keys are --secret0 and --secret1");
  if (!flags.key_file.empty()) {
    const KeyFile file = read_key_file(flags.key_file);
    const std::size_t bank = flags.count % defs::kSecret1Banks;
    const bool complete = is6 ? file.given.secret0_v6 && file.given.secret1_v6[bank]
                              : file.given.secret0_v4 && file.given.secret1_v4[bank];
    if (!complete) {
      throw InputError(fmt::format("{}: secret0_{} and secret1_{} for count & 3 = {} are needed",
                                   flags.key_file, is6 ? "v6" : "v4", is6 ? "v6" : "v4", bank));
    }
    secrets.secret0 = is6 ? file.keys.secret0_v6 : file.keys.secret0_v4;
    secrets.secret1 = is6 ? file.keys.secret1_v6[bank] : file.keys.secret1_v4[bank];
    return secrets;
  }
  if (flags.secret0.empty() || flags.secret1.empty()) {
    throw UsageError(
        "keys are missing: --key-file, or --secret0 and --secret1, or --sha1 and --secret twice");
  }
  secrets.secret0 = sip_key("--secret0", flags.secret0);
  secrets.secret1 = sip_key("--secret1", flags.secret1);
  return secrets;
}

int run_make(const Flags& flags) {
  const model::Flow flow = flow_of(flags);
  const CookieSecrets secrets = secrets_of(flags, flow.source.is6);
  const unsigned index = model::index_of_mss(flow.source.is6, flags.mss);
  const std::uint32_t cookie = cookie_make(secrets, flow, flags.seq, flags.count, index);
  const std::uint16_t mss = model::mss_of_index(flow.source.is6, index);
  std::optional<std::uint32_t> tsval;
  std::uint32_t offset = flags.ts_offset;
  if (given(flags.ts_clock_given)) {
    if (!given(flags.ts_offset_given) && !secrets.sha1)
      offset = flow_timestamp_offset(secrets, flow);
    model::TimestampOptions options;
    if (given(flags.wscale_given)) options.wscale = static_cast<std::uint8_t>(flags.wscale);
    options.sack = flags.sack;
    options.ecn = flags.ecn;
    tsval = model::encode_timestamp(flags.ts_clock, options) + offset;
  }
  if (flags.json) {
    Json object = header("make");
    object["cookie"] = cookie;
    object["mss_index"] = index;
    object["mss"] = mss;
    object["count"] = flags.count;
    object["tsval"] = tsval ? Json(*tsval) : Json(nullptr);
    object["ts_offset"] = tsval ? Json(offset) : Json(nullptr);
    print(object);
    return kExitOk;
  }
  fmt::print("cookie     0x{:08x} ({})\n", cookie, cookie);
  fmt::print("mss        {} (index {})\n", mss, index);
  fmt::print("count      {}\n", flags.count);
  if (tsval) fmt::print("tsval      {} (0x{:08x}, offset {})\n", *tsval, *tsval, offset);
  return kExitOk;
}

int run_check(const Flags& flags) {
  const model::Flow flow = flow_of(flags);
  // A key file has one secret1 for each of the two minutes in question.
  std::optional<model::CookieData> content;
  for (const std::uint32_t age : {0u, 1u}) {
    Flags minute = flags;
    minute.count = flags.count - age;
    const CookieSecrets secrets = secrets_of(minute, flow.source.is6);
    const auto found = cookie_check(secrets, flow, flags.seq, flags.ack, flags.count);
    if (found && found->age == age) {
      content = found;
      break;
    }
  }
  if (flags.json) {
    Json object = header("check");
    object["valid"] = content.has_value();
    object["mss_index"] = content ? Json(content->mss_index) : Json(nullptr);
    object["mss"] =
        content ? Json(model::mss_of_index(flow.source.is6, content->mss_index)) : Json(nullptr);
    object["age"] = content ? Json(content->age) : Json(nullptr);
    print(object);
  } else if (content) {
    fmt::print("valid      MSS {} (index {}), age {} min\n",
               model::mss_of_index(flow.source.is6, content->mss_index), content->mss_index,
               content->age);
  } else {
    fmt::print("invalid    cookie 0x{:08x} at count {}\n", flags.ack - 1, flags.count);
  }
  return content ? kExitOk : kExitMismatch;
}

int run_decode(const Flags& flags) {
  const std::uint32_t clear = flags.tsval - flags.ts_offset;
  const model::TimestampOptions options = model::decode_timestamp(clear);
  if (flags.json) {
    Json object = header("decode");
    object["wscale"] = options.wscale ? Json(*options.wscale) : Json(nullptr);
    object["sack"] = options.sack;
    object["ecn"] = options.ecn;
    object["clock"] = clear & ~63u;
    print(object);
    return kExitOk;
  }
  fmt::print("wscale     {}\n",
             options.wscale ? fmt::format("{}", *options.wscale) : std::string("none"));
  fmt::print("sack       {}\n", options.sack ? "yes" : "no");
  fmt::print("ecn        {}\n", options.ecn ? "yes" : "no");
  fmt::print("clock      {} ms (multiple of 64, at most 127 ms before the SYN-ACK)\n",
             clear & ~63u);
  return kExitOk;
}

int run_verify(const Flags& flags) {
  std::ifstream stream(flags.file, std::ios::binary);
  if (!stream) throw InputError(fmt::format("{}: {}", flags.file, std::strerror(errno)));
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  const VerifyResult result = verify_vectors(text, flags.file);
  const bool good = result.verified == result.records;
  if (flags.json) {
    Json object = header("verify");
    object["file"] = flags.file;
    object["kernel"] = result.kernel;
    object["records"] = result.records;
    object["verified"] = result.verified;
    object["first_difference"] = good ? Json(nullptr) : Json(result.first_difference);
    print(object);
  } else {
    fmt::print("{} of {} records verified{}\n", result.verified, result.records,
               result.kernel.empty() ? "" : fmt::format(" (kernel {})", result.kernel));
    if (!good) fmt::print("first difference: {}\n", result.first_difference);
  }
  return good ? kExitOk : kExitMismatch;
}

void add_flow_options(CLI::App* command, Flags& flags) {
  command->add_option("--src", flags.source, "client: A:P or [A6]:P")->required();
  command->add_option("--dst", flags.destination, "server: A:P or [A6]:P")->required();
  command->add_option("--count", flags.count, "minute count")->capture_default_str();
  command->add_option("--key-file", flags.key_file, "keys as for replay")->type_name("FILE");
  command->add_option("--secret0", flags.secret0, "SipHash key 0: 32 hex digits, byte 0 first");
  command->add_option("--secret1", flags.secret1, "SipHash key 1: 32 hex digits");
  command->add_flag("--sha1", flags.sha1, "the cookie of Linux up to 4.10");
  command
      ->add_option("--secret", flags.secrets,
                   "with --sha1, twice: 136 hex digits, the words as in memory")
      ->allow_extra_args(false);
}

// Adds one operation with what all of them have.
CLI::App* add_operation(CLI::App* parent, AppContext& context, const char* name, const char* text,
                        const char* examples, const std::shared_ptr<Flags>& flags,
                        int (*run)(const Flags&)) {
  CLI::App* command = parent->add_subcommand(name, text);
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.cookie/1)");
  command->footer(std::string("\nExamples:\n") + examples + "\n" + kExitCodeHelp);
  command->fallthrough();
  command->callback(
      [flags, run, &context] { context.selected = [flags, run] { return run(*flags); }; });
  return command;
}

constexpr const char* kMakeExamples =
    "  syngate cookie make --src 192.0.2.1:12345 --dst 198.51.100.2:80 --seq 0x11223344 --mss 1460 "
    "--count 0x01020304 \\\n"
    "    --secret0 000102030405060708090a0b0c0d0e0f --secret1 101112131415161718191a1b1c1d1e1f\n"
    "  syngate cookie make --src [2001:db8::1]:12345 --dst [2001:db8::2]:443 --seq 1 --mss 1440 "
    "--key-file keys.txt \\\n"
    "    --ts-clock 1000000 --wscale 7 --sack --json\n";
constexpr const char* kCheckExamples =
    "  syngate cookie check --src 192.0.2.1:12345 --dst 198.51.100.2:80 --seq 0x11223345 --ack "
    "0x602ec29f \\\n"
    "    --count 0x01020304 --secret0 000102030405060708090a0b0c0d0e0f --secret1 "
    "101112131415161718191a1b1c1d1e1f\n"
    "  syngate cookie check --src 192.0.2.1:12345 --dst 198.51.100.2:80 --seq 0x11223345 --ack "
    "0x602ec29f \\\n"
    "    --count 0x01020305 --secret0 000102030405060708090a0b0c0d0e0f --secret1 "
    "101112131415161718191a1b1c1d1e1f --json\n";
constexpr const char* kDecodeExamples =
    "  syngate cookie decode --tsval 0x000f4217\n"
    "  syngate cookie decode --tsval 634206078 --ts-offset 634198317 --json\n";
constexpr const char* kVerifyExamples =
    "  syngate cookie verify test_vectors/cookie/linux-6.1-syncookies.json\n"
    "  syngate cookie verify test_vectors/cookie/linux-6.1-syncookies.json --json\n";

}  // namespace

void add_cookie_command(CLI::App& app, AppContext& context) {
  CLI::App* command =
      app.add_subcommand("cookie", "SYN cookies and timestamps from the shell, no RTL");
  command->require_subcommand(1);
  command->fallthrough();
  command->footer(std::string("\nExamples:\n") + kVerifyExamples + kDecodeExamples + "\n" +
                  kExitCodeHelp);

  auto make = std::make_shared<Flags>();
  CLI::App* sub = add_operation(command, context, "make", "the cookie (and TSval) of a SYN",
                                kMakeExamples, make, run_make);
  add_flow_options(sub, *make);
  sub->add_option("--seq", make->seq, "sequence number of the SYN")->required();
  sub->add_option("--mss", make->mss, "MSS option of the SYN (536 or 1220 without one)")
      ->required();
  make->ts_clock_given =
      sub->add_option("--ts-clock", make->ts_clock, "clock in ms: makes a TSval as well");
  make->ts_offset_given = sub->add_option("--ts-offset", make->ts_offset,
                                          "offset of the TSval (default: syngate's of the flow)");
  make->wscale_given = sub->add_option("--wscale", make->wscale, "window scale of the SYN")
                           ->check(CLI::Range(0u, 14u));
  sub->add_flag("--sack", make->sack, "the SYN permits SACK");
  sub->add_flag("--ecn", make->ecn, "ECN is accepted");

  auto check = std::make_shared<Flags>();
  sub = add_operation(command, context, "check", "is the cookie in an ACK valid? exit 0 or 1",
                      kCheckExamples, check, run_check);
  add_flow_options(sub, *check);
  sub->add_option("--seq", check->seq, "sequence number of the ACK (that of the SYN + 1)")
      ->required();
  sub->add_option("--ack", check->ack, "acknowledgment number of the ACK (cookie + 1)")->required();

  auto decode = std::make_shared<Flags>();
  sub = add_operation(command, context, "decode", "the options in a TSval", kDecodeExamples, decode,
                      run_decode);
  sub->add_option("--tsval", decode->tsval, "TSval of a SYN-ACK, or TSecr of the ACK")->required();
  sub->add_option("--ts-offset", decode->ts_offset, "offset that was added");

  auto verify = std::make_shared<Flags>();
  sub = add_operation(command, context, "verify", "check values read from a running kernel",
                      kVerifyExamples, verify, run_verify);
  sub->add_option("FILE", verify->file, "JSON with secrets, 'direct' and 'synack' records")
      ->required();
}

}  // namespace syngate::sim
