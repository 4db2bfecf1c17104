// SPDX-License-Identifier: Apache-2.0
#include "hw/groups.h"

#include "base/testing.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program program_of_blocks(int blocks) {
  NetSpec spec;
  spec.model.D = 8, spec.model.M = blocks;
  Rng rng{1};
  return random_program(spec, rng);
}

TEST(Groups, AreTheBlocks) {
  const Program program = program_of_blocks(3);
  ASSERT_EQ(program.groups.size(), 1u);
  const Group& group = program.groups[0];
  EXPECT_EQ(group.times, 3);
  EXPECT_EQ(name_of(program.ops[group.first]), "blocks.0.norm");
  EXPECT_EQ(name_of(program.ops[group.first + group.ops]), "blocks.1.norm");
  EXPECT_FALSE(holds(group, group.first - 1));
  EXPECT_TRUE(holds(group, group.first + 3 * group.ops - 1));
  EXPECT_FALSE(holds(group, group.first + 3 * group.ops));
  EXPECT_NO_THROW(require_alike(program, group));
}

TEST(Groups, BlocksThatDifferCannotShare) {
  const Program program = program_of_blocks(2);
  const Group group = program.groups[0];
  const int second = group.first + group.ops;

  Program wider = program;
  wider.edges[second + 1].type.bits = 9;
  expect_error([&] { require_alike(wider, group); }, "blocks.1.norm");

  Program other = program;
  Pwl pwl;
  pwl.name = "blocks.1.other", pwl.x = second, pwl.width = 8;
  other.ops[second] = pwl;
  expect_error([&] { require_alike(other, group); }, "blocks.1.other");

  // The second block's residual skips the first block.
  Program skipping = program;
  std::get<Add>(skipping.ops[second + group.ops - 1]).x1 = group.first;
  expect_error([&] { require_alike(skipping, group); }, "blocks.1.residual");

  // What follows reads inside a block, or what the first one reads.
  Program reading = program;
  for (const auto& [x, name] : {std::pair{second, "blocks.0.residual"}, {group.first, "embed"}}) {
    for (Op& op : reading.ops) {
      if (auto* pool = std::get_if<Pool>(&op)) pool->x = x;
    }
    expect_error([&] { require_alike(reading, group); },
                 fmt::format("head.pool: reads {} behind the blocks", name));
  }
}

TEST(Groups, NamesHaveInCommonWhatIsEqualBetweenTheDots) {
  EXPECT_EQ(common_name({"blocks.0.norm", "blocks.1.norm"}), "blocks.norm");
  EXPECT_EQ(common_name({"blocks.0.norm", "blocks.0.scan", "blocks.1.norm"}), "blocks");
  EXPECT_EQ(common_name({"embed"}), "embed");
  EXPECT_EQ(common_name({"a.b.c", "a"}), "a");
}

}  // namespace
}  // namespace emamba
