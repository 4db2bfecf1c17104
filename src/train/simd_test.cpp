// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "train/simd.h"

namespace emamba {
namespace {

TEST(SimdExp, IsAccurateWhereTheResultIsANormalNumber) {
  double worst = 0;
  float at = 0;
  for (std::int32_t i = -8'733'000; i <= 8'872'000; i += 7) {
    const float x = static_cast<float>(i) * 1e-5f;
    const double exact = std::exp(static_cast<double>(x));
    const double error = std::abs(static_cast<double>(simd::exp(x)) - exact) / exact;
    if (error > worst) {
      worst = error;
      at = x;
    }
  }
  EXPECT_LT(worst, 2e-7) << "at " << at;
}

TEST(SimdExp, KeepsTheEndsOfTheRange) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(simd::exp(0.0f), 1.0f);
  EXPECT_EQ(simd::exp(-kInfinity), 0.0f);
  EXPECT_EQ(simd::exp(-104.0f), 0.0f);
  EXPECT_EQ(simd::exp(-1e30f), 0.0f);
  EXPECT_GT(simd::exp(-103.0f), 0.0f);  // a denormal number
  EXPECT_LT(simd::exp(88.72f), kInfinity);
  EXPECT_EQ(simd::exp(88.73f), kInfinity);
  EXPECT_EQ(simd::exp(1e30f), kInfinity);
  EXPECT_TRUE(std::isnan(simd::exp(std::numeric_limits<float>::quiet_NaN())));
}

}  // namespace
}  // namespace emamba
