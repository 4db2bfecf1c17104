// SPDX-License-Identifier: Apache-2.0
// The non-linear functions that operations approximate.
#pragma once

namespace emamba {

// SiLU(x) = x / (1 + exp(-x)); exp.
enum class Function { kSilu, kExp };

double evaluate(Function function, double x);

}  // namespace emamba
