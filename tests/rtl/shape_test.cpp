// SPDX-License-Identifier: Apache-2.0
// Shapes at the edge: the shortest sequences, and the narrowest heads.
#include "hw/timing.h"
#include "sim/testing.h"
#include "sim/verify.h"

namespace emamba {
namespace {

// Up to its pooling a network's hardware knows no length: `last` ends a sequence. Lengths around
// the taps of the convolution, which starts anew with every sequence.
TEST(Shape, OneBodyTakesSequencesOfAnyLength) {
  constexpr int kTaps = 4;
  Rng rng{31};
  NetSpec spec;
  spec.model.D = 6, spec.model.E = 1, spec.model.N = 3, spec.model.M = 1, spec.model.K = kTaps;
  spec.model.P = {4, 4};
  spec.model.position = Position::kNone;
  Program program = random_program(spec, rng);
  while (program.edges.back().vectors != 0) {
    program.ops.pop_back();
    program.edges.pop_back();
  }
  ASSERT_TRUE(std::holds_alternative<Add>(program.ops.back()));
  const BuiltModel built(program, {.lanes = 4});
  const Golden golden(program);
  for (const int length : {1, 2, kTaps - 1, kTaps, kTaps + 1, 31}) {
    SCOPED_TRACE(fmt::format("length {}", length));
    Design design = built.plan.design;
    for (auto* ports : {&design.inputs, &design.outputs}) {
      for (Port& port : *ports) port.vectors = length;
    }
    const CycleReport cycles = run_timing(design);
    std::vector<Tensor<std::int32_t>> sequences;
    Vectors expected;
    for (int i = 0; i < 5; ++i) {
      sequences.push_back(random_tokens(program, rng, length));
      const Vectors answer = vectors_of({golden.trace(sequences.back()).back()});
      expected.insert(expected.end(), answer.begin(), answer.end());
    }
    expect_streams(built.library, built.folder.path(), design, &cycles, {vectors_of(sequences)},
                   expected);
    if (testing::Test::HasFailure()) return;
  }
}

// Heads in a row: of 9, 7, 3, 2 and 1 numbers, on beats of 4.
TEST(Shape, HeadsOfFewNumbers) {
  Rng rng{32};
  NetSpec spec;
  spec.model.D = 4, spec.model.E = 1, spec.model.N = 2, spec.model.M = 1, spec.model.K = 2;
  spec.model.P = {4, 4};
  spec.outputs = 9;
  Program network = network_of(spec).program;
  const NumberType answer = network.edges.back().type;
  network.edges.back().type.bits = 8;
  for (const int width : {7, 3, 2, 1}) {
    const int in = network.edges.back().width;
    Linear head;
    head.name = fmt::format("head.of_{}", width);
    head.x = static_cast<EdgeIndex>(network.ops.size());
    head.in = in;
    head.out = width;
    head.bias_rows = 1;
    network.ops.emplace_back(head);
    network.edges.push_back({1, width, {8, 0}});
  }
  network.edges.back().type = answer;
  const Program program = random_program(network, {}, rng);
  const BuiltModel built(program, {.lanes = 4});
  const Golden golden(program);
  std::vector<Tensor<std::int32_t>> frames;
  for (int i = 0; i < 6; ++i) frames.push_back(random_tokens(program, rng));
  const VerifyResult result =
      verify(built.library, built.folder.path(), built.plan, golden, frames, {});
  EXPECT_TRUE(result.passed()) << (result.first ? result.first->edge : "cycles");
  std::vector<int> widths;
  for (const Port& port : built.plan.design.probes) {
    if (program.edges[port.edges[0]].vectors == 1) widths.push_back(port.width);
  }
  EXPECT_EQ(widths, (std::vector<int>{9, 7, 3, 2, 1}));
}

}  // namespace
}  // namespace emamba
