// SPDX-License-Identifier: Apache-2.0
// One training step (forward, backward, AdamW) on MARS at batch 128, with the fused operations and
// with ordinary tensor operations only.
#include <benchmark/benchmark.h>
#include <torch/types.h>

#include <vector>

#include "base/rng.h"
#include "net/network.h"
#include "train/initialise.h"
#include "train/runtime.h"
#include "train/step.h"
#include "train/weights.h"

namespace emamba {
namespace {

constexpr int kBatch = 128;

Network mars() {
  ModelSpec model;
  model.D = 20, model.E = 2, model.N = 8, model.M = 2, model.K = 4;
  model.P = {2, 2};
  model.head = Head::kFlattenMlp;
  model.head_hidden = 20;
  Input frame;
  frame.height = frame.width = 8;
  frame.channels = 5;
  return build_network("mars", model, frame, 57);
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
  const Network network = mars();
  TrainSpec spec;
  spec.loss = Loss::kRmse;
  prepare_runtime();
  Rng rng{1};
  const torch::Tensor tokens =
      uniform({kBatch, network.program.input.vectors(), network.program.input.vector_width()}, rng);
  const torch::Tensor targets = uniform({kBatch, network.program.edges.back().width}, rng);
  Weights weights(initial_parameters(network, spec.seed, {}), parameters_of(network),
                  spec.weight_decay);
  Step gradients(network.program, spec, weights, static_cast<int>(state.range(0)), kernels);
  std::size_t step = 0;
  for (auto _ : state) {
    gradients(tokens, targets);
    weights.update(++step, spec.lr, spec.clip);
  }
}

BENCHMARK_CAPTURE(train_step, fused, Kernels::kFused)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(train_step, plain, Kernels::kPlain)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
}  // namespace emamba
