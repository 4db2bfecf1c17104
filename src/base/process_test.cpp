// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>

#include <chrono>

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

TEST(Process, Inherits) {
  testing::internal::CaptureStdout();
  const ProcessResult result = run_process({"echo", "seen"}, true);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "seen\n");
  EXPECT_EQ(result.output, "");
}

TEST(Process, EndsAfterTheTimeout) {
  const auto start = std::chrono::steady_clock::now();
  for (const bool inherit : {false, true}) {
    expect_error(
        [&] {
          run_process({"sleep", "30"}, inherit, 1);
        },
        "sleep: still running after 1 s");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(run_process({"true"}, false, 30).exit_code, 0);
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
