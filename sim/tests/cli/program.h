// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// Runs the program under test as a shell would.
#pragma once
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "capture_files.h"

namespace syngate::sim::test {

struct ProgramResult {
  int code = -1;  ///< exit code, or 128 + signal
  std::string out, err;
};

inline std::string text_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

/// A running program with its standard input open.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments) : out_({}), err_({}) {
    int pipe_fds[2];
    if (pipe(pipe_fds) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      dup2(pipe_fds[0], STDIN_FILENO);
      close(pipe_fds[0]);
      close(pipe_fds[1]);
      dup2(open(out_.path().c_str(), O_WRONLY | O_TRUNC), STDOUT_FILENO);
      dup2(open(err_.path().c_str(), O_WRONLY | O_TRUNC), STDERR_FILENO);
      std::vector<std::string> all = {SYNGATE_PROGRAM};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> argv;
      for (std::string& argument : all) argv.push_back(argument.data());
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(pipe_fds[0]);
    input_ = pipe_fds[1];
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~Program() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      wait();
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void send(const Bytes& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t written = ::write(input_, bytes.data() + done, bytes.size() - done);
      if (written <= 0) break;
      done += static_cast<std::size_t>(written);
    }
  }
  void close_input() {
    if (input_ >= 0) close(input_);
    input_ = -1;
  }
  void kill(int signal) const { ::kill(child_, signal); }
  std::string err_so_far() const { return text_of(err_.path()); }

  ProgramResult wait() {
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    close_input();
    ProgramResult result;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.out = text_of(out_.path());
    result.err = text_of(err_.path());
    return result;
  }

 private:
  TempFile out_, err_;
  pid_t child_ = -1;
  int input_ = -1;
};

inline ProgramResult run(const std::vector<std::string>& arguments, const Bytes& input = {}) {
  Program program(arguments);
  program.send(input);
  program.close_input();
  return program.wait();
}

}  // namespace syngate::sim::test
