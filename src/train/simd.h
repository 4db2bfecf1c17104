// SPDX-License-Identifier: Apache-2.0
// What the vectorised training kernels share: how they are compiled for several processors, and an
// exponential that the compiler can vectorise.
//
// A kernel is written once, as an EMAMBA_INLINE template. EMAMBA_KERNEL compiles its float form for
// any processor, for AVX2 with FMA and for AVX-512, and chooses once, when the program starts, so
// that one binary runs everywhere. AVX-512 is used at 256 bits: widths such as 40 leave half-empty
// vectors at 512, a quarter slower.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#define EMAMBA_INLINE inline __attribute__((always_inline))
#define EMAMBA_INLINE_LAMBDA __attribute__((always_inline))

// EMAMBA_KERNEL(name, (parameters), call) makes `name` a pointer to a function with these
// parameters that does `call`.
#if defined(__x86_64__)
#define EMAMBA_KERNEL(name, parameters, call)                             \
  void name##_any parameters {                                            \
    call;                                                                 \
  }                                                                       \
  __attribute__((target("avx2,fma"))) void name##_avx2 parameters {       \
    call;                                                                 \
  }                                                                       \
  __attribute__((                                                         \
      target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,"               \
             "prefer-vector-width=256"))) void name##_avx512 parameters { \
    call;                                                                 \
  }                                                                       \
  void(*const name) parameters = simd::choose(name##_any, name##_avx2, name##_avx512)
namespace emamba::simd {
template <class F>
F* choose(F* any, F* avx2, F* avx512) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return avx512;
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2 : any;
}
}  // namespace emamba::simd
#else
#define EMAMBA_KERNEL(name, parameters, call) \
  void name##_any parameters {                \
    call;                                     \
  }                                           \
  void(*const name) parameters = name##_any
#endif

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
