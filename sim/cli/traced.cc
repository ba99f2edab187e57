// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "traced.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "exit_code.h"

namespace syngate::sim {
namespace {

constexpr int kExecFailed = 127;

std::vector<char*> pointers(std::string& program, std::vector<std::string>& arguments) {
  std::vector<char*> argv{program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  return argv;
}

[[noreturn]] void fail(const std::string& program, const char* why) {
  throw UsageError(fmt::format("waves need {}: {} (build the target syngate-traced)", program, why));
}

}  // namespace

std::string sibling_program(const std::string& name) {
  std::vector<char> self(4096);
  const ssize_t length = readlink("/proc/self/exe", self.data(), self.size());
  std::string path(self.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  if (path.empty()) {  // no /proc in a bare root: the path that execve() was given
    if (const auto* given = reinterpret_cast<const char*>(getauxval(AT_EXECFN))) path = given;
  }
  return path.substr(0, path.rfind('/') + 1) + name;
}

void become_traced(const std::vector<std::string>& arguments) {
  std::string program = sibling_program("syngate-traced");
  std::vector<std::string> copy = arguments;
  execv(program.c_str(), pointers(program, copy).data());
  fail(program, std::strerror(errno));
}

int run_quietly(const std::string& program, const std::vector<std::string>& arguments) {
  if (access(program.c_str(), X_OK) != 0) fail(program, std::strerror(errno));
  std::string path = program;
  std::vector<std::string> copy = arguments;
  const std::vector<char*> argv = pointers(path, copy);
  const pid_t child = fork();
  if (child < 0) fail(program, std::strerror(errno));
  if (child == 0) {
    const int null = open("/dev/null", O_WRONLY);
    if (null >= 0) dup2(null, STDOUT_FILENO);
    execv(path.c_str(), argv.data());
    _exit(kExecFailed);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace syngate::sim
