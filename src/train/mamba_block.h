// SPDX-License-Identifier: Apache-2.0
// A whole Mamba block as one differentiable operation: projections through BLAS, everything else in
// the vectorised kernels, no tensor operation in between. Its plain twin is the operations that
// train/mamba_pattern.h finds, one by one.
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace emamba {

// What may differ from block to block: SiLU behind the convolution, or none; and whether the ReLU
// of delta stands before its second projection or behind it.
struct MambaSwitches {
  bool conv_silu, relu_before;
};

// The parameters of one block, with D channels outside and ED inside, K taps of the convolution, N
// states a channel and rank R of delta. The four biases of projections are undefined tensors, or
// none of them is.
struct BlockParameters {
  torch::Tensor norm_weight, norm_bias;                    // (D)
  torch::Tensor gate, gate_bias, in, in_bias;              // (ED, D), (ED)
  torch::Tensor conv, conv_bias;                           // (ED, K), (ED)
  torch::Tensor dt_in, dt_in_bias, dt_proj, dt_proj_bias;  // (R, ED), (R), (ED, R), (ED)
  torch::Tensor b, c;                                      // (N, ED)
  torch::Tensor A_log, D;                                  // (ED, N), (ED)
  torch::Tensor out, out_bias;                             // (D, ED), (D)
};

// x (sequences*L, D) -> x + block(x), on one thread. All float or all double.
torch::Tensor mamba_block(MambaSwitches switches, const torch::Tensor& x, std::int64_t sequences,
                          const BlockParameters& parameters);

}  // namespace emamba
