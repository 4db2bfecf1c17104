// SPDX-License-Identifier: Apache-2.0
// What the training kernels have beyond base/dispatch.h: an exponential that the compiler can
// vectorise. They are templates, dispatched in float alone.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "base/dispatch.h"

namespace emamba::simd {

// e^x, relative error below 2e-7 (float) for x in [-87.33, 88.72], where it is a normal number; the
// value at the nearer end outside, so that it neither reaches 0 nor infinity. NaN stays NaN.
// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by a polynomial; n is added to its exponent.
EMAMBA_INLINE float exp(float x) {
  constexpr float kRound = 0x1.8p23f;  // adding it rounds to an integer, which the low bits hold
  x = x < -87.33f ? -87.33f : x;
  x = x > 88.72f ? 88.72f : x;
  const float shifted = x * 0x1.715476p+0f + kRound;
  const float n = shifted - kRound;
  // ln 2 in two parts; the first has 12 bits, so that n times it is exact.
  float r = x - n * 0x1.62ep-1f;
  r = r - n * 0x1.0bfbe8p-15f;
  float p = 0x1.6d117cp-10f;
  p = p * r + 0x1.120be2p-7f;
  p = p * r + 0x1.555518p-5f;
  p = p * r + 0x1.5554dcp-3f;
  p = p * r + 0x1p-1f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const auto exponent = std::bit_cast<std::uint32_t>(shifted) << 23;  // only n stays
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + exponent);
}

EMAMBA_INLINE double exp(double x) {
  return std::exp(x);
}

}  // namespace emamba::simd
