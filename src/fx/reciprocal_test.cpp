// SPDX-License-Identifier: Apache-2.0
#include "fx/reciprocal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "fx/attention.h"
#include "fx/layer_norm.h"

namespace emamba::fx {
namespace {

TEST(Reciprocal, EntriesAreRoundedHalfUpAndFit16Bits) {
  const auto rounded = [](double exact) {
    return static_cast<std::int64_t>(std::floor(exact + 0.5));
  };
  for (std::int64_t m = 128; m < 512; ++m) {
    const double middle = static_cast<double>(m) + 0.5;
    EXPECT_EQ(root_entry(m), rounded(std::ldexp(1 / std::sqrt(middle), kRootEntryFraction)));
    EXPECT_LT(root_entry(m), 1 << 16);
    if (m < 256) continue;
    EXPECT_EQ(reciprocal_entry(m), rounded(std::ldexp(1 / middle, kReciprocalEntryFraction)));
    EXPECT_LT(reciprocal_entry(m), 1 << 16);
  }
}

TEST(Reciprocal, IsOffByLittleOnAllSizesOfNumbers) {
  Rng rng{1};
  const auto check = [](std::int64_t x) {
    const auto real = static_cast<double>(x);
    constexpr int kFraction = 30;
    const double inverse = std::ldexp(static_cast<double>(reciprocal(x, kFraction)), -kFraction);
    const double root = std::ldexp(static_cast<double>(reciprocal_root(x, kFraction)), -kFraction);
    const double half = std::ldexp(0.5, -kFraction);
    EXPECT_LE(std::abs(inverse - 1 / real), std::ldexp(1.0, -9) / real + half) << x;
    EXPECT_LE(std::abs(root - 1 / std::sqrt(real)), std::ldexp(1.0, -9) / std::sqrt(real) + half)
        << x;
  };
  for (std::int64_t x = 1; x < 70'000; ++x) check(x);
  for (int bits = 17; bits < 40; ++bits) {
    for (int i = 0; i < 100; ++i) {
      check((std::int64_t{1} << bits) +
            static_cast<std::int64_t>(rng.below(std::size_t{1} << bits)));
    }
  }
}

// What the width proofs rely on: |ratio| <= 2^14 + 128, with one channel far from all others, and
// with half of them on either side.
TEST(LayerNorm, RatiosAreBoundedForEveryWidth) {
  for (int width = 1; width <= 1024; ++width) {
    for (int far : {1, 2, 3, 100, 255}) {
      for (int high : {1, width / 2}) {
        const std::int64_t low = -128, top = low + far;
        const std::int64_t sum = low * (width - high) + top * high;
        const std::int64_t squares = low * low * (width - high) + top * top * high;
        const std::int64_t r = layer_reciprocal(width, scaled_variance(width, sum, squares));
        ASSERT_LT(r, std::int64_t{1} << kReciprocalBits);
        ASSERT_LE(std::abs(norm_ratio(width, top, sum, r, layer_ratio_fraction(width))),
                  (1 << kRatioFraction) + 128)
            << width << " " << far;
      }
    }
  }
}

// Against real numbers, where the deviation is 1 or more.
TEST(LayerNorm, RatiosAreThoseOfRealNumbers) {
  Rng rng{2};
  for (int i = 0; i < 20'000; ++i) {
    const int width = rng.between(2, 300), spread = rng.between(4, 127);
    std::vector<int> x;
    double sum = 0, squares = 0;
    for (int d = 0; d < width; ++d) {
      x.push_back(rng.between(-spread, spread));
      sum += x.back(), squares += x.back() * x.back();
    }
    const double mean = sum / width, deviation = std::sqrt(squares / width - mean * mean);
    if (deviation < 1) continue;
    const auto integer = [](double v) { return static_cast<std::int64_t>(v); };
    const std::int64_t r =
        layer_reciprocal(width, scaled_variance(width, integer(sum), integer(squares)));
    const int fraction = layer_ratio_fraction(width);
    const double unit = std::ldexp(1.0, -fraction);
    for (int v : x) {
      const double exact = (v - mean) / deviation;
      const double got =
          static_cast<double>(norm_ratio(width, v, integer(sum), r, fraction)) * unit;
      ASSERT_LE(std::abs(got - exact), std::abs(exact) * std::ldexp(1.0, -8) + 0.5 * unit);
    }
  }
}

// The fewest and the largest sums of weights have reciprocals of the bits that the modules have.
TEST(Attention, ReciprocalsOfSumsFit) {
  for (int keys = 2; keys <= 1024; ++keys) {
    const int fraction = weight_sum_fraction(keys);
    EXPECT_LT(reciprocal(kMostWeight, fraction), std::int64_t{1} << weight_reciprocal_bits(keys));
    EXPECT_GE(reciprocal(std::int64_t{kMostWeight} * keys, fraction), 1 << 10);
  }
}

TEST(Attention, WeightsFallFromTheLargest) {
  const std::vector<std::int32_t> weights = attention_weights(-4, 5);
  ASSERT_EQ(weights.size(), 256u);
  EXPECT_EQ(weights[0], 255);
  EXPECT_EQ(weights[16], std::lround(255 * std::exp(-1 / std::sqrt(5.0))));
  EXPECT_TRUE(std::is_sorted(weights.rbegin(), weights.rend()));
}

}  // namespace
}  // namespace emamba::fx
