// SPDX-License-Identifier: Apache-2.0
// Plans as a whole: what they promise, how fast they are made, what they refuse.
#include "hw/plan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "base/testing.h"
#include "hw/json.h"
#include "hw/timing.h"
#include "net/testing.h"

namespace emamba {
namespace {

Input samples(int height, int width, int channels) {
  Input input;
  input.height = height, input.width = width, input.channels = channels;
  return input;
}

// With the samples of MARS and of CIFAR-10.
NetSpec mars_net(int D, int M) {
  NetSpec spec;
  spec.sample = samples(8, 8, 5);
  spec.model.D = D, spec.model.P = {2, 2}, spec.model.M = M;
  return spec;
}
NetSpec cifar10_net(int D, int P, int M) {
  NetSpec spec;
  spec.sample = samples(32, 32, 3);
  spec.model.D = D, spec.model.P = {P, P}, spec.model.M = M;
  return spec;
}

// Every token takes the target's cycles and no more: buffers are deep enough.
TEST(Plan, FullSpeedMeansTheTarget) {
  Rng rng{1};
  const Program program = random_program(mars_net(20, 2), rng);
  for (const auto& [lanes, target] : {std::pair{5, 8}, {4, 10}, {10, 20}, {4, 40}}) {
    SCOPED_TRACE(target);
    const Plan plan = plan_program(program, {.lanes = lanes, .cycles_per_token = target});
    EXPECT_EQ(plan.cycles.per_frame, 16 * target);
  }
}

// The divider held its neighbours up, and buffers filled with what piled up behind it.
TEST(Plan, ADividerKeepsTheTarget) {
  Rng rng{1};
  const Program program = random_program(mars_net(20, 2), rng);
  for (const int target : {27, 30, 40, 60}) {
    SCOPED_TRACE(target);
    const Plan plan = plan_program(
        program, {.lanes = 4, .cycles_per_token = target, .reciprocal = Reciprocal::kDivider});
    EXPECT_LE(plan.cycles.per_frame, 16 * target);
    for (const Instance& instance : plan.design.instances) {
      const auto* fifo = std::get_if<Fifo>(&instance.timing);
      EXPECT_LT(fifo == nullptr ? 0 : fifo->depth, 200) << instance.name;
    }
  }
}

// Offsets cost parts and no cycle; offsets that are all 0 cost nothing.
TEST(Plan, ExponentsOfChannelsCostNoCycles) {
  Rng rng{7};
  NetSpec spec = mars_net(20, 2);
  spec.draw.offsets = true;
  const Program channels = random_program(spec, rng);
  Program zero = channels, none = channels;
  for (std::size_t i = 0; i < channels.ops.size(); ++i) {
    const auto change = [](auto& all_zero, auto& without) {
      for (std::int8_t& offset : all_zero.weight_offset.data) offset = 0;
      without.weight_offset = {};
    };
    if (auto* linear = std::get_if<Linear>(&zero.ops[i])) {
      change(*linear, std::get<Linear>(none.ops[i]));
    } else if (auto* conv = std::get_if<DwConv>(&zero.ops[i])) {
      change(*conv, std::get<DwConv>(none.ops[i]));
    }
  }
  const HardwareSpec hardware{.lanes = 5, .cycles_per_token = 40};
  const Plan own = plan_program(channels, hardware), plain = plan_program(none, hardware);
  EXPECT_EQ(plan_json(plan_program(zero, hardware)), plan_json(plain));
  EXPECT_EQ(own.cycles.frame_ends, plain.cycles.frame_ends);
  const Parts more = total_parts(own.design), less = total_parts(plain.design);
  EXPECT_GT(more.entries.size(), less.entries.size());
  EXPECT_EQ(multipliers(more), multipliers(less));
}

// What is not the network of any spec: other activations, a residual from behind the norm.
TEST(Plan, AnyValidProgramIsPlanned) {
  Rng rng{6};
  Program program = random_program(mars_net(8, 2), rng);
  EdgeIndex norm = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (std::holds_alternative<RangeNorm>(program.ops[i])) norm = static_cast<EdgeIndex>(i + 1);
    if (auto* linear = std::get_if<Linear>(&program.ops[i])) linear->activation = Activation::kRelu;
    if (auto* add = std::get_if<Add>(&program.ops[i])) add->x1 = norm;
  }
  validate(program, "changed");
  for (const bool shared : {false, true}) {
    const Plan plan = plan_program(program, {.lanes = 4, .shared_blocks = shared});
    EXPECT_GT(plan.cycles.per_frame, 0);
    EXPECT_EQ(plan.design.outputs.size(), 1u);
  }
}

TEST(Plan, AnEdgeThatNobodyReadsIsAnError) {
  Rng rng{6};
  Program program = random_program(mars_net(8, 1), rng);
  for (Op& op : program.ops) {
    if (auto* gate = std::get_if<Gate>(&op)) gate->x1 = gate->x0;
  }
  expect_error([&] { plan_program(program, {.lanes = 4}); },
               "no operation reads blocks.0.gate_silu");
}

// What hardware has only once must be the same in all blocks that share it.
TEST(Plan, BlocksThatDifferCannotShare) {
  Rng rng{6};
  Program program = random_program(mars_net(8, 2), rng);
  for (Op& op : program.ops) {
    if (name_of(op) == "blocks.1.gate_proj") std::get<Linear>(op).activation = Activation::kRelu;
  }
  EXPECT_NO_THROW(plan_program(program, {.lanes = 4}));
  expect_error([&] { plan_program(program, {.lanes = 4, .shared_blocks = true}); },
               "blocks.1.gate_proj");
}

TEST(Plan, SharedBlocksNeedFewerMultipliers) {
  Rng rng{2};
  const Program program = random_program(mars_net(20, 2), rng);
  const Plan apart = plan_program(program, {.lanes = 4});
  const Plan shared = plan_program(program, {.lanes = 4, .shared_blocks = true});
  EXPECT_LT(multipliers(total_parts(shared.design)), multipliers(total_parts(apart.design)));
  EXPECT_GT(shared.cycles.per_frame, apart.cycles.per_frame);
}

// Every stream has one producer and one consumer, or stands at the border.
TEST(Plan, StreamsAreConnectedOnce) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng{seed};
    const Program program = random_program(random_net(rng), rng);
    const Plan plan = plan_program(
        program, {.lanes = std::min(3, widest(program)), .shared_blocks = seed % 2 == 0});
    const Design& design = plan.design;
    std::vector<int> made(design.streams.size()), used(design.streams.size());
    for (const Port& port : design.inputs) ++made[port.stream];
    for (const Port& port : design.outputs) ++used[port.stream];
    std::set<std::string> names;
    for (const Instance& instance : design.instances) {
      EXPECT_TRUE(names.insert(instance.name).second) << instance.name;
      for (int s : instance.inputs) ++used[s];
      for (int s : instance.outputs) ++made[s];
    }
    EXPECT_EQ(made, std::vector<int>(made.size(), 1));
    EXPECT_EQ(used, std::vector<int>(used.size(), 1));
    // Parts of all units are parts of the whole.
    std::size_t instances = 0;
    for (std::size_t u = 0; u < design.units.size(); ++u) {
      instances += unit_design(design, static_cast<int>(u)).instances.size();
    }
    EXPECT_EQ(instances, design.instances.size());
  }
}

// Of a whole design, with blocks shared or not: with one beat less in any buffer a frame would be
// late, or the design could come to a stand.
TEST(Plan, BuffersAreAsShallowAsTheyMayBe) {
  for (const bool shared : {false, true}) {
    SCOPED_TRACE(shared);
    Rng rng{5};
    const Program program = random_program(mars_net(20, 2), rng);
    const Plan plan = plan_program(
        program, {.lanes = 5, .cycles_per_token = shared ? 40 : 8, .shared_blocks = shared});
    EXPECT_TRUE(never_stands_still(plan.design, frames_to_fill(plan.cycles)));
    int deep = 0;
    for (std::size_t i = 0; i < plan.design.instances.size(); ++i) {
      const auto* fifo = std::get_if<Fifo>(&plan.design.instances[i].timing);
      if (fifo == nullptr || fifo->depth == 2) continue;
      ++deep;
      if (plan.design.instances[i].name.ends_with("_feedback")) continue;  // holds a sequence
      Design less = plan.design;
      --std::get<Fifo>(less.instances[i].timing).depth;
      EXPECT_FALSE(keeps_up(less, plan.cycles) &&
                   never_stands_still(less, frames_to_fill(plan.cycles)))
          << plan.design.instances[i].name;
    }
    EXPECT_GT(deep, 2);
  }
}

// Multiplications that the result needs, by hand: MARS with the paper's sizes.
TEST(Plan, CountsTheProductsOfAFrame) {
  Rng rng{3};
  NetSpec spec = mars_net(20, 2);
  spec.outputs = 57;
  spec.model.dt_rank = 2;
  spec.model.head = Head::kFlattenMlp;
  spec.model.head_hidden = 20;
  const auto json = summary_json(plan_program(random_program(spec, rng), {.lanes = 4}));
  const std::int64_t block =
      2 * 20 + 3 * 20 * 40 + 40 * 4 + 2 * 2 * 40 + 2 * 40 * 8 + 40 * (5 * 8 + 1) + 40;
  EXPECT_EQ(json.at("products_per_frame"), 16 * (20 * 20 + 2 * block) + 320 * 20 + 20 * 57);
}

TEST(Plan, ALargeModelIsPlannedInUnderASecond) {
  Rng rng{4};
  const Program program = random_program(cifar10_net(48, 4, 3), rng);
  const auto begin = std::chrono::steady_clock::now();
  const Plan plan = plan_program(program, {.lanes = 4, .cycles_per_token = 96});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(plan.cycles.per_frame, 64 * 96);
  EXPECT_LT(seconds.count(), 10);  // a hang, not a benchmark: the sanitizers slow it down
}

// The rule decides what asks for block memory, and nothing else.
TEST(Plan, ARuleSaysWhereMemoriesAre) {
  Rng rng{5};
  const Program program = random_program(cifar10_net(32, 8, 1), rng);
  const Plan none = plan_program(program, {.lanes = 4}, {.words = 1 << 30});
  const Plan all = plan_program(program, {.lanes = 4}, {.words = 0, .bits = 0});
  const auto blocks = [](const Plan& plan) {
    int count = 0;
    for (const Parts::Entry& entry : total_parts(plan.design).entries) {
      const auto* rom = std::get_if<Rom>(&entry.part);
      if (rom != nullptr && rom->block) count += static_cast<int>(entry.count);
    }
    return count;
  };
  EXPECT_EQ(blocks(none), 0);
  EXPECT_GT(blocks(all), 5);
  EXPECT_EQ(none.cycles.frame_ends, all.cycles.frame_ends);
}

}  // namespace
}  // namespace emamba
