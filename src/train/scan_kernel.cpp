// SPDX-License-Identifier: Apache-2.0
// The selective scan over one sequence, forward and backward (kernels.h).
#include <algorithm>

#include "train/kernels.h"
#include "train/simd.h"

namespace emamba {
namespace {

// Channels are walked for one or two states at a time: what the states share is then read and
// written half as often.

// What a token gives to all states.
template <class T>
struct Token {
  int ED;
  const T* delta;  // (ED)
  const T* x;      // (ED)
  const T* B;      // of the first of the states
  const T* C;
};

// A, h (1 or 2, ED): of the states at hand, h_{t-1} becomes h_t; y (ED) +=.
template <bool two, class T>
EMAMBA_INLINE void forward_states(const Token<T>& in, const T* __restrict A, T* __restrict h,
                                  T* __restrict y) {
  const int ED = in.ED;
  const T B0 = in.B[0], C0 = in.C[0], B1 = two ? in.B[1] : 0, C1 = two ? in.C[1] : 0;
  const T* __restrict delta = in.delta;
  const T* __restrict x = in.x;
#pragma omp simd
  for (int d = 0; d < ED; ++d) {
    const T dx = delta[d] * x[d];
    h[d] = simd::exp(delta[d] * A[d]) * h[d] + dx * B0;
    T sum = C0 * h[d];
    if constexpr (two) {
      h[ED + d] = simd::exp(delta[d] * A[ED + d]) * h[ED + d] + dx * B1;
      sum += C1 * h[ED + d];
    }
    y[d] += sum;
  }
}

template <class T>
EMAMBA_INLINE void forward_body(const ScanSizes& sizes, const ScanInputs<T>& in, T* y, T* h) {
  const int ED = sizes.ED, N = sizes.N;
  std::fill(h, h + N * ED, T{0});
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict x = in.x + t * ED;
    T* __restrict y_t = y + t * ED;
#pragma omp simd
    for (int d = 0; d < ED; ++d) y_t[d] = in.D[d] * x[d];
    for (int n = 0; n < N; n += 2) {
      const int at = t * in.stride + n;
      const Token<T> token{ED, in.delta + t * ED, x, in.B + at, in.C + at};
      if (n + 1 < N) {
        forward_states<true>(token, in.A + n * ED, h + n * ED, y_t);
      } else {
        forward_states<false>(token, in.A + n * ED, h + n * ED, y_t);
      }
    }
  }
}

// states (1 + L, N, ED): h_{-1} = 0 and every h_t; decays (L, N, ED): every exp(delta_t A).
template <class T>
EMAMBA_INLINE void all_states(const ScanSizes& sizes, const ScanInputs<T>& in, T* states,
                              T* decays) {
  const int ED = sizes.ED, N = sizes.N;
  std::fill(states, states + N * ED, T{0});
  for (int t = 0; t < sizes.L; ++t) {
    const T* __restrict delta = in.delta + t * ED;
    const T* __restrict x = in.x + t * ED;
    for (int n = 0; n < N; ++n) {
      const T B = in.B[t * in.stride + n];
      const T* __restrict A = in.A + n * ED;
      const T* previous = states + (t * N + n) * ED;
      T* h = states + ((t + 1) * N + n) * ED;
      T* __restrict a = decays + (t * N + n) * ED;
#pragma omp simd
      for (int d = 0; d < ED; ++d) {
        a[d] = simd::exp(delta[d] * A[d]);
        h[d] = a[d] * previous[d] + delta[d] * x[d] * B;
      }
    }
  }
}

// The gradients that a token and its states receive.
template <class T>
struct TokenGradients {
  T* delta;  // (ED) +=
  T* x;      // (ED) +=
  T* B;      // of the first of the states
  T* C;
  T* A;      // (1 or 2, ED) +=
  T* carry;  // (1 or 2, ED)
};

// With gh_t the gradient of h_t, from y_t and from h_{t+1} (carry), and a_t = exp(delta_t A):
//   gh_t = C_t gy_t + carry,  carry = a_t gh_t
//   the exponent e_t = delta_t A receives ge = gh_t a_t h_{t-1}
template <bool two, class T>
EMAMBA_INLINE void backward_states(const Token<T>& in, const T* A, const T* a, const T* previous,
                                   const T* h, const T* __restrict gy,
                                   const TokenGradients<T>& out) {
  const int ED = in.ED;
  const T B0 = in.B[0], C0 = in.C[0], B1 = two ? in.B[1] : 0, C1 = two ? in.C[1] : 0;
  const T* __restrict delta = in.delta;
  const T* __restrict x = in.x;
  T* __restrict gdelta = out.delta;
  T* __restrict gx = out.x;
  T* __restrict gA = out.A;
  T* __restrict carry = out.carry;
  T gB0 = 0, gB1 = 0, gC0 = 0, gC1 = 0;
#pragma omp simd reduction(+ : gB0, gB1, gC0, gC1)
  for (int d = 0; d < ED; ++d) {
    const T dx = delta[d] * x[d];
    const T gh = carry[d] + C0 * gy[d];
    const T back = gh * a[d];
    const T ge = back * previous[d];
    gC0 += gy[d] * h[d];
    gB0 += gh * dx;
    gA[d] += ge * delta[d];
    carry[d] = back;
    T gdx = gh * B0, sum = ge * A[d];
    if constexpr (two) {
      const T gh1 = carry[ED + d] + C1 * gy[d];
      const T back1 = gh1 * a[ED + d];
      const T ge1 = back1 * previous[ED + d];
      gC1 += gy[d] * h[ED + d];
      gB1 += gh1 * dx;
      gA[ED + d] += ge1 * delta[d];
      carry[ED + d] = back1;
      gdx += gh1 * B1;
      sum += ge1 * A[ED + d];
    }
    gdelta[d] += sum + gdx * x[d];
    gx[d] += gdx * delta[d];
  }
  out.B[0] = gB0;
  out.C[0] = gC0;
  if constexpr (two) {
    out.B[1] = gB1;
    out.C[1] = gC1;
  }
}

template <class T>
EMAMBA_INLINE void backward_body(const ScanSizes& sizes, const ScanInputs<T>& in, const T* gy,
                                 const ScanGradients<T>& out, T* scratch) {
  const int L = sizes.L, ED = sizes.ED, N = sizes.N;
  T* states = scratch;
  T* decays = states + (1 + L) * N * ED;
  T* carries = decays + L * N * ED;
  all_states(sizes, in, states, decays);
  std::fill(carries, carries + N * ED, T{0});
  for (int t = L - 1; t >= 0; --t) {
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
    for (int n = 0; n < N; n += 2) {
      const int at = t * in.stride + n;
      const Token<T> token{ED, in.delta + t * ED, x, in.B + at, in.C + at};
      const TokenGradients<T> g{gdelta,          gx, out.B + at, out.C + at, out.A + n * ED,
                                carries + n * ED};
      const T* A = in.A + n * ED;
      const T* a = decays + (t * N + n) * ED;
      const T* previous = states + (t * N + n) * ED;
      const T* h = previous + N * ED;
      if (n + 1 < N) {
        backward_states<true>(token, A, a, previous, h, gy_t, g);
      } else {
        backward_states<false>(token, A, a, previous, h, gy_t, g);
      }
    }
  }
}

EMAMBA_KERNEL(scan_forward_float,
              (const ScanSizes& sizes, const ScanInputs<float>& in, float* y, float* h),
              forward_body(sizes, in, y, h));

EMAMBA_KERNEL(scan_backward_float,
              (const ScanSizes& sizes, const ScanInputs<float>& in, const float* gy,
               const ScanGradients<float>& out, float* scratch),
              backward_body(sizes, in, gy, out, scratch));

}  // namespace

template <>
void scan_forward(const ScanSizes& sizes, const ScanInputs<float>& in, float* y, float* h) {
  scan_forward_float(sizes, in, y, h);
}

template <>
void scan_backward(const ScanSizes& sizes, const ScanInputs<float>& in, const float* gy,
                   const ScanGradients<float>& out, float* scratch) {
  scan_backward_float(sizes, in, gy, out, scratch);
}

template <>
void scan_forward(const ScanSizes& sizes, const ScanInputs<double>& in, double* y, double* h) {
  forward_body(sizes, in, y, h);
}

template <>
void scan_backward(const ScanSizes& sizes, const ScanInputs<double>& in, const double* gy,
                   const ScanGradients<double>& out, double* scratch) {
  backward_body(sizes, in, gy, out, scratch);
}

}  // namespace emamba
