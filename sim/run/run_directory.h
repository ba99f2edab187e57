// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace syngate::sim {

/// A directory with everything about one run (docs/reference/run-directory.md).
class RunDirectory {
 public:
  /// Creates `path` (and its parents). Throws OutputError when it exists or cannot be created.
  static RunDirectory create(const std::string& path);
  /// `runs/<UTC time>-<name>`, with a number behind it when that exists. `name` comes from a file name and is made plain.
  static std::string name_for(const std::string& name);
  /// One that is there. Throws InputError naming what is wrong: not a directory, no run.json, not schema syngate.run/1.
  static RunDirectory open(const std::string& path);
  /// Whether this looks like a run directory (it holds a run.json), as opposed to a capture.
  static bool is_one(const std::string& path);

  const std::string& path() const { return path_; }
  /// Path of a file in it.
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  bool has(const std::string& name) const;

  /// Writes run.json; `schema`, `version` and `files`, the names of the files that are there, are added. Throws OutputError.
  void write_run(nlohmann::ordered_json run, const std::string& version) const;
  /// Of a directory that was opened: brings `files` of run.json up to date after something was added. Throws OutputError.
  void update_files();
  /// The content of run.json.
  const nlohmann::ordered_json& run() const { return run_; }

 private:
  void put(const nlohmann::ordered_json& run) const;
  explicit RunDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
  nlohmann::ordered_json run_;
};

}  // namespace syngate::sim
