// SPDX-License-Identifier: Apache-2.0
#include "data/metrics.h"

#include <algorithm>
#include <cmath>
#include <vector>

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
      const float* row = outputs.row(i);
      hits += std::max_element(row, row + width) - row == split.labels[i];
    }
    metrics.accuracy = 100.0 * static_cast<double>(hits) / static_cast<double>(samples);
    return metrics;
  }
  std::vector<double> absolute(width), square(width);
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const double error = static_cast<double>(outputs.row(i)[j]) - split.targets.row(i)[j];
      absolute[j] += std::abs(error);
      square[j] += error * error;
    }
  }
  const auto n = static_cast<double>(samples);
  for (std::size_t j = 0; j < width; ++j) {
    metrics.mae_cm += 100 * absolute[j] / n / static_cast<double>(width);
    metrics.rmse_cm += 100 * std::sqrt(square[j] / n) / static_cast<double>(width);
  }
  return metrics;
}

}  // namespace emamba
