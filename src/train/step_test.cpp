// SPDX-License-Identifier: Apache-2.0
#include "train/step.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "train/initialise.h"
#include "train/random_tensors.h"
#include "train/spec_variants.h"

namespace emamba {
namespace {

struct Batch {
  Spec spec = spec_variants().front();
  torch::Tensor tokens, answers;

  explicit Batch(int count) {
    Rng rng{70};
    tokens = random_tokens(spec, count, rng).to(torch::kFloat);
    answers = torch::empty({count}, torch::kLong);
    for (int i = 0; i < count; ++i) answers.data_ptr<std::int64_t>()[i] = rng.between(0, 3);
  }
  Weights weights() const { return Weights(initial_parameters(spec, {}), 0); }
};

TEST(Step, ThreadsChangeOnlyTheOrderOfSums) {
  const Batch batch(7);
  Weights one = batch.weights();
  const float loss = loss_and_gradients(batch.spec, one, batch.tokens, batch.answers, 1);
  EXPECT_GT(one.gradients.abs().max().item<float>(), 0);
  for (const int threads : {2, 3, 7, 20}) {
    Weights many = batch.weights(), again = batch.weights();
    EXPECT_NEAR(loss_and_gradients(batch.spec, many, batch.tokens, batch.answers, threads), loss,
                1e-6);
    EXPECT_LT(difference(many.gradients, one.gradients), 1e-6) << threads;
    loss_and_gradients(batch.spec, again, batch.tokens, batch.answers, threads);
    EXPECT_TRUE(torch::equal(again.gradients, many.gradients)) << threads;
  }
}

TEST(Step, CudaGivesTheSameGradients) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  const Batch batch(7);
  Weights here = batch.weights(), there = batch.weights();
  const float loss = loss_and_gradients(batch.spec, here, batch.tokens, batch.answers, 1);
  EXPECT_NEAR(loss_and_gradients(batch.spec, there, batch.tokens, batch.answers, 1, Kernels::kPlain,
                                 TrainDevice::kCuda),
              loss, 1e-4);
  EXPECT_LT(difference(there.gradients, here.gradients), 1e-3);
}

}  // namespace
}  // namespace emamba
