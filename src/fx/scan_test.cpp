// SPDX-License-Identifier: Apache-2.0
#include "fx/scan.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "fx/mean.h"

namespace emamba::fx {
namespace {

// Every product of an Abar and a stored 17-bit state fits the 24-bit working state (section 8): 128
// * 2^17 = 2^24 pairs.
TEST(ScanState, AbarTimesEveryStateFits24Bits) {
  for (std::int64_t abar = 0; abar <= 127; ++abar) {
    for (std::int64_t h = min_of(17); h <= max_of(17); ++h) {
      ASSERT_TRUE(fits(24, abar * h)) << abar << " * " << h;
    }
  }
}

// All 2^24 working states.
TEST(ScanStore, DropsSevenBitsTowardsMinusInfinityAndFits17Bits) {
  for (std::int64_t state = min_of(24); state <= max_of(24); ++state) {
    const std::int64_t h = scan_store(state);
    ASSERT_TRUE(h * 128 <= state && state < (h + 1) * 128) << state;
    ASSERT_TRUE(fits(17, h)) << state;
  }
}

TEST(ScanState, Saturates) {
  EXPECT_EQ(scan_state(24, 127, max_of(17), max_of(24)), max_of(24));
  EXPECT_EQ(scan_state(24, 127, min_of(17), min_of(24)), min_of(24));
  EXPECT_EQ(scan_state(24, 64, 100, -6400), 0);
}

// Abar = 127/128 on a state without input: never grows, never changes sign, ends at 0 or -1.
TEST(ScanState, DecaysWithoutInput) {
  for (std::int64_t start : {std::int64_t{1}, std::int64_t{-1}, max_of(17), min_of(17)}) {
    std::int64_t h = start;
    for (int t = 0; t < 3000; ++t) {
      const std::int64_t next = scan_store(scan_state(24, 127, h, 0));
      ASSERT_LE(std::abs(next), std::abs(h));
      ASSERT_TRUE(next == 0 || (next > 0) == (start > 0));
      h = next;
    }
    EXPECT_EQ(h, start > 0 ? 0 : h);
    EXPECT_GE(h, -128);
  }
}

TEST(ScanAbar, IsNeverNegative) {
  PwlTable table;
  table.slope = {12, -8};
  table.knots = {-100, 0};
  table.slopes = {256, 256, 0};
  table.intercepts = {0, 0, 1 << 20};
  EXPECT_EQ(scan_abar(table, -128, {8, -5}), 0);
  EXPECT_EQ(scan_abar(table, 0, {8, -5}), 127);
}

TEST(MeanReciprocal, IsTheRoundedQuotient) {
  for (std::int64_t tokens = 1; tokens <= 8192; ++tokens) {
    const double exact = std::ldexp(1.0, mean_fraction(tokens)) / static_cast<double>(tokens);
    ASSERT_EQ(mean_reciprocal(tokens), static_cast<std::int64_t>(std::floor(exact + 0.5)));
    ASSERT_GE(mean_reciprocal(tokens), 1 << 14);
    ASSERT_LE(mean_reciprocal(tokens), 1 << 15);
  }
}

}  // namespace
}  // namespace emamba::fx
