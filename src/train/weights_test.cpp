// SPDX-License-Identifier: Apache-2.0
#include "train/weights.h"

#include <gtest/gtest.h>

#include <limits>

namespace emamba {
namespace {

std::map<std::string, Tensor<float>> initial() {
  return {
      {"a.bias", {{1, 2}, {1, 2}}}, {"b.weight", {{2, 2}, {3, 4, 5, 6}}}, {"c.weight", {{1}, {7}}}};
}

std::vector<ParameterSpec> declared() {
  return {{"a.bias", {1, 2}, {}}, {"b.weight", {2, 2}, {}, true}, {"c.weight", {1}, {}}};
}

TEST(Weights, GradientsArriveInTheFlatArrayAndUpdatesInTheParameters) {
  Weights weights(initial(), declared(), 0.5);
  weights.parameters.at("b.weight").mul(2).sum().backward();
  const float* g = weights.gradients.data_ptr<float>();
  EXPECT_EQ(std::vector<float>(g, g + 7), (std::vector<float>{0, 0, 2, 2, 2, 2, 0}));
  weights.update(1, 0.1, 0);
  // The first step of Adam has length lr; decay reaches the matrix alone.
  const auto after = from_torch(weights.parameters);
  EXPECT_EQ(after.at("a.bias"), initial().at("a.bias"));
  EXPECT_EQ(after.at("c.weight"), initial().at("c.weight"));
  EXPECT_NEAR(after.at("b.weight").data[0], 3 * 0.95 - 0.1, 1e-5);
  EXPECT_NEAR(after.at("b.weight").data[3], 6 * 0.95 - 0.1, 1e-5);
}

TEST(Weights, ClippingBoundsTheNormOfTheGradient) {
  Weights weights(initial(), declared(), 0);
  weights.gradients.fill_(3);  // norm 3 sqrt(7)
  weights.update(1, 0.1, 1.5);
  EXPECT_NEAR(weights.m[0], 0.1 * 1.5 / std::sqrt(7.0), 1e-7);
}

TEST(Weights, NamesTheFirstParameterThatIsNotFinite) {
  Weights weights(initial(), declared(), 0);
  EXPECT_EQ(weights.first_not_finite(weights.values), "");
  weights.gradients.data_ptr<float>()[6] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(weights.first_not_finite(weights.gradients), "c.weight");
  weights.gradients.data_ptr<float>()[2] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(weights.first_not_finite(weights.gradients), "b.weight");
}

}  // namespace
}  // namespace emamba
