// SPDX-License-Identifier: Apache-2.0
// Float models with random parameters, for tests that need a network but not a trained one.
#pragma once

#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "ir/float_model.h"

namespace emamba {

// Gaussian, mean 0, standard deviation 1 (Box-Muller).
inline double random_normal(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
  return radius * std::cos(2 * std::numbers::pi * rng.uniform());
}

// Magnitudes are those of trained models: projections keep the variance of what they read, A is
// around -1 .. -N, deltas are mostly between 0 and 0.5, and no parameter is exactly 0 or 1.
inline FloatModel random_model(const Spec& spec, std::uint64_t seed,
                               const Normalisation& normalisation) {
  FloatModel model;
  model.spec = spec;
  model.normalisation = normalisation;
  model.origin = "random";
  Rng rng{seed};
  for (const ParameterShape& parameter : parameter_shapes(spec)) {
    const std::string& name = parameter.name;
    auto tensor = make_tensor<float>(parameter.shape);
    const auto columns = static_cast<double>(tensor.shape.back());
    double mean = 0, deviation = 0.1;  // biases
    if (name.ends_with(".table")) {
      deviation = 1;
    } else if (name.ends_with("norm.weight")) {
      mean = 3, deviation = 0.5;
    } else if (name.ends_with("scan.D")) {
      mean = 1, deviation = 0.2;
    } else if (name.ends_with("dt_proj.bias")) {
      mean = 0.1;
    } else if (name.ends_with("dt_proj.weight")) {
      deviation = 0.1;
    } else if (name.ends_with(".weight")) {
      deviation = 1 / std::sqrt(columns);
    }
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      if (name.ends_with("scan.A_log")) {
        mean = std::log(static_cast<double>(i % tensor.shape[1] + 1)), deviation = 0.1;
      }
      tensor.data[i] = static_cast<float>(mean + deviation * random_normal(rng));
    }
    model.parameters[name] = std::move(tensor);
  }
  return model;
}

}  // namespace emamba
