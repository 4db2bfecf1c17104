// SPDX-License-Identifier: Apache-2.0
// The gate of a block (kernels.h).
#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

template <class T>
EMAMBA_INLINE void forward_body(const GateSizes& sizes, const T* s, const T* g, T* y) {
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict s_t = s + t * sizes.ED;
    const T* __restrict g_t = g + t * sizes.stride;
    T* __restrict y_t = y + t * sizes.ED;
#pragma omp simd
    for (int d = 0; d < sizes.ED; ++d) y_t[d] = s_t[d] * g_t[d] / (T{1} + simd::exp(-g_t[d]));
  }
}

// With p = 1 / (1 + e^-g): silu(g) = g p and silu'(g) = p (1 + g (1 - p)).
template <class T>
EMAMBA_INLINE void backward_body(const GateSizes& sizes, const T* s, const T* g, const T* gy, T* gs,
                                 T* gg, T* y) {
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict s_t = s + t * sizes.ED;
    const T* __restrict g_t = g + t * sizes.stride;
    const T* __restrict gy_t = gy + t * sizes.ED;
    T* __restrict gs_t = gs + t * sizes.ED;
    T* __restrict gg_t = gg + t * sizes.stride;
    T* __restrict y_t = y + t * sizes.ED;
#pragma omp simd
    for (int d = 0; d < sizes.ED; ++d) {
      const T p = T{1} / (T{1} + simd::exp(-g_t[d])), silu = g_t[d] * p;
      y_t[d] = s_t[d] * silu;
      gs_t[d] = gy_t[d] * silu;
      gg_t[d] = gy_t[d] * s_t[d] * p * (T{1} + g_t[d] * (T{1} - p));
    }
  }
}

EMAMBA_KERNEL(gate_forward_float,
              (const GateSizes& sizes, const float* s, const float* g, float* y),
              forward_body(sizes, s, g, y));
EMAMBA_KERNEL(gate_backward_float,
              (const GateSizes& sizes, const float* s, const float* g, const float* gy, float* gs,
               float* gg, float* y),
              backward_body(sizes, s, g, gy, gs, gg, y));

}  // namespace

template <>
void gate_forward(const GateSizes& sizes, const float* s, const float* g, float* y) {
  gate_forward_float(sizes, s, g, y);
}

template <>
void gate_backward(const GateSizes& sizes, const float* s, const float* g, const float* gy,
                   float* gs, float* gg, float* y) {
  gate_backward_float(sizes, s, g, gy, gs, gg, y);
}

template <>
void gate_forward(const GateSizes& sizes, const double* s, const double* g, double* y) {
  forward_body(sizes, s, g, y);
}

template <>
void gate_backward(const GateSizes& sizes, const double* s, const double* g, const double* gy,
                   double* gs, double* gg, double* y) {
  backward_body(sizes, s, g, gy, gs, gg, y);
}

}  // namespace emamba
