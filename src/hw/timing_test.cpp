// SPDX-License-Identifier: Apache-2.0
// The cycle model against schedules worked out by hand.
#include "hw/timing.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "hw/plan.h"
#include "hw/testing.h"
#include "net/testing.h"

namespace emamba {
namespace {

// One beat a cycle through a pipeline of five registers: the first of four beats leaves five cycles
// after it came, the last three later.
TEST(Timing, APipelineDelays) {
  const CycleReport report = run_timing(chain({Steps{.depth = 5, .active = 1}}, 1, 1, 4));
  EXPECT_EQ(report.latency, 5 + 4);
  EXPECT_EQ(report.per_frame, 4);
}

// Three steps and two idle cycles a vector.
TEST(Timing, StepsAndIdleCyclesTakeTurns) {
  const Steps steps{.depth = 1, .active = 3, .idle = 2, .pop_every = {3}, .emit_every = 3};
  const CycleReport report = run_timing(chain({steps}, 1, 1, 2));
  // Steps in cycles 0 to 2 and 5 to 7; the beats leave in cycles 3 and 8.
  EXPECT_EQ(report.latency, 9 - 2);  // the first input is taken at the third step
  EXPECT_EQ(report.per_frame, 10);
  ASSERT_EQ(report.spans[0].size(), 2u);
  EXPECT_EQ(report.spans[0][1].begin, 5);
  EXPECT_EQ(report.spans[0][1].end, 7);
}

// Cycles in which nothing moves may be leapt over.
TEST(Timing, LeapsChangeNothing) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng{seed};
    const NetSpec spec = seed < 12 ? random_net(rng) : random_vit(rng);
    const Program program = random_program(spec, rng);
    HardwareSpec hardware{.lanes = 1 + static_cast<int>(seed % 3)};
    hardware.lanes = std::min(hardware.lanes, widest(program));
    hardware.shared_blocks = seed % 2 == 1;
    hardware.merged_linears = seed % 4 > 1;
    hardware.reciprocal = seed % 3 == 0 ? Reciprocal::kDivider : Reciprocal::kTable;
    Design design = draft_program(program, hardware);
    for (Instance& instance : design.instances) {
      auto* fifo = std::get_if<Fifo>(&instance.timing);
      if (fifo != nullptr && fifo->depth == 0)
        fifo->depth = 8 + static_cast<int>(rng.below(seed < 12 ? 8 : 64));
    }
    const CycleReport unpaced = run_timing_plainly(design);
    if (unpaced.frame_ends.empty()) continue;  // too shallow somewhere: stands still
    for (const std::int64_t period : {std::int64_t{0}, unpaced.per_frame + 13}) {
      SCOPED_TRACE(period);
      ++compared;
      const CycleReport plain = period == 0 ? unpaced : run_timing_plainly(design, period);
      const CycleReport leapt = run_timing(design, period);
      EXPECT_EQ(leapt.latency, plain.latency);
      EXPECT_EQ(leapt.frame_ends, plain.frame_ends);
      EXPECT_EQ(leapt.occupancy, plain.occupancy);
      EXPECT_EQ(leapt.spans, plain.spans);
    }
  }
  EXPECT_GT(compared, 8);
}

// A buffer adds a cycle and no more; of depth one it takes a beat every other cycle.
TEST(Timing, ABufferOfOneHalvesTheRate) {
  EXPECT_EQ(run_timing(chain({Fifo{2}}, 1, 1, 8)).per_frame, 8);
  EXPECT_EQ(run_timing(chain({Fifo{2}}, 1, 1, 8)).latency, 9);
  EXPECT_EQ(run_timing(chain({Fifo{1}}, 1, 1, 8)).per_frame, 16);
}

// A core that wants two beats of an input that gives one: nothing ever comes out.
TEST(Timing, ADeadlockIsAnError) {
  Design design = chain({Fork{2}}, 1, 1, 1);
  // Both ways of the fork lead to one core, one of them through nothing that it could wait in: the
  // core takes way 1 once for two of way 0.
  design.streams.resize(4);
  design.instances[0].outputs = {1, 2};
  Instance core;
  core.name = "join";
  core.inputs = {1, 2};
  core.outputs = {3};
  core.timing = Steps{.depth = 1, .active = 2, .pop_every = {1, 2}, .emit_every = 2};
  core.vectors = 1;
  design.instances.push_back(core);
  design.outputs[0].stream = 3;
  expect_error([&] { run_timing(design); }, "stands still");
}

// A fork whose ways meet again: one gathers four beats, and the other has no room but the registers
// of a core, which hold four beats at full speed. Stalls that leave fewer in them bring it to a
// stand.
TEST(Timing, RegistersOfACoreAreNoBuffer) {
  Design design = chain({Fork{2}}, 1, 1, 4);
  design.streams.resize(7);
  design.instances[0].outputs = {1, 2};
  const auto add = [&](const char* name, std::vector<int> inputs, int output, Timing timing) {
    Instance instance;
    instance.name = name;
    instance.inputs = std::move(inputs);
    instance.outputs = {output};
    instance.timing = timing;
    instance.vectors = 1;
    design.instances.push_back(instance);
  };
  add("gather", {1}, 3, Steps{.depth = 1, .active = 4, .pop_every = {1}, .emit_every = 4});
  add("gathered", {3}, 6, Fifo{2});
  add("slow", {2}, 4, Steps{.depth = 8, .active = 1});
  add("join", {6, 4}, 5, Steps{.depth = 1, .active = 4, .pop_every = {4, 1}, .emit_every = 4});
  design.outputs[0].stream = 5;
  design.outputs[0].vectors = 1;
  run_timing(design);
  EXPECT_FALSE(never_stands_still(design, 3));
}

}  // namespace
}  // namespace emamba
