// SPDX-License-Identifier: Apache-2.0
// How good a model's outputs are on a split.
#pragma once

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

// outputs (samples, outputs), in the order of the split: logits, or metres. The predicted class is
// the one with the largest logit, the lowest index among equals.
Metrics metrics_of(const Split& split, const Tensor<float>& outputs);

}  // namespace emamba
