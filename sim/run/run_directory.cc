// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "run_directory.h"

#include <fmt/format.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>

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

void RunDirectory::write_run(nlohmann::ordered_json run, const std::string& version) const {
  nlohmann::ordered_json whole = {{"schema", kSchema}, {"version", version}};
  whole.update(run);
  std::ofstream out(file("run.json"));
  out << whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  out.close();
  if (!out) throw OutputError(fmt::format("{}: cannot be written: {}", file("run.json"), std::strerror(errno)));
}

}  // namespace syngate::sim
