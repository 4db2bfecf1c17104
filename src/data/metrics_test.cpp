// SPDX-License-Identifier: Apache-2.0
#include "data/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "data/testing.h"

namespace emamba {
namespace {

TEST(Metrics, AccuracyTakesTheLowestIndexAmongEqualLogits) {
  Split split = bare_split(4);
  split.labels = {0, 2, 1, 1};
  const Tensor<float> outputs{{4, 3}, {1, 1, 1, 0, 1, 2, 5, 5, 0, -3, -1, -2}};
  const Metrics metrics = metrics_of(split, outputs);
  EXPECT_FALSE(metrics.regression);
  EXPECT_EQ(metrics.accuracy, 75.0);  // the third sample's tie goes to class 0, not to its label 1
}

TEST(Metrics, RegressionAveragesEachOutputsErrorInCentimetres) {
  Split split = bare_split(2);
  split.targets = {{2, 2}, {1, 2, 3, 4}};
  const Tensor<float> outputs{{2, 2}, {1.5f, 2, 3.25f, 2}};
  // Errors of output 0: 0.5 and 0.25; of output 1: 0 and -2.
  const Metrics metrics = metrics_of(split, outputs);
  EXPECT_TRUE(metrics.regression);
  EXPECT_DOUBLE_EQ(metrics.mae_cm, 100 * (0.375 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(metrics.rmse_cm, 100 * (std::sqrt(0.3125 / 2) + std::sqrt(2.0)) / 2);
}

TEST(Metrics, RefusesOutputsForAnotherNumberOfSamples) {
  Split split = bare_split(2);
  split.labels = {0, 1};
  EXPECT_THROW(metrics_of(split, Tensor<float>{{1, 2}, {0, 1}}), Error);
  EXPECT_THROW(metrics_of(bare_split(0), {}), Error);
}

}  // namespace
}  // namespace emamba
