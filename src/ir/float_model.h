// SPDX-License-Identifier: Apache-2.0
// The trained floating-point model: what training writes, and quantisation and the float engine
// read.
//
// Parameters, by name, with biases in brackets where they are optional (model.projection_bias):
//
//   embed.weight (D, token_width)         token tasks: embed.table (vocab, D) instead
//   embed.bias (1, D)                     (L, D) with model.position = learned
//   blocks.I.norm.weight (D)              .bias (D): gamma and beta; RMS norm has no bias
//   blocks.I.gate_proj.weight (ED, D)     [.bias (ED)]
//   blocks.I.in_proj.weight (ED, D)       [.bias (ED)]
//   blocks.I.conv.weight (ED, K)          .bias (ED); column K-1 meets the newest token
//   blocks.I.dt_in.weight (R, ED)         [.bias (R)]
//   blocks.I.dt_proj.weight (ED, R)       .bias (ED)
//   blocks.I.b_proj.weight (N, ED)        blocks.I.c_proj.weight (N, ED)
//   blocks.I.scan.A_log (ED, N)           A = -exp(A_log)
//   blocks.I.scan.D (ED)                  the skip
//   blocks.I.out_proj.weight (D, ED)      [.bias (D)]
//   head.hidden.weight (hidden, L*D)      .bias (hidden); flatten-mlp only
//   head.out.weight (outputs, width)      .bias (outputs); width is hidden, L*D or D
//
// The network (paper section 4; sizes and letters in ir/spec.h), for every token x_t:
//
//   x = embed(token)
//   for each block:
//     n = norm(x)
//     g = SiLU(gate_proj n)
//     c = conv_activation(causal_conv(in_proj n))              c_t sees in_proj n of t-K+1 .. t
//     delta = delta_activation of dt_proj(dt_in c), see DeltaActivation
//     B = b_proj c,  C = c_proj c
//     h_t[d,n] = exp(delta[d] * A[d,n]) * h_{t-1}[d,n] + delta[d] * B[n] * c[d],  h_{-1} = 0
//     s[d] = sum_n C[n] * h_t[d,n] + D[d] * c[d]
//     x = x + out_proj(s * g)
//   head over all L tokens; flattening is token-major: element t*D + d.
//
// Norms over the D channels of one token, eps = 1e-5:
//   range  gamma * (x - mean) / max(max(x) - min(x), eps) + beta        (Eq. 2)
//   layer  gamma * (x - mean) / sqrt(var + eps) + beta, population variance
//   rms    gamma * x / sqrt(mean(x^2) + eps)
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "ir/input.h"
#include "ir/spec.h"

namespace emamba {

struct FloatModel {
  Spec spec;
  Normalisation normalisation;
  std::map<std::string, Tensor<float>> parameters;
  std::string origin;  // command, seed and data that made it; free text, stored with the weights
};

struct ParameterShape {
  std::string name;
  std::vector<std::size_t> shape;
};
// All parameters of the spec's network, in execution order.
std::vector<ParameterShape> parameter_shapes(const Spec& spec);
// Numbers in all of them.
std::size_t parameter_count(const Spec& spec);

// model.safetensors; layout in docs/formats.md. Reading throws Error on a damaged file, a missing,
// superfluous or wrongly shaped parameter, and on non-finite numbers. Writing replaces atomically.
FloatModel read_float_model(const std::string& path);
void write_float_model(const std::string& path, const FloatModel& model);

}  // namespace emamba
