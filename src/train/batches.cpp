// SPDX-License-Identifier: Apache-2.0
#include "train/batches.h"

#include <algorithm>
#include <vector>

#include "train/augment.h"

namespace emamba {

void fill_batch(const Spec& spec, const Normalisation& normalisation, const Split& split,
                std::span<const std::size_t> samples, Rng* augment_rng, float* to) {
  const TaskShape shape = spec.shape();
  const bool augmented = augment_rng != nullptr && (spec.train.shift > 0 || spec.train.flip);
  std::vector<float> image(static_cast<std::size_t>(shape.height) * shape.width * shape.channels);
  for (const std::size_t i : samples) {
    const float* raw = split.inputs.row(i);
    if (augmented) {
      augment(spec.train, shape, raw, image.data(), *augment_rng);
      raw = image.data();
    }
    const Tensor<float> tokens = tokens_of(spec, normalisation, raw);
    to = std::copy(tokens.data.begin(), tokens.data.end(), to);
  }
}

}  // namespace emamba
