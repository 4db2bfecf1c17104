// SPDX-License-Identifier: Apache-2.0
// Rounding that gradients pass through: straight-through estimation.
#pragma once

#include <torch/types.h>

namespace emamba {

// The values of `rounded`, integers of so many bits times `step`; the gradient goes to `exact`,
// where exact / step rounds to such an integer, and ends where it would saturate. exact and rounded
// (rows, ...) of one shape, float and contiguous; step has one number for all, or one a row.
torch::Tensor straight_through(const torch::Tensor& exact, const torch::Tensor& rounded,
                               const torch::Tensor& step, int bits);

}  // namespace emamba
