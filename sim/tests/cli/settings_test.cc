// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Options from file and environment, through the program; the TOML reader alone.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "catch2.h"
#include "exit_code.h"
#include "program.h"
#include "toml.h"

namespace syngate::sim::test {
namespace {

using Json = nlohmann::json;

Bytes bytes(const std::string& text) { return Bytes(text.begin(), text.end()); }

// A variable that the program under test inherits.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

std::string dry_run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "--dry-run");
  const ProgramResult result = run(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return result.out;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("command line before environment before file before default") {
  const TempFile config(bytes("[replay]\nlimit = 11\nseed = 21\nloop = 31\n"));
  const Variable limit("SYNGATE_REPLAY_LIMIT", "12");
  const Variable seed("SYNGATE_REPLAY_SEED", "22");
  const std::string text =
      dry_run({"--config", config.path(), "replay", "none.pcap", "--limit", "13"});
  CHECK(has(text, "\nlimit = 13\n"));
  CHECK(has(text, "\nseed = 22\n"));
  CHECK(has(text, "\nloop = 31\n"));
  CHECK(has(text, "\nclock-mhz = 200\n"));
}

TEST_CASE("--config may stand behind the command, or come from SYNGATE_CONFIG") {
  const TempFile config(bytes("color = 'never'\n[replay]\nlimit = 11 # a comment\n"));
  CHECK(has(dry_run({"replay", "none.pcap", "--config=" + config.path()}), "\nlimit = 11\n"));
  const Variable variable("SYNGATE_CONFIG", config.path().c_str());
  const std::string text = dry_run({"replay", "none.pcap"});
  CHECK(has(text, "\nlimit = 11\n"));
  CHECK(has(text, "color = \"never\"\n"));
}

TEST_CASE("of paces only the strongest source counts") {
  const TempFile config(bytes("[replay]\nline-rate = \"40G\"\n"));
  CHECK(has(dry_run({"--config", config.path(), "replay", "none.pcap"}), "line-rate = \"40G\""));
  const std::string text = dry_run({"--config", config.path(), "replay", "none.pcap", "--topspeed"});
  CHECK(has(text, "topspeed = true"));
  CHECK_FALSE(has(text, "line-rate"));
}

TEST_CASE("flags and lists from environment and file") {
  const TempFile config(
      bytes("[replay]\njson = true\nquiet = true\nprotect = [\n  \"198.51.100.2\", # one\n"
            "  \"2001:db8::/32\",\n]\n"));
  const Variable quiet("SYNGATE_REPLAY_QUIET", "0");
  const std::string text = dry_run({"--config", config.path(), "replay", "none.pcap"});
  CHECK(has(text, "json = true"));
  CHECK_FALSE(has(text, "quiet"));
  CHECK(has(text, "protect = [\"198.51.100.2\", \"2001:db8::/32\"]"));
  const Variable protect("SYNGATE_REPLAY_PROTECT", "198.51.100.3 198.51.100.4");
  CHECK(has(dry_run({"--config", config.path(), "replay", "none.pcap"}),
            "protect = [\"198.51.100.3\", \"198.51.100.4\"]"));
}

TEST_CASE("the file is used by a real run, and its result is what --dry-run prints") {
  const TempFile capture(pcap_file({{1, 0, marked_frame(1, 60)}, {1, 5, marked_frame(2, 60)}}));
  const TempFile config(bytes("[replay]\nlimit = 1\njson = true\n"));
  const ProgramResult first = run({"--config", config.path(), "replay", capture.path()});
  CHECK(first.code == 0);
  CHECK(Json::parse(first.out)["frames_offered"] == 1);
  const TempFile resolved(bytes(dry_run({"--config", config.path(), "replay", capture.path()})));
  CHECK(run({"--config", resolved.path(), "replay", capture.path()}).out == first.out);
}

TEST_CASE("the defaults are accepted and change nothing") {
  const ProgramResult defaults = run({"config", "--print-default"});
  REQUIRE(defaults.code == 0);
  const TempFile config(bytes(defaults.out));
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"replay", "none.pcap"}, {"bench"}, {"cookie", "decode", "--tsval", "3"}}) {
    std::vector<std::string> with = command;
    with.insert(with.end(), {"--config", config.path()});
    CHECK(dry_run(with) == dry_run(command));
  }
  const Json object = Json::parse(run({"config", "replay", "--print-default", "--json"}).out);
  CHECK(object["schema"] == "syngate.config/1");
  CHECK(object["commands"]["syngate replay"]["line-rate"]["variable"] ==
        "SYNGATE_REPLAY_LINE_RATE");
}

TEST_CASE("unknown keys, sections and values name the file, the line and the key: exit 3") {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"[replay]\n\nlinerate = \"40G\"\n", ":3: 'linerate' is no option of syngate replay"},
      {"[replya]\nlimit = 1\n", ":2: [replya] is no command"},
      {"limit = 1\n", ":1: 'limit' is no option of syngate;"},
      {"[replay]\nline-rate = \"10G\"\n", ":2: --line-rate: 10G not in {40G,100G}"},
      {"[replay]\nlimit = [1, 2]\n", ":2: 'limit' takes one value, not an array"},
      {"[replay]\njson = 3\n", ":2: 'json' must be true or false"},
      {"[replay]\nlimit = many\n", ":2: expected a number, true, false, a string"},
      {"[bench]\nnonsense = 1\n", ":2: 'nonsense' is no option of syngate bench"},
      {"[replay]\nfault-output = 1\n", ":2: 'fault-output' is no option"},
      {"[replay]\nconfig = \"x\"\n", ":2: 'config' is no option"},
  };
  for (const auto& [text, message] : wrong) {
    const TempFile config(bytes(text));
    const ProgramResult result = run({"--config", config.path(), "replay", "none.pcap"});
    INFO(text << result.err);
    CHECK(result.code == 3);
    CHECK(result.out.empty());
    CHECK(has(result.err, "error: " + config.path() + message));
  }
  const ProgramResult missing = run({"--config", "/nonexistent.toml", "bench"});
  CHECK(missing.code == 3);
  CHECK(missing.err == "error: /nonexistent.toml: cannot be read: No such file or directory\n");
}

TEST_CASE("variables that are wrong: exit 2, named") {
  {
    const Variable variable("SYNGATE_REPLAY_LINERATE", "40G");
    const ProgramResult result = run({"replay", "none.pcap"});
    CHECK(result.code == 2);
    CHECK(has(result.err, "error: SYNGATE_REPLAY_LINERATE: "));
    CHECK(run({"cookie", "decode", "--tsval", "3"}).code == 0);  // not of this command
  }
  {
    const Variable variable("SYNGATE_REPLAY_LINE_RATE", "10G");
    const ProgramResult result = run({"replay", "none.pcap"});
    CHECK(result.code == 2);
    CHECK(has(result.err, "error: SYNGATE_REPLAY_LINE_RATE: --line-rate: 10G not in {40G,100G}"));
  }
  const Variable variable("SYNGATE_REPLAY_JSON", "maybe");
  CHECK(has(run({"replay", "none.pcap"}).err, "SYNGATE_REPLAY_JSON: expected 1 or 0, not 'maybe'"));
}

TEST_CASE("keys given as options are not shown") {
  const std::string key = "000102030405060708090a0b0c0d0e0f";
  const Variable variable("SYNGATE_COOKIE_MAKE_SECRET1", key.c_str());
  const ProgramResult result =
      run({"cookie", "make", "--src", "192.0.2.1:1", "--dst", "198.51.100.2:80", "--seq", "1",
           "--mss", "1460", "--secret0", key, "--dry-run", "-v"});
  CHECK(result.code == 0);
  CHECK(has(result.out, "# secret0 is a key and not shown"));
  CHECK_FALSE(has(result.out + result.err, key));
}

TEST_CASE("TOML: values") {
  const auto items = parse_toml(
      "a = 1\r\n'b c' = \"x\\\"\\\\\\n#\" # y\n[s . \"t.u\"]\nd = [ 'p', \"q\" ,\n# z\n 3,]\n"
      "e = -1.5e3\nf=true\ng = []\nh = 0xff",
      "name");
  REQUIRE(items.size() == 7);
  CHECK(items[0].values == std::vector<std::string>{"1"});
  CHECK(items[1].key == "b c");
  CHECK(items[1].values[0] == "x\"\\\n#");
  CHECK(items[2].section == std::vector<std::string>{"s", "t.u"});
  CHECK(items[2].values == std::vector<std::string>{"p", "q", "3"});
  CHECK(items[2].is_array);
  CHECK(items[3].line == 7);
  CHECK(items[3].values[0] == "-1.5e3");
  CHECK(items[4].values[0] == "true");
  CHECK(items[5].values.empty());
  CHECK(items[6].values[0] == "0xff");
}

TEST_CASE("TOML: what is wrong is named with its line") {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"a", "name:1: expected '=' after 'a'"},
      {"\n= 3", "name:2: expected 'key = value' or '[section]'"},
      {"a = 1 2", "name:1: unexpected '2'"},
      {"a = \"x", "name:1: the string does not end on its line"},
      {"a = \"\\q\"", "name:1: unknown escape: there are \\\" \\\\ \\t \\n \\r"},
      {"a = \"\"\"x\"\"\"", "name:1: multi-line strings are not understood"},
      {"a = [1", "name:1: the array does not end"},
      {"a = [1 2]", "name:1: expected ',' or ']'"},
      {"a = 1\na = 2", "name:2: 'a' is there twice, first in line 1"},
      {"[a]\n[b]\n[a]", "name:3: this section is there twice"},
      {"[[a]]", "name:1: arrays of tables are not understood"},
      {"[a", "name:1: expected ']'"},
      {"a.b = 1", "name:1: expected '=' after 'a'"},
      {"a = 012", "name:1: expected a number, true, false, a string in quotes or an array, not '012'"},
      {"a = ", "name:1: expected a number, true, false, a string in quotes or an array"},
  };
  for (const auto& [text, message] : wrong) {
    INFO(text);
    try {
      parse_toml(text, "name");
      FAIL("accepted");
    } catch (const InputError& error) {
      CHECK(error.what() == message);
    }
  }
}

TEST_CASE("TOML: empty strings, and what is written is read again") {
  CHECK(parse_toml("a = \"\"", "name")[0].values[0].empty());
  for (const std::string value : {"", "40G", "1e3", "0x1f", "012", "a \"b\" \\ \t c", "true"}) {
    const auto items = parse_toml("a = " + toml_value(value), "name");
    CHECK(items[0].values[0] == value);
  }
}

}  // namespace
}  // namespace syngate::sim::test
