// SPDX-License-Identifier: Apache-2.0
// Copies of parameters from the stored form to torch's, and back.
#include "train/parameters.h"

#include <algorithm>
#include <vector>

namespace emamba {

Parameters to_torch(const std::map<std::string, Tensor<float>>& parameters) {
  Parameters result;
  for (const auto& [name, stored] : parameters) {
    const torch::Tensor tensor =
        torch::empty(std::vector<std::int64_t>(stored.shape.begin(), stored.shape.end()));
    std::copy(stored.data.begin(), stored.data.end(), tensor.data_ptr<float>());
    result.emplace(name, tensor);
  }
  return result;
}

std::map<std::string, Tensor<float>> from_torch(const Parameters& parameters) {
  std::map<std::string, Tensor<float>> result;
  for (const auto& [name, tensor] : parameters) {
    const torch::Tensor values = tensor.detach().to(torch::kFloat).contiguous();
    const float* first = values.data_ptr<float>();
    result.emplace(name, Tensor<float>{{values.sizes().begin(), values.sizes().end()},
                                       {first, first + values.numel()}});
  }
  return result;
}

}  // namespace emamba
