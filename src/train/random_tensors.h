// SPDX-License-Identifier: Apache-2.0
// Random tensors, and comparison of gradients, for the tests of this folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/rng.h"

namespace emamba {

// Uniform in [lo, hi), double, wanting a gradient.
inline torch::Tensor random_tensor(std::vector<std::int64_t> shape, double lo, double hi,
                                   Rng& rng) {
  torch::Tensor tensor = torch::empty(shape, torch::kDouble);
  double* values = tensor.data_ptr<double>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = lo + (hi - lo) * rng.uniform();
  return tensor.requires_grad_(true);
}

// The largest difference, relative to the largest value (or to 1 if that is smaller).
inline double difference(const torch::Tensor& a, const torch::Tensor& b) {
  const double scale = std::max(1.0, b.abs().max().item<double>());
  return (a - b).abs().max().item<double>() / scale;
}

// Expects both functions of the same inputs to give the same values and, from random gradients of
// those values, the same gradients.
inline void expect_twins(const std::function<torch::Tensor()>& fused,
                         const std::function<torch::Tensor()>& plain,
                         const std::vector<std::pair<std::string, torch::Tensor>>& inputs,
                         double tolerance, Rng& rng) {
  const torch::Tensor y_fused = fused(), y_plain = plain();
  ASSERT_EQ(y_fused.sizes(), y_plain.sizes());
  EXPECT_LT(difference(y_fused, y_plain), tolerance) << "values";
  const torch::Tensor gy = random_tensor(y_plain.sizes().vec(), -1, 1, rng).detach();
  y_plain.backward(gy);
  std::vector<torch::Tensor> expected;
  for (const auto& [name, input] : inputs) {
    expected.push_back(input.grad().clone());
    input.grad().zero_();
  }
  y_fused.backward(gy);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_LT(difference(inputs[i].second.grad(), expected[i]), tolerance)
        << "gradient of " << inputs[i].first;
  }
}

}  // namespace emamba
