// SPDX-License-Identifier: Apache-2.0
// Every entry of tables of many types, against the definition in docs/arithmetic.md, section 7,
// with more digits.
#include "approx/exact.h"

#include <gtest/gtest.h>

#include <cmath>

namespace emamba {
namespace {

long double reference(Function function, long double x) {
  return function == Function::kSilu ? x / (1 + std::exp(-x)) : std::exp(x);
}

// floor(value * 2^(-exp) + 1/2).
long double rounded(Function function, long double x, int exp) {
  const long double up = std::ldexp(reference(function, x), -exp) + 0.5L;
  const long double integer = std::round(up);
  if (x == 0 || std::abs(up) > 1e9L || std::abs(up - integer) > 1e-14L) return std::floor(up);
  // More digits than a long double has would be needed, but none: SiLU, close to x, is below it.
  EXPECT_EQ(function, Function::kSilu);
  EXPECT_EQ(std::ldexp(x, -exp) + 0.5L, integer);
  EXPECT_GT(x, 30);
  return integer - 1;
}

void expect_exact(Function function, NumberType x, NumberType y) {
  const LookupTable table = exact_table(function, x, y);
  ASSERT_EQ(table.values.size(), std::size_t{1} << x.bits);
  const auto low = static_cast<long double>(fx::min_of(y.bits)),
             high = static_cast<long double>(fx::max_of(y.bits));
  for (std::int64_t q = fx::min_of(x.bits); q <= fx::max_of(x.bits); ++q) {
    const long double real = std::ldexp(static_cast<long double>(q), x.exp);
    const long double wanted = std::fmin(std::fmax(rounded(function, real, y.exp), low), high);
    ASSERT_EQ(static_cast<long double>(fx::look_up(table, q, x.bits)), wanted)
        << "x = " << q << " * 2^" << x.exp << ", y of " << y.bits << " bits, 2^" << y.exp;
  }
}

TEST(ExactTable, IsTheFunctionRoundedHalfUpAtEveryInput) {
  for (Function function : {Function::kSilu, Function::kExp}) {
    for (int x_exp = -12; x_exp <= 3; ++x_exp) {
      for (int y_exp = -12; y_exp <= 3; ++y_exp) {
        expect_exact(function, {8, x_exp}, {8, y_exp});
      }
      expect_exact(function, {5, x_exp}, {8, -6});
      expect_exact(function, {2, x_exp}, {8, -6});
      expect_exact(function, {8, x_exp}, {16, -10});
      expect_exact(function, {8, x_exp}, {24, -12});
    }
  }
}

// Values that double precision takes for a half, or for 1.
TEST(ExactTable, KnowsWhatIsJustBelowAHalf) {
  const LookupTable silu = exact_table(Function::kSilu, {8, -1}, {8, 0});
  EXPECT_EQ(silu.values[128 + 127], 63);  // SiLU(63.5) < 63.5
  const LookupTable exp = exact_table(Function::kExp, {8, -60}, {8, 1});
  EXPECT_EQ(exp.values[128 - 1], 0);  // exp(-2^-60) / 2 < 1/2
  EXPECT_EQ(exp.values[128], 1);
  EXPECT_EQ(exp.values[128 + 1], 1);
}

TEST(ExactTable, SaturatesWhereTheFunctionIsInfiniteOrNothing) {
  const LookupTable exp = exact_table(Function::kExp, {8, 10}, {8, -7});
  EXPECT_EQ(exp.values.front(), 0);
  EXPECT_EQ(exp.values[128], 127);  // exp(0) = 1 is beyond 127/128
  EXPECT_EQ(exp.values.back(), 127);
  const LookupTable silu = exact_table(Function::kSilu, {8, 10}, {8, 0});
  EXPECT_EQ(silu.values.front(), 0);
  EXPECT_EQ(silu.values[128], 0);
  EXPECT_EQ(silu.values.back(), 127);
}

}  // namespace
}  // namespace emamba
