// SPDX-License-Identifier: Apache-2.0
// Small specs that together turn every switch of the model, for the tests of this folder.
#pragma once

#include <fmt/format.h>
#include <torch/types.h>

#include <functional>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "ir/spec.h"

namespace emamba {

// A small model of synthetic images; name says what differs from it.
inline std::vector<Spec> spec_variants() {
  Spec base;
  base.name = "base";
  base.task = Task::kSyntheticImages;
  base.model = {.D = 7, .E = 2, .N = 3, .P = 4, .M = 2, .K = 3};
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
  std::vector<Spec> specs{base};
  for (const auto& [name, change] : changes) {
    specs.push_back(base);
    specs.back().name = name;
    change(specs.back().model);
  }
  for (const Position position : {Position::kNone, Position::kLearned}) {
    specs.push_back(base);
    specs.back().name = position == Position::kNone ? "tokens" : "tokens, position learned";
    specs.back().task = Task::kSyntheticTokens;
    specs.back().model.position = position;
  }
  return specs;
}

// (count, L, token_width), double; ids for token tasks.
inline torch::Tensor random_tokens(const Spec& spec, int count, Rng& rng) {
  torch::Tensor tokens = torch::empty({count, spec.L(), spec.token_width()}, torch::kDouble);
  const int vocab = spec.shape().vocab;
  double* values = tokens.data_ptr<double>();
  for (std::int64_t i = 0; i < tokens.numel(); ++i) {
    values[i] = vocab > 0 ? rng.between(0, vocab - 1) : 4 * rng.uniform() - 2;
  }
  return tokens;
}

}  // namespace emamba
