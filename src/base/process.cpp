// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/file_descriptor.h"

extern char** environ;

namespace emamba {
namespace {

using Clock = std::chrono::steady_clock;

// When to give up waiting; never, for 0 seconds.
class Deadline {
 public:
  explicit Deadline(int seconds)
      : limited_(seconds > 0), end_(Clock::now() + std::chrono::seconds(seconds)) {}
  bool limited() const { return limited_; }
  bool passed() const { return limited_ && Clock::now() >= end_; }
  // For poll(): -1 waits for ever.
  int milliseconds_left() const {
    if (!limited_) return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) + 1 : 0;
  }

 private:
  bool limited_;
  Clock::time_point end_;
};

struct SpawnActions {
  posix_spawn_file_actions_t actions;
  SpawnActions() { posix_spawn_file_actions_init(&actions); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions); }
};

// Appends to `output` what the pipe gives until all its writers are gone or the deadline passes.
void drain(int pipe, const Deadline& deadline, std::string& output) {
  std::array<char, 4096> piece;
  while (!deadline.passed()) {
    pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, deadline.milliseconds_left()) <= 0) continue;
    const ssize_t n = read(pipe, piece.data(), piece.size());
    if (n > 0) output.append(piece.data(), static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) return;
  }
}

// Waits for the child; false when the deadline passed first.
bool wait_for(pid_t child, const Deadline& deadline, int& status) {
  while (true) {
    const pid_t ended = waitpid(child, &status, deadline.limited() ? WNOHANG : 0);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) {
      throw Error(fmt::format("cannot wait for a child process: {}", std::strerror(errno)));
    }
    if (deadline.passed()) return false;
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, bool inherit,
                          int timeout_seconds) {
  if (arguments.empty()) throw Error("run_process: no program given");
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);

  SpawnActions spawn;
  FileDescriptor read_end, write_end;
  if (!inherit) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
    // A program that asks a question must find no one, rather than wait unseen.
    posix_spawn_file_actions_addopen(&spawn.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&spawn.actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&spawn.actions, ends[1], STDERR_FILENO);
  }

  pid_t child = 0;
  const int code = posix_spawnp(&child, argv[0], &spawn.actions, nullptr, argv.data(), environ);
  if (code != 0) {
    throw Error(fmt::format("{}: cannot be started: {}", arguments[0], std::strerror(code)),
                fmt::format("Is '{}' installed?", arguments[0]), ErrorKind::kMissing);
  }
  write_end.close();

  ProcessResult result;
  const Deadline deadline(timeout_seconds);
  if (!inherit) drain(read_end.get(), deadline, result.output);
  int status = 0;
  if (!wait_for(child, deadline, status)) {
    kill(child, SIGKILL);
    wait_for(child, Deadline(0), status);
    throw Error(fmt::format("{}: still running after {} s, ended", arguments[0], timeout_seconds));
  }
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

std::string find_program(const std::string& name) {
  const auto runs = [](const std::string& path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) return runs(name) ? name : "";
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable ? variable : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (!name.empty() && runs(path)) return path;
  }
  return "";
}

}  // namespace emamba
