// SPDX-License-Identifier: Apache-2.0
#include "hw/fold.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program program_of(std::uint64_t seed) {
  Rng rng{seed};
  return random_program(random_net(rng), rng);
}

std::vector<Fold> folds_of(const Program& program, const HardwareSpec& hardware) {
  return choose_folds(program, hardware, units_of(program, hardware));
}

// By hand: 40 numbers to 20 with 4 lanes arrive in 10 beats; 8 x 4 multipliers make 5 groups of
// inputs and 5 of outputs.
TEST(Fold, CostOfALinear) {
  NetSpec spec;
  spec.model.D = 20, spec.model.M = 1;
  Rng rng{1};
  const Program program = random_program(spec, rng);
  for (const Op& op : program.ops) {
    if (name_of(op) != "blocks.0.out_proj") continue;
    const FoldCost cost = fold_cost(program, op, {.lanes = 4}, {.in = 8, .out = 4});
    EXPECT_EQ(cost.multipliers, 32);
    EXPECT_EQ(cost.steps, 25);
  }
}

// For every operation by itself no other fold meets the target with fewer multipliers.
TEST(Fold, ChoosesTheFewestMultipliersThatMeetTheTarget) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const Program program = program_of(seed);
    HardwareSpec hardware{.lanes = 1 + static_cast<int>(seed % 4)};
    hardware.lanes = std::min(hardware.lanes, widest(program));
    hardware.cycles_per_token = 200;
    const std::vector<Fold> folds = folds_of(program, hardware);
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      const Op& op = program.ops[i];
      if (program.edges[inputs_of(op)[0]].vectors == 1) continue;
      const FoldCost chosen = fold_cost(program, op, hardware, folds[i]);
      EXPECT_LE(chosen.steps, 200);
      for (const Fold& other : folds_of(program, op, hardware)) {
        const FoldCost cost = fold_cost(program, op, hardware, other);
        if (cost.steps > 200) continue;
        EXPECT_GE(cost.multipliers, chosen.multipliers) << name_of(op);
      }
    }
  }
}

// What the message names is feasible, and one less is not.
TEST(Fold, AnInfeasibleTargetNamesTheNearestFeasibleOne) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const Program program = program_of(seed);
    HardwareSpec hardware{.lanes = 1, .cycles_per_token = 1};
    hardware.shared_blocks = seed % 2 == 1;
    hardware.reciprocal = seed % 3 == 0 ? Reciprocal::kDivider : Reciprocal::kTable;
    int named = 0;
    try {
      folds_of(program, hardware);
      named = 1;  // feasible as it is
    } catch (const Error& e) {
      const std::string &hint = e.hint(), before = "cycles_per_token to ";
      named = std::stoi(hint.substr(hint.find(before) + before.size()));
    }
    hardware.cycles_per_token = named;
    EXPECT_NO_THROW(folds_of(program, hardware));
    if (named == 1) continue;
    hardware.cycles_per_token = named - 1;
    expect_error([&] { folds_of(program, hardware); }, "at least");
  }
}

TEST(Fold, MoreLanesThanATokenHasNumbers) {
  const Program program = program_of(1);
  expect_error([&] { folds_of(program, {.lanes = 250}); }, "hardware.lanes = 250");
}

}  // namespace
}  // namespace emamba
