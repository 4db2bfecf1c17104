// SPDX-License-Identifier: Apache-2.0
#include "train/step.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "train/initialise.h"
#include "train/net_testing.h"
#include "train/random_tensors.h"

namespace emamba {
namespace {

struct Batch {
  Network network = net_variants().front().network();
  TrainSpec train;
  torch::Tensor tokens, answers;

  explicit Batch(int count) {
    Rng rng{70};
    tokens = random_batch(network.program.input, count, rng).to(torch::kFloat);
    answers = torch::empty({count}, torch::kLong);
    for (int i = 0; i < count; ++i) answers.data_ptr<std::int64_t>()[i] = rng.between(0, 3);
  }
  Weights weights() const {
    return Weights(initial_parameters(network, 1, {}), parameters_of(network), 0);
  }
};

TEST(Step, ThreadsChangeOnlyTheOrderOfSums) {
  const Batch batch(7);
  Weights one = batch.weights();
  const float loss = Step(batch.network.program, batch.train, one, 1)(batch.tokens, batch.answers);
  EXPECT_GT(one.gradients.abs().max().item<float>(), 0);
  for (const int threads : {2, 3, 7, 20}) {
    Weights many = batch.weights();
    Step step(batch.network.program, batch.train, many, threads);
    EXPECT_NEAR(step(batch.tokens, batch.answers), loss, 1e-6);
    EXPECT_LT(difference(many.gradients, one.gradients), 1e-6) << threads;
    const torch::Tensor first = many.gradients.clone();
    step(batch.tokens, batch.answers);
    EXPECT_TRUE(torch::equal(many.gradients, first)) << threads;
  }
}

TEST(Step, CudaGivesTheSameGradients) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  const Batch batch(7);
  Weights here = batch.weights(), there = batch.weights();
  const float loss = Step(batch.network.program, batch.train, here, 1)(batch.tokens, batch.answers);
  Step on_device(batch.network.program, batch.train, there, 1, Kernels::kPlain, TrainDevice::kCuda);
  EXPECT_NEAR(on_device(batch.tokens, batch.answers), loss, 1e-4);
  EXPECT_LT(difference(there.gradients, here.gradients), 1e-3);
}

}  // namespace
}  // namespace emamba
