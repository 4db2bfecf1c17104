// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/file_descriptor.h"
#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

TEST(Process, CollectsBothOutputsAndTheExitCode) {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
}

TEST(Process, PassesArgumentsAsTheyAre) {
  EXPECT_EQ(run_process({"printf", "%s|", "a b", "$HOME", "", "*"}).output, "a b|$HOME||*|");
}

TEST(Process, ReadsMoreThanAPipeHolds) {
  const ProcessResult result = run_process({"head", "-c", "1000000", "/dev/zero"});
  EXPECT_EQ(result.output.size(), 1000000u);
}

TEST(Process, HasNoInput) {
  EXPECT_EQ(run_process({"cat"}).output, "");
}

TEST(Process, TellsASignal) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -TERM $$"}).exit_code, 128 + 15);
}

TEST(Process, RunsInAFolder) {
  const TestFolder folder;
  EXPECT_EQ(run_process({"pwd", "-P"}, {.directory = folder.path()}).output,
            std::filesystem::canonical(folder.path()).string() + "\n");
  expect_error([&] { run_process({"true"}, {.directory = folder / "none"}); },
               "/none: cannot be entered: No such file");
}

TEST(Process, GetsVariablesBesidesAndBeforeOurs) {
  const ProcessOptions options{.environment = {{"HOME", "a b"}, {"EMAMBA_TEST_ONLY", "="}}};
  EXPECT_EQ(run_process({"sh", "-c", "echo $HOME,$EMAMBA_TEST_ONLY,$PATH"}, options).output,
            fmt::format("a b,=,{}\n", std::getenv("PATH")));
}

// Neither locks nor other programs' pipes; signals as we have them.
TEST(Process, InheritsNothingButTheEnvironment) {
  const FileDescriptor kept(open("/dev/null", O_RDONLY));  // not closed by exec
  ASSERT_TRUE(kept.valid());
  EXPECT_EQ(run_process({"ls", "/proc/self/fd"}).output, "0\n1\n2\n3\n");  // 3 is that folder
  EXPECT_EQ(run_process({"grep", "SigBlk", "/proc/self/status"}).output,
            "SigBlk:\t0000000000000000\n");
}

// A program does not hold up others that threads of ours run meanwhile.
TEST(Process, RunsBesideOthers) {
  std::atomic<bool> all = true;
  std::thread slow([] { run_process({"sleep", "3"}); });
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 10; ++k) {
        const std::string word = std::to_string(100 * i + k);
        if (run_process({"echo", word}).output != word + "\n") all = false;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(2500));
  slow.join();
  EXPECT_TRUE(all);
}

TEST(Process, TicksWhileItRuns) {
  int ticks = 0;
  run_process({"sleep", "1"}, {.tick = [&] { ++ticks; }});
  EXPECT_GE(ticks, 3);
}

TEST(Process, EndsAfterTheTimeout) {
  const auto start = std::chrono::steady_clock::now();
  const ProcessResult result =
      run_process({"sh", "-c", "echo begun; sleep 30"}, {.timeout_seconds = 1});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit_code, 128 + SIGKILL);
  EXPECT_EQ(result.output, "begun\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_FALSE(run_process({"true"}, {.timeout_seconds = 30}).timed_out);
}

// A program that starts two more, and writes its number, its parent's and theirs to $1.
constexpr char kFamily[] =
    "sleep 300 & first=$!; sh -c 'sleep 300; true' & echo $$ $PPID $first $! > $1.part\n"
    "mv $1.part $1; wait";

std::vector<pid_t> wait_for_family(const std::string& file) {
  for (int i = 0; i < 1000 && !file_exists(file); ++i) usleep(10000);
  std::istringstream numbers(read_file(file));
  std::vector<pid_t> family;
  for (pid_t pid = 0; numbers >> pid;) family.push_back(pid);
  EXPECT_EQ(family.size(), 4u);
  return family;
}

// A zombie does nothing any more, though not every parent takes note of that.
bool runs(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(stat, text)) return false;
  const std::size_t name_end = text.rfind(") ");
  return name_end != std::string::npos && text[name_end + 2] != 'Z';
}

void expect_gone(const std::vector<pid_t>& family) {
  for (const pid_t pid : family) {
    int waits = 0;
    while (runs(pid) && ++waits < 500) usleep(10000);
    EXPECT_LT(waits, 500) << pid << " runs on";
  }
}

TEST(Process, EndsWithEverythingItStarted) {
  const TestFolder folder;
  const std::string file = folder / "family";
  EXPECT_TRUE(run_process({"sh", "-c", kFamily, "sh", file}, {.timeout_seconds = 1}).timed_out);
  expect_gone(wait_for_family(file));
  // Left behind by a program that has ended.
  EXPECT_EQ(run_process({"sh", "-c", "sleep 300 & echo $! $! $! $! > $1", "sh", file}).exit_code,
            0);
  expect_gone(wait_for_family(file));
}

TEST(Process, EndsWithUs) {
  for (const int signal : {SIGKILL, SIGINT, SIGTERM}) {
    SCOPED_TRACE(signal);
    const TestFolder folder;
    const std::string file = folder / "family";
    const pid_t us = fork();
    if (us == 0) {
      run_process({"sh", "-c", kFamily, "sh", file});
      _exit(0);
    }
    const std::vector<pid_t> family = wait_for_family(file);
    for (const pid_t pid : family) EXPECT_TRUE(runs(pid));
    kill(us, signal);
    int status = 0;
    waitpid(us, &status, 0);
    EXPECT_EQ(WTERMSIG(status), signal);
    expect_gone(family);
  }
}

// The keeper alone is killed, as the kernel may when memory runs out.
TEST(Process, EndsWithItsKeeper) {
  const TestFolder folder;
  const std::string file = folder / "family";
  std::thread killer([&] {
    const std::vector<pid_t> family = wait_for_family(file);
    kill(family.at(1), SIGKILL);
  });
  EXPECT_EQ(run_process({"sh", "-c", kFamily, "sh", file}).exit_code, 128 + SIGKILL);
  killer.join();
  expect_gone(wait_for_family(file));
}

TEST(Process, NamesAProgramThatIsNotThere) {
  expect_error([] { run_process({"no-such-program-x"}); },
               "no-such-program-x: cannot be started: No such file");
  expect_error([] { run_process({}); }, "no program");
}

TEST(Process, FindsPrograms) {
  EXPECT_TRUE(find_program("sh").ends_with("/sh"));
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program-x"), "");
  EXPECT_EQ(find_program(""), "");
  EXPECT_EQ(find_program("/bin"), "");
}

}  // namespace
}  // namespace emamba
