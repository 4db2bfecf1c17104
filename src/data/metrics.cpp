// SPDX-License-Identifier: Apache-2.0
// The two kinds of answers and how they are measured: hits among classes, errors of quantities.
#include "data/metrics.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"

namespace emamba {
namespace {

using nlohmann::json;

std::vector<std::size_t> first_indices(std::size_t count) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

}  // namespace

std::string Metric::key() const {
  std::string key = unit.empty() || unit == "%" ? name : name + "_" + unit;
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key;
}

double lost(const Metric& before, const Metric& after) {
  return before.larger_is_better ? before.value - after.value : after.value - before.value;
}

void require_outputs(const Split& split, const Tensor<float>& outputs) {
  const std::size_t samples = split.samples();
  if (samples == 0) throw Error(fmt::format("split \"{}\" has no samples to measure", split.name));
  if (outputs.shape.size() != 2 || outputs.shape[0] != samples) {
    throw Error(fmt::format("metrics: {} samples, but outputs for {}", samples,
                            outputs.shape.empty() ? 0 : outputs.shape[0]));
  }
  const auto& x = outputs.data;
  const auto bad = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
  if (bad != x.end()) {
    const auto index = index_of(outputs.shape, static_cast<std::size_t>(bad - x.begin()));
    throw Error(
        fmt::format("split {}: sample {}, output {} is {}", split.name, index[0], index[1], *bad),
        "the model overflows; train it again with a lower train.lr");
  }
}

Metrics metrics_of(const Split& split, const Tensor<float>& outputs) {
  require_outputs(split, outputs);
  const std::size_t samples = split.samples();
  const std::size_t width = outputs.shape[1];
  if (!split.targets.empty()) {
    return output_errors(split, outputs, first_indices(samples)).mean(first_indices(width));
  }
  std::size_t hits = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    hits += predicted_class(outputs.row(i), width) == split.labels[i];
  }
  const double share = 100.0 * static_cast<double>(hits) / static_cast<double>(samples);
  return {{{"accuracy", "%", share, true}}};
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
  OutputErrors errors{split.answer.unit, {}, {}};
  for (std::size_t j = 0; j < width; ++j) {
    errors.mae.push_back(split.answer.units * absolute[j] / n);
    errors.rmse.push_back(split.answer.units * std::sqrt(square[j] / n));
  }
  return errors;
}

Metrics OutputErrors::mean(const std::vector<std::size_t>& outputs) const {
  const auto mean_of = [&](const std::vector<double>& errors) {
    double mean = 0;
    for (const std::size_t j : outputs) mean += errors.at(j) / static_cast<double>(outputs.size());
    return mean;
  };
  return {{{"MAE", unit, mean_of(mae), false}, {"RMSE", unit, mean_of(rmse), false}}};
}

json to_json(const Metrics& metrics) {
  json values = json::object();
  for (const Metric& metric : metrics.all) values[metric.key()] = metric.value;
  return values;
}

json measures_of(const Metrics& metrics) {
  json measures = json::array();
  for (const Metric& metric : metrics.all) {
    measures.push_back({{"key", metric.key()},
                        {"name", metric.name},
                        {"unit", metric.unit},
                        {"larger_is_better", metric.larger_is_better}});
  }
  return measures;
}

Metrics metrics_from_json(const json& values, const json& measures) {
  Metrics metrics;
  for (const json& measure : measures) {
    metrics.all.push_back({measure.at("name"), measure.at("unit"),
                           values.at(measure.at("key").get<std::string>()),
                           measure.at("larger_is_better")});
  }
  return metrics;
}

}  // namespace emamba
