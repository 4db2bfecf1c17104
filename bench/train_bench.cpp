// SPDX-License-Identifier: Apache-2.0
// One training step (forward, backward, AdamW) on MARS at batch 128, with the fused operations and
// with ordinary tensor operations only.
#include <benchmark/benchmark.h>
#include <torch/types.h>

#include <vector>

#include "base/rng.h"
#include "train/initialise.h"
#include "train/runtime.h"
#include "train/step.h"
#include "train/weights.h"

namespace emamba {
namespace {

constexpr int kBatch = 128;

Spec mars() {
  Spec spec;
  spec.name = "mars";
  spec.task = Task::kMars;
  spec.model = {.D = 20, .E = 2, .N = 8, .P = 2, .M = 2, .K = 4};
  spec.model.head = Head::kFlattenMlp;
  spec.model.head_hidden = 20;
  spec.train.loss = Loss::kRmse;
  return spec;
}

torch::Tensor uniform(std::vector<std::int64_t> shape, Rng& rng) {
  torch::Tensor tensor = torch::empty(shape);
  float* values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    values[i] = static_cast<float>(4 * rng.uniform() - 2);
  }
  return tensor;
}

void train_step(benchmark::State& state, Kernels kernels) {
  const Spec spec = mars();
  prepare_runtime();
  Rng rng{1};
  const torch::Tensor tokens = uniform({kBatch, spec.L(), spec.token_width()}, rng);
  const torch::Tensor targets = uniform({kBatch, spec.shape().outputs}, rng);
  Weights weights(initial_parameters(spec, {}), spec.train.weight_decay);
  Step gradients(spec, weights, static_cast<int>(state.range(0)), kernels);
  std::size_t step = 0;
  for (auto _ : state) {
    gradients(tokens, targets);
    weights.update(++step, spec.train.lr, spec.train.clip);
  }
}

BENCHMARK_CAPTURE(train_step, fused, Kernels::kFused)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(train_step, plain, Kernels::kPlain)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
}  // namespace emamba
