// SPDX-License-Identifier: Apache-2.0
#include "base/folder_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <optional>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

TEST(FolderLock, SaysWhoHoldsIt) {
  const TestFolder folder;
  std::optional<FolderLock> first(folder.path());
  expect_error([&] { FolderLock second(folder.path()); }, fmt::format("process {}", getpid()));
  first.reset();
  EXPECT_FALSE(file_exists(folder / kLockFile));
  FolderLock again(folder.path());
  FolderLock moved = std::move(again);
  EXPECT_TRUE(file_exists(folder / kLockFile));
}

TEST(FolderLock, GoesWithAKilledProcess) {
  const TestFolder folder;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    FolderLock lock(folder.path());
    (void)!write(ends[1], "x", 1);
    pause();
  }
  char taken;
  ASSERT_EQ(read(ends[0], &taken, 1), 1);
  expect_error([&] { FolderLock other(folder.path()); }, fmt::format("process {}", child));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(file_exists(folder / kLockFile));  // but nobody holds it
  FolderLock other(folder.path());
}

TEST(FolderLock, NeedsAFolderThatCanBeWritten) {
  const TestFolder folder;
  expect_error([&] { FolderLock lock(folder / "absent"); }, "absent: cannot write here");
}

}  // namespace
}  // namespace emamba
