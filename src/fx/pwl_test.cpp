// SPDX-License-Identifier: Apache-2.0
#include "fx/pwl.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace emamba::fx {
namespace {

PwlTable random_table(Rng& rng) {
  PwlTable table;
  table.slope = {12, rng.between(-12, 0)};
  const int segments = rng.between(1, 40);
  for (int i = 0; i <= segments; ++i) table.knots.push_back(rng.between(-140, 140));
  std::sort(table.knots.begin(), table.knots.end());
  for (int i = 0; i <= segments + 1; ++i) {
    table.slopes.push_back(static_cast<std::int16_t>(rng.between(-2048, 2047)));
    table.intercepts.push_back(rng.between(-200000, 200000));
  }
  return table;
}

// All 8-bit inputs of random tables, against the definition in real numbers.
TEST(Pwl, EveryInputIsTheRoundedLine) {
  Rng rng{7};
  for (int round = 0; round < 300; ++round) {
    const PwlTable table = random_table(rng);
    const int x_exp = rng.between(-8, 2);
    const NumberType y{8, rng.between(-8, 4)};
    for (int x = -128; x < 128; ++x) {
      std::size_t line = 0;
      while (line < table.knots.size() && table.knots[line] <= x) ++line;
      const double exact = std::ldexp(double(table.slopes[line]) * x + table.intercepts[line],
                                      table.slope.exp + x_exp);
      const double units = std::floor(std::ldexp(exact, -y.exp) + 0.5);
      const double expected = std::fmin(std::fmax(units, -128), 127);
      ASSERT_EQ(static_cast<double>(pwl(table, x, x_exp, y)), expected)
          << "round " << round << ", x " << x;
    }
  }
}

TEST(Pwl, AKnotBelongsToTheLineOnItsRight) {
  PwlTable table;
  table.slope = {12, 0};
  table.knots = {-5, 5};
  table.slopes = {0, 0, 0};
  table.intercepts = {1, 2, 3};
  EXPECT_EQ(pwl(table, -6, 0, {8, 0}), 1);
  EXPECT_EQ(pwl(table, -5, 0, {8, 0}), 2);
  EXPECT_EQ(pwl(table, 4, 0, {8, 0}), 2);
  EXPECT_EQ(pwl(table, 5, 0, {8, 0}), 3);
}

TEST(Pwl, EqualKnotsMakeAnEmptySegment) {
  PwlTable table;
  table.slope = {12, 0};
  table.knots = {0, 0, 0};
  table.slopes = {0, 0, 0, 0};
  table.intercepts = {1, 2, 3, 4};
  EXPECT_EQ(pwl(table, -1, 0, {8, 0}), 1);
  EXPECT_EQ(pwl(table, 0, 0, {8, 0}), 4);
}

}  // namespace
}  // namespace emamba::fx
