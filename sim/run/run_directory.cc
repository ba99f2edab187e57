// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "run_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "syngate/sim/capture.h"
#include "syngate/sim/errors.h"

namespace syngate::sim {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSchema = "syngate.run/1";
constexpr std::size_t kNameLength = 40;

std::string plain(const std::string& name) {
  std::string text;
  for (const char c : name.substr(0, kNameLength)) {
    const auto byte = static_cast<unsigned char>(c);
    text += std::isalnum(byte) != 0 || c == '.' || c == '_' ? c : '-';
  }
  return text.empty() || text[0] == '.' ? "run" + text : text;
}

// All but run.json, in the order of their names.
std::vector<std::string> files_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->is_regular_file(error) && name != "run.json") names.push_back(name);
  }
  if (error) throw OutputError(fmt::format("{}: cannot be listed: {}", path, error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

RunDirectory RunDirectory::create(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) throw OutputError(fmt::format("{}: exists already; a run is never overwritten", path));
  fs::create_directories(path, error);
  if (error) throw OutputError(fmt::format("{}: cannot be created: {}", path, error.message()));
  return RunDirectory(path);
}

std::string RunDirectory::name_for(const std::string& name) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  const std::string base = fmt::format("runs/{}-{}", stamp, plain(name));
  std::string path = base;
  std::error_code error;
  for (int i = 2; fs::exists(path, error); ++i) path = fmt::format("{}-{}", base, i);
  return path;
}

bool RunDirectory::is_one(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path + "/run.json", error);
}

bool RunDirectory::has(const std::string& name) const {
  std::error_code error;
  return fs::exists(file(name), error);
}

RunDirectory RunDirectory::open(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) throw InputError(fmt::format("{}: no such run directory", path));
  if (!fs::is_directory(path, error)) throw InputError(fmt::format("{}: not a run directory", path));
  RunDirectory directory(path);
  const std::string name = directory.file("run.json");
  std::ifstream in(name);
  if (!in) throw InputError(fmt::format("{}: {}; did the run end?", name, std::strerror(errno)));
  try {
    directory.run_ = nlohmann::ordered_json::parse(in);
  } catch (const nlohmann::json::exception& e) {
    throw InputError(fmt::format("{}: not JSON: {}", name, e.what()));
  }
  if (!directory.run_.is_object() || directory.run_.value("schema", "") != kSchema) {
    throw InputError(fmt::format("{}: its schema is not {}", name, kSchema));
  }
  return directory;
}

void RunDirectory::put(const nlohmann::ordered_json& run) const {
  // Renamed, so that a reader never sees half of it.
  const std::string name = file("run.json"), part = name + ".part";
  std::ofstream out(part);
  out << run.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  out.close();
  if (!out || std::rename(part.c_str(), name.c_str()) != 0)
    throw OutputError(fmt::format("{}: cannot be written: {}", name, std::strerror(errno)));
}

void RunDirectory::write_run(nlohmann::ordered_json run, const std::string& version) const {
  nlohmann::ordered_json whole = {{"schema", kSchema}, {"version", version}};
  whole.update(run);
  whole["files"] = files_in(path_);
  put(whole);
}

void RunDirectory::update_files() {
  run_["files"] = files_in(path_);
  put(run_);
}

}  // namespace syngate::sim
