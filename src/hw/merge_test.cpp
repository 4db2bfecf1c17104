// SPDX-License-Identifier: Apache-2.0
#include "hw/merge.h"

#include <gtest/gtest.h>

#include "hw/plan.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program program_of(std::uint64_t seed, bool offsets = true) {
  Rng rng{seed};
  NetSpec spec;
  spec.model.D = 8, spec.model.E = 1, spec.model.N = 4, spec.model.M = 2, spec.model.P = {4, 4};
  spec.draw.offsets = offsets;
  return random_program(spec, rng);
}

// The names of what one unit computes.
std::vector<std::string> merged_names(const Program& program, const HardwareSpec& hardware) {
  std::vector<std::string> names;
  for (const UnitOps& unit : units_of(program, hardware)) {
    if (unit.merged) names.push_back(name_of(*unit.merged));
  }
  return names;
}

// Accumulators of every result, brought to the exponent of the results, are those of the Linear
// alone.
TEST(Merge, AResultIsThatOfTheLinearAlone) {
  int merged = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const Program program = program_of(seed, seed % 2 == 0);
    for (const UnitOps& unit : units_of(program, {.lanes = 1, .merged_linears = true})) {
      if (!unit.merged) continue;
      ++merged;
      const auto& all = std::get<Linear>(*unit.merged);
      const int x_exp = program.edges[all.x].type.exp;
      const int y_exp = program.edges[unit.ops.front() + 1].type.exp;
      std::size_t row = 0;
      for (std::size_t op : unit.ops) {
        const auto& alone = std::get<Linear>(program.ops[op]);
        ASSERT_EQ(alone.in, all.in);
        for (std::size_t channel = 0; channel < std::size_t(alone.out); ++channel, ++row) {
          // Shifts to the right of the accumulator.
          const int expected =
              program.edges[op + 1].type.exp - (channel_type(alone, channel).exp + x_exp);
          EXPECT_EQ(y_exp - (channel_type(all, row).exp + x_exp), expected);
          EXPECT_LE(all.weight_offset.data[row], kMaxWeightOffset);
          for (int i = 0; i < alone.in; ++i) {
            EXPECT_EQ(all.weight.row(row)[i], alone.weight.row(channel)[i]);
          }
          EXPECT_EQ(all.bias_rows > 0 ? all.bias.data[row] : 0,
                    alone.bias_rows > 0 ? alone.bias.data[channel] : 0);
        }
      }
      EXPECT_EQ(row, std::size_t(all.out));
    }
  }
  EXPECT_GT(merged, 40);
}

// What has the longer way to the answer comes first; what does not fill its beats, last.
TEST(Merge, OrdersResults) {
  Program program = program_of(1, false);
  for (std::size_t op = 0; op < program.ops.size(); ++op) program.edges[op + 1].type.exp = -4;
  const HardwareSpec hardware{.lanes = 1, .merged_linears = true};
  EXPECT_EQ(
      merged_names(program, hardware),
      (std::vector<std::string>{"blocks.0.in_proj+gate_proj", "blocks.0.dt_in+b_proj+c_proj",
                                "blocks.1.in_proj+gate_proj", "blocks.1.dt_in+b_proj+c_proj"}));
  EXPECT_EQ(merged_names(program, {.lanes = 4, .merged_linears = true}).at(1),
            "blocks.0.b_proj+c_proj+dt_in");
  HardwareSpec shared = hardware;
  shared.shared_blocks = true;
  EXPECT_EQ(merged_names(program, shared).size(), 2u);
  EXPECT_TRUE(merged_names(program, {.lanes = 1}).empty());
}

// Exponents too far apart, in one block of those that share the unit, or other bits.
TEST(Merge, LeavesAloneWhatDoesNotFit) {
  const HardwareSpec hardware{.lanes = 1, .shared_blocks = true, .merged_linears = true};
  Program program = program_of(1, false);
  for (std::size_t op = 0; op < program.ops.size(); ++op) program.edges[op + 1].type.exp = -4;
  ASSERT_EQ(merged_names(program, hardware).size(), 2u);
  const auto edge_of = [&](const std::string& name) -> Edge& {
    for (std::size_t op = 0; op < program.ops.size(); ++op) {
      if (name_of(program.ops[op]) == name) return program.edges[op + 1];
    }
    throw Error(name);
  };
  edge_of("blocks.1.gate_proj").type.exp = -14;
  EXPECT_EQ(merged_names(program, hardware),
            std::vector<std::string>{"blocks.0.dt_in+b_proj+c_proj"});
  edge_of("blocks.0.b_proj").type.bits = 7;
  EXPECT_EQ(merged_names(program, hardware), std::vector<std::string>{"blocks.0.dt_in+c_proj"});
}

TEST(Merge, NeedsFewerMultipliers) {
  const Program program = program_of(3);
  HardwareSpec hardware{.lanes = 1, .shared_blocks = true};
  const Parts alone = total_parts(plan_program(program, hardware).design);
  hardware.merged_linears = true;
  const Parts merged = total_parts(plan_program(program, hardware).design);
  EXPECT_LT(multipliers(merged), multipliers(alone));
}

}  // namespace
}  // namespace emamba
