// SPDX-License-Identifier: Apache-2.0
// The network of ir/float_model.h in differentiable tensor operations, for every Spec.
#pragma once

#include <torch/types.h>

#include <map>
#include <string>

#include "base/tensor.h"
#include "ir/spec.h"

namespace emamba {

// By the names of ir/float_model.h.
using Parameters = std::map<std::string, torch::Tensor>;

// kPlain uses ordinary tensor operations throughout: the slow twin that the fused operations are
// checked against.
enum class Kernels { kFused, kPlain };

// tokens (B, L, token_width), normalised (for token tasks, ids). Returns (B, outputs). Parameters
// and tokens are all float or all double.
torch::Tensor forward(const Spec& spec, const Parameters& parameters, const torch::Tensor& tokens,
                      Kernels kernels = Kernels::kFused);

// Copies between the stored form of the parameters (FloatModel::parameters) and torch's.
Parameters to_torch(const std::map<std::string, Tensor<float>>& parameters);
std::map<std::string, Tensor<float>> from_torch(const Parameters& parameters);

}  // namespace emamba
