// SPDX-License-Identifier: Apache-2.0
// The small layers as one differentiable operation each, and their plain twins: torch spends more
// on launching their many tensor operations than on the arithmetic.
#pragma once

#include <torch/types.h>

namespace emamba {

// Causal depthwise convolution: u (B, L, ED), weight (ED, K) whose last column meets the newest
// token, bias (ED). Returns (B, L, ED).
torch::Tensor causal_conv(const torch::Tensor& u, const torch::Tensor& weight,
                          const torch::Tensor& bias);
torch::Tensor causal_conv_plain(const torch::Tensor& u, const torch::Tensor& weight,
                                const torch::Tensor& bias);

// gamma (x - mean) / max(max(x) - min(x), 1e-5) + beta over the last dimension:
// x (rows, D), gamma (D), beta (D). Returns (rows, D).
torch::Tensor range_norm(const torch::Tensor& x, const torch::Tensor& gamma,
                         const torch::Tensor& beta);
torch::Tensor range_norm_plain(const torch::Tensor& x, const torch::Tensor& gamma,
                               const torch::Tensor& beta);

}  // namespace emamba
