// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "run_directory.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch2.h"
#include "syngate/sim/capture.h"
#include "syngate/sim/errors.h"

namespace syngate::sim {
namespace {

struct Scratch {
  std::string path = "run-directory-" + std::to_string(getpid());
  Scratch() { std::filesystem::remove_all(path); }
  ~Scratch() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a run directory is created once, written and opened") {
  const Scratch scratch;
  const std::string path = scratch.path + "/a/b";
  const RunDirectory created = RunDirectory::create(path);
  CHECK_FALSE(RunDirectory::is_one(path));
  CHECK_THROWS_AS(RunDirectory::open(path), InputError);  // no run.json yet
  created.write_run({{"seed", 7}}, "1.2.3");
  CHECK(RunDirectory::is_one(path));
  const RunDirectory opened = RunDirectory::open(path);
  CHECK(opened.run().at("schema") == "syngate.run/1");
  CHECK(opened.run().at("version") == "1.2.3");
  CHECK(opened.run().at("seed") == 7);
  CHECK(opened.has("run.json"));
  CHECK_FALSE(opened.has("events.jsonl"));
  CHECK_THROWS_AS(RunDirectory::create(path), OutputError);
}

TEST_CASE("run.json names the files beside it, and those that come later") {
  const Scratch scratch;
  const RunDirectory created = RunDirectory::create(scratch.path);
  for (const char* name : {"b.pcapng", "a.jsonl"}) std::ofstream(scratch.path + "/" + name) << "x";
  created.write_run({{"seed", 7}}, "1.2.3");
  RunDirectory opened = RunDirectory::open(scratch.path);
  CHECK(opened.run().at("files") == nlohmann::ordered_json({"a.jsonl", "b.pcapng"}));
  std::ofstream(scratch.path + "/wave.fst") << "x";
  opened.update_files();
  const RunDirectory again = RunDirectory::open(scratch.path);
  CHECK(again.run().at("files") == nlohmann::ordered_json({"a.jsonl", "b.pcapng", "wave.fst"}));
  CHECK(again.run().at("seed") == 7);
  CHECK_FALSE(again.has("run.json.part"));
}

TEST_CASE("what is no run directory is named") {
  const Scratch scratch;
  CHECK_THROWS_AS(RunDirectory::open(scratch.path), InputError);
  std::filesystem::create_directories(scratch.path);
  std::ofstream(scratch.path + "/run.json") << "{}";
  CHECK_THROWS_AS(RunDirectory::open(scratch.path), InputError);
  std::ofstream(scratch.path + "/run.json") << "{";
  CHECK_THROWS_AS(RunDirectory::open(scratch.path), InputError);
  CHECK_THROWS_AS(RunDirectory::open(scratch.path + "/run.json"), InputError);
}

TEST_CASE("names of runs are plain") {
  const std::string path = RunDirectory::name_for("../a b/<x>");
  CHECK(path.find("runs/") == 0);
  CHECK(path.find_first_of("<> ") == std::string::npos);
  CHECK(path.find('/', 5) == std::string::npos);
}

}  // namespace syngate::sim
