// SPDX-License-Identifier: Apache-2.0
// The mean over the tokens of a sequence in integers: docs/arithmetic.md section 11.
#pragma once

#include <cstdint>

#include "fx/number.h"

namespace emamba::fx {

// Fraction bits of 1 / tokens; mean_reciprocal lies in [2^14, 2^15).
constexpr int mean_fraction(std::int64_t tokens) {
  return 14 + ceil_log2(tokens);
}

// 1 / tokens with mean_fraction(tokens) fraction bits, rounded half up. tokens >= 1.
constexpr std::int64_t mean_reciprocal(std::int64_t tokens) {
  return ((std::int64_t{2} << mean_fraction(tokens)) + tokens) / (2 * tokens);
}

}  // namespace emamba::fx
