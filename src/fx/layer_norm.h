// SPDX-License-Identifier: Apache-2.0
// Layer normalisation in integers: docs/arithmetic.md section 15. Everything but the reciprocal
// and the fraction of the ratio is as in range normalisation (fx/range_norm.h).
#pragma once

#include <algorithm>
#include <cstdint>

#include "fx/range_norm.h"
#include "fx/reciprocal.h"

namespace emamba::fx {

// Fraction bits of the ratio (x - mean) / deviation, which reaches the root of the token's width:
// so many that it is at most a little above 2^14.
constexpr int layer_ratio_fraction(int width) {
  return kRatioFraction - (ceil_log2(width) + 1) / 2;
}

// width^2 times the variance of a token, exactly, from the sums of its channels and their squares.
constexpr std::int64_t scaled_variance(int width, std::int64_t sum, std::int64_t squares) {
  return width * squares - sum * sum;
}

// 1 / (width * deviation), with reciprocal_fraction(width) fraction bits, at most what
// kReciprocalBits hold, which a deviation below 1 exceeds; 0 for a deviation of 0.
constexpr std::int64_t layer_reciprocal(int width, std::int64_t variance) {
  if (variance == 0) return 0;
  return std::min(reciprocal_root(variance, reciprocal_fraction(width)),
                  (std::int64_t{1} << kReciprocalBits) - 1);
}

}  // namespace emamba::fx
