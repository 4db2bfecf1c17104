// SPDX-License-Identifier: Apache-2.0
// A network's parameters as torch's tensors.
#pragma once

#include <torch/types.h>

#include <map>
#include <string>

#include "base/tensor.h"

namespace emamba {

// By the names of ir/float_model.h.
using Parameters = std::map<std::string, torch::Tensor>;

// Copies between the stored form of the parameters (FloatModel::parameters) and torch's.
Parameters to_torch(const std::map<std::string, Tensor<float>>& parameters);
std::map<std::string, Tensor<float>> from_torch(const Parameters& parameters);

}  // namespace emamba
