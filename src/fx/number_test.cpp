// SPDX-License-Identifier: Apache-2.0
#include "fx/number.h"

#include <gtest/gtest.h>

#include <cmath>

namespace emamba::fx {
namespace {

// Rounding of docs/arithmetic.md, section 2, written with division instead of shifts.
std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t q = a / b;
  return q * b > a ? q - 1 : q;
}

TEST(RoundShift, EqualsTheFormulaOnAll17BitNumbersAndShifts) {
  for (int shift = 1; shift <= 20; ++shift) {
    const std::int64_t unit = std::int64_t{1} << shift;
    for (std::int64_t v = -65536; v < 65536; ++v) {
      ASSERT_EQ(round_shift(v, shift), floor_div(2 * v + unit, 2 * unit)) << v << " >> " << shift;
    }
  }
}

TEST(RoundShift, HalvesGoUp) {
  EXPECT_EQ(round_shift(3, 1), 2);
  EXPECT_EQ(round_shift(-3, 1), -1);
  EXPECT_EQ(round_shift(-1, 1), 0);
  EXPECT_EQ(round_shift(1, 1), 1);
}

TEST(RoundShift, NegativeShiftsMultiply) {
  for (std::int64_t v = -128; v < 128; ++v) {
    for (int shift = 0; shift <= 40; ++shift) {
      ASSERT_EQ(round_shift(v, -shift), v * (std::int64_t{1} << shift));
    }
  }
}

TEST(RoundShift, LargestShiftsAndNumbers) {
  const std::int64_t most = (std::int64_t{1} << 61) - 1;
  EXPECT_EQ(round_shift(most, 62), 0);
  EXPECT_EQ(round_shift(std::int64_t{1} << 61, 62), 1);
  EXPECT_EQ(round_shift(-(std::int64_t{1} << 61), 62), 0);
  EXPECT_EQ(round_shift(-(std::int64_t{1} << 61) - 1, 62), -1);
}

TEST(Saturate, EveryWidthAtItsBounds) {
  for (int bits = 2; bits <= 62; ++bits) {
    const std::int64_t high = max_of(bits), low = min_of(bits);
    EXPECT_EQ(high, (std::int64_t{1} << (bits - 1)) - 1);
    EXPECT_EQ(low, -high - 1);
    EXPECT_EQ(saturate(bits, high), high);
    EXPECT_EQ(saturate(bits, high + 1), high);
    EXPECT_EQ(saturate(bits, low), low);
    EXPECT_EQ(saturate(bits, low - 1), low);
    EXPECT_TRUE(fits(bits, high) && fits(bits, low));
    EXPECT_FALSE(fits(bits, high + 1) || fits(bits, low - 1));
  }
}

// Every 16-bit accumulator at every exponent distance: the nearest representable value, ties up.
TEST(Requantise, IsTheNearestValueOfTheType) {
  for (int distance = -9; distance <= 17; ++distance) {
    for (std::int64_t acc = -32768; acc < 32768; ++acc) {
      const double exact = std::ldexp(static_cast<double>(acc), -distance);
      const double rounded = std::floor(exact + 0.5);
      const double clamped = rounded < -128 ? -128 : rounded > 127 ? 127 : rounded;
      ASSERT_EQ(requantise(acc, -5, {8, distance - 5}), clamped) << acc << " by " << distance;
    }
  }
}

TEST(Quantise, RoundsHalfUpAndSaturates) {
  const NumberType type{8, -2};
  EXPECT_EQ(quantise(0.124, type), 0);
  EXPECT_EQ(quantise(0.125, type), 1);
  EXPECT_EQ(quantise(-0.125, type), 0);
  EXPECT_EQ(quantise(-0.126, type), -1);
  EXPECT_EQ(quantise(31.7, type), 127);
  EXPECT_EQ(quantise(1e300, type), 127);
  EXPECT_EQ(quantise(-1e300, type), -128);
  for (std::int64_t q = -128; q < 128; ++q) {
    EXPECT_EQ(quantise(std::ldexp(static_cast<double>(q), -2), type), q);
  }
}

TEST(SignedBits, HoldTheMagnitudeAndNoLess) {
  for (std::int64_t m = 0; m < 100000; ++m) {
    const int bits = signed_bits(m);
    ASSERT_TRUE(fits(bits, m) && fits(bits, -m)) << m;
    if (bits > 2) {
      ASSERT_FALSE(fits(bits - 1, m)) << m;
    }
  }
}

TEST(CeilLog2, AroundPowersOfTwo) {
  EXPECT_EQ(ceil_log2(1), 0);
  for (int k = 1; k < 40; ++k) {
    EXPECT_EQ(ceil_log2(std::int64_t{1} << k), k);
    EXPECT_EQ(ceil_log2((std::int64_t{1} << k) + 1), k + 1);
  }
}

}  // namespace
}  // namespace emamba::fx
