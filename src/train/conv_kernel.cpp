// SPDX-License-Identifier: Apache-2.0
// The causal depthwise convolution, with or without SiLU, over one sequence (kernels.h).
#include <algorithm>

#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

// pre = b + sum_k w[k] u_{t-K+1+k}, over all channels of token t.
template <class T>
EMAMBA_INLINE void convolve(const ConvSizes& sizes, int t, const T* u, const T* w,
                            const T* __restrict b, T* __restrict pre) {
  const int ED = sizes.ED;
  std::copy(b, b + ED, pre);
  for (int k = std::max(0, sizes.K - 1 - t); k < sizes.K; ++k) {
    const T* __restrict u_k = u + (t - sizes.K + 1 + k) * ED;
    const T* __restrict w_k = w + k * ED;
#pragma omp simd
    for (int d = 0; d < ED; ++d) pre[d] += w_k[d] * u_k[d];
  }
}

template <class T>
EMAMBA_INLINE void forward_body(const ConvSizes& sizes, const T* u, const T* w, const T* b, T* y) {
  const int ED = sizes.ED;
  for (int t = 0; t < sizes.L; ++t) {
    T* __restrict y_t = y + t * ED;
    convolve(sizes, t, u, w, b, y_t);
    if (!sizes.silu) continue;
#pragma omp simd
    for (int d = 0; d < ED; ++d) y_t[d] = y_t[d] / (T{1} + simd::exp(-y_t[d]));
  }
}

// gpre = gy silu'(pre), which every tap then shares: gw[k] += gpre u, gu += w[k] gpre.
template <class T>
EMAMBA_INLINE void backward_body(const ConvSizes& sizes, const T* u, const T* w, const T* b,
                                 const T* gy, T* gu, T* __restrict gw, T* __restrict gb,
                                 T* __restrict gpre) {
  const int ED = sizes.ED, K = sizes.K;
  std::fill(gu, gu + sizes.L * ED, T{0});
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict gy_t = gy + t * ED;
    if (sizes.silu) {
      convolve(sizes, t, u, w, b, gpre);
#pragma omp simd
      for (int d = 0; d < ED; ++d) {
        const T s = T{1} / (T{1} + simd::exp(-gpre[d]));
        gpre[d] = gy_t[d] * s * (T{1} + gpre[d] * (T{1} - s));
      }
    } else {
      std::copy(gy_t, gy_t + ED, gpre);
    }
#pragma omp simd
    for (int d = 0; d < ED; ++d) gb[d] += gpre[d];
    for (int k = std::max(0, K - 1 - t); k < K; ++k) {
      const T* __restrict u_k = u + (t - K + 1 + k) * ED;
      const T* __restrict w_k = w + k * ED;
      T* __restrict gu_k = gu + (t - K + 1 + k) * ED;
      T* __restrict gw_k = gw + k * ED;
#pragma omp simd
      for (int d = 0; d < ED; ++d) {
        gw_k[d] += gpre[d] * u_k[d];
        gu_k[d] += gpre[d] * w_k[d];
      }
    }
  }
}

EMAMBA_KERNEL(forward_float,
              (const ConvSizes& sizes, const float* u, const float* w, const float* b, float* y),
              forward_body(sizes, u, w, b, y));

EMAMBA_KERNEL(backward_float,
              (const ConvSizes& sizes, const float* u, const float* w, const float* b,
               const float* gy, float* gu, float* gw, float* gb, float* scratch),
              backward_body(sizes, u, w, b, gy, gu, gw, gb, scratch));

}  // namespace

template <>
void conv_forward(const ConvSizes& sizes, const float* u, const float* w, const float* b,
                  float* y) {
  forward_float(sizes, u, w, b, y);
}

template <>
void conv_backward(const ConvSizes& sizes, const float* u, const float* w, const float* b,
                   const float* gy, float* gu, float* gw, float* gb, float* scratch) {
  backward_float(sizes, u, w, b, gy, gu, gw, gb, scratch);
}

template <>
void conv_forward(const ConvSizes& sizes, const double* u, const double* w, const double* b,
                  double* y) {
  forward_body(sizes, u, w, b, y);
}

template <>
void conv_backward(const ConvSizes& sizes, const double* u, const double* w, const double* b,
                   const double* gy, double* gu, double* gw, double* gb, double* scratch) {
  backward_body(sizes, u, w, b, gy, gu, gw, gb, scratch);
}

}  // namespace emamba
