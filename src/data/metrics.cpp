// SPDX-License-Identifier: Apache-2.0
#include "data/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace emamba {

Metrics metrics_of(const Split& split, const Tensor<float>& outputs) {
  const std::size_t samples = split.samples();
  if (samples == 0) throw Error(fmt::format("split \"{}\" has no samples to measure", split.name));
  if (outputs.shape.size() != 2 || outputs.shape[0] != samples) {
    throw Error(fmt::format("metrics: {} samples, but outputs for {}", samples,
                            outputs.shape.empty() ? 0 : outputs.shape[0]));
  }
  const std::size_t width = outputs.shape[1];
  Metrics metrics;
  metrics.regression = !split.targets.empty();
  if (!metrics.regression) {
    std::size_t hits = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      hits += predicted_class(outputs.row(i), width) == split.labels[i];
    }
    metrics.accuracy = 100.0 * static_cast<double>(hits) / static_cast<double>(samples);
    return metrics;
  }
  std::vector<std::size_t> rows(samples);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const OutputErrors errors = output_errors(split, outputs, rows);
  for (std::size_t j = 0; j < width; ++j) {
    metrics.mae_cm += errors.mae_cm[j] / static_cast<double>(width);
    metrics.rmse_cm += errors.rmse_cm[j] / static_cast<double>(width);
  }
  return metrics;
}

int predicted_class(const float* logits, std::size_t classes) {
  return static_cast<int>(std::max_element(logits, logits + classes) - logits);
}

OutputErrors output_errors(const Split& split, const Tensor<float>& outputs,
                           const std::vector<std::size_t>& rows) {
  const std::size_t width = outputs.shape.at(1);
  std::vector<double> absolute(width), square(width);
  for (const std::size_t row : rows) {
    for (std::size_t j = 0; j < width; ++j) {
      const double error = static_cast<double>(outputs.row(row)[j]) - split.targets.row(row)[j];
      absolute[j] += std::abs(error);
      square[j] += error * error;
    }
  }
  const auto n = static_cast<double>(rows.size());
  OutputErrors errors;
  for (std::size_t j = 0; j < width; ++j) {
    errors.mae_cm.push_back(100 * absolute[j] / n);
    errors.rmse_cm.push_back(100 * std::sqrt(square[j] / n));
  }
  return errors;
}

}  // namespace emamba
