// SPDX-License-Identifier: Apache-2.0
// The inner loops of training, without torch: the selective scan, its step widths, the causal
// depthwise convolution, the gate and range norm, forward and backward, over one sequence at a
// time. Channels are contiguous and the innermost loop, so every loop is vectorised; the channel
// count need not be a multiple of anything. Rows lie one after the other, or `stride` numbers apart
// where a matrix product made several of them side by side. Gradients marked += are added to what
// the buffer holds, the others are set. T is float or double (the latter for checking gradients).
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
// y (L, ED); h (N, ED) is scratch, and holds the last state in the end.
template <class T>
void scan_forward(const ScanSizes& sizes, const ScanInputs<T>& in, T* y, T* h);
// gy (L, ED). The states are computed once more: keeping those of a whole batch would be slower, as
// they had to come back from memory. scratch: scan_scratch() numbers.
constexpr int scan_scratch(const ScanSizes& s) {
  return (2 + 2 * s.L) * s.N * s.ED;
}
template <class T>
void scan_backward(const ScanSizes& sizes, const ScanInputs<T>& in, const T* gy,
                   const ScanGradients<T>& out, T* scratch);

struct DeltaSizes {
  int L, ED, R;
  int stride;        // of the rows of r and gr
  bool relu_before;  // ReLU on r; otherwise on delta
};

//   delta_t[d] = act(b[d] + sum_i act(r_t[i]) w[i,d]), where act is ReLU in one of the two places
// r (L, R); w (R, ED): transposed, unlike the parameter; b (ED); delta (L, ED).
template <class T>
void delta_forward(const DeltaSizes& sizes, const T* r, const T* w, const T* b, T* delta);
// gdelta (L, ED), overwritten; gr (L, R); gw (R, ED) +=; gb (ED) +=.
template <class T>
void delta_backward(const DeltaSizes& sizes, const T* r, const T* w, const T* delta, T* gdelta,
                    T* gr, T* gw, T* gb);

struct ConvSizes {
  int L, ED, K;
  int stride;  // of the rows of u and gu
  bool silu;   // SiLU follows the convolution
};

//   y_t[d] = act(b[d] + sum_k w[k,d] u_{t-K+1+k}[d]),   u_t = 0 for t < 0
// u, y (L, ED); w (K, ED): transposed, unlike the parameter; b (ED).
template <class T>
void conv_forward(const ConvSizes& sizes, const T* u, const T* w, const T* b, T* y);
// gy, gu (L, ED); gw (K, ED) +=; gb (ED) +=; scratch (L, ED).
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

struct GateSizes {
  int L, ED;
  int stride;  // of the rows of g and gg
};

//   y_t[d] = s_t[d] silu(g_t[d])
// s, g, y (L, ED).
template <class T>
void gate_forward(const GateSizes& sizes, const T* s, const T* g, T* y);
// gs and gg from gy, and y once more; all (L, ED).
template <class T>
void gate_backward(const GateSizes& sizes, const T* s, const T* g, const T* gy, T* gs, T* gg, T* y);

}  // namespace emamba
