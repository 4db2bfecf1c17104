// SPDX-License-Identifier: Apache-2.0
// Float models with random parameters, for tests that need a network but not a trained one.
#pragma once

#include <cmath>

#include "base/rng.h"
#include "ir/float_model.h"

namespace emamba {

// Magnitudes are those of trained models: projections keep the variance of what they read, A is
// around -1 .. -N, deltas are mostly between 0 and 0.5, and no parameter is exactly 0 or 1.
inline FloatModel random_model(Program network, std::uint64_t seed,
                               const Normalisation& normalisation) {
  FloatModel model{.network = std::move(network), .parameters = {}};
  model.network.input.normalisation = normalisation;
  model.network.origin = "random";
  Rng rng{seed};
  for (const Op& op : model.network.ops) {
    // Whether a scan takes this op's result as its delta.
    const EdgeIndex y = static_cast<EdgeIndex>(&op - model.network.ops.data()) + 1;
    bool delta = false;
    for (const Op& other : model.network.ops) {
      const auto* scan = std::get_if<Scan>(&other);
      delta = delta || (scan != nullptr && scan->delta == y);
    }
    for (const ParameterSpec& parameter : parameters_of(op)) {
      const bool bias = parameter.name.ends_with("bias");
      auto tensor = make_tensor<float>(parameter.shape);
      double mean = 0, deviation = 0.1;
      if (bias) {
        mean = delta ? 0.1 : 0;
      } else if (std::holds_alternative<RangeNorm>(op)) {
        mean = 3, deviation = 0.5;
      } else if (parameter.name.ends_with(".D")) {
        mean = 1, deviation = 0.2;
      } else if (parameter.start.kind == Start::Kind::kNormal) {
        deviation = 1;
      } else if (parameter.start.kind == Start::Kind::kUniform && !delta) {
        deviation = parameter.start.value;
      }
      for (std::size_t i = 0; i < tensor.size(); ++i) {
        if (parameter.start.kind == Start::Kind::kLogStates) {
          mean = std::log(static_cast<double>(i % tensor.shape[1] + 1));
        }
        tensor.data[i] = static_cast<float>(mean + deviation * rng.normal());
      }
      model.parameters[parameter.name] = std::move(tensor);
    }
  }
  return model;
}

}  // namespace emamba
