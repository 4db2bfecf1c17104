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

void expect_exact(Function function, NumberType x, NumberType y) {
  const LookupTable table = exact_table(function, x, y);
  ASSERT_EQ(table.values.size(), std::size_t{1} << x.bits);
  const auto low = static_cast<long double>(fx::min_of(y.bits)),
             high = static_cast<long double>(fx::max_of(y.bits));
  for (std::int64_t q = fx::min_of(x.bits); q <= fx::max_of(x.bits); ++q) {
    const long double units =
        std::ldexp(reference(function, std::ldexp(static_cast<long double>(q), x.exp)), -y.exp);
    // Neither function has a rational value but at 0, so that none is halfway between two integers;
    // nor is any so near to that that the reference could be wrong.
    const long double up = units + 0.5L;
    if (q != 0 && units > low - 1 && units < high + 1) {
      ASSERT_GT(std::abs(up - std::round(up)), 1e-15L) << q;
    }
    const long double wanted = std::fmin(std::fmax(std::floor(up), low), high);
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
