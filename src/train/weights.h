// SPDX-License-Identifier: Apache-2.0
// What training changes: parameters, gradients and AdamW's moments, each one flat array, so that
// the optimiser walks four arrays and not dozens of small tensors.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "ir/parameters.h"
#include "train/adamw.h"
#include "train/parameters.h"

namespace emamba {

// The same parameters (sharing their storage) as leaves whose gradients are views of the flat
// `gradients`, in name order.
Parameters with_gradients(const Parameters& parameters, const torch::Tensor& gradients);

struct Weights {
  torch::Tensor values, gradients;  // (count), parameters in name order
  std::vector<float> m, v;          // (count)
  Parameters parameters;            // views of `values`, whose gradients are views of `gradients`
  std::vector<DecaySegment> segments;

  // `weight_decay` is for those of the network's parameters that decay.
  Weights(const std::map<std::string, Tensor<float>>& initial,
          const std::vector<ParameterSpec>& network, double weight_decay);

  // Scales the gradients down to the norm `clip` (0: leaves them) and takes AdamW's step number
  // `step`, counted from 1.
  void update(std::size_t step, double lr, double clip);

  // The first parameter for which the flat array `values` or `gradients` holds a number that is not
  // finite, or "".
  std::string first_not_finite(const torch::Tensor& flat) const;
};

}  // namespace emamba
