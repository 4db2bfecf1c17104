// SPDX-License-Identifier: Apache-2.0
// The fast engine against golden, every bit on every edge.
#include "exec/fast.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "net/files.h"
#include "tester.h"

namespace emamba {
namespace {

const std::vector<Runner> kFast = {{Engine::kFast, Way::kTrace}, {Engine::kFast, Way::kRun}};

TEST(Fast, EveryEdgeOfRandomProgramsIsGoldens) {
  std::size_t vectorised = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Case c = random_case(seed);
    ASSERT_EQ(disagreement(c, kFast), "");
    vectorised += Fast(c.program).vectorised();
    all += c.program.ops.size();
  }
  // Both ways through an operation are used often.
  EXPECT_GT(vectorised, all / 2);
  EXPECT_GT(all - vectorised, all / 20);
}

TEST(Fast, EveryEdgeOfConvolutionalNetworksAndTransformersIsGoldens) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    Rng rng{seed};
    NetSpec spec = seed % 2 == 0 ? random_cnn(rng) : random_vit(rng);
    spec.draw.offsets = seed % 4 < 2;
    Case c{.name = fmt::format("network {}", seed),
           .model = random_model(spec, seed,
                                 {std::vector<float>(spec.sample.channels, 0.0f),
                                  std::vector<float>(spec.sample.channels, 1.0f)}),
           .program = random_program(spec, rng),
           .sequences = {}};
    const int length = c.program.input.vectors();
    c.sequences = random_sequences(c.program, {length, length, length}, rng);
    ASSERT_EQ(disagreement(c, kFast), "");
  }
}

// Of what quantisation makes, everything has a kernel but norms, pooling by the mean, and one scan
// of cifar10 whose delta is next to nothing.
TEST(Fast, SupportedModelsAreVectorised) {
  for (const char* name :
       {"mars", "mars-tiny", "fashion-mnist", "fashion-mnist-large", "cifar10"}) {
    const std::string folder = fmt::format("models/{}/", name);
    Case c{.name = name,
           .model = read_float_model(folder + "model.safetensors").content,
           .program = read_program(folder + "program.safetensors").content,
           .sequences = {}};
    Rng rng{1};
    const int length = c.program.input.vectors();
    c.sequences = random_sequences(c.program, {length, length, length}, rng);
    ASSERT_EQ(disagreement(c, kFast), "");
    EXPECT_GE(Fast(c.program).vectorised() + std::size_t(c.program.groups.at(0).times) + 1,
              c.program.ops.size());
  }
}

}  // namespace
}  // namespace emamba
