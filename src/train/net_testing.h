// SPDX-License-Identifier: Apache-2.0
// Small networks that together turn every switch of the model, for the tests of this folder.
#pragma once

#include <fmt/format.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "net/testing.h"

namespace emamba {

struct NetVariant {
  std::string name;  // says what differs from the first
  NetSpec spec;

  Network network() const { return network_of(spec); }
  Program program() const { return network().program; }
};

inline std::vector<NetVariant> net_variants() {
  NetSpec base;
  base.model.D = 7, base.model.E = 2, base.model.N = 3;
  base.model.P = {4, 4}, base.model.M = 3, base.model.K = 3;
  using Change = std::pair<const char*, std::function<void(ModelSpec&)>>;
  const std::vector<Change> changes = {
      {"position learned", [](ModelSpec& m) { m.position = Position::kLearned; }},
      {"norm layer", [](ModelSpec& m) { m.norm = Norm::kLayer; }},
      {"norm rms", [](ModelSpec& m) { m.norm = Norm::kRms; }},
      {"conv without activation", [](ModelSpec& m) { m.conv_activation = ConvActivation::kNone; }},
      {"delta relu-before",
       [](ModelSpec& m) { m.delta_activation = DeltaActivation::kReluBefore; }},
      {"delta softplus", [](ModelSpec& m) { m.delta_activation = DeltaActivation::kSoftplus; }},
      {"projection biases", [](ModelSpec& m) { m.projection_bias = true; }},
      {"dt_rank 3", [](ModelSpec& m) { m.dt_rank = 3; }},
      {"rectangular patches",
       [](ModelSpec& m) {
         m.P = {8, 2};
       }},
      {"flatten-mlp",
       [](ModelSpec& m) {
         m.head = Head::kFlattenMlp;
         m.head_hidden = 5;
       }},
      {"mean-linear", [](ModelSpec& m) { m.head = Head::kMeanLinear; }},
      {"K 1, M 1, E 1",
       [](ModelSpec& m) {
         m.K = 1;
         m.M = 1;
         m.E = 1;
       }},
  };
  std::vector<NetVariant> variants{{"base", base}};
  for (const auto& [name, change] : changes) {
    variants.push_back({name, base});
    change(variants.back().spec.model);
  }
  base.sample = token_samples();
  variants.push_back({"tokens", base});
  base.model.position = Position::kLearned;
  variants.push_back({"tokens, position learned", base});
  return variants;
}

// (count, vectors, vector_width), double; ids of token tasks.
inline torch::Tensor random_batch(const Input& input, int count, Rng& rng) {
  torch::Tensor tokens =
      torch::empty({count, input.vectors(), input.vector_width()}, torch::kDouble);
  double* values = tokens.data_ptr<double>();
  for (std::int64_t i = 0; i < tokens.numel(); ++i) {
    values[i] = input.vocab > 0 ? rng.between(0, input.vocab - 1) : 4 * rng.uniform() - 2;
  }
  return tokens;
}

}  // namespace emamba
