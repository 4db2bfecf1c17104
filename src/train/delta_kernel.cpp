// SPDX-License-Identifier: Apache-2.0
// The step width of the scan from its low-rank projection (kernels.h).
#include <algorithm>

#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

template <class T>
EMAMBA_INLINE void forward_body(const DeltaSizes& sizes, const T* r, const T* w, const T* b,
                                T* delta) {
  const int ED = sizes.ED;
  for (int t = 0; t < sizes.L; ++t, r += sizes.stride, delta += ED) {
    std::copy(b, b + ED, delta);
    for (int i = 0; i < sizes.R; ++i) {
      const T r_i = sizes.relu_before ? std::max(r[i], T{0}) : r[i];
      const T* __restrict w_i = w + i * ED;
      T* __restrict out = delta;
#pragma omp simd
      for (int d = 0; d < ED; ++d) out[d] += r_i * w_i[d];
    }
    if (sizes.relu_before) continue;
#pragma omp simd
    for (int d = 0; d < ED; ++d) delta[d] = delta[d] > 0 ? delta[d] : T{0};
  }
}

template <class T>
EMAMBA_INLINE void backward_body(const DeltaSizes& sizes, const T* r, const T* w, const T* delta,
                                 T* gdelta, T* gr, T* gw, T* __restrict gb) {
  const int ED = sizes.ED;
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict delta_t = delta + t * ED;
    T* __restrict g = gdelta + t * ED;
    if (!sizes.relu_before) {
#pragma omp simd
      for (int d = 0; d < ED; ++d) g[d] = delta_t[d] > 0 ? g[d] : T{0};
    }
#pragma omp simd
    for (int d = 0; d < ED; ++d) gb[d] += g[d];
    for (int i = 0; i < sizes.R; ++i) {
      const bool off = sizes.relu_before && r[t * sizes.stride + i] <= 0;
      const T r_i = off ? T{0} : r[t * sizes.stride + i];
      const T* __restrict w_i = w + i * ED;
      T* __restrict gw_i = gw + i * ED;
      T sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int d = 0; d < ED; ++d) {
        sum += g[d] * w_i[d];
        gw_i[d] += g[d] * r_i;
      }
      gr[t * sizes.stride + i] = off ? T{0} : sum;
    }
  }
}

EMAMBA_KERNEL(delta_forward_float,
              (const DeltaSizes& sizes, const float* r, const float* w, const float* b,
               float* delta),
              forward_body(sizes, r, w, b, delta));
EMAMBA_KERNEL(delta_backward_float,
              (const DeltaSizes& sizes, const float* r, const float* w, const float* delta,
               float* gdelta, float* gr, float* gw, float* gb),
              backward_body(sizes, r, w, delta, gdelta, gr, gw, gb));

}  // namespace

template <>
void delta_forward(const DeltaSizes& sizes, const float* r, const float* w, const float* b,
                   float* delta) {
  delta_forward_float(sizes, r, w, b, delta);
}

template <>
void delta_backward(const DeltaSizes& sizes, const float* r, const float* w, const float* delta,
                    float* gdelta, float* gr, float* gw, float* gb) {
  delta_backward_float(sizes, r, w, delta, gdelta, gr, gw, gb);
}

template <>
void delta_forward(const DeltaSizes& sizes, const double* r, const double* w, const double* b,
                   double* delta) {
  forward_body(sizes, r, w, b, delta);
}

template <>
void delta_backward(const DeltaSizes& sizes, const double* r, const double* w, const double* delta,
                    double* gdelta, double* gr, double* gw, double* gb) {
  backward_body(sizes, r, w, delta, gdelta, gr, gw, gb);
}

}  // namespace emamba
