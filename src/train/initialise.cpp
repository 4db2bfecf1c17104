// SPDX-License-Identifier: Apache-2.0
#include "train/initialise.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace emamba {
namespace {

double log_uniform(Rng& rng) {
  return 1e-3 * std::pow(100.0, rng.uniform());
}

void fill(Start start, Rng& rng, Tensor<float>& tensor) {
  const std::size_t columns = tensor.shape.back();
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    float& v = tensor.data[i];
    switch (start.kind) {
      case Start::Kind::kConstant:
        v = static_cast<float>(start.value);
        break;
      case Start::Kind::kNormal:
        v = static_cast<float>(start.value * rng.normal());
        break;
      case Start::Kind::kUniform:
        v = static_cast<float>(start.value * (2 * rng.uniform() - 1));
        break;
      case Start::Kind::kLogStates:
        v = std::log(static_cast<float>(i % columns + 1));
        break;
      case Start::Kind::kLogUniform:
        v = static_cast<float>(log_uniform(rng));
        break;
      case Start::Kind::kLogUniformSoftplus:
        v = static_cast<float>(std::log(std::expm1(log_uniform(rng))));
        break;
    }
  }
}

}  // namespace

std::map<std::string, Tensor<float>> initial_parameters(const Network& network, std::uint64_t seed,
                                                        const std::vector<float>& output_bias) {
  Rng rng{seed};
  const std::string answer = name_of(network.program.ops.back()) + ".bias";
  std::map<std::string, Tensor<float>> parameters;
  for (const ParameterSpec& parameter : parameters_of(network)) {
    Tensor<float>& tensor = parameters[parameter.name] = make_tensor<float>(parameter.shape);
    if (parameter.name == answer && !output_bias.empty()) {
      std::copy(output_bias.begin(), output_bias.end(), tensor.data.begin());
    } else {
      fill(parameter.start, rng, tensor);
    }
  }
  return parameters;
}

}  // namespace emamba
