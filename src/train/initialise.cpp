// SPDX-License-Identifier: Apache-2.0
#include "train/initialise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "ir/float_model.h"

namespace emamba {
namespace {

// Box-Muller.
double normal(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
  return radius * std::cos(2 * std::numbers::pi * rng.uniform());
}

void fill(const Spec& spec, const std::string& name, const std::vector<float>& output_bias,
          Rng& rng, Tensor<float>& tensor) {
  const std::size_t columns = tensor.shape.back();
  if (name == "embed.table") {
    for (float& v : tensor.data) v = static_cast<float>(normal(rng));
  } else if (name == "embed.bias" && spec.model.position == Position::kLearned) {
    for (float& v : tensor.data) v = static_cast<float>(0.02 * normal(rng));
  } else if (name.ends_with("scan.A_log")) {
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      tensor.data[i] = std::log(static_cast<float>(i % columns + 1));
    }
  } else if (name.ends_with("scan.D") || name.ends_with("norm.weight")) {
    std::fill(tensor.data.begin(), tensor.data.end(), 1.0f);
  } else if (name.ends_with("dt_proj.bias")) {
    for (float& v : tensor.data) {
      const double delta = 1e-3 * std::pow(100.0, rng.uniform());
      const bool softplus = spec.model.delta_activation == DeltaActivation::kSoftplus;
      v = static_cast<float>(softplus ? std::log(std::expm1(delta)) : delta);
    }
  } else if (name == "head.out.bias" && !output_bias.empty()) {
    std::copy(output_bias.begin(), output_bias.end(), tensor.data.begin());
  } else if (name.ends_with(".weight")) {
    const double bound = 1 / std::sqrt(static_cast<double>(columns));
    for (float& v : tensor.data) v = static_cast<float>(bound * (2 * rng.uniform() - 1));
  }
}

}  // namespace

std::map<std::string, Tensor<float>> initial_parameters(const Spec& spec,
                                                        const std::vector<float>& output_bias) {
  Rng rng{spec.train.seed};
  std::map<std::string, Tensor<float>> parameters;
  for (const ParameterShape& parameter : parameter_shapes(spec)) {
    Tensor<float>& tensor = parameters[parameter.name] = make_tensor<float>(parameter.shape);
    fill(spec, parameter.name, output_bias, rng, tensor);
  }
  return parameters;
}

}  // namespace emamba
