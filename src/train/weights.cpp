// SPDX-License-Identifier: Apache-2.0
#include "train/weights.h"

#include <cmath>
#include <span>

namespace emamba {
namespace {

std::span<float> span_of(const torch::Tensor& flat) {
  return {flat.data_ptr<float>(), static_cast<std::size_t>(flat.numel())};
}

// The factor that brings the gradient's norm down to `clip`.
float clip_scale(std::span<const float> gradient, double clip) {
  if (clip == 0) return 1;
  double sum = 0;
  for (const float g : gradient) sum += static_cast<double>(g) * g;
  const double norm = std::sqrt(sum);
  return norm > clip ? static_cast<float>(clip / norm) : 1.0f;
}

}  // namespace

Parameters with_gradients(const Parameters& parameters, const torch::Tensor& gradients) {
  Parameters leaves;
  std::int64_t first = 0;
  for (const auto& [name, parameter] : parameters) {
    torch::Tensor leaf = parameter.detach().requires_grad_(true);
    leaf.mutable_grad() = gradients.narrow(0, first, leaf.numel()).view(leaf.sizes());
    leaves.emplace(name, leaf);
    first += leaf.numel();
  }
  return leaves;
}

Weights::Weights(const std::map<std::string, Tensor<float>>& initial,
                 const std::vector<ParameterSpec>& network, double weight_decay) {
  std::map<std::string, bool> decays;
  for (const ParameterSpec& parameter : network) decays[parameter.name] = parameter.decays;
  std::size_t count = 0;
  for (const auto& [name, tensor] : initial) count += tensor.size();
  values = torch::empty({static_cast<std::int64_t>(count)});
  gradients = torch::zeros({static_cast<std::int64_t>(count)});
  m.resize(count);
  v.resize(count);
  std::int64_t first = 0;
  for (const auto& [name, tensor] : to_torch(initial)) {
    const torch::Tensor view = values.narrow(0, first, tensor.numel()).view(tensor.sizes());
    view.copy_(tensor);
    parameters.emplace(name, view);
    segments.push_back({static_cast<std::size_t>(tensor.numel()),
                        decays.at(name) ? static_cast<float>(weight_decay) : 0.0f});
    first += tensor.numel();
  }
  parameters = with_gradients(parameters, gradients);
}

void Weights::update(std::size_t step, double lr, double clip) {
  const std::span<const float> gradient = span_of(gradients);
  adamw_step(segments, step, lr, clip_scale(gradient, clip), gradient, span_of(values), m, v);
}

std::string Weights::first_not_finite(const torch::Tensor& flat) const {
  const float* value = flat.data_ptr<float>();
  for (const auto& [name, parameter] : parameters) {
    const float* const end = value + parameter.numel();
    for (; value < end; ++value) {
      if (!std::isfinite(*value)) return name;
    }
  }
  return "";
}

}  // namespace emamba
