// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "approx/fit.h"

namespace emamba {
namespace {

// How far the line `i` of a table may be from its curve over the integers it covers: half a unit of
// the slope over half their number, and half a unit of the intercept. Tails have exact slopes here.
double bound(const PwlTable& table, std::size_t i, int x_exp) {
  double inputs = 0;
  if (i > 0 && i < table.knots.size()) inputs = table.knots[i] - 1 - table.knots[i - 1];
  return std::ldexp(0.5 * inputs / 2 + 0.5, table.slope.exp + x_exp);
}

void expect_near_curve(const PwlCurve& curve, int x_exp, int bits) {
  const PwlTable table = table_of(curve, x_exp);
  EXPECT_EQ(table.slope.bits, 12);
  const PwlCurve integers = curve_of(table, x_exp);
  for (std::int64_t q = fx::min_of(bits); q <= fx::max_of(bits); ++q) {
    const double x = std::ldexp(static_cast<double>(q), x_exp);
    const double limit = bound(table, fx::pwl_index(table, q), x_exp) * (1 + 1e-9);
    ASSERT_NEAR(integers(x), curve(x), limit) << "q = " << q << ", x_exp = " << x_exp;
    // And rounded to an 8-bit result: half a unit more, where it does not saturate.
    const NumberType y{8, -4};
    const auto result = static_cast<double>(fx::pwl(table, q, x_exp, y));
    if (std::abs(result) < 127) {
      ASSERT_NEAR(std::ldexp(result, y.exp), curve(x), limit + std::ldexp(0.5, y.exp));
    }
  }
}

TEST(Table, IsTheCurveForEveryInput) {
  for (PwlMethod method : {PwlMethod::kEqual, PwlMethod::kGreedy, PwlMethod::kData}) {
    for (int segments : {1, 4, 11, 17, 64}) {
      const PwlCurve silu = fit_pwl(Function::kSilu, {method, segments, -7, 7});
      const PwlCurve exp = fit_pwl(Function::kExp, {method, segments, -4, 1});
      for (int x_exp = -12; x_exp <= 2; ++x_exp) {
        expect_near_curve(silu, x_exp, 8);
        expect_near_curve(exp, x_exp, 8);
      }
    }
  }
}

TEST(Table, IsTheCurveForEverySixteenBitInput) {
  expect_near_curve(fit_pwl(Function::kSilu, {PwlMethod::kData, 17, -7, 7}), -12, 16);
  expect_near_curve(fit_pwl(Function::kExp, {PwlMethod::kEqual, 11, -4, 1}), -13, 16);
}

TEST(Table, KnotsDivideTheIntegersAsTheCurveDoes) {
  const PwlCurve curve{{-0.3, 0, 0.5, 0.51}, {1, 2, 3, 4, 5}, {0, 0, 0, 0, 0}};
  const PwlTable table = table_of(curve, -2);  // units of 0.25: -1.2, 0, 2, 2.04
  EXPECT_EQ(table.knots, (std::vector<std::int32_t>{-1, 0, 2, 3}));
}

TEST(Table, SlopesUseTheirBits) {
  // 1.5 = 1536 * 2^-10; twelve bits hold -2048 .. 2047.
  const PwlTable table = table_of({{0, 1}, {0, 1.5, 0}, {0, 0, 1.5}}, -4);
  EXPECT_EQ(table.slope, (NumberType{12, -10}));
  EXPECT_EQ(table.slopes, (std::vector<std::int16_t>{0, 1536, 0}));
  // 1.9999 would round to 2048 * 2^-10, which is too large.
  EXPECT_EQ(table_of({{0, 1}, {0, 1.9999, 0}, {0, 0, 0}}, -4).slope.exp, -9);
}

TEST(Table, AnInterceptTooLargeForItsBitsMakesTheSlopesCoarser) {
  // 3 at exponent -30 - 10 would need 42 bits; at -29 it is 3 * 2^29 < 2^31.
  const PwlTable table = table_of({{0, 1}, {1, 1, 1}, {0, 0, 3}}, -20);
  EXPECT_EQ(table.slope.exp, -9);
  EXPECT_EQ(table.intercepts.back(), 3 << 29);
}

TEST(Table, KnotsOutsideTheInputsAreNeverReached) {
  const PwlCurve curve{{-1e9, 1e9}, {0, 1, 0}, {0, 0, 7}};
  const PwlTable table = table_of(curve, 0);
  EXPECT_EQ(fx::pwl_index(table, -32768), 1u);
  EXPECT_EQ(fx::pwl_index(table, 32767), 1u);
}

}  // namespace
}  // namespace emamba
