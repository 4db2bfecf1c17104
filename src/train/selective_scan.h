// SPDX-License-Identifier: Apache-2.0
// The selective scan as one differentiable operation, and its plain twin.
//
//   h_t[d,n] = exp(delta_t[d] A[d,n]) h_{t-1}[d,n] + delta_t[d] B_t[n] x_t[d],   h_{-1} = 0
//   y_t[d]   = sum_n C_t[n] h_t[d,n] + D[d] x_t[d]
//
// delta, x (B, L, ED); A (ED, N); B, C (B, L, N); D (ED); all float or all double.
// Returns y (B, L, ED).
#pragma once

#include <torch/types.h>

namespace emamba {

// Forward keeps every state; backward gives all six gradients. On one thread.
torch::Tensor selective_scan(const torch::Tensor& delta, const torch::Tensor& A,
                             const torch::Tensor& B, const torch::Tensor& C, const torch::Tensor& x,
                             const torch::Tensor& D);

// The same in ordinary tensor operations, one token after the other.
torch::Tensor selective_scan_plain(const torch::Tensor& delta, const torch::Tensor& A,
                                   const torch::Tensor& B, const torch::Tensor& C,
                                   const torch::Tensor& x, const torch::Tensor& D);

}  // namespace emamba
