// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests: random specs, programs and tokens.
#pragma once

#include <algorithm>

#include "ir/lower.h"
#include "ir/random_model.h"
#include "ir/random_program.h"

namespace emamba {

// A small spec of a synthetic task with every switch that lowers to integers drawn at random.
inline Spec random_spec(Rng& rng) {
  Spec spec;
  spec.name = "random";
  spec.task = rng.below(3) == 0 ? Task::kSyntheticTokens : Task::kSyntheticImages;
  ModelSpec& m = spec.model;
  m.D = rng.between(1, 20);
  m.E = rng.between(1, 3);
  m.N = rng.between(1, 9);
  m.P = 1 << rng.between(1, 3);
  m.M = rng.between(1, 3);
  m.K = rng.between(1, 5);
  m.dt_rank = rng.between(0, std::min(3, spec.ED()));
  m.position = rng.below(2) ? Position::kLearned : Position::kNone;
  m.conv_activation = rng.below(2) ? ConvActivation::kSilu : ConvActivation::kNone;
  m.delta_activation = rng.below(2) ? DeltaActivation::kReluAfter : DeltaActivation::kReluBefore;
  m.projection_bias = rng.below(2) == 1;
  m.head = static_cast<Head>(rng.below(3));
  m.head_hidden = m.head == Head::kFlattenMlp ? rng.between(1, 12) : 0;
  spec.quant.output_bits = rng.between(8, 24);
  spec.quant.state_bits = rng.between(15, 32);
  return spec;
}

// Apart from random_spec(), whose programs tests know by seed.
inline WeightExponents random_weight_exponents(Rng& rng) {
  return rng.below(2) ? WeightExponents::kPerChannel : WeightExponents::kPerTensor;
}

inline Program random_program(const Spec& spec, Rng& rng) {
  return random_program(lower(spec), spec.quant.weight_exponents == WeightExponents::kPerChannel,
                        rng);
}
inline FloatModel random_model(const Spec& spec, std::uint64_t seed,
                               const Normalisation& normalisation) {
  return random_model(lower(spec), seed, normalisation);
}

// A sequence of random integers of the input edge's type (token ids: of the vocabulary).
inline Tensor<std::int32_t> random_tokens(const Program& program, Rng& rng) {
  const Input& input = program.input;
  auto tokens = make_tensor<std::int32_t>(
      {std::size_t(input.vectors()), std::size_t(input.vector_width())});
  for (std::int32_t& v : tokens.data) {
    v = input.vocab > 0 ? rng.between(0, input.vocab - 1) : rng.between(-128, 127);
  }
  return tokens;
}

}  // namespace emamba
