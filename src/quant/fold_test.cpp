// SPDX-License-Identifier: Apache-2.0
#include "quant/fold.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "exec/float.h"
#include "net/testing.h"

namespace emamba {
namespace {

NetSpec cnn(std::vector<std::string> layers) {
  NetSpec spec;
  spec.sample.height = 5, spec.sample.width = 4, spec.sample.channels = 3;
  spec.model.kind = NetKind::kCnn;
  spec.model.layers = std::move(layers);
  return spec;
}

// With statistics and factors of either sign that no norm of a start has.
FloatModel model_of(const NetSpec& spec, std::uint64_t seed) {
  FloatModel model = random_model(spec, seed, {{0, 0, 0}, {1, 1, 1}});
  Rng rng{seed};
  for (auto& [name, tensor] : model.parameters) {
    for (float& v : tensor.data) {
      if (name.ends_with("norm.weight")) v = static_cast<float>(2 * rng.normal());
      if (name.ends_with("norm.variance")) v = static_cast<float>(0.1 + rng.uniform());
    }
  }
  return model;
}

std::vector<std::string> kinds_of(const Program& program) {
  std::vector<std::string> kinds;
  for (const Op& op : program.ops) kinds.emplace_back(kind_of(op));
  return kinds;
}

// Behind a Linear, behind its ReLU, in front of a flattening, and before any Linear.
TEST(Fold, IsTheSameFunction) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    const NetSpec spec = cnn({"conv 4 norm", "[", "conv 6 3x3 norm", "conv 4 norm linear", "]",
                              "conv 5 1x1", "norm", "flatten", "dense 7", "norm"});
    const FloatModel model = model_of(spec, seed), less = folded(model);
    EXPECT_EQ(kinds_of(less.network),
              (std::vector<std::string>{"Window", "Linear", "Window", "Linear", "Window", "Linear",
                                        "Add", "Linear", "Pool", "Linear", "Linear"}));
    validate_network(less.network, "folded");
    EXPECT_EQ(parameters_of(less.network).size(), less.parameters.size());
    const FloatEngine before(model), after(less);
    Rng rng{seed};
    auto tokens = make_tensor<float>({20, 3});
    for (float& v : tokens.data) v = static_cast<float>(rng.normal());
    const std::vector<float> expected = before.run(tokens), actual = after.run(tokens);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], 1e-4 * (1 + std::abs(expected[i]))) << i;
    }
  }
}

TEST(Fold, LeavesOthersAsTheyAre) {
  Rng rng{1};
  const Program program = network_of(random_net(rng)).program;
  EXPECT_EQ(kinds_of(folded(program)), kinds_of(program));
  EXPECT_EQ(folded(program).groups, program.groups);
}

TEST(Fold, MovesBlocksBehindWhatGoes) {
  NetSpec spec;
  spec.sample.height = spec.sample.width = 4;
  spec.model.kind = NetKind::kVit;
  spec.model.P = {1, 1};
  spec.model.layers = {"conv 4 norm", "max 2"};
  const Program network = network_of(spec).program, program = folded(network);
  const auto first = [](const Program& p) {
    return name_of(p.ops[std::size_t(p.groups[0].first)]);
  };
  EXPECT_EQ(program.ops.size(), network.ops.size() - 2);  // norm and ReLU
  EXPECT_EQ(first(program), "blocks.0.attention_norm");
  EXPECT_EQ(first(network), first(program));
}

// A convolution sees zeros beside the grid, which a norm would have moved.
TEST(Fold, RefusesANormInFrontOfAWindow) {
  const NetSpec spec = cnn({"conv 4", "norm", "conv 4"});
  expect_error([&] { folded(network_of(spec).program); }, "layers.1.norm");
}

}  // namespace
}  // namespace emamba
