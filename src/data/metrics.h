// SPDX-License-Identifier: Apache-2.0
// How good a model's outputs are on a split. A metric is data: whoever prints, stores or compares
// metrics walks over them and knows none by name.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "data/dataset.h"

namespace emamba {

struct Metric {
  std::string name, unit;  // e.g. "RMSE" and "cm"; "%" for a percentage, "" for a plain number
  double value = 0;
  bool larger_is_better = false;

  // As a field of a result: name and unit in lower case, "rmse_cm"; a percentage without it.
  std::string key() const;
  bool operator==(const Metric&) const = default;
};

// By how much the second is worse than the first; negative when it is better.
double lost(const Metric& before, const Metric& after);

struct Metrics {
  std::vector<Metric> all;  // the last is the one that models are compared by

  const Metric& main() const { return all.back(); }
  bool operator==(const Metrics&) const = default;
};

// Accuracy in percent, or MAE and RMSE: the mean over the outputs of each output's MAE and RMSE
// over the samples, in the unit of split.answer. outputs (samples, outputs), in the order of the
// split: logits, or quantities in the unit of the targets. Throws Error when the split has no
// samples, or another number than `outputs`, and, naming sample and output, when one of
// these is not finite.
Metrics metrics_of(const Split& split, const Tensor<float>& outputs);

// Throws Error as metrics_of() does, without measuring.
void require_outputs(const Split& split, const Tensor<float>& outputs);

// The class with the largest of `classes` logits, the lowest index among equals.
int predicted_class(const float* logits, std::size_t classes);

// What is wrong with the quantities of a split, each by itself, over some of the samples.
struct OutputErrors {
  std::string unit;
  std::vector<double> mae, rmse;  // (outputs)

  // MAE and RMSE: means over some of the outputs, of which there must be one at least.
  Metrics mean(const std::vector<std::size_t>& outputs) const;
};
// Over the samples `rows`, of which there must be one at least.
OutputErrors output_errors(const Split& split, const Tensor<float>& outputs,
                           const std::vector<std::size_t>& rows);

// {key: value} of every metric; and what a reader must know of them, without their values:
// [{"key", "name", "unit", "larger_is_better"}], in their order.
nlohmann::json to_json(const Metrics& metrics);
nlohmann::json measures_of(const Metrics& metrics);
// From those two. Throws nlohmann::json::exception when a measure has no value.
Metrics metrics_from_json(const nlohmann::json& values, const nlohmann::json& measures);

}  // namespace emamba
