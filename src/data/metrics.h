// SPDX-License-Identifier: Apache-2.0
// How good a model's outputs are on a split.
#pragma once

#include <cstddef>
#include <vector>

#include "base/tensor.h"
#include "data/dataset.h"

namespace emamba {

struct Metrics {
  double accuracy = 0;             // percent; classification
  double mae_cm = 0, rmse_cm = 0;  // mean over the outputs of each output's MAE and RMSE over the
                                   // samples, in centimetres; regression
  bool regression = false;

  // The one number to compare models by: accuracy, or rmse_cm.
  double value() const { return regression ? rmse_cm : accuracy; }
  bool operator==(const Metrics&) const = default;
};

// outputs (samples, outputs), in the order of the split: logits, or metres. Throws Error when the
// split has no samples, or another number than `outputs`.
Metrics metrics_of(const Split& split, const Tensor<float>& outputs);

// The class with the largest of `classes` logits, the lowest index among equals.
int predicted_class(const float* logits, std::size_t classes);

// What is wrong with a regression's outputs, each by itself, over some of the samples.
struct OutputErrors {
  std::vector<double> mae_cm, rmse_cm;  // (outputs), centimetres
};
// Over the samples `rows`, of which there must be one at least.
OutputErrors output_errors(const Split& split, const Tensor<float>& outputs,
                           const std::vector<std::size_t>& rows);

}  // namespace emamba
