// SPDX-License-Identifier: Apache-2.0
#include "train/adamw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"

namespace emamba {
namespace {

TEST(AdamW, FollowsItsFormulaOverSeveralSteps) {
  const std::vector<DecaySegment> segments{{2, 0.1f}, {1, 0.0f}};
  std::vector<float> p{1, -2, 3}, m(3), v(3);
  std::vector<double> q{1, -2, 3}, qm(3), qv(3);
  Rng rng{60};
  for (std::size_t step = 1; step <= 20; ++step) {
    std::vector<float> gradient;
    for (int i = 0; i < 3; ++i) gradient.push_back(static_cast<float>(2 * rng.uniform() - 1));
    const double lr = 0.01 * static_cast<double>(step);
    adamw_step(segments, step, lr, 0.5f, gradient, p, m, v);
    for (std::size_t i = 0; i < 3; ++i) {
      const double g = 0.5 * gradient[i], t = static_cast<double>(step);
      qm[i] = 0.9 * qm[i] + 0.1 * g;
      qv[i] = 0.999 * qv[i] + 0.001 * g * g;
      if (i < 2) q[i] -= lr * 0.1 * q[i];
      q[i] -= lr * qm[i] / (1 - std::pow(0.9, t)) /
              (std::sqrt(qv[i] / (1 - std::pow(0.999, t))) + 1e-8);
      EXPECT_NEAR(p[i], q[i], 1e-5) << "step " << step << ", element " << i;
    }
  }
}

TEST(LearningRate, RisesOverTheWarmUpAndFallsToAlmostNothing) {
  for (const Schedule schedule : {Schedule::kOneCycle, Schedule::kCosine}) {
    TrainSpec train;
    train.schedule = schedule;
    train.lr = 2;
    train.warmup = 0.25;
    constexpr std::size_t kSteps = 400;
    for (std::size_t step = 1; step < kSteps; ++step) {
      const double before = learning_rate(train, step - 1, kSteps);
      const double now = learning_rate(train, step, kSteps);
      if (step <= 100) {
        EXPECT_GT(now, before) << step;
      } else {
        EXPECT_LT(now, before) << step;
      }
    }
    EXPECT_DOUBLE_EQ(learning_rate(train, 100, kSteps), 2);
    EXPECT_LT(learning_rate(train, 0, kSteps), 0.1);
    EXPECT_LT(learning_rate(train, kSteps - 1, kSteps), 1e-3);
  }
}

TEST(LearningRate, IsFiniteAtTheEndsOfWarmUp) {
  TrainSpec train;
  for (const double warmup : {0.0, 1.0}) {
    train.warmup = warmup;
    for (const std::size_t steps : {1u, 2u, 7u}) {
      for (std::size_t step = 0; step < steps; ++step) {
        const double lr = learning_rate(train, step, steps);
        EXPECT_TRUE(lr >= 0 && lr <= train.lr) << warmup << " " << step << " of " << steps;
      }
    }
  }
}

}  // namespace
}  // namespace emamba
