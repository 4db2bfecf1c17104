// SPDX-License-Identifier: Apache-2.0
#include "hw/parts.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

TEST(Parts, EqualPartsAreCountedTogether) {
  Parts one;
  one.add(Multiplier{8, 8}, 3);
  one.add(Adder{20});
  Parts all;
  all.add(one, 4);
  all.add(Multiplier{8, 8});
  all.add(Multiplier{12, 8});
  all.add(Rom{}, 0);
  ASSERT_EQ(all.entries.size(), 3u);
  EXPECT_EQ(all.entries[0].count, 13);
  EXPECT_EQ(all.entries[1].count, 4);
  EXPECT_EQ(multipliers(all), 14);
}

// Eleven terms: three sums of up to four, then one sum of these; eight additions and two.
TEST(Parts, AnAdderTreeHasARegisterEveryTwoLevels) {
  const Parts tree = adder_tree(11, 16, 18);
  std::int64_t additions = 0, registers = 0;
  for (const Parts::Entry& entry : tree.entries) {
    if (const auto* adder = std::get_if<Adder>(&entry.part)) {
      EXPECT_EQ(adder->bits, 18);  // grown by two, then as wide as the sum
      additions += entry.count;
    } else {
      registers += entry.count * std::get<Register>(entry.part).bits;
    }
  }
  EXPECT_EQ(additions, 10);
  EXPECT_EQ(registers, (3 + 1) * 18);
  EXPECT_TRUE(adder_tree(1, 16, 18).entries.empty());
}

TEST(Parts, ARuleSaysWhichMemoriesWantBlocks) {
  const BlockRule rule{.words = 64, .bits = 1000};
  EXPECT_TRUE(rule.wants_block(64, 16));
  EXPECT_FALSE(rule.wants_block(63, 100));
  EXPECT_FALSE(rule.wants_block(64, 15));
}

}  // namespace
}  // namespace emamba
