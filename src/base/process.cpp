// SPDX-License-Identifier: Apache-2.0
// A program runs below a keeper: a fork of ours that leads a process group, starts the program in
// it and outlives neither it nor us. Signals of a terminal do not reach that group, and kill -9
// tells us nothing, but the kernel tells the keeper when we are gone.
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "base/file_descriptor.h"

extern char** environ;

namespace emamba {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTick = 200;  // milliseconds

// What the keeper, or the program's start, says to us through a pipe. The first word counts.
struct Report {
  enum Kind : int { kNoFolder, kNoProgram, kEnded } kind;
  int value;  // errno, or the status of waitpid()
};

// A pipe whose ends a program does not inherit, and which are none of the standard streams.
struct Pipe {
  FileDescriptor read_end, write_end;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
    const FileDescriptor low[2] = {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
    read_end = FileDescriptor(fcntl(ends[0], F_DUPFD_CLOEXEC, kLowest));
    write_end = FileDescriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, kLowest));
    if (!read_end.valid() || !write_end.valid()) {
      throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
  }
  static constexpr int kLowest = 4;  // above kReportEnd
};

// Everything that a new process needs, so that it need not ask for memory: other threads of ours
// may have held the lock of malloc() when it was forked.
struct Start {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* folder;  // nullptr: ours
  int output, report;
  sigset_t signals;  // that the program shall find blocked
  pid_t us;
};

constexpr int kReportEnd = 3;  // in the keeper and below

void tell(Report::Kind kind, int value) {
  const Report report{kind, value};
  // So short a message is written whole or not at all; whoever does not hear it sees the pipe end.
  [[maybe_unused]] const ssize_t n = write(kReportEnd, &report, sizeof report);
}

[[noreturn]] void be_program(const Start& start) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // should somebody kill the keeper alone
  if (start.folder != nullptr && chdir(start.folder) != 0) {
    tell(Report::kNoFolder, errno);
    _exit(127);
  }
  sigprocmask(SIG_SETMASK, &start.signals, nullptr);
  execve(start.program, start.arguments, start.environment);
  tell(Report::kNoProgram, errno);
  _exit(127);
}

// Only functions that are safe in a signal handler, from here to _exit() or execve().
[[noreturn]] void be_keeper(const Start& start) {
  setpgid(0, 0);
  // Told that our thread is gone, it kills its group, itself included. Other signals are not for
  // it; all are blocked when it is forked.
  struct sigaction action {};
  action.sa_handler = [](int) { kill(0, SIGKILL); };
  sigaction(SIGTERM, &action, nullptr);
  sigset_t death;
  sigemptyset(&death);
  sigaddset(&death, SIGTERM);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != start.us) _exit(127);  // gone before that

  // Nothing of ours stays open in it: neither locks nor the ends of other programs' pipes.
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing > STDIN_FILENO) dup2(nothing, STDIN_FILENO);
  dup2(start.output, STDOUT_FILENO);
  dup2(start.output, STDERR_FILENO);
  dup3(start.report, kReportEnd, O_CLOEXEC);
  close_range(kReportEnd + 1, ~0u, 0);

  const pid_t program = fork();
  if (program == 0) be_program(start);
  if (program < 0) {
    tell(Report::kNoProgram, errno);
    _exit(127);
  }
  sigprocmask(SIG_UNBLOCK, &death, nullptr);
  int status = 0;
  while (waitpid(program, &status, 0) < 0 && errno == EINTR) {
  }
  tell(Report::kEnded, status);
  kill(0, SIGKILL);  // what the program left behind, too
  _exit(0);
}

// The keeper, and all below it; they are gone when this is.
class Keeper {
 public:
  explicit Keeper(Start start) {
    start.us = getpid();
    sigset_t all;
    sigfillset(&all);
    // A handler of ours must not run in the new process.
    pthread_sigmask(SIG_SETMASK, &all, &start.signals);
    keeper_ = fork();
    if (keeper_ == 0) be_keeper(start);
    const int code = errno;
    pthread_sigmask(SIG_SETMASK, &start.signals, nullptr);
    if (keeper_ < 0) {
      throw Error(fmt::format("cannot start another process: {}", std::strerror(code)));
    }
    setpgid(keeper_, keeper_);  // whoever comes first
  }
  ~Keeper() {
    // It is a zombie at least, so that the number is still its group's.
    kill(-keeper_, SIGKILL);
    while (waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

 private:
  pid_t keeper_;
};

// Appends a piece of what the pipe gives to `output`; false at its end.
bool take(int pipe, std::string& output) {
  std::array<char, 16384> piece;
  const ssize_t n = read(pipe, piece.data(), piece.size());
  if (n > 0) output.append(piece.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

// Those variables and all of ours that have other names, as NAME=value.
std::vector<std::string> with_ours(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> all;
  for (const auto& [name, value] : variables) all.push_back(name + "=" + value);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (!variables.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  return all;
}

bool readable(int pipe) {
  pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
  return poll(&wait, 1, 0) > 0;
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments,
                          const ProcessOptions& options) {
  if (arguments.empty()) throw Error("run_process: no program given");
  const std::string& name = arguments[0];
  const auto cannot_start = [&](int code) {
    return Error(fmt::format("{}: cannot be started: {}", name, std::strerror(code)),
                 fmt::format("Is '{}' installed?", name), ErrorKind::kMissing);
  };
  // It is looked up from here, wherever it runs.
  std::string program = name.find('/') == std::string::npos ? find_program(name) : name;
  if (program.empty()) throw cannot_start(ENOENT);
  program = std::filesystem::absolute(program).string();
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);

  const std::vector<std::string> variables = with_ours(options.environment);
  std::vector<char*> environment;
  for (const std::string& v : variables) environment.push_back(const_cast<char*>(v.c_str()));
  environment.push_back(nullptr);

  Pipe output, report;
  Start start{};
  start.environment = environment.data();
  start.program = program.c_str();
  start.arguments = argv.data();
  start.folder = options.directory.empty() ? nullptr : options.directory.c_str();
  start.output = output.write_end.get();
  start.report = report.write_end.get();
  const auto end = Clock::now() + std::chrono::seconds(options.timeout_seconds);
  ProcessResult result;
  std::string told;
  {
    const Keeper keeper(start);
    output.write_end.close();
    report.write_end.close();
    bool more_output = true;
    while (true) {
      pollfd wait[] = {{.fd = report.read_end.get(), .events = POLLIN, .revents = 0},
                       {.fd = output.read_end.get(), .events = POLLIN, .revents = 0}};
      poll(wait, more_output ? 2 : 1, kTick);
      if (wait[1].revents != 0) more_output = take(output.read_end.get(), result.output);
      if (wait[0].revents != 0 && !take(report.read_end.get(), told)) break;
      if (options.tick) options.tick();
      if (options.timeout_seconds > 0 && Clock::now() >= end) {
        result.timed_out = true;
        break;
      }
    }
  }
  // What the program wrote before it ended is in the pipe, and no more than a pipe holds.
  for (int pieces = 0; pieces < 64 && readable(output.read_end.get()); ++pieces) {
    if (!take(output.read_end.get(), result.output)) break;
  }
  if (result.timed_out) {
    result.exit_code = 128 + SIGKILL;
    return result;
  }
  Report first{Report::kEnded, SIGKILL};  // the keeper was killed
  if (told.size() >= sizeof first) std::memcpy(&first, told.data(), sizeof first);
  if (first.kind == Report::kNoProgram) throw cannot_start(first.value);
  if (first.kind == Report::kNoFolder) {
    throw Error(
        fmt::format("{}: cannot be entered: {}", options.directory, std::strerror(first.value)));
  }
  const int status = first.value;
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
