// SPDX-License-Identifier: Apache-2.0
#include "base/progress.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

TEST(Progress, Text) {
  EXPECT_EQ(progress_text("train", 0, 420, 1000, 52.2, "loss 0.31"),
            "train  42 % (420/1000)  1:12 left  loss 0.31");
  EXPECT_EQ(progress_text("train", 0, 1, 1000, 10, ""), "train  0 % (1/1000)  2:46:30 left");
  EXPECT_EQ(progress_text("train", 0, 999, 1000, 1000, ""), "train  99 % (999/1000)  0:01 left");
  EXPECT_EQ(progress_text("train", 0, 0, 10, 3, ""), "train  0 % (0/10)");
  EXPECT_EQ(progress_text("train", 0, 10, 10, 3, ""), "train  100 % (10/10)");
  // Resumed after 600 steps: 100 of them in 50 s.
  EXPECT_EQ(progress_text("train", 600, 700, 1000, 50, ""), "train  70 % (700/1000)  2:30 left");
  EXPECT_EQ(progress_text("train", 600, 600, 1000, 0, ""), "train  60 % (600/1000)");
  EXPECT_EQ(progress_text("fetch", 0, 7, 0, 3, "MB"), "fetch  7  MB");
  EXPECT_EQ(progress_text("build", 0, 0, 0, 72.3, "main"), "build  1:12  main");
}

TEST(Progress, SaysNothingAboutShortWork) {
  testing::internal::CaptureStderr();
  {
    ProgressLine line("short");
    const ProgressCallback report = line.callback();
    for (std::size_t i = 0; i <= 100; ++i) report(i, 100, "x");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace emamba
