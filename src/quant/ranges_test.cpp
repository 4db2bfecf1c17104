// SPDX-License-Identifier: Apache-2.0
#include "quant/ranges.h"

#include <gtest/gtest.h>

#include <cmath>

namespace emamba {
namespace {

StreamRange empty_range() {
  return {.magnitudes = std::vector<std::uint64_t>(4096), .seen = {}};
}

StreamRange range_of(const std::vector<float>& numbers) {
  StreamRange range = empty_range();
  range.see(numbers);
  return range;
}

TEST(Ranges, ExponentIsTheSmallestWithoutSaturation) {
  EXPECT_EQ(exponent_for(8, 0, 127), 0);
  EXPECT_EQ(exponent_for(8, 0, 127.49), 0);  // rounds to 127
  EXPECT_EQ(exponent_for(8, 0, 127.5), 1);   // rounds half up, to 128
  EXPECT_EQ(exponent_for(8, -128.5, 0), 0);  // rounds half up, to -128
  EXPECT_EQ(exponent_for(8, -128.51, 0), 1);
  EXPECT_EQ(exponent_for(8, 0, 63.75), 0);
  EXPECT_EQ(exponent_for(8, 0, 63.74), -1);
  EXPECT_EQ(exponent_for(16, -1, 1), -14);
  EXPECT_EQ(exponent_for(8, -1, 0.9), -7);
}

TEST(Ranges, ExponentOfNothingIsARangeOfOne) {
  EXPECT_EQ(exponent_for(8, 0, 0), -7);
  EXPECT_EQ(exponent_for(8, -1e-30, 1e-30), -24);
  EXPECT_EQ(exponent_for(24, -1e-30, 1e-30), -36);
}

TEST(Ranges, PercentileOfMagnitudes) {
  std::vector<float> numbers;
  for (int i = 1; i <= 1000; ++i) numbers.push_back(static_cast<float>(i % 2 ? i : -i));
  const StreamRange range = range_of(numbers);
  EXPECT_EQ(range.min, -1000);
  EXPECT_EQ(range.max, 999);
  EXPECT_EQ(range.percentile(100), 1000);
  for (double percent : {50.0, 90.0, 99.0}) {
    const double exact = 10 * percent;
    EXPECT_GE(range.percentile(percent), exact) << percent;
    EXPECT_LE(range.percentile(percent), exact * (1 + 1.0 / 16) + 1) << percent;
  }
}

TEST(Ranges, MergingIsSeeingBoth) {
  StreamRange merged = range_of({1, 2, -3});
  merged.merge(range_of({-4, 0.5}));
  const StreamRange both = range_of({1, 2, -3, -4, 0.5});
  EXPECT_EQ(merged.min, both.min);
  EXPECT_EQ(merged.max, both.max);
  EXPECT_EQ(merged.magnitudes, both.magnitudes);
}

TEST(Ranges, HistogramsCountWhatTheyAreShown) {
  StreamRange range = empty_range();
  range.seen = {-32, 32, std::vector<double>(4096)};
  range.see(std::vector<float>{0, 1.0f / 128, 31.999f, 1000, -1000, NAN});
  EXPECT_EQ(range.seen.counts[2048], 2);  // 0 .. 1/64
  EXPECT_EQ(range.seen.counts[4095], 2);
  EXPECT_EQ(range.seen.counts[0], 1);
}

}  // namespace
}  // namespace emamba
