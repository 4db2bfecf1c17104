// SPDX-License-Identifier: Apache-2.0
// The causal depthwise convolution, with or without SiLU, over one sequence (kernels.h).
#include <algorithm>
#include <utility>

#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

// Rows of channels, `step` numbers apart.
template <class T>
struct Rows {
  const T* first;
  int step;
};

// out[d] += sum_j a_j[d] b_j[d] for the J rows a_0 .. and b_0 ..
template <int J, class T>
EMAMBA_INLINE void add_products(int ED, Rows<T> a, Rows<T> b, T* __restrict out) {
  const auto sum = [&]<int... j>(std::integer_sequence<int, j...>, int d) EMAMBA_INLINE_LAMBDA {
    return ((a.first[j * a.step + d] * b.first[j * b.step + d]) + ...);
  };
#pragma omp simd
  for (int d = 0; d < ED; ++d) out[d] += sum(std::make_integer_sequence<int, J>{}, d);
}

// The same for any number of rows; four at a time, because each pass reads and writes out.
template <class T>
EMAMBA_INLINE void add_products(int ED, int rows, Rows<T> a, Rows<T> b, T* out) {
  int j = 0;
  const auto from = [&](Rows<T> all) EMAMBA_INLINE_LAMBDA {
    return Rows<T>{all.first + j * all.step, all.step};
  };
  for (; j + 4 <= rows; j += 4) add_products<4>(ED, from(a), from(b), out);
  for (; j < rows; ++j) add_products<1>(ED, from(a), from(b), out);
}

// pre = b + sum_k w[k] u_{t-K+1+k}, over all channels of token t.
template <class T>
EMAMBA_INLINE void convolve(const ConvSizes& sizes, int t, const T* u, const T* w, const T* b,
                            T* pre) {
  const int ED = sizes.ED, K = sizes.K, first = std::max(0, K - 1 - t);
  std::copy(b, b + ED, pre);
  add_products<T>(ED, K - first, {w + first * ED, ED},
                  {u + (t - K + 1 + first) * sizes.stride, sizes.stride}, pre);
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

// gpre_t = gy_t silu'(pre_t); gb = sum_t gpre_t; gu_t = sum_k w[k] gpre_{t+K-1-k};
// gw[k] = sum_t gpre_t u_{t-K+1+k}.
template <class T>
EMAMBA_INLINE void backward_body(const ConvSizes& sizes, const T* u, const T* w, const T* b,
                                 const T* gy, T* gu, T* gw, T* __restrict gb, T* gpre) {
  const int L = sizes.L, ED = sizes.ED, K = sizes.K, stride = sizes.stride;
  for (int t = 0; t < L; ++t) {
    const T* __restrict gy_t = gy + t * ED;
    T* __restrict gpre_t = gpre + t * ED;
    if (sizes.silu) {
      convolve(sizes, t, u, w, b, gpre_t);
#pragma omp simd
      for (int d = 0; d < ED; ++d) {
        const T s = T{1} / (T{1} + simd::exp(-gpre_t[d]));
        gpre_t[d] = gy_t[d] * s * (T{1} + gpre_t[d] * (T{1} - s));
      }
    } else {
      std::copy(gy_t, gy_t + ED, gpre_t);
    }
#pragma omp simd
    for (int d = 0; d < ED; ++d) gb[d] += gpre_t[d];
  }
  for (int t = 0; t < L; ++t) {
    const int first = std::max(0, K - L + t);  // later taps only: t+K-1-k < L
    T* gu_t = gu + t * stride;
    std::fill(gu_t, gu_t + ED, T{0});
    add_products<T>(ED, K - first, {w + first * ED, ED}, {gpre + (t + K - 1 - first) * ED, -ED},
                    gu_t);
  }
  for (int k = std::max(0, K - L); k < K; ++k) {
    const int first = K - 1 - k;  // the first token with an input at tap k
    add_products<T>(ED, L - first, {gpre + first * ED, ED}, {u, stride}, gw + k * ED);
  }
}

EMAMBA_KERNEL(conv_forward_float,
              (const ConvSizes& sizes, const float* u, const float* w, const float* b, float* y),
              forward_body(sizes, u, w, b, y));

EMAMBA_KERNEL(conv_backward_float,
              (const ConvSizes& sizes, const float* u, const float* w, const float* b,
               const float* gy, float* gu, float* gw, float* gb, float* gpre),
              backward_body(sizes, u, w, b, gy, gu, gw, gb, gpre));

}  // namespace

template <>
void conv_forward(const ConvSizes& sizes, const float* u, const float* w, const float* b,
                  float* y) {
  conv_forward_float(sizes, u, w, b, y);
}

template <>
void conv_backward(const ConvSizes& sizes, const float* u, const float* w, const float* b,
                   const float* gy, float* gu, float* gw, float* gb, float* gpre) {
  conv_backward_float(sizes, u, w, b, gy, gu, gw, gb, gpre);
}

template <>
void conv_forward(const ConvSizes& sizes, const double* u, const double* w, const double* b,
                  double* y) {
  forward_body(sizes, u, w, b, y);
}

template <>
void conv_backward(const ConvSizes& sizes, const double* u, const double* w, const double* b,
                   const double* gy, double* gu, double* gw, double* gb, double* gpre) {
  backward_body(sizes, u, w, b, gy, gu, gw, gb, gpre);
}

}  // namespace emamba
