// SPDX-License-Identifier: Apache-2.0
#include "train/loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace emamba {
namespace {

torch::Tensor tensor(std::vector<double> values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kDouble).view(shape);
}

TEST(CrossEntropy, SmoothsTheTarget) {
  // softmax of (0, ln 3) is (1/4, 3/4).
  const auto logits = tensor({0, std::log(3.0), 0, std::log(3.0)}, {2, 2});
  const auto labels = torch::tensor(std::vector<std::int64_t>{0, 1});
  const double p0 = -std::log(0.25), p1 = -std::log(0.75);
  EXPECT_NEAR(cross_entropy(logits, labels, 0).item<double>(), (p0 + p1) / 2, 1e-12);
  // Smoothing 0.2 gives the target 0.9 on the label and 0.1 on the other class.
  EXPECT_NEAR(cross_entropy(logits, labels, 0.2).item<double>(),
              (0.9 * p0 + 0.1 * p1 + 0.9 * p1 + 0.1 * p0) / 2, 1e-12);
}

TEST(RegressionLosses, AverageOverSamplesInsideTheRootAndOverOutputsOutside) {
  const auto outputs = tensor({1, 2, 3, 4}, {2, 2});
  const auto targets = tensor({0, 2, 3, 1}, {2, 2});  // errors 1, 0 and 0, 3
  EXPECT_NEAR(mean_squared_error(outputs, targets).item<double>(), 10.0 / 4, 1e-12);
  EXPECT_NEAR(mean_rmse(outputs, targets).item<double>(), (std::sqrt(0.5) + std::sqrt(4.5)) / 2,
              1e-9);
}

TEST(MeanRmse, HasAFiniteGradientAtAnExactAnswer) {
  auto outputs = tensor({1, 2, 3, 4}, {2, 2}).requires_grad_(true);
  mean_rmse(outputs, outputs.detach()).backward();
  EXPECT_EQ(outputs.grad().abs().max().item<double>(), 0);
}

TEST(LossOf, TakesTheNamedLoss) {
  const auto outputs = tensor({1, 2, 3, 4}, {2, 2}), targets = tensor({0, 2, 3, 1}, {2, 2});
  TrainSpec train;
  train.loss = Loss::kMse;
  EXPECT_NEAR(loss_of(train, outputs, targets).item<double>(), 2.5, 1e-12);
  train.loss = Loss::kRmse;
  EXPECT_LT(loss_of(train, outputs, targets).item<double>(), 2);
}

}  // namespace
}  // namespace emamba
