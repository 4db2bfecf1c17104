// SPDX-License-Identifier: Apache-2.0
// Where a model's outputs are right and where not: a metric in its parts.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "base/tensor.h"
#include "data/dataset.h"

namespace emamba {

// Mean over some of the outputs of each one's MAE and RMSE over some of the samples, centimetres.
struct PartError {
  double mae_cm = 0, rmse_cm = 0;
  bool operator==(const PartError&) const = default;
};

struct SubjectError {
  int subject = 1;
  std::size_t samples = 0;
  PartError error;
  bool operator==(const SubjectError&) const = default;
};

struct Details {
  // Classification: samples by true class (row) and predicted class (column).
  Tensor<std::size_t> confusion;  // (classes, classes)

  // Regression: outputs are x of all joints, then y, then z.
  std::vector<PartError> axes;         // x, y, z: over all joints
  std::vector<PartError> joints;       // over the three axes
  std::vector<SubjectError> subjects;  // over all outputs; empty when the split does not know them

  bool operator==(const Details&) const = default;
};

// outputs (samples, outputs) as for metrics_of(), which throws Error where this does. Throws Error
// also for a label that is no output, and for a regression whose outputs are not three axes.
Details details_of(const Split& split, const Tensor<float>& outputs);

// Of a class, the share of its samples that were predicted as it, percent; NaN without a sample.
double recall_percent(const Tensor<std::size_t>& confusion, std::size_t label);

// {"classes", "confusion", "recall"} with a null for a class without a sample, or
// {"axes", "joints", "subjects"}: lists of {"name", "mae_cm", "rmse_cm"}, for subjects with
// "samples". Names are those of the task's data set.
nlohmann::json to_json(const Details& details, const Task& task);

}  // namespace emamba
