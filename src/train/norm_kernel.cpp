// SPDX-License-Identifier: Apache-2.0
// Range norm over the channels of each token (kernels.h).
#include <algorithm>

#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

constexpr double kEps = 1e-5;

template <class T>
struct Row {
  T mean, low, high;
};

template <class T>
EMAMBA_INLINE Row<T> measure(int D, const T* __restrict x) {
  T sum = 0, low = x[0], high = x[0];
#pragma omp simd reduction(+ : sum) reduction(min : low) reduction(max : high)
  for (int d = 0; d < D; ++d) {
    sum += x[d];
    low = x[d] < low ? x[d] : low;
    high = x[d] > high ? x[d] : high;
  }
  return {sum / static_cast<T>(D), low, high};
}

template <class T>
EMAMBA_INLINE void forward_body(int rows, int D, const T* x, const T* __restrict gamma,
                                const T* __restrict beta, T* y) {
  for (int row = 0; row < rows; ++row, x += D, y += D) {
    const Row<T> r = measure(D, x);
    const T mean = r.mean, scale = T{1} / std::max(r.high - r.low, static_cast<T>(kEps));
#pragma omp simd
    for (int d = 0; d < D; ++d) y[d] = gamma[d] * ((x[d] - mean) * scale) + beta[d];
  }
}

// With z = (x - mean) / r and gz = gamma gy:
//   gx = (gz - mean(gz)) / r, and r receives gr = -sum(gz z) / r, which is added at the maximum
//   and subtracted at the minimum unless r is held at eps.
template <class T>
EMAMBA_INLINE void backward_body(int rows, int D, const T* x, const T* __restrict gamma,
                                 const T* gy, T* gx, T* __restrict ggamma, T* __restrict gbeta) {
  for (int row = 0; row < rows; ++row, x += D, gy += D, gx += D) {
    const Row<T> r = measure(D, x);
    const T mean = r.mean, range = r.high - r.low;
    const T scale = T{1} / std::max(range, static_cast<T>(kEps));
    T sum_gz = 0, sum_gz_z = 0;
#pragma omp simd reduction(+ : sum_gz, sum_gz_z)
    for (int d = 0; d < D; ++d) {
      const T z = (x[d] - mean) * scale, gz = gamma[d] * gy[d];
      ggamma[d] += gy[d] * z;
      gbeta[d] += gy[d];
      sum_gz += gz;
      sum_gz_z += gz * z;
    }
    const T mean_gz = sum_gz / static_cast<T>(D);
#pragma omp simd
    for (int d = 0; d < D; ++d) gx[d] = (gamma[d] * gy[d] - mean_gz) * scale;
    if (range > static_cast<T>(kEps)) {
      const T gr = -sum_gz_z * scale;
      gx[std::find(x, x + D, r.high) - x] += gr;
      gx[std::find(x, x + D, r.low) - x] -= gr;
    }
  }
}

EMAMBA_KERNEL(norm_forward_float,
              (int rows, int D, const float* x, const float* gamma, const float* beta, float* y),
              forward_body(rows, D, x, gamma, beta, y));

EMAMBA_KERNEL(norm_backward_float,
              (int rows, int D, const float* x, const float* gamma, const float* gy, float* gx,
               float* ggamma, float* gbeta),
              backward_body(rows, D, x, gamma, gy, gx, ggamma, gbeta));

}  // namespace

template <>
void range_norm_forward(int rows, int D, const float* x, const float* gamma, const float* beta,
                        float* y) {
  norm_forward_float(rows, D, x, gamma, beta, y);
}

template <>
void range_norm_backward(int rows, int D, const float* x, const float* gamma, const float* gy,
                         float* gx, float* ggamma, float* gbeta) {
  norm_backward_float(rows, D, x, gamma, gy, gx, ggamma, gbeta);
}

template <>
void range_norm_forward(int rows, int D, const double* x, const double* gamma, const double* beta,
                        double* y) {
  forward_body(rows, D, x, gamma, beta, y);
}

template <>
void range_norm_backward(int rows, int D, const double* x, const double* gamma, const double* gy,
                         double* gx, double* ggamma, double* gbeta) {
  backward_body(rows, D, x, gamma, gy, gx, ggamma, gbeta);
}

}  // namespace emamba
