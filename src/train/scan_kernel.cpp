// SPDX-License-Identifier: Apache-2.0
// The selective scan over one sequence, forward and backward (kernels.h).
#include <algorithm>

#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

template <class T>
EMAMBA_INLINE void forward_body(const ScanSizes& sizes, const ScanInputs<T>& in, T* __restrict y,
                                T* states) {
  const int ED = sizes.ED, N = sizes.N;
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict delta = in.delta + t * ED;
    const T* __restrict x = in.x + t * ED;
    T* __restrict y_t = y + t * ED;
#pragma omp simd
    for (int d = 0; d < ED; ++d) y_t[d] = in.D[d] * x[d];
    for (int n = 0; n < N; ++n) {
      const T B = in.B[t * in.stride + n], C = in.C[t * in.stride + n];
      const T* __restrict A = in.A + n * ED;
      T* h = states + (t * N + n) * ED;
      if (t == 0) {
#pragma omp simd
        for (int d = 0; d < ED; ++d) {
          h[d] = delta[d] * B * x[d];
          y_t[d] += C * h[d];
        }
        continue;
      }
      const T* previous = h - N * ED;
#pragma omp simd
      for (int d = 0; d < ED; ++d) {
        h[d] = simd::exp(delta[d] * A[d]) * previous[d] + delta[d] * B * x[d];
        y_t[d] += C * h[d];
      }
    }
  }
}

// With gh_t the gradient of h_t, from y_t and from h_{t+1} (carry), and a_t = exp(delta_t A):
//   gh_t = C_t gy_t + carry,  carry = a_t gh_t
//   the exponent e_t = delta_t A receives ge = gh_t a_t h_{t-1}
template <class T>
EMAMBA_INLINE void backward_body(const ScanSizes& sizes, const ScanInputs<T>& in, const T* states,
                                 const T* gy, const ScanGradients<T>& out, T* carries) {
  const int ED = sizes.ED, N = sizes.N;
  std::fill(carries, carries + N * ED, T{0});
  for (int t = sizes.L - 1; t >= 0; --t) {
    const T* __restrict delta = in.delta + t * ED;
    const T* __restrict x = in.x + t * ED;
    const T* __restrict gy_t = gy + t * ED;
    T* __restrict gdelta = out.delta + t * ED;
    T* __restrict gx = out.x + t * ED;
#pragma omp simd
    for (int d = 0; d < ED; ++d) {
      gdelta[d] = 0;
      gx[d] = in.D[d] * gy_t[d];
      out.D[d] += gy_t[d] * x[d];
    }
    for (int n = 0; n < N; ++n) {
      const T B = in.B[t * in.stride + n], C = in.C[t * in.stride + n];
      const T* __restrict A = in.A + n * ED;
      const T* __restrict h = states + (t * N + n) * ED;
      T* __restrict gA = out.A + n * ED;
      T* __restrict carry = carries + n * ED;
      T gB = 0, gC = 0;
      if (t == 0) {
#pragma omp simd reduction(+ : gB, gC)
        for (int d = 0; d < ED; ++d) {
          const T gh = carry[d] + C * gy_t[d];
          gC += gy_t[d] * h[d];
          gB += gh * delta[d] * x[d];
          gdelta[d] += gh * B * x[d];
          gx[d] += gh * B * delta[d];
        }
      } else {
        const T* __restrict previous = h - N * ED;
#pragma omp simd reduction(+ : gB, gC)
        for (int d = 0; d < ED; ++d) {
          const T gh = carry[d] + C * gy_t[d];
          const T back = gh * simd::exp(delta[d] * A[d]);
          const T ge = back * previous[d];
          gC += gy_t[d] * h[d];
          gB += gh * delta[d] * x[d];
          gdelta[d] += gh * B * x[d] + ge * A[d];
          gx[d] += gh * B * delta[d];
          gA[d] += ge * delta[d];
          carry[d] = back;
        }
      }
      out.B[t * in.stride + n] = gB;
      out.C[t * in.stride + n] = gC;
    }
  }
}

EMAMBA_KERNEL(forward_float,
              (const ScanSizes& sizes, const ScanInputs<float>& in, float* y, float* states),
              forward_body(sizes, in, y, states));

EMAMBA_KERNEL(backward_float,
              (const ScanSizes& sizes, const ScanInputs<float>& in, const float* states,
               const float* gy, const ScanGradients<float>& out, float* carry),
              backward_body(sizes, in, states, gy, out, carry));

}  // namespace

template <>
void scan_forward(const ScanSizes& sizes, const ScanInputs<float>& in, float* y, float* states) {
  forward_float(sizes, in, y, states);
}

template <>
void scan_backward(const ScanSizes& sizes, const ScanInputs<float>& in, const float* states,
                   const float* gy, const ScanGradients<float>& out, float* carry) {
  backward_float(sizes, in, states, gy, out, carry);
}

template <>
void scan_forward(const ScanSizes& sizes, const ScanInputs<double>& in, double* y, double* states) {
  forward_body(sizes, in, y, states);
}

template <>
void scan_backward(const ScanSizes& sizes, const ScanInputs<double>& in, const double* states,
                   const double* gy, const ScanGradients<double>& out, double* carry) {
  backward_body(sizes, in, states, gy, out, carry);
}

}  // namespace emamba
