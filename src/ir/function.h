// SPDX-License-Identifier: Apache-2.0
// The non-linear functions that operations approximate.
#pragma once

namespace emamba {

// SiLU(x) = x / (1 + exp(-x)); exp; ReLU(x) = max(x, 0), where a Linear's own cannot do it;
// GELU(x) = x / 2 * (1 + erf(x / sqrt(2))).
enum class Function { kSilu, kExp, kRelu, kGelu };

double evaluate(Function function, double x);

}  // namespace emamba
