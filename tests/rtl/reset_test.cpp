// SPDX-License-Identifier: Apache-2.0
// Reset: in the middle of a frame, at every cycle of it; and what the streams do meanwhile.
#include "sim/testing.h"

namespace emamba {
namespace {

// A small model whose two blocks share their hardware, so that loops and contexts must be reset
// too; several sequences and what golden makes of them.
struct Resettable {
  Rng rng{21};
  Program program = [this] {
    NetSpec spec;
    spec.model.D = 4, spec.model.E = 1, spec.model.N = 2, spec.model.M = 2, spec.model.K = 3;
    spec.model.P = {4, 4};
    return random_program(spec, rng);
  }();
  BuiltModel built;
  std::vector<Vectors> inputs{1};
  Vectors answers;

  explicit Resettable(const std::string& tech = "")
      : built(program, {.lanes = 4, .shared_blocks = true}, tech) {
    const Golden golden(program);
    for (int i = 0; i < 3; ++i) {
      const Tensor<std::int32_t> tokens = random_tokens(program, rng);
      const Vectors vectors = vectors_of({tokens});
      inputs[0].insert(inputs[0].end(), vectors.begin(), vectors.end());
      answers.push_back(golden.run(tokens));
    }
  }

  // From a reset on, every answer must be right and come in its planned cycle.
  void expect_as_from_the_start(Simulator& simulator) const {
    const std::int64_t begin = simulator.cycle();
    const DriveResult result =
        drive(simulator, built.plan.design, inputs, 2, {}, false, [&](const Passed& passed) {
          EXPECT_EQ(passed.values, answers[passed.index]);
          return true;
        });
    ASSERT_EQ(result.sequence_ends.size(), 2);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(result.sequence_ends[i] - begin, built.plan.cycles.frame_ends[i]);
    }
  }
};

TEST(Reset, AtAnyCycleOfAFrameLeavesNothingBehind) {
  const Resettable model;
  Simulator simulator(model.built.library, model.built.folder.path());
  // Other frames before the reset than behind it.
  const std::vector<Vectors> before = {Vectors(model.inputs[0].rbegin(), model.inputs[0].rend())};
  const std::int64_t frame = model.built.plan.cycles.frame_ends[0];
  ASSERT_GT(frame, 50);
  for (std::int64_t stop = 1; stop <= frame + 1; ++stop) {
    SCOPED_TRACE(fmt::format("reset in cycle {}", stop));
    drive(
        simulator, model.built.plan.design, before, 2, {}, false,
        [](const Passed&) { return true; }, [&](std::int64_t cycle) { return cycle < stop; });
    ASSERT_EQ(simulator.cycle(), stop);
    simulator.reset();
    model.expect_as_from_the_start(simulator);
    if (testing::Test::HasFailure()) return;
    simulator.reset();
  }
}

// A sender that offers its first beat already in reset must not believe that it was taken, nor a
// receiver that it was given one.
TEST(Reset, NothingIsTakenOrGivenMeanwhile) {
  const Resettable model;
  Simulator simulator(model.built.library, model.built.folder.path());
  const std::uint8_t* ready = simulator.signal("input_ready_o");
  const std::uint8_t* valid = simulator.signal("head_out_valid_o");
  // Stops with the answer's beat on the wires, not taken.
  drive(
      simulator, model.built.plan.design, model.inputs, 3, {}, false,
      [](const Passed&) { return true; }, [&](std::int64_t) { return !*valid; });
  ASSERT_EQ(*valid, 1);
  *simulator.signal("rst_ni") = 0;
  *simulator.signal("input_valid_i") = 1;
  for (int cycle = 0; cycle < 8; ++cycle) {
    *simulator.signal("head_out_ready_i") = cycle % 2;
    simulator.settle();
    EXPECT_EQ(*ready, 0) << cycle;
    EXPECT_EQ(*valid, 0) << cycle;
    simulator.clock();
  }
  *simulator.signal("rst_ni") = 1;
  simulator.settle();
  EXPECT_EQ(*ready, 1);
  model.expect_as_from_the_start(simulator);
}

// With `files_asic.f`: the same answers in the same cycles, and a reset between two edges of the
// clock is one.
TEST(Reset, AnAsynchronousOneNeedsNoClock) {
  const Resettable model("asic");
  Simulator simulator(model.built.library, model.built.folder.path());
  model.expect_as_from_the_start(simulator);
  const std::int64_t frame = model.built.plan.cycles.frame_ends[0];
  for (std::int64_t cycles = 1; cycles <= frame; cycles += 31) {
    SCOPED_TRACE(fmt::format("reset after {} cycles", cycles));
    const std::int64_t stop = simulator.cycle() + cycles;
    drive(
        simulator, model.built.plan.design, model.inputs, 2, {}, false,
        [](const Passed&) { return true; }, [&](std::int64_t cycle) { return cycle < stop; });
    for (const std::uint8_t level : {0, 1}) {
      *simulator.signal("rst_ni") = level;
      simulator.settle();
    }
    model.expect_as_from_the_start(simulator);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace emamba
