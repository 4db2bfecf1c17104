// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/testing.h"

namespace emamba {
namespace {

TEST(Parallel, EveryTurnRunsOnce) {
  for (int threads : {-1, 1, 2, 7}) {
    for (std::size_t count : {0u, 1u, 5u, 1000u}) {
      std::vector<std::atomic<int>> runs(count);
      parallel_for(count, threads, [&](std::size_t i) { ++runs[i]; });
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(runs[i], 1) << i << " of " << count;
    }
  }
}

TEST(Parallel, AnErrorStopsTheLoopAndComesBack) {
  for (int threads : {1, 4}) {
    std::atomic<int> runs = 0;
    expect_error(
        [&] {
          parallel_for(100000, threads, [&](std::size_t i) {
            ++runs;
            if (i == 10) throw Error("turn 10");
          });
        },
        "turn 10");
    EXPECT_LT(runs, 100000) << threads << " threads";
  }
}

TEST(Parallel, LoopsWithinLoopsAndFromManyThreadsEnd) {
  std::atomic<int> runs = 0;
  const auto nested = [&] {
    for (int repeat = 0; repeat < 50; ++repeat) {
      parallel_for(3, 3, [&](std::size_t) {
        parallel_for(4, 2, [&](std::size_t) { parallel_for(5, 7, [&](std::size_t) { ++runs; }); });
      });
    }
  };
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back(nested);
  }
  EXPECT_EQ(runs, 4 * 50 * 3 * 4 * 5);
}

}  // namespace
}  // namespace emamba
