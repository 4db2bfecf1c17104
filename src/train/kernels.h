// SPDX-License-Identifier: Apache-2.0
// The inner loops of training, without torch: the selective scan, the causal depthwise convolution
// and range norm, forward and backward, over one sequence at a time. Channels are contiguous and
// the innermost loop, so every loop is vectorised; the channel count need not be a multiple of
// anything. Gradients marked += are added to what the buffer holds, the others are set.
// T is float or double (the latter for checking gradients).
#pragma once

namespace emamba {

struct ScanSizes {
  int L, ED, N;
};

//   h_t[n,d] = exp(delta_t[d] A[n,d]) h_{t-1}[n,d] + delta_t[d] B_t[n] x_t[d],   h_{-1} = 0
//   y_t[d]   = sum_n C_t[n] h_t[n,d] + D[d] x_t[d]
template <class T>
struct ScanInputs {
  const T* delta;  // (L, ED)
  const T* A;      // (N, ED): transposed, unlike the parameter A_log
  const T* B;      // (L, N), rows `stride` apart
  const T* C;      // (L, N), rows `stride` apart
  const T* x;      // (L, ED)
  const T* D;      // (ED)
  int stride;
};
template <class T>
struct ScanGradients {
  T* delta;  // (L, ED)
  T* A;      // (N, ED) +=
  T* B;      // (L, N), rows as far apart as those of the input
  T* C;      // (L, N), likewise
  T* x;      // (L, ED)
  T* D;      // (ED) +=
};
// states (L, N, ED): every h_t, which the backward pass needs.
template <class T>
void scan_forward(const ScanSizes& sizes, const ScanInputs<T>& in, T* y, T* states);
// gy (L, ED); carry (N, ED) is scratch.
template <class T>
void scan_backward(const ScanSizes& sizes, const ScanInputs<T>& in, const T* states, const T* gy,
                   const ScanGradients<T>& out, T* carry);

struct ConvSizes {
  int L, ED, K;
  bool silu;  // SiLU follows the convolution
};

//   y_t[d] = act(b[d] + sum_k w[k,d] u_{t-K+1+k}[d]),   u_t = 0 for t < 0
// u, y (L, ED); w (K, ED): transposed, unlike the parameter; b (ED).
template <class T>
void conv_forward(const ConvSizes& sizes, const T* u, const T* w, const T* b, T* y);
// gy, gu (L, ED); gw (K, ED) +=; gb (ED) +=; scratch (ED).
template <class T>
void conv_backward(const ConvSizes& sizes, const T* u, const T* w, const T* b, const T* gy, T* gu,
                   T* gw, T* gb, T* scratch);

// Range norm of `rows` tokens, each with its own mean and range over its D channels:
//   y = gamma (x - mean) / r + beta,   r = max(max(x) - min(x), 1e-5)
// x, y (rows, D); gamma, beta (D).
template <class T>
void range_norm_forward(int rows, int D, const T* x, const T* gamma, const T* beta, T* y);
// gy, gx (rows, D); ggamma, gbeta (D) +=. The gradient through the maximum and the minimum goes to
// the first channel that attains it.
template <class T>
void range_norm_backward(int rows, int D, const T* x, const T* gamma, const T* gy, T* gx, T* ggamma,
                         T* gbeta);

// The gate, element by element: y = s silu(g), count numbers each.
template <class T>
void gate_forward(int count, const T* s, const T* g, T* y);
// gs and gg from gy, and y once more.
template <class T>
void gate_backward(int count, const T* s, const T* g, const T* gy, T* gs, T* gg, T* y);

}  // namespace emamba
