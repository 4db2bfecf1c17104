// SPDX-License-Identifier: Apache-2.0
// Softmax and its weighted mean in integers: docs/arithmetic.md section 15.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "fx/reciprocal.h"

namespace emamba::fx {

// Weights are 255 times what softmax divides by its sum, rounded: the largest score's is 255.
inline constexpr int kMostWeight = 255;

// The weight of every score by how far it is below the largest of its query, 0 .. 255:
// 255 exp(-distance * 2^score_exp / sqrt(head_width)), rounded half up.
inline std::vector<std::int32_t> attention_weights(int score_exp, int head_width) {
  std::vector<std::int32_t> weights;
  for (int distance = 0; distance <= kMostWeight; ++distance) {
    const double z = -std::ldexp(distance, score_exp) / std::sqrt(head_width);
    weights.push_back(static_cast<std::int32_t>(std::floor(kMostWeight * std::exp(z) + 0.5)));
  }
  return weights;
}

// Fraction bits of the reciprocal of a sum of weights of so many keys, and its bits, unsigned: at
// least 2^10, for a sum of 255 a key.
constexpr int weight_sum_fraction(int keys) {
  return 18 + ceil_log2(keys);
}
constexpr int weight_reciprocal_bits(int keys) {
  return 11 + ceil_log2(keys);
}

}  // namespace emamba::fx
