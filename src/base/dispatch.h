// SPDX-License-Identifier: Apache-2.0
// One binary for several processors: how the vectorised kernels are compiled.
//
// A kernel is written once, as an EMAMBA_INLINE function. EMAMBA_KERNEL compiles it for any
// processor, for AVX2 with FMA and for AVX-512, and chooses once, when the program starts. AVX-512
// is used at 256 bits: widths such as 40 leave half-empty vectors at 512, a quarter slower.
#pragma once

#define EMAMBA_INLINE inline __attribute__((always_inline))
#define EMAMBA_INLINE_LAMBDA __attribute__((always_inline))

// EMAMBA_KERNEL(name, (parameters), call) makes `name` a pointer to a function with these
// parameters that does `call`.
// NOLINTBEGIN(bugprone-macro-parentheses): the parameters bring their own.
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
// NOLINTEND(bugprone-macro-parentheses)
