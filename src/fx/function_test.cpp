// SPDX-License-Identifier: Apache-2.0
#include "fx/function.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "fx/scan.h"

namespace emamba::fx {
namespace {

// Falls from 3 to -1 in eighths, at x = -16 .. 15.
PwlTable lines() {
  PwlTable table;
  table.slope = {12, -3};
  table.knots = {-16, 16};
  table.slopes = {0, -1, 0};
  table.intercepts = {24, 8, -8};
  return table;
}

TEST(Tabulate, IsTheFunctionAtEveryInput) {
  const NumberType x{6, 0}, y{8, -3};
  const std::vector<std::int32_t> values = tabulate(lines(), x, y);
  ASSERT_EQ(values.size(), 64u);
  for (int q = -32; q < 32; ++q) {
    EXPECT_EQ(values[static_cast<std::size_t>(q + 32)], pwl(lines(), q, 0, y));
  }
}

TEST(Tabulate, OfATableIsTheTable) {
  Rng rng{1};
  LookupTable table;
  for (int i = 0; i < 256; ++i) table.values.push_back(rng.between(-128, 127));
  EXPECT_EQ(tabulate(table, {8, -4}, {8, -5}), table.values);
  for (int q = -128; q < 128; ++q) {
    EXPECT_EQ(apply(table, q, {8, -4}, {8, -5}), table.values[static_cast<std::size_t>(q + 128)]);
  }
}

TEST(Tabulate, AbarIsNeverNegative) {
  const std::vector<std::int32_t> abar = tabulate_abar(lines(), {6, 0});
  ASSERT_EQ(abar.size(), 64u);
  EXPECT_EQ(abar.front(), 127);
  EXPECT_EQ(abar[32 + 7], 16);  // 1/8 of 128
  EXPECT_EQ(abar.back(), 0);    // where the line is at -1
  for (int z = -32; z < 32; ++z) {
    EXPECT_EQ(abar[static_cast<std::size_t>(z + 32)], scan_abar(lines(), z, {6, 0}));
  }
}

}  // namespace
}  // namespace emamba::fx
