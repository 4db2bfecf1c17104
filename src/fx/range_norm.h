// SPDX-License-Identifier: Apache-2.0
// Range normalisation in integers: docs/arithmetic.md section 6; the paper's section 4.1, Eq. 2.
#pragma once

#include <cstdint>

#include "fx/number.h"

namespace emamba::fx {

// Bits of the ratio (x - mean) / range, signed, and of its fraction.
inline constexpr int kRatioBits = 16;
inline constexpr int kRatioFraction = 14;

// Bits of the reciprocal, unsigned.
inline constexpr int kReciprocalBits = 21;

// Fraction bits of the reciprocal for a token of `width` channels: reciprocals then fit
// kReciprocalBits, and have at least 12 significant bits.
constexpr int reciprocal_fraction(int width) {
  return 20 + ceil_log2(width);
}

// 1 / (width * range), with reciprocal_fraction(width) fraction bits, rounded half up; 0 for
// range = 0. 0 <= range <= 255, 1 <= width <= 1024.
constexpr std::int64_t norm_reciprocal(int width, std::int64_t range) {
  if (range == 0) return 0;
  const std::int64_t divisor = width * range;
  return ((std::int64_t{2} << reciprocal_fraction(width)) + divisor) / (2 * divisor);
}

// (x - mean) / range, or what else the reciprocal is of, with `fraction` fraction bits. `sum` is
// the sum of the token's channels; width * x - sum is width * (x - mean), exactly.
constexpr std::int64_t norm_ratio(int width, std::int64_t x, std::int64_t sum,
                                  std::int64_t reciprocal, int fraction = kRatioFraction) {
  return round_shift((width * x - sum) * reciprocal, reciprocal_fraction(width) - fraction);
}

}  // namespace emamba::fx
