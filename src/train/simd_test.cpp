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

TEST(SimdExp, StaysAtTheEndsOfItsRange) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(simd::exp(0.0f), 1.0f);
  for (const float below : {-87.4f, -104.0f, -1e30f, -kInfinity}) {
    EXPECT_EQ(simd::exp(below), simd::exp(-87.33f)) << below;
  }
  for (const float above : {88.73f, 1e30f, kInfinity}) {
    EXPECT_EQ(simd::exp(above), simd::exp(88.72f)) << above;
  }
  EXPECT_GE(simd::exp(-87.33f), std::numeric_limits<float>::min());
  EXPECT_LT(simd::exp(88.72f), kInfinity);
  EXPECT_TRUE(std::isnan(simd::exp(std::numeric_limits<float>::quiet_NaN())));
}

}  // namespace
}  // namespace emamba
