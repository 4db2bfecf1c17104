// SPDX-License-Identifier: Apache-2.0
#include "fx/range_norm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace emamba::fx {
namespace {

TEST(NormReciprocal, EveryWidthAndRangeIsTheRoundedQuotientAndFits21Bits) {
  for (int width = 1; width <= 1024; ++width) {
    EXPECT_EQ(norm_reciprocal(width, 0), 0);
    for (int range = 1; range <= 255; ++range) {
      const double exact = std::ldexp(1.0, reciprocal_fraction(width)) / (width * double(range));
      const std::int64_t reciprocal = norm_reciprocal(width, range);
      // Doubles are exact enough here: quotients are multiples of 1 / (width * range) > 2^-18.
      ASSERT_EQ(reciprocal, static_cast<std::int64_t>(std::floor(exact + 0.5)))
          << "width " << width << ", range " << range;
      ASSERT_LT(reciprocal, std::int64_t{1} << 21);
      ASSERT_GE(reciprocal, std::int64_t{1} << 12);
    }
  }
}

// All pairs of extremes and a value between them (2^8 * 2^8 * 2^8 / 6 tokens of three channels).
TEST(NormRatio, ThreeChannelsExhaustively) {
  constexpr int kWidth = 3;
  const double unit = std::ldexp(1.0, -kRatioFraction);
  double worst = 0;
  for (int low = -128; low <= 127; ++low) {
    for (int high = low; high <= 127; ++high) {
      const std::int64_t reciprocal = norm_reciprocal(kWidth, high - low);
      for (int middle = low; middle <= high; ++middle) {
        const std::int64_t sum = low + middle + high;
        for (int x : {low, middle, high}) {
          const double exact =
              high == low ? 0 : (x - double(sum) / kWidth) / static_cast<double>(high - low);
          const std::int64_t ratio = norm_ratio(kWidth, x, sum, reciprocal);
          worst = std::max(worst, std::abs(static_cast<double>(ratio) * unit - exact));
        }
      }
    }
  }
  // Half a unit of rounding, and the reciprocal's relative error of at most 2^-13.
  EXPECT_LE(worst, 0.5 * unit + std::ldexp(1.0, -13));
}

// The bound that the accumulator's width proof uses: |ratio| <= 2^14 + 128.
TEST(NormRatio, IsBoundedForEveryWidth) {
  for (int width = 1; width <= 1024; ++width) {
    for (int range = 1; range <= 255; ++range) {
      // The largest deviation: one channel at the top, all others at the bottom.
      const std::int64_t low = -128, high = low + range;
      const std::int64_t reciprocal = norm_reciprocal(width, range);
      const std::int64_t sum = low * (width - 1) + high;
      ASSERT_LE(std::abs(norm_ratio(width, high, sum, reciprocal)), (1 << kRatioFraction) + 128);
      ASSERT_LE(std::abs(norm_ratio(width, -high, -sum, reciprocal)), (1 << kRatioFraction) + 128);
    }
  }
}

TEST(NormRatio, ConstantTokenIsZero) {
  for (int x = -128; x < 128; ++x) {
    EXPECT_EQ(norm_ratio(20, x, 20 * x, norm_reciprocal(20, 0)), 0);
  }
}

}  // namespace
}  // namespace emamba::fx
