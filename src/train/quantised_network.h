// SPDX-License-Identifier: Apache-2.0
// The integer program as a differentiable network, for quantisation-aware fine-tuning: the values
// are the golden engine's, to the bit, and the gradients those of straight-through estimation.
#pragma once

#include <torch/types.h>

#include <vector>

#include "exec/golden.h"
#include "train/network.h"

namespace emamba {

// What golden computes for a batch of normalised tokens (B, L, token_width), on every edge, as real
// numbers (integer times 2^exp, exact in float): (B*L, width), or (B, width) behind the pooling.
// `threads` sequences run at a time.
std::vector<torch::Tensor> golden_edges(const Golden& golden, const torch::Tensor& tokens,
                                        int threads);

// Every edge again, as a function of `parameters`, which golden's program was filled with
// (fill_weights): the values are those of `edges`; the gradients are, operation by operation at
// these values,
//   rounding    1 where the number lies inside the type's range, 0 where it saturates
//   parameters  as if not rounded, 0 where they saturate
//   SiLU        the slope of the line that the input falls on
//   scan        that of the scan in floating point on the rounded inputs, exact exponential
//   included others      those of the operation in floating point
std::vector<torch::Tensor> differentiable_edges(const Program& program,
                                                const Parameters& parameters,
                                                const std::vector<torch::Tensor>& edges);

}  // namespace emamba
