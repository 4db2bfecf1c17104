// SPDX-License-Identifier: Apache-2.0
// What the vectorised training kernels share: how they are compiled for several processors, and an
// exponential that the compiler can vectorise.
//
// A kernel is written once, as an EMAMBA_INLINE template. Its float form is compiled twice, for any
// processor and, in a function marked EMAMBA_AVX2, for AVX2 with FMA; has_avx2() chooses between
// the two at run time, so that one binary runs everywhere.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#define EMAMBA_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__)
#define EMAMBA_AVX2 __attribute__((target("avx2,fma")))
namespace emamba::simd {
inline bool has_avx2() {
  static const bool yes = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return yes;
}
}  // namespace emamba::simd
#else
#define EMAMBA_AVX2
namespace emamba::simd {
inline bool has_avx2() {
  return false;
}
}  // namespace emamba::simd
#endif

namespace emamba::simd {

// e^x, relative error below 2e-7 (float); underflows to 0 and overflows to infinity where e^x does,
// NaN stays NaN. x = n ln 2 + r with |r| <= ln 2 / 2; e^r by a polynomial; then times 2^n in two
// factors, because 2^n alone may lie outside the float range when e^x does not.
EMAMBA_INLINE float exp(float x) {
  constexpr float kRound = 0x1.8p23f;  // adding it rounds to an integer, which the low bits hold
  x = x < -104.0f ? -104.0f : x;       // e^-104 is below half the smallest float
  x = x > 89.0f ? 89.0f : x;           // e^89 is above the largest
  const float shifted = x * 0x1.715476p+0f + kRound;
  const float n = shifted - kRound;
  const auto i = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound);
  // ln 2 in two parts; the first has 12 bits, so that n times it is exact.
  float r = x - n * 0x1.62ep-1f;
  r = r - n * 0x1.0bfbe8p-15f;
  float p = 0x1.6d117cp-10f;
  p = p * r + 0x1.120be2p-7f;
  p = p * r + 0x1.555518p-5f;
  p = p * r + 0x1.5554dcp-3f;
  p = p * r + 0x1p-1f;
  p = p * (r * r) + r + 1.0f;
  const std::int32_t half = i >> 1;
  const auto low = std::bit_cast<float>(static_cast<std::uint32_t>(half + 127) << 23);
  const auto high = std::bit_cast<float>(static_cast<std::uint32_t>(i - half + 127) << 23);
  return p * low * high;
}

EMAMBA_INLINE double exp(double x) {
  return std::exp(x);
}

}  // namespace emamba::simd
