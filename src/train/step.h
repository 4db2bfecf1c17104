// SPDX-License-Identifier: Apache-2.0
// One batch forward and backward.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "ir/program.h"
#include "train/graph.h"
#include "train/train.h"
#include "train/weights.h"

namespace emamba {

// On the processor, as many shares of a batch as there are threads go forward and backward at a
// time, and the loss sees them all; gradients depend on the number of threads only through the
// order of their sums. On a CUDA device the plain kernels run; parameters stay here.
class Step {
 public:
  // `train` and `weights` must outlive the step.
  Step(const Program& network, const TrainSpec& train, Weights& weights, int threads,
       Kernels kernels = Kernels::kFused, TrainDevice device = TrainDevice::kCpu);

  // The loss of a batch (tokens (B, L, token_width), answers as loss_of() takes them), and its
  // gradients into weights.gradients. What train.dropout leaves out follows from `seed`.
  float operator()(const torch::Tensor& tokens, const torch::Tensor& answers,
                   std::uint64_t seed = 0);

 private:
  // The parameters once more, with gradients of their own; those of the first share are weights'.
  struct Share {
    Parameters parameters;
    torch::Tensor gradients, outputs;
  };
  float on_cuda(const torch::Tensor& tokens, const torch::Tensor& answers);

  const TrainSpec& train_;
  const Graph graph_;
  Weights& weights_;
  const TrainDevice device_;
  std::vector<Share> shares_;
};

// Throws Error when this machine, or this build of LibTorch, has no CUDA device.
void require_cuda();

}  // namespace emamba
