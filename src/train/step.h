// SPDX-License-Identifier: Apache-2.0
// One batch forward and backward.
#pragma once

#include <torch/types.h>

#include "ir/spec.h"
#include "train/network.h"
#include "train/train.h"
#include "train/weights.h"

namespace emamba {

// The loss of a batch (tokens (B, L, token_width), answers as loss_of() takes them), and its
// gradients into weights.gradients. On the processor, `threads` shares of the batch go forward and
// backward at a time, and the loss sees them all; the gradients depend on `threads` only through
// the order of their sums. On a CUDA device the plain formulation runs; parameters stay here.
float loss_and_gradients(const Spec& spec, Weights& weights, const torch::Tensor& tokens,
                         const torch::Tensor& answers, int threads,
                         Kernels kernels = Kernels::kFused, TrainDevice device = TrainDevice::kCpu);

// Throws Error when this machine, or this build of LibTorch, has no CUDA device.
void require_cuda();

}  // namespace emamba
