// SPDX-License-Identifier: Apache-2.0
// The Mamba of the paper (section 4) as a program. For every vector x_t of L:
//
//   x = embed(vector)                                          with a bias, or one for every vector
//   for each block:
//     n = norm(x)
//     g = SiLU(gate_proj n)
//     c = conv_activation(causal_conv(in_proj n))              c_t sees in_proj n of t-K+1 .. t
//     delta = delta_activation of dt_proj(dt_in c), see DeltaActivation
//     B = b_proj c,  C = c_proj c
//     h_t[d,n] = exp(delta[d] * A[d,n]) * h_{t-1}[d,n] + delta[d] * B[n] * c[d],  h_{-1} = 0
//     s[d] = sum_n C[n] * h_t[d,n] + D[d] * c[d]
//     x = x + out_proj(s * g)
//   head over all L vectors; flattening is row-major: element t*D + d.
//
// Norms over the D channels of one vector, eps = 1e-5:
//   range  gamma * (x - mean) / max(max(x) - min(x), eps) + beta        (Eq. 2)
//   layer  gamma * (x - mean) / sqrt(var + eps) + beta, population variance
//   rms    gamma * x / sqrt(mean(x^2) + eps)
//
// Operations are called embed, blocks.I.{norm, gate_proj, gate_silu, in_proj, conv, conv_silu,
// dt_in, dt_proj, b_proj, c_proj, scan, gate, out_proj, residual}, head.{pool, hidden, out}.
#pragma once

#include <string>

#include "net/network.h"

namespace emamba {

Network build_mamba(const std::string& name, const ModelSpec& model, const Input& input,
                    int outputs);
// Throws Error as check() does.
void check_mamba(const ModelSpec& model, const std::string& source);

}  // namespace emamba
