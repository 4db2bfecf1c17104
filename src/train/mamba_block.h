// SPDX-License-Identifier: Apache-2.0
// A whole Mamba block as one differentiable operation: projections through BLAS, everything else in
// the vectorised kernels, no tensor operation in between. Its plain twin is in network.cpp.
#pragma once

#include <torch/types.h>

#include "ir/spec.h"

namespace emamba {

// The parameters of one block (names and shapes in ir/float_model.h). The biases of projections are
// undefined tensors where the spec has none.
struct BlockParameters {
  torch::Tensor norm_weight, norm_bias;                    // (D)
  torch::Tensor gate, gate_bias, in, in_bias;              // (ED, D), (ED)
  torch::Tensor conv, conv_bias;                           // (ED, K), (ED)
  torch::Tensor dt_in, dt_in_bias, dt_proj, dt_proj_bias;  // (R, ED), (R), (ED, R), (ED)
  torch::Tensor b, c;                                      // (N, ED)
  torch::Tensor A_log, D;                                  // (ED, N), (ED)
  torch::Tensor out, out_bias;                             // (D, ED), (D)
};

// Whether mamba_block() knows the spec's switches: those that have an integer form.
bool has_fused_block(const ModelSpec& model);

// x (batch*L, D) -> x + block(x), on one thread. All float or all double.
torch::Tensor mamba_block(const ModelSpec& model, std::int64_t L, const torch::Tensor& x,
                          const BlockParameters& parameters);

}  // namespace emamba
