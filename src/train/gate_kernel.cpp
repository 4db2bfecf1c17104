// SPDX-License-Identifier: Apache-2.0
// The gate of a block (kernels.h).
#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

template <class T>
EMAMBA_INLINE void forward_body(int count, const T* __restrict s, const T* __restrict g,
                                T* __restrict y) {
#pragma omp simd
  for (int i = 0; i < count; ++i) y[i] = s[i] * g[i] / (T{1} + simd::exp(-g[i]));
}

// With p = 1 / (1 + e^-g): silu(g) = g p and silu'(g) = p (1 + g (1 - p)).
template <class T>
EMAMBA_INLINE void backward_body(int count, const T* __restrict s, const T* __restrict g,
                                 const T* __restrict gy, T* __restrict gs, T* __restrict gg,
                                 T* __restrict y) {
#pragma omp simd
  for (int i = 0; i < count; ++i) {
    const T p = T{1} / (T{1} + simd::exp(-g[i])), silu = g[i] * p;
    y[i] = s[i] * silu;
    gs[i] = gy[i] * silu;
    gg[i] = gy[i] * s[i] * p * (T{1} + g[i] * (T{1} - p));
  }
}

EMAMBA_KERNEL(forward_float, (int count, const float* s, const float* g, float* y),
              forward_body(count, s, g, y));
EMAMBA_KERNEL(backward_float,
              (int count, const float* s, const float* g, const float* gy, float* gs, float* gg,
               float* y),
              backward_body(count, s, g, gy, gs, gg, y));

}  // namespace

template <>
void gate_forward(int count, const float* s, const float* g, float* y) {
  forward_float(count, s, g, y);
}

template <>
void gate_backward(int count, const float* s, const float* g, const float* gy, float* gs, float* gg,
                   float* y) {
  backward_float(count, s, g, gy, gs, gg, y);
}

template <>
void gate_forward(int count, const double* s, const double* g, double* y) {
  forward_body(count, s, g, y);
}

template <>
void gate_backward(int count, const double* s, const double* g, const double* gy, double* gs,
                   double* gg, double* y) {
  backward_body(count, s, g, gy, gs, gg, y);
}

}  // namespace emamba
