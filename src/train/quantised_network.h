// SPDX-License-Identifier: Apache-2.0
// The integer program as a differentiable network, for quantisation-aware fine-tuning: the values
// are the golden engine's, to the bit, and the gradients those of straight-through estimation.
#pragma once

#include <torch/types.h>

#include <vector>

#include "exec/fast.h"
#include "train/parameters.h"

namespace emamba {

// What `engine` computes for a batch of normalised tokens (B, L, token_width), on every edge, as
// real numbers (integer times 2^exp, exact in float): (B*L, width), or (B, width) behind the
// pooling. `threads` sequences run at a time.
std::vector<torch::Tensor> integer_edges(const Fast& engine, const torch::Tensor& tokens,
                                         int threads);

// Every edge again, as a function of `parameters`, which the program was filled with
// (fill_weights): the values are those of `edges`, the gradients those of every operation in
// floating point at these values. They pass through rounding, of edges and of parameters, where the
// number lies inside the type's range, and end where it saturates. SiLU has the slope of the line
// that its input falls on, or, where the program has a table, its own; the scan is the exact one,
// with its exponential.
std::vector<torch::Tensor> differentiable_edges(const Program& program,
                                                const Parameters& parameters,
                                                const std::vector<torch::Tensor>& edges);

}  // namespace emamba
