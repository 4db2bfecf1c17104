// SPDX-License-Identifier: Apache-2.0
// The parameters a training starts from.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "ir/spec.h"

namespace emamba {

// All parameters of the spec's network, drawn with train.seed:
//   weights of linear layers and of the convolution  uniform in +-1/sqrt(inputs of one output)
//   embed.table, embed.bias of learned positions     normal, deviation 1 and 0.02
//   norm.weight, scan.D   1                           scan.A_log[d,n]   log(n + 1)
//   dt_proj.bias          such that delta starts log-uniform in [1e-3, 1e-1], give or take the
//                         projection, whatever activation delta has
//   head.out.bias         `output_bias` (the mean target of a regression), or 0 if that is empty
//   all other biases      0
std::map<std::string, Tensor<float>> initial_parameters(const Spec& spec,
                                                        const std::vector<float>& output_bias);

}  // namespace emamba
